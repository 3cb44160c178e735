//go:build scale

package packages

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"check-haproxy/test/rig"
)

// TestScale runs what docs/scaling.md counts with: one Icinga, 200 HAProxys, 3,000
// services, each checked once a minute. It prints what that costs; the only
// demand is that all services are checked, and none is UNKNOWN.
func TestScale(t *testing.T) {
	const hosts, perHost, span = 200, 15, 3 * time.Minute
	i := rig.NewIcinga(t, "scale", plugins(t), nil)
	i.Alone(t)
	var config strings.Builder
	fmt.Fprintf(&config, "template Service \"scale\" {\n\tcheck_interval = 1m\n\tretry_interval = 1m\n}\n")
	state := rig.SharedDir(t)
	rig.GiveAway(t, state)
	good := rig.Origin(t, nil)
	var haproxys []*rig.HAProxy
	for n := range hosts {
		dir := rig.SharedDir(t)
		h := rig.Start(t, fmt.Sprintf("global\n\tstats socket %s/monitor.sock mode 666 level user\n%s", dir, backends(good)))
		haproxys = append(haproxys, h)
		host, socket := fmt.Sprintf("lb%d", n), filepath.Join(dir, "monitor.sock")
		fmt.Fprintf(&config, "object Host %q {\n\tcheck_command = \"dummy\"\n}\n", host)
		service := func(name, command string, more ...string) {
			fmt.Fprintf(&config, "object Service %q {\n\timport \"scale\"\n\thost_name = %q\n\tcheck_command = %q\n\tvars.%[3]s_socket = %[4]q\n", name, host, command, socket)
			for _, line := range more {
				fmt.Fprintf(&config, "\tvars.%s_%s\n", command, line)
			}
			config.WriteString("}\n")
		}
		for b := range 4 {
			section := fmt.Sprintf("section = \"b%d\"", b)
			service(fmt.Sprintf("backend-%d", b), "haproxy_backend", section)
			service(fmt.Sprintf("nosrv-%d", b), "haproxy_nosrv", section, "counters = true", "state_dir = \""+filepath.Join(state, host)+"\"")
			service(fmt.Sprintf("errors-%d", b), "haproxy_errors", section, "state_dir = \""+filepath.Join(state, host)+"\"")
		}
		service("backend", "haproxy_backend")
		service("sessions", "haproxy_sessions")
		service("process", "haproxy_process", "state_dir = \""+filepath.Join(state, host)+"\"")
	}
	i.Configure(t, map[string]string{"conf.d/check_haproxy.conf": icingaFile(t, "check_haproxy.conf"), "conf.d/scale.conf": config.String()})
	i.Start(t)

	time.Sleep(90 * time.Second) // the first round takes two samples each: it is not the usual cost
	began, icinga, haproxy := time.Now(), i.CPU(t), cpuOf(t, haproxys)
	time.Sleep(span)
	took := time.Since(began)
	status := i.Status(t)
	t.Logf("%d HAProxys, %d services a minute", hosts, hosts*perHost)
	t.Logf("Icinga and its checks: %.2f cores; all HAProxys: %.2f cores", (i.CPU(t)-icinga).Seconds()/took.Seconds(), (cpuOf(t, haproxys)-haproxy).Seconds()/took.Seconds())
	t.Logf("checks in the last minute: %v, execution time: %v s on average, %v s at most; latency: %v s on average",
		status["active_service_checks_1min"], status["avg_execution_time"], status["max_execution_time"], status["avg_latency"])
	if status["num_services_pending"].(float64) > 0 || status["num_services_unknown"].(float64) > 0 {
		t.Errorf("pending: %v, UNKNOWN: %v", status["num_services_pending"], status["num_services_unknown"])
		for _, name := range i.Services(t, "lb0") {
			if s, err := i.Service("lb0", name); err != nil || s.State == 3 {
				t.Errorf("%s: %v %s", name, err, s.CheckResult.Output)
			}
		}
	}
}

func backends(address string) string {
	var b strings.Builder
	for n := range 4 {
		fmt.Fprintf(&b, "backend b%d\n\tserver s1 %s\n\tserver s2 %[2]s\n", n, address)
	}
	return b.String()
}

func cpuOf(t *testing.T, haproxys []*rig.HAProxy) time.Duration {
	var all time.Duration
	for _, h := range haproxys {
		all += h.CPU(t)
	}
	return all
}
