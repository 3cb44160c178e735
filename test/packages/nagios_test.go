package packages

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"check-haproxy/test/rig"
)

// nagiosService is a service of the host "lb1" in Nagios's language.
func nagiosService(description, command string) string {
	return fmt.Sprintf("define service {\n\tuse\trig-service\n\thost_name\tlb1\n\tservice_description\t%s\n\tcheck_command\t%s\n}\n", description, command)
}

const nagiosHost = "define host {\n\tuse\trig-host\n\thost_name\tlb1\n\taddress\t127.0.0.1\n}\n"

// wantMetrics demands that perfdata, as a daemon has parsed it off, has metrics.
func wantMetrics(t *testing.T, perfdata string, labels ...string) {
	t.Helper()
	for _, label := range labels {
		if !strings.Contains(" "+perfdata, " '"+label+"'=") {
			t.Errorf("the perfdata has no %s: %s", label, perfdata)
		}
	}
}

func TestNagios(t *testing.T) {
	rig.Need(t, "nagios4")
	s := newSite(t, "")
	commands := filepath.Join(installed(t), nagiosConfig)
	page, socket := s.port+"!/haproxy?stats!", s.socket+"!"
	n := rig.StartNagios(t, plugins(t), []string{commands}, nagiosHost+
		nagiosService("backend v2", "check_haproxy_backend!"+page+"v2")+
		nagiosService("backend v2e", "check_haproxy_backend!"+page+"v2e")+
		nagiosService("backends", "check_haproxy_backend_socket!"+socket+"*")+
		nagiosService("regular expression", "check_haproxy_backend_socket!"+socket+"~^v2e$$")+
		nagiosService("misspelt", "check_haproxy_backend_socket!"+socket+"v3")+
		nagiosService("sessions", "check_haproxy_sessions!"+page+"*")+
		nagiosService("sessions socket", "check_haproxy_sessions_socket!"+socket+"*")+
		nagiosService("dns", "check_haproxy_dns!"+socket+"*")+
		nagiosService("config", "check_haproxy_config!"+s.config+"!"+s.socket)+
		nagiosService("process", "check_haproxy_process!"+s.socket)+
		nagiosService("certs", "check_haproxy_certs!"+s.operator+"!*")+
		nagiosService("nosrv v2", "check_haproxy_nosrv!"+s.log+"!v2")+
		nagiosService("nosrv v2e", "check_haproxy_nosrv!"+s.log+"!v2e")+
		nagiosService("nosrv v2 counted", "check_haproxy_nosrv_counters!"+page+"v2")+
		nagiosService("errors", "check_haproxy_errors!"+page+"*")+
		nagiosService("errors log", "check_haproxy_errors_log!"+s.log+"!v2e"))

	down := n.AwaitState(t, "lb1", "backend v2", "2")
	if want := "HAPROXY BACKEND CRITICAL: v2 has no UP server (0/1): health checks "; !strings.HasPrefix(down["plugin_output"], want) {
		t.Errorf("Nagios shows %q, not %q", down["plugin_output"], want)
	}
	wantMetrics(t, down["performance_data"], "v2_up", "v2_down", "v2_out", "time")

	fine := n.AwaitState(t, "lb1", "backend v2e", "0")
	wantMetrics(t, fine["performance_data"], "v2e_up", "v2e_down", "v2e_out", "time")

	both := n.AwaitState(t, "lb1", "backends", "2")
	wantMetrics(t, both["performance_data"], "v2_up", "v2e_up")
	n.AwaitState(t, "lb1", "regular expression", "0")
	n.AwaitState(t, "lb1", "misspelt", "3")

	wantMetrics(t, n.AwaitState(t, "lb1", "sessions", "0")["performance_data"], "fe_sessions")
	wantMetrics(t, n.AwaitState(t, "lb1", "sessions socket", "0")["performance_data"], "fe_sessions", "process_connections")

	// 15 requests in five minutes are 3 a minute.
	lost := n.AwaitState(t, "lb1", "nosrv v2", "2")
	wantMetrics(t, lost["performance_data"], "v2_nosrv", "v2_nosrv_rate", "v2_nosrv_share", "v2_requests")
	if !strings.Contains(lost["long_plugin_output"], `\n`) {
		t.Errorf("the long output is %q", lost["long_plugin_output"])
	}
	n.AwaitState(t, "lb1", "nosrv v2e", "0")
	// What was before the first sample is nobody's growth.
	wantMetrics(t, n.AwaitState(t, "lb1", "nosrv v2 counted", "0")["performance_data"], "v2_nosrv", "v2_nosrv_rate", "v2_requests")
	wantMetrics(t, n.AwaitState(t, "lb1", "errors", "0")["performance_data"], "v2e_errors", "v2e_errors_share", "v2e_requests")
	wantMetrics(t, n.AwaitState(t, "lb1", "errors log", "0")["performance_data"], "v2e_errors", "v2e_requests")

	wantMetrics(t, n.AwaitState(t, "lb1", "dns", "0")["performance_data"], "time")
	wantMetrics(t, n.AwaitState(t, "lb1", "process", "0")["performance_data"], "uptime", "connections", "idle")
	wantMetrics(t, n.AwaitState(t, "lb1", "certs", "0")["performance_data"], "www.pem_days", "api.pem_days")

	// Each server of the site is alone: that is a note.
	wantMetrics(t, n.AwaitState(t, "lb1", "config", "0")["performance_data"], "risks", "notes", "time")

	s.mend(t)
	recovered := n.AwaitState(t, "lb1", "backend v2", "0")
	if !strings.HasPrefix(recovered["plugin_output"], "HAPROXY BACKEND OK: ") {
		t.Errorf("after the recovery Nagios shows %q", recovered["plugin_output"])
	}
	n.AwaitState(t, "lb1", "backends", "0")
}

