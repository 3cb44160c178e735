package rig

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Nagios is a running Nagios Core 4 that checks every second.
type Nagios struct {
	dir string
}

// StartNagios starts the daemon with plugins as $USER1$, the command
// definitions in the files, and objects: hosts and services, which can use the
// templates rig-host and rig-service.
func StartNagios(t testing.TB, plugins string, files []string, objects string) *Nagios {
	t.Helper()
	program := Need(t, "nagios4")
	n := &Nagios{dir: SharedDir(t)}
	var includes strings.Builder
	for _, file := range files {
		fmt.Fprintf(&includes, "cfg_file=%s\n", file)
	}
	WriteFiles(t, n.dir, map[string]string{
		"resource.cfg":  "$USER1$=" + plugins + "\n",
		"objects.cfg":   nagiosTemplates + objects,
		"results/.keep": "",
		"nagios.cfg": strings.NewReplacer("DIR", n.dir, "USER", daemonUser(t)).Replace(nagiosConfig) +
			includes.String(),
	})
	GiveAway(t, n.dir)
	config := filepath.Join(n.dir, "nagios.cfg")
	if output, err := exec.Command(program, "-v", config).CombinedOutput(); err != nil {
		t.Fatalf("nagios4 -v: %v\n%s", err, output)
	}
	start(t, program, config)
	Await(t, func() error {
		_, err := os.Stat(filepath.Join(n.dir, "status.dat"))
		return err
	})
	return n
}

// Service returns what status.dat says of a service: "current_state",
// "plugin_output", "performance_data" and so on; nil when it is not there.
func (n *Nagios) Service(host, description string) map[string]string {
	status, err := os.ReadFile(filepath.Join(n.dir, "status.dat"))
	if err != nil {
		return nil
	}
	for block := range strings.SplitSeq(string(status), "\n\n") {
		body, ok := strings.CutPrefix(strings.TrimLeft(block, "\n"), "servicestatus {")
		if !ok {
			continue
		}
		values := map[string]string{}
		for line := range strings.Lines(body) {
			if name, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok {
				values[name] = value
			}
		}
		if values["host_name"] == host && values["service_description"] == description {
			return values
		}
	}
	return nil
}

// AwaitState waits until a service was checked and has a state ("2"), and
// returns it.
func (n *Nagios) AwaitState(t testing.TB, host, description, state string) map[string]string {
	t.Helper()
	var service map[string]string
	Await(t, func() error {
		service = n.Service(host, description)
		if service["has_been_checked"] != "1" || service["current_state"] != state {
			return fmt.Errorf("Nagios has service %q of %s in state %q, not %s: %s", description, host, service["current_state"], state, service["plugin_output"])
		}
		return nil
	})
	return service
}

// nagiosConfig has a second as its unit of time.
const nagiosConfig = `log_file=DIR/nagios.log
object_cache_file=DIR/objects.cache
precached_object_file=DIR/objects.precache
resource_file=DIR/resource.cfg
status_file=DIR/status.dat
status_update_interval=1
nagios_user=USER
nagios_group=USER
check_external_commands=0
command_file=DIR/nagios.cmd
query_socket=DIR/nagios.qh
lock_file=DIR/nagios.pid
temp_file=DIR/nagios.tmp
temp_path=DIR
check_result_path=DIR/results
check_result_reaper_frequency=1
retain_state_information=0
interval_length=1
service_inter_check_delay_method=n
host_inter_check_delay_method=n
service_check_timeout=60
execute_host_checks=0
enable_notifications=0
enable_flap_detection=0
enable_environment_macros=0
process_performance_data=0
check_for_updates=0
use_syslog=0
illegal_macro_output_chars=` + "`~$&|'\"<>" + `
cfg_file=DIR/objects.cfg
`

const nagiosTemplates = `
define timeperiod {
	timeperiod_name	always
	alias		always
	sunday		00:00-24:00
	monday		00:00-24:00
	tuesday		00:00-24:00
	wednesday	00:00-24:00
	thursday	00:00-24:00
	friday		00:00-24:00
	saturday	00:00-24:00
}
define command {
	command_name	check-host-alive
	command_line	/bin/true
}
define contact {
	contact_name			rig
	host_notifications_enabled	0
	service_notifications_enabled	0
	host_notification_period	always
	service_notification_period	always
	host_notification_commands	check-host-alive
	service_notification_commands	check-host-alive
}
define host {
	name			rig-host
	register		0
	max_check_attempts	1
	check_period		always
	notification_period	always
	notifications_enabled	0
	contacts		rig
}
define service {
	name			rig-service
	register		0
	max_check_attempts	1
	check_interval		1
	retry_interval		1
	check_period		always
	notification_period	always
	notifications_enabled	0
	contacts		rig
}
`
