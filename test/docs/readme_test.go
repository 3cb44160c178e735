// Package readme runs the examples of the README, so that they cannot go stale.
package docs

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const root = "../.."

// The examples speak of a HAProxy at its usual socket and of its log; here
// recorded ones answer.
var recorded = strings.NewReplacer(
	"-S /run/haproxy/admin.sock", "--stats-file testdata/captures/3.2/stat.csv",
	"check_haproxy_nosrv --at", "check_haproxy_nosrv -f testdata/logs/incident.log --at",
	"/usr/lib/nagios/plugins/", "",
)

// TestExamples runs every "$ command" of a ```console block. The lines after it
// are its output; "…" stands for anything, and "$ echo $?" for the exit code of
// the command before.
func TestExamples(t *testing.T) {
	bin := buildAll(t)
	text, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	examples := parse(string(text))
	if len(examples) < 5 {
		t.Fatalf("found %d examples in the README", len(examples))
	}
	for _, e := range examples {
		output, code := run(t, bin, recorded.Replace(e.command))
		if !matches(e.output, output) {
			t.Errorf("$ %s\n(-README +now):\n%s", e.command, cmp.Diff(e.output, output))
		}
		if e.code != "" && e.code != code {
			t.Errorf("$ %s\nexits %s, the README says %s", e.command, code, e.code)
		}
	}
}

type example struct{ command, output, code string }

func parse(readme string) []example {
	var found []example
	inside := false
	for line := range strings.Lines(readme) {
		last := len(found) - 1
		switch {
		case strings.HasPrefix(line, "```"):
			inside = !inside && strings.TrimSpace(line) == "```console"
		case !inside:
		case strings.HasPrefix(line, "$ echo $?"):
			found[last].code = "next"
		case strings.HasPrefix(line, "$ "):
			found = append(found, example{command: strings.TrimSpace(line[2:])})
		case found[last].code == "next":
			found[last].code = strings.TrimSpace(line)
		default:
			found[last].output += line
		}
	}
	return found
}

var changing = regexp.MustCompile(`'time'=[0-9.]+s`)

func matches(want, got string) bool {
	pattern := regexp.QuoteMeta(changing.ReplaceAllString(want, "'time'=0s"))
	pattern = strings.ReplaceAll(pattern, "…", ".*")
	return regexp.MustCompile(`(?s)^` + pattern + `$`).MatchString(changing.ReplaceAllString(got, "'time'=0s"))
}

func run(t *testing.T, bin, command string) (output, code string) {
	t.Helper()
	cmd := exec.Command("sh", "-c", command)
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"), "TZ=UTC")
	out, err := cmd.Output()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return string(out), strings.TrimPrefix(cmd.ProcessState.String(), "exit status ")
}

func buildAll(t *testing.T) string {
	t.Helper()
	bin := t.TempDir()
	cmd := exec.Command("go", "build", "-o", bin, "./cmd/...")
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return bin
}