// TestNagiosLongOutput: Nagios Core reads 8 KiB. A thousand backends, all bad,
// say more; what Nagios keeps is still the state, a first line and whole
// perfdata.
func TestNagiosLongOutput(t *testing.T) {
	rig.Need(t, "nagios4")
	var config strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&config, "backend a-backend-with-a-long-name-%04d\n\tserver s 127.0.0.1:1 weight 0\n", i)
	}
	s := newSite(t, config.String())
	n := rig.StartNagios(t, plugins(t), []string{filepath.Join(installed(t), nagiosConfig)}, nagiosHost+
		nagiosService("backends", "check_haproxy_backend_socket!"+s.socket+"!*"))
	service := n.AwaitState(t, "lb1", "backends", "2")

	whole, _ := exec.Command(filepath.Join(plugins(t), "check_haproxy_backend"), "-S", s.socket, "-s", "*", "--max-output", "0").Output()
	if len(whole) < 8192*4 {
		t.Fatalf("the unbounded output has only %d bytes", len(whole))
	}
	if !strings.HasPrefix(service["plugin_output"], "HAPROXY BACKEND CRITICAL: ") {
		t.Errorf("the first line is %q", service["plugin_output"])
	}
	wantMetrics(t, service["performance_data"], "up", "down", "out", "time")
	metric := regexp.MustCompile(`^'[^'=]+'=-?[0-9.]+[a-zA-Z%]*(;[^;]*){0,4}$`)
	for word := range strings.FieldsSeq(service["performance_data"]) {
		if !metric.MatchString(word) {
			t.Errorf("this is no whole metric: %q", word)
		}
	}
	if !strings.Contains(service["long_plugin_output"], "more)") {
		t.Errorf("the long output does not say that it is cut: %q", service["long_plugin_output"])
	}
}

// nasty are arguments that careless quoting would change, or run.
var nasty = []string{
	"a b  c", `"quoted"`, "it's", "$HOME $(touch pwned) ${x}", "`touch pwned`", "a;b|c&d>e<f", "~^v[0-9]+$", "*?[a-z]{x,y}",
	`back\slash\\x`, "!bang!", "#hash", "<NOSRV>", "käse→", "100%:", "-5:", "$ARG1$", "$HOSTNAME$", "'; touch pwned; '",
}

// recorder stands in for every plugin: it writes down its arguments and the
// credentials in its environment, in a file named after the value of -S.
type recorder struct{ dir string }

