package packages

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"check-haproxy/test/rig"
)

// icingaFile reads a packaged file of Icinga 2.
func icingaFile(t *testing.T, name string) string { return example(t, "icinga2/"+name) }

// icingaString quotes text for Icinga 2's configuration language.
func icingaString(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) + `"`
}

// icingaHost is the host lb1 as the head of haproxy-services.conf describes one.
func icingaHost(s *site, more string) string {
	return fmt.Sprintf(`object Host "lb1" {
	check_command = "dummy"
	address = "127.0.0.1"
	vars.haproxy.socket = %s
	vars.haproxy.log = %s
	vars.haproxy.certs = %s
	vars.haproxy.backends["v2"] = {}
	vars.haproxy.backends["v2e"] = { haproxy_backend_warning = "50%%:", haproxy_backend_perfdata = "servers" }
	%s
}
`, icingaString(s.socket), icingaString(s.log), icingaString(s.operator), more)
}

func TestIcinga(t *testing.T) {
	rig.Need(t, "icinga2")
	s := newSite(t, "")
	i := rig.NewIcinga(t, "single", plugins(t), nil)
	i.Alone(t)
	i.Configure(t, map[string]string{
		"conf.d/check_haproxy.conf":    icingaFile(t, "check_haproxy.conf"),
		"conf.d/haproxy-services.conf": icingaFile(t, "haproxy-services.conf"),
		"conf.d/hosts.conf":            icingaHost(s, "vars.haproxy.config = "+icingaString(s.config)),
	})
	i.Start(t)
	for _, service := range []string{"haproxy-backend-v2", "haproxy-backend-v2e", "haproxy-nosrv-v2", "haproxy-nosrv-v2e", "haproxy-errors-v2e", "haproxy-sessions", "haproxy-dns", "haproxy-process", "haproxy-certs", "haproxy-config"} {
		i.CheckNow(t, "lb1", service)
	}

	down := i.AwaitState(t, "lb1", "haproxy-backend-v2", 2)
	if want := "HAPROXY BACKEND CRITICAL: v2 has no UP server (0/1): health checks "; !strings.HasPrefix(down.CheckResult.Output, want) {
		t.Errorf("Icinga shows %q, not %q", down.CheckResult.Output, want)
	}
	wantIcingaMetrics(t, down, "v2_up", "v2_down", "v2_out", "time")
	wantIcingaMetrics(t, i.AwaitState(t, "lb1", "haproxy-backend-v2e", 0), "v2e_up", "v2e/v2eElb_up")
	wantIcingaMetrics(t, i.AwaitState(t, "lb1", "haproxy-nosrv-v2", 2), "v2_nosrv", "v2_nosrv_rate")
	wantIcingaMetrics(t, i.AwaitState(t, "lb1", "haproxy-nosrv-v2e", 0), "v2e_requests")
	wantIcingaMetrics(t, i.AwaitState(t, "lb1", "haproxy-errors-v2e", 0), "v2e_errors", "v2e_errors_share", "v2e_requests")
	wantIcingaMetrics(t, i.AwaitState(t, "lb1", "haproxy-sessions", 0), "fe_sessions", "process_connections")

	wantIcingaMetrics(t, i.AwaitState(t, "lb1", "haproxy-dns", 0), "time")
	wantIcingaMetrics(t, i.AwaitState(t, "lb1", "haproxy-process", 0), "uptime", "connections", "idle")
	wantIcingaMetrics(t, i.AwaitState(t, "lb1", "haproxy-certs", 0), "www.pem_days", "api.pem_days")
	wantIcingaMetrics(t, i.AwaitState(t, "lb1", "haproxy-config", 0), "risks", "notes", "time")

	s.mend(t)
	awaitRecovery(t, s, i)
}

// awaitRecovery waits until HAProxy has seen that v2's server is back, and then
// for Icinga to see it.
func awaitRecovery(t *testing.T, s *site, i *rig.Icinga) {
	t.Helper()
	s.haproxy.AwaitStatus(t, "v2", "v2Elb", "UP")
	i.CheckNow(t, "lb1", "haproxy-backend-v2")
	i.AwaitState(t, "lb1", "haproxy-backend-v2", 0)
}

