package packages

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"check-haproxy/test/rig"
)

// block is a fenced block of the README, as a reader copies it.
func block(t *testing.T, language string) string {
	t.Helper()
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile("(?s)```"+language+"\n(.*?)```").FindAllSubmatch(text, -1)
	if len(found) != 1 {
		t.Fatalf("the README has %d blocks of %s", len(found), language)
	}
	return string(found[0][1])
}

// TestReadmeDemo runs the first of README's two commands on sources as a clone has
// them; the second is what runs this.
func TestReadmeDemo(t *testing.T) {
	for _, program := range []string{"make", "haproxy", "rsyslogd"} {
		rig.Need(t, program)
	}
	from, err := sources()
	if err != nil {
		t.Fatal(err)
	}
	// Within make test, make would tell which folder it enters and leaves.
	demo := exec.Command("make", "--no-print-directory", "demo")
	demo.Dir = from
	output, err := demo.CombinedOutput()
	shown := strings.TrimSpace(string(output))
	found, mended := strings.Index(shown, "exit code 2 (CRITICAL)"), strings.LastIndex(shown, "exit code 0 (OK)")
	if err != nil || found < 0 || mended < found || !strings.HasSuffix(shown, "200 OK") {
		t.Errorf("make demo: %v\n%s", err, shown)
	}
}

// TestReadmeForNagios follows the README with the package installed: its services
// find the dead backend, and say why.
func TestReadmeForNagios(t *testing.T) {
	rig.Need(t, "nagios4")
	s := newSite(t, "")
	services := strings.NewReplacer("generic-service", "rig-service", "!8404!", "!"+s.port+"!").Replace(block(t, "nagios"))
	n := rig.StartNagios(t, plugins(t), []string{installed(t) + "/" + nagiosConfig}, nagiosHost+services)
	down := n.AwaitState(t, "lb1", "haproxy backends", "2")["plugin_output"]
	if !strings.Contains(down, "v2 has no UP server") || !strings.Contains(down, "health checks fail") {
		t.Errorf("Nagios shows %q", down)
	}
	for _, service := range []string{"haproxy requests without a server", "haproxy errors", "haproxy sessions"} {
		n.AwaitState(t, "lb1", service, "0") // nobody asks for anything now
	}
}

// TestReadmeForIcinga does the same in Icinga 2.
func TestReadmeForIcinga(t *testing.T) {
	rig.Need(t, "icinga2")
	s := newSite(t, "")
	i := rig.NewIcinga(t, "single", plugins(t), nil)
	i.Alone(t)
	files := map[string]string{
		"conf.d/templates.conf": "template Host \"generic-host\" {\n\tcheck_command = \"dummy\"\n}\n",
		"conf.d/hosts.conf":     strings.NewReplacer("192.0.2.10:8404", "127.0.0.1:"+s.port, "192.0.2.10", "127.0.0.1").Replace(block(t, "icinga2")),
	}
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	copies := regexp.MustCompile(`(?m)^cp /usr/share/check-haproxy/(icinga2/(\S+)) /etc/icinga2/conf.d/$`).FindAllStringSubmatch(string(text), -1)
	for _, c := range copies {
		files["conf.d/"+c[2]] = example(t, c[1])
	}
	i.Configure(t, files)
	i.Start(t)
	i.CheckNow(t, "lb1", "haproxy-backend")
	down := i.AwaitState(t, "lb1", "haproxy-backend", 2).CheckResult.Output
	if !strings.Contains(down, "v2 has no UP server") || !strings.Contains(down, "health checks fail") {
		t.Errorf("Icinga shows %q", down)
	}
}
