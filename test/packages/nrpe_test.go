package packages

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"check-haproxy/test/rig"
)

// outputOf runs a plugin and returns what it prints and its exit code.
func outputOf(t *testing.T, program string, args ...string) (output string, code int) {
	t.Helper()
	text, err := exec.Command(program, args...).Output()
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		code = exit.ExitCode()
	case err != nil:
		t.Fatal(err)
	}
	return string(text), code
}

// steady takes out of an output what changes from run to run.
func steady(output string) string {
	if strings.HasPrefix(output, "HAPROXY PROCESS ") {
		return regexp.MustCompile(`[0-9.]+`).ReplaceAllString(output, "?")
	}
	output = regexp.MustCompile(`'time'=[0-9.e-]+s`).ReplaceAllString(output, "'time'=?s")
	return regexp.MustCompile(`for [0-9][0-9a-z ]*s`).ReplaceAllString(output, "for ?s")
}

func TestNRPE(t *testing.T) {
	rig.Need(t, "nrpe")
	ask := checkNRPE(t)
	s := newSite(t, "")
	config := strings.NewReplacer("/run/haproxy/monitor.sock", s.socket, "/run/haproxy/operator.sock", s.socket, "/var/log/haproxy.log", s.log).Replace(example(t, "nrpe/check_haproxy.cfg"))
	file := filepath.Join(rig.SharedDir(t), "check_haproxy.cfg")
	if err := os.WriteFile(file, []byte(config), 0o644); err != nil {
		t.Fatal(err)
	}
	port := rig.StartNRPE(t, file)

	commands := regexp.MustCompile(`(?m)^command\[(\w+)\]=(.*)$`).FindAllStringSubmatch(config, -1)
	codes := map[string]int{}
	for _, command := range commands {
		words := strings.Fields(command[2])
		// While HAProxy runs a health check it forgets what the last one said, so
		// two runs can differ: the same has to come once, soon.
		rig.Await(t, func() error {
			want, wantCode := outputOf(t, words[0], words[1:]...)
			got, code := ask(t, port, "-c", command[1])
			codes[command[1]] = code
			if steady(got) != steady(want) || code != wantCode {
				return fmt.Errorf("%s by NRPE exits %d:\n%s\nby itself %d:\n%s", command[1], code, got, wantCode, want)
			}
			return nil
		})
	}
	for command, want := range map[string]int{"check_haproxy_backend_v2": 2, "check_haproxy_backend": 2, "check_haproxy_sessions": 0, "check_haproxy_nosrv_v2": 2} {
		if code, ok := codes[command]; !ok || code != want {
			t.Errorf("%s exits %d, want %d", command, code, want)
		}
	}
	// The default dont_blame_nrpe=0 stays: nobody on the network gives arguments.
	if output, code := ask(t, port, "-c", "check_haproxy_backend_v2", "-a", "--help"); code == 2 || strings.Contains(output, "HAPROXY") {
		t.Errorf("NRPE took an argument: %d %s", code, output)
	}
}

// TestNRPELongOutput: NRPE 4 carries the plugin's 8 KiB whole, perfdata and long
// output included.
func TestNRPELongOutput(t *testing.T) {
	rig.Need(t, "nrpe")
	ask := checkNRPE(t)
	program := filepath.Join(plugins(t), "check_haproxy_backend")
	captures, err := filepath.Abs("../../testdata/captures/3.2/stat.csv")
	if err != nil {
		t.Fatal(err)
	}
	dir := rig.SharedDir(t)
	statistics := filepath.Join(dir, "stat.csv")
	if err := copyFile(captures, statistics); err != nil {
		t.Fatal(err)
	}
	rig.WriteFiles(t, dir, map[string]string{"nrpe.cfg": "command[long]=" + program + " --stats-file " + statistics + " -v --perfdata servers\n"})
	want, wantCode := outputOf(t, program, "--stats-file", statistics, "-v", "--perfdata", "servers")
	if len(want) < 3000 || strings.Count(want, "\n") < 20 {
		t.Fatalf("the plugin's output is too short to test with: %d bytes", len(want))
	}
	got, code := ask(t, rig.StartNRPE(t, filepath.Join(dir, "nrpe.cfg")), "-c", "long")
	if steady(got) != steady(want) || code != wantCode {
		t.Errorf("by NRPE exit code %d and\n%s\nby itself %d and\n%s", code, got, wantCode, want)
	}
}

// checkNRPE returns check_nrpe as a function.
func checkNRPE(t *testing.T) func(t *testing.T, port string, args ...string) (string, int) {
	t.Helper()
	program := "/usr/lib/nagios/plugins/check_nrpe"
	if _, err := os.Stat(program); err != nil {
		program = rig.Need(t, "check_nrpe")
	}
	return func(t *testing.T, port string, args ...string) (string, int) {
		t.Helper()
		return outputOf(t, program, append([]string{"-H", "127.0.0.1", "-p", port, "-t", "30"}, args...)...)
	}
}