// wantIcingaMetrics demands that Icinga has parsed the perfdata into metrics, of
// which each is one.
func wantIcingaMetrics(t *testing.T, s rig.IcingaService, labels ...string) {
	t.Helper()
	for _, label := range labels {
		found := 0
		for _, metric := range s.CheckResult.PerformanceData {
			if strings.HasPrefix(metric, "'"+label+"'=") || strings.HasPrefix(metric, label+"=") {
				found++
			}
		}
		if found != 1 {
			t.Errorf("Icinga has %d metrics %s: %q", found, label, s.CheckResult.PerformanceData)
		}
	}
}

// TestIcingaPassesEveryFlag sets every variable of every CheckCommand.
func TestIcingaPassesEveryFlag(t *testing.T) {
	rig.Need(t, "icinga2")
	r := newRecorder(t)
	config := "object Host \"lb1\" {\n\tcheck_command = \"dummy\"\n}\n"
	want, secrets := map[string]map[string][]string{}, map[string]bool{}
	for _, p := range programs(t) {
		if !p.IsPlugin() {
			continue
		}
		config += fmt.Sprintf("object Service %q {\n\thost_name = \"lb1\"\n\tcheck_command = %q\n", p.Name, p.Command())
		want[p.Name] = map[string][]string{}
		for _, o := range p.Flags {
			variable := "vars." + p.Variable(o)
			switch {
			case o.Long == "--help" || o.Long == "--version":
			case o.Variable != "":
				secrets[p.Name] = true
				config += fmt.Sprintf("\t%s = \"secret of %s\"\n", variable, o.Variable)
			case o.Value == "":
				config += fmt.Sprintf("\t%s = true\n", variable)
				want[p.Name][o.Long] = []string{""}
			case o.Repeatable && o.Long != "--socket":
				config += fmt.Sprintf("\t%s = [ \"one %s\", \"two\" ]\n", variable, o.Long)
				want[p.Name][o.Long] = []string{"one " + o.Long, "two"}
			default:
				value := "the value of " + o.Long
				if o.Long == "--socket" {
					value = "all"
				}
				config += fmt.Sprintf("\t%s = %q\n", variable, value)
				want[p.Name][o.Long] = []string{value}
			}
		}
		config += "}\n"
	}
	i := rig.NewIcinga(t, "single", r.dir, nil)
	i.Alone(t)
	i.Configure(t, map[string]string{"conf.d/check_haproxy.conf": icingaFile(t, "check_haproxy.conf"), "conf.d/all.conf": config})
	i.Start(t)
	for plugin, flags := range want {
		i.CheckNow(t, "lb1", plugin)
		socket := ""
		if flags["--socket"] != nil {
			socket = "all"
		}
		got := r.await(t, plugin, socket)
		if tail := got[max(0, len(got)-2):]; secrets[plugin] && strings.Join(tail, "\n") != "user=secret of HAPROXY_STATS_USERNAME\npassword=secret of HAPROXY_STATS_PASSWORD" {
			t.Errorf("%s has in its environment %q", plugin, tail)
		}
		for flag, values := range flags {
			if missing := missingFlag(got, flag, values); missing != "" {
				t.Errorf("%s does not get %s: %q", plugin, missing, got)
			}
		}
	}
}

// missingFlag returns the first of the values with which a flag does not stand
// among the arguments; the value "" is a switch.
func missingFlag(arguments []string, flag string, values []string) string {
	for _, value := range values {
		found := false
		for i, argument := range arguments {
			found = found || argument == flag && (value == "" || i+1 < len(arguments) && arguments[i+1] == value)
		}
		if !found {
			return flag + " " + value
		}
	}
	return ""
}