func newRecorder(t *testing.T) recorder {
	t.Helper()
	r := recorder{rig.SharedDir(t)}
	for _, p := range programs(t) {
		script := `#!/bin/sh
for argument; do
	case $before in -S|--socket) name=$argument ;; esac
	before=$argument
done
file=$0.${name##*/}
{
	for argument; do printf '%s\0' "$argument"; done
	printf 'user=%s\0password=%s\0' "$HAPROXY_STATS_USERNAME" "$HAPROXY_STATS_PASSWORD"
} >"$file.$$"
mv "$file.$$" "$file"
echo recorded
`
		if err := os.WriteFile(filepath.Join(r.dir, p.Name), []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	rig.GiveAway(t, r.dir)
	return r
}

// await returns the arguments that a plugin was run with.
func (r recorder) await(t *testing.T, plugin, socket string) []string {
	t.Helper()
	var recorded []byte
	rig.Await(t, func() (err error) {
		recorded, err = os.ReadFile(filepath.Join(r.dir, plugin+"."+socket))
		return err
	})
	return strings.Split(strings.TrimSuffix(string(recorded), "\x00"), "\x00")
}

// nagiosArgument writes text as an argument of a check_command, as the head of
// check_haproxy.cfg says.
func nagiosArgument(text string) string {
	return strings.NewReplacer("$", "$$", "!", `\!`, ";", `\;`, "'", `'\''`).Replace(text)
}

func TestNagiosPassesArgumentsUnharmed(t *testing.T) {
	rig.Need(t, "nagios4")
	r := newRecorder(t)
	services := nagiosHost
	for i, argument := range nasty {
		services += nagiosService(fmt.Sprint("case ", i), fmt.Sprintf("check_haproxy_backend_socket!case%d!%s", i, nagiosArgument(argument)))
	}
	rig.StartNagios(t, r.dir, []string{filepath.Join(installed(t), nagiosConfig)}, services)
	for i, argument := range nasty {
		socket := fmt.Sprint("case", i)
		got := r.await(t, "check_haproxy_backend", socket)
		if diff := cmp.Diff([]string{"-S", socket, "-s", argument}, got[:max(0, len(got)-2)]); diff != "" {
			t.Errorf("%q arrives as %q", argument, got)
		}
	}
}

var commandLine = regexp.MustCompile(`(?m)^\s*(?:command_line\s+\$USER1\$/|command\[\w+\]=\S*/|\s*/usr/lib/nagios/plugins/)(check_haproxy_\w+) (.*?)(?:, \\)?$`)

// TestDefinitionsUseFlagsThatExist reads every command line in the Nagios, NRPE
// and sudo files; every plugin has one in Nagios's and NRPE's.
func TestDefinitionsUseFlagsThatExist(t *testing.T) {
	known := map[string]map[string]bool{}
	for _, p := range programs(t) {
		known[p.Name] = map[string]bool{}
		for _, o := range p.Flags {
			known[p.Name][o.Short], known[p.Name][o.Long] = true, true
		}
	}
	for _, name := range []string{"nagios/check_haproxy.cfg", "nrpe/check_haproxy.cfg", "sudoers/check_haproxy"} {
		text, err := os.ReadFile(filepath.Join("../../packaging", name))
		if err != nil {
			t.Fatal(err)
		}
		defined := map[string]bool{}
		for _, line := range commandLine.FindAllStringSubmatch(string(text), -1) {
			defined[line[1]] = true
			for _, flag := range regexp.MustCompile(`(?:^| )(--?[a-zA-Z][a-z-]*)`).FindAllStringSubmatch(line[2], -1) {
				if !known[line[1]][flag[1]] {
					t.Errorf("%s: %s does not know %s", name, line[1], flag[1])
				}
			}
		}
		if len(defined) == 0 {
			t.Errorf("%s has no command line of a plugin", name)
		}
		for _, p := range programs(t) {
			if p.IsPlugin() && !defined[p.Name] && !strings.HasPrefix(name, "sudoers") {
				t.Errorf("%s has no command for %s", name, p.Name)
			}
		}
	}
}

// TestNagiosExampleServices has Nagios itself read the example services.
func TestNagiosExampleServices(t *testing.T) {
	rig.Need(t, "nagios4")
	templates := "define host {\n\tname generic-host\n\tuse rig-host\n\tregister 0\n}\ndefine service {\n\tname generic-service\n\tuse rig-service\n\tregister 0\n}\n"
	file := filepath.Join(rig.SharedDir(t), "services.cfg")
	if err := os.WriteFile(file, []byte(example(t, "nagios/services.cfg")), 0o644); err != nil {
		t.Fatal(err)
	}
	n := rig.StartNagios(t, newRecorder(t).dir, []string{filepath.Join(installed(t), nagiosConfig), file}, templates)
	for _, service := range []string{"haproxy backend v2", "haproxy backends", "haproxy sessions"} {
		n.AwaitState(t, "lb1", service, "0")
	}
}
