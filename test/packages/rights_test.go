package packages

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"check-haproxy/test/rig"
)

// asMonitoringUser runs a shell command as nagios, on a system where sudoers is
// the only sudo rule. It does not touch the real one: the files are mounted over
// in a namespace of the command's own, which takes root.
func asMonitoringUser(t *testing.T, sudoers, script string) (string, error) {
	t.Helper()
	dir := rig.SharedDir(t)
	rules, empty := filepath.Join(dir, "sudoers"), filepath.Join(dir, "sudoers.d")
	if err := os.WriteFile(rules, []byte(sudoers), 0o440); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(empty, 0o755); err != nil {
		t.Fatal(err)
	}
	command := exec.Command("unshare", "--mount", "sh", "-ec", `
		mount --bind "$1" /etc/sudoers
		mount --bind "$2" /etc/sudoers.d
		exec setpriv --reuid=nagios --regid=nagios --clear-groups sh -c "$3"`, "sh", rules, empty, script)
	output, err := command.CombinedOutput()
	return string(output), err
}

// secretText is in a file that only root can read.
const secretText = "s3cret-line-of-a-file"

func TestSudoersExample(t *testing.T) {
	rig.Need(t, "sudo")
	rig.Need(t, "visudo")
	rig.Need(t, "nagios4") // for its user
	rig.NeedRoot(t)
	dir := rig.SharedDir(t)
	log, secret := filepath.Join(dir, "haproxy.log"), filepath.Join(dir, "secret")
	line := `Nov 22 14:08:39 lb1 haproxy[1]: 127.0.0.1:1 [22/Nov/2026:14:08:39.000] fe v2/<NOSRV> 0/-1/-1/-1/0 503 217 - - SC-- 1/1/0/0/0 0/0 "GET / HTTP/1.1"` + "\n"
	for name, content := range map[string]string{log: line, secret: secretText + "\n"} {
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if output, err := exec.Command("chgrp", "adm", log).CombinedOutput(); err != nil {
		t.Fatalf("chgrp: %s", output)
	}
	if err := os.Chmod(log, 0o640); err != nil {
		t.Fatal(err)
	}
	rules := strings.ReplaceAll(example(t, "sudoers/check_haproxy"), "/var/log/haproxy.log", log)
	program := filepath.Join(plugins(t), "check_haproxy_nosrv")

	file := filepath.Join(dir, "rules")
	if err := os.WriteFile(file, []byte(rules), 0o440); err != nil {
		t.Fatal(err)
	}
	if output, err := exec.Command("visudo", "-c", "-f", file).CombinedOutput(); err != nil {
		t.Fatalf("visudo: %v\n%s", err, output)
	}

	if output, _ := asMonitoringUser(t, rules, program+" -f "+log); !strings.Contains(output, "permission denied") {
		t.Fatalf("the log can be read without sudo, so this test shows nothing: %s", output)
	}
	output, _ := asMonitoringUser(t, rules, fmt.Sprintf("sudo -n -g adm %s -f %s", program, log))
	if !strings.HasPrefix(output, "HAPROXY NOSRV ") || strings.Contains(output, "permission denied") {
		t.Errorf("with the example's rule the check says %q", output)
	}
	for _, attempt := range []string{
		"sudo -n %s -f " + log,                                 // as root
		"sudo -n -g adm %s -f " + log + " -f " + secret,        // one more file
		"sudo -n -g adm %s -f '" + log + " -f " + secret + "'", // in one word
		"sudo -n -g adm %s --config " + secret + " -f " + log,
		"sudo -n -g adm %s",
		"sudo -n -g adm cat " + log + " %s",
	} {
		attempt = fmt.Sprintf(attempt, program)
		if output, err := asMonitoringUser(t, rules, attempt); err == nil || strings.Contains(output, "HAPROXY") || strings.Contains(output, secretText) {
			t.Errorf("%s is allowed: %s", attempt, output)
		}
	}

	// And the naive rules of the example's comment are as bad as it says: the
	// plugin, as root, sends the file's first line as a password.
	passwords := make(chan string, 8)
	page := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if _, password, ok := r.BasicAuth(); ok {
			passwords <- password
		}
	}))
	defer page.Close()
	attempt := fmt.Sprintf("sudo -n %s -f %s -u %s -U x --password-file %s", program, log, page.URL, secret)
	for _, naive := range []string{"nagios ALL=(root) NOPASSWD: PROGRAM *\n", "nagios ALL=(root) NOPASSWD: PROGRAM -f LOG*\n"} {
		output, _ := asMonitoringUser(t, strings.NewReplacer("PROGRAM", program, "LOG", log).Replace(naive), attempt)
		select {
		case password := <-passwords:
			if password != secretText {
				t.Errorf("%s sends %q", attempt, password)
			}
		default:
			t.Errorf("%s sends nothing of the file, so the example's warning is wrong: %s", attempt, output)
		}
	}
	if output, err := asMonitoringUser(t, rules, strings.Replace(attempt, "sudo -n", "sudo -n -g adm", 1)); err == nil || len(passwords) > 0 {
		t.Errorf("by the example's rule %s is allowed: %s", attempt, output)
	}
}

// TestRsyslogExamples has rsyslog itself read them.
func TestRsyslogExamples(t *testing.T) {
	rsyslogd := rig.Need(t, "rsyslogd")
	for _, name := range []string{"49-haproxy.conf", "udp.conf"} {
		file := filepath.Join(rig.SharedDir(t), name)
		// Debian's rsyslog.conf has loaded imuxsock when it includes the file.
		config := "module(load=\"imuxsock\")\n" + example(t, "rsyslog/"+name)
		if err := os.WriteFile(file, []byte(config), 0o644); err != nil {
			t.Fatal(err)
		}
		output, err := exec.Command(rsyslogd, "-N1", "-f", file).CombinedOutput()
		if err != nil || strings.Contains(string(output), "error") {
			t.Errorf("rsyslogd -N1 on %s: %v\n%s", name, err, output)
		}
	}
}