func TestIcingaPassesArgumentsUnharmed(t *testing.T) {
	rig.Need(t, "icinga2")
	r := newRecorder(t)
	config := "object Host \"lb1\" {\n\tcheck_command = \"dummy\"\n}\n"
	for n, argument := range nasty {
		config += fmt.Sprintf("object Service \"case%d\" {\n\thost_name = \"lb1\"\n\tcheck_command = \"haproxy_backend\"\n"+
			"\tvars.haproxy_backend_socket = \"case%[1]d\"\n\tvars.haproxy_backend_section = [ %[2]s, \"second\" ]\n\tvars.haproxy_backend_password = %[2]s\n}\n",
			n, icingaString(strings.ReplaceAll(argument, "$", "$$")))
	}
	i := rig.NewIcinga(t, "single", r.dir, nil)
	i.Alone(t)
	i.Configure(t, map[string]string{"conf.d/check_haproxy.conf": icingaFile(t, "check_haproxy.conf"), "conf.d/all.conf": config})
	i.Start(t)
	for n, argument := range nasty {
		name := fmt.Sprint("case", n)
		i.CheckNow(t, "lb1", name)
		got := strings.Join(r.await(t, "check_haproxy_backend", name), "\n")
		for _, want := range []string{"--section\n" + argument + "\n", "--section\nsecond\n", "user=\npassword=" + argument} {
			if !strings.Contains(got+"\n", want) {
				t.Errorf("%q arrives as %q, without %q", argument, got, want)
			}
		}
	}
}

// TestIcingaCluster: a master and an agent with certificates of the master's CA,
// laid out as cluster.conf says. The agent runs the checks; only it has the
// plugins.
func TestIcingaCluster(t *testing.T) {
	rig.Need(t, "icinga2")
	s := newSite(t, "")
	master := rig.NewIcinga(t, "master", "/nonexistent", nil)
	agent := rig.NewIcinga(t, "lb1", plugins(t), master)

	zones := icingaFile(t, "cluster.conf")
	const address = `host = "192.0.2.10"`
	if strings.Count(zones, address) != 1 {
		t.Fatalf("cluster.conf has not the one address %s", address)
	}
	master.Configure(t, map[string]string{
		"conf.d/zones.conf":                              strings.Replace(zones, address, "host = \"127.0.0.1\"\n\tport = \""+agent.Port+"\"", 1),
		"zones.d/global-templates/check_haproxy.conf":    icingaFile(t, "check_haproxy.conf"),
		"zones.d/global-templates/haproxy-services.conf": icingaFile(t, "haproxy-services.conf"),
		"zones.d/master/lb1.conf":                        icingaHost(s, `vars.agent_endpoint = "lb1"`),
	})
	agent.Configure(t, map[string]string{"conf.d/zones.conf": strings.Replace(zones, address, "", 1)})
	agent.Start(t)
	master.Start(t)

	fromAgent := func(state float64) func(rig.IcingaService) bool {
		return func(s rig.IcingaService) bool { return s.State == state && s.CheckResult.CheckSource == "lb1" }
	}
	check := func(service string, wanted func(rig.IcingaService) bool) rig.IcingaService {
		t.Helper()
		return master.AwaitChecked(t, "lb1", service, wanted)
	}
	down := check("haproxy-backend-v2", fromAgent(2))
	wantIcingaMetrics(t, down, "v2_up", "v2_down", "v2_out", "time")
	check("haproxy-backend-v2e", fromAgent(0))
	wantIcingaMetrics(t, check("haproxy-nosrv-v2", fromAgent(2)), "v2_nosrv_rate")
	check("haproxy-sessions", fromAgent(0))

	agent.Stop()
	master.AwaitConnected(t, "lb1", false)
	if kept, err := master.Service("lb1", "haproxy-backend-v2"); err != nil || !fromAgent(2)(kept) {
		t.Errorf("without its agent the master has %+v, %v", kept, err)
	}
	s.mend(t)
	s.haproxy.AwaitStatus(t, "v2", "v2Elb", "UP")

	agent.Start(t)
	master.AwaitConnected(t, "lb1", true)
	wantIcingaMetrics(t, check("haproxy-backend-v2", fromAgent(0)), "v2_up")
	wantIcingaMetrics(t, check("haproxy-nosrv-v2", fromAgent(2)), "v2_nosrv_rate")
	check("haproxy-sessions", fromAgent(0))
}

