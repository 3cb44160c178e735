// Package arguments holds what every program's command line has to keep to,
// whatever its flags are.
package arguments

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"check-haproxy/internal/check/backend"
	"check-haproxy/internal/check/certs"
	"check-haproxy/internal/check/config"
	"check-haproxy/internal/check/dns"
	"check-haproxy/internal/check/errors"
	"check-haproxy/internal/check/nosrv"
	"check-haproxy/internal/check/process"
	"check-haproxy/internal/check/sessions"
	"check-haproxy/internal/overview"
	"check-haproxy/internal/plugin"
	"check-haproxy/tools/packagefiles"
)

var mains = map[string]func(args []string, stdin io.Reader, stdout, stderr io.Writer) int{
	"check_haproxy_backend":  backend.Main,
	"check_haproxy_certs":    certs.Main,
	"check_haproxy_config":   config.Main,
	"check_haproxy_dns":      dns.Main,
	"check_haproxy_errors":   errors.Main,
	"check_haproxy_nosrv":    nosrv.Main,
	"check_haproxy_process":  process.Main,
	"check_haproxy_sessions": sessions.Main,
}

const secret = "hunter2secret"

// addresses hold a secret, whatever flag they are put behind.
var addresses = []string{"admin:" + secret + "@192.0.2.1", "/stats?token=" + secret, "~[: admin:" + secret + "@192.0.2.1"}

// words are secrets behind flags whose values are no names.
var words = []string{secret, "5" + secret, "1:" + secret, secret + "=1:" + secret, "a: " + secret}

// named are the flags whose value is a name or a place, which an error repeats:
// without it nobody can tell what was not found.
var named = []string{"--socket", "--url", "--hostname", "--stats-file", "--section", "--exclude", "--file", "--journal", "--ring", "--config", "--state-dir", "--username", "--server-name"}

// TestSecretsInTheWrongPlace: an error about an argument repeats no value that
// can be a secret, in any program, behind any flag.
func TestSecretsInTheWrongPlace(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, program := range packagefiles.Programs() {
		for _, flag := range program.Flags {
			if flag.Value == "" || flag.Long == "--state-dir" { // this one makes a folder of that name
				continue
			}
			values := addresses
			if !slices.Contains(named, flag.Long) {
				values = slices.Concat(values, words)
			}
			for _, value := range values {
				state, output := run(t, program.Manual, flag.Long+"="+value)
				if strings.Contains(output, secret) && state == int(plugin.Unknown) {
					t.Errorf("%s %s=%s repeats the secret:\n%s", program.Name, flag.Long, value, output)
				}
			}
		}
	}
}

// run runs a program with a flag, and something that cannot be asked.
func run(t *testing.T, program plugin.Manual, flag string) (state int, output string) {
	t.Helper()
	args := []string{flag}
	for _, f := range program.Flags {
		if f.Long == "--stats-file" && !strings.HasPrefix(flag, f.Long) {
			args = append(args, "--stats-file=/nonexistent/answer.csv")
		}
		if f.Long == "--state-dir" {
			args = append(args, "--state-dir="+filepath.Join(t.TempDir(), "state"))
		}
	}
	if !program.IsPlugin() {
		return overviewRuns(t, append(args, "--no-lookup"))
	}
	var stdout, stderr bytes.Buffer
	state = mains[program.Name](args, strings.NewReader(""), &stdout, &stderr)
	return state, stdout.String() + stderr.String()
}

func overviewRuns(t *testing.T, args []string) (state int, output string) {
	t.Helper()
	file, err := os.CreateTemp(t.TempDir(), "output")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	var stderr bytes.Buffer
	state = overview.Main(args, nil, file, &stderr)
	text, err := os.ReadFile(file.Name())
	if err != nil {
		t.Fatal(err)
	}
	return state, string(text) + stderr.String()
}