// TestDirectorBasket: Icinga Director's basket and the CheckCommands of
// check_haproxy.conf have the same arguments, except for the environment's.
func TestDirectorBasket(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(installed(t), exampleFolder, "icinga2/director-basket.json"))
	if err != nil {
		t.Fatal(err)
	}
	var basket struct {
		Command map[string]struct {
			Command   string
			Arguments map[string]struct {
				Value string `json:"value"`
				SetIf string `json:"set_if"`
			}
		}
	}
	if err := json.Unmarshal(text, &basket); err != nil {
		t.Fatal(err)
	}
	commands := icingaFile(t, "check_haproxy.conf")
	if len(basket.Command) != strings.Count(commands, "object CheckCommand ") {
		t.Errorf("the basket has %d commands", len(basket.Command))
	}
	arguments := 0
	for name, command := range basket.Command {
		for flag, argument := range command.Arguments {
			arguments++
			want := fmt.Sprintf("\t\t%q = {\n\t\t\tvalue = %q\n", flag, argument.Value)
			if argument.SetIf != "" {
				want = fmt.Sprintf("\t\t%q = {\n\t\t\tset_if = %q\n", flag, argument.SetIf)
			}
			if !strings.Contains(commands, want) {
				t.Errorf("%s of the basket has %s otherwise than check_haproxy.conf", name, flag)
			}
		}
	}
	if want := strings.Count(commands, "\t\t\tdescription = "); arguments != want {
		t.Errorf("the basket has %d arguments, check_haproxy.conf %d", arguments, want)
	}
}

// TestIcingaTakesAnyHost: whatever vars.haproxy is, Icinga reloads, and only a host
// that says what there is gets services.
func TestIcingaTakesAnyHost(t *testing.T) {
	rig.Need(t, "icinga2")
	hosts := map[string]struct{ says, services string }{
		"bool":     {"vars.haproxy = true", ""},
		"text":     {`vars.haproxy = "yes"`, ""},
		"number":   {"vars.haproxy = 1", ""},
		"array":    {`vars.haproxy = [ "v2" ]`, ""},
		"empty":    {"vars.haproxy = {}", ""},
		"none":     {"", ""},
		"backends": {`vars.haproxy = { url = "http://127.0.0.1/", backends = true }`, "backend errors nosrv sessions"},
		"list":     {`vars.haproxy = { url = "http://127.0.0.1/", backends = [ "v2" ] }`, "backend backend-v2 errors errors-v2 nosrv nosrv-v2 sessions"},
		"named":    {`vars.haproxy = { socket = "/run/x", others = false, certs = true, config = "/etc/haproxy", backends = { v2 = true } }`, "backend-v2 certs config dns errors-v2 nosrv-v2 process sessions"},
	}
	i := rig.NewIcinga(t, "single", plugins(t), nil)
	i.Alone(t)
	var config strings.Builder
	for name, host := range hosts {
		fmt.Fprintf(&config, "object Host %q {\n\tcheck_command = \"dummy\"\n\tenable_active_checks = false\n\t%s\n}\n", name, host.says)
	}
	i.Configure(t, map[string]string{
		"conf.d/check_haproxy.conf":    icingaFile(t, "check_haproxy.conf"),
		"conf.d/haproxy-services.conf": icingaFile(t, "haproxy-services.conf"),
		"conf.d/hosts.conf":            config.String(),
	})
	i.Start(t)
	for name, host := range hosts {
		var got []string
		for _, service := range i.Services(t, name) {
			got = append(got, strings.TrimPrefix(service, "haproxy-"))
		}
		if services := strings.Join(got, " "); services != host.services {
			t.Errorf("%s with %s has the services %q, want %q", name, host.says, services, host.services)
		}
	}
}
