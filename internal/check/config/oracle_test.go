package config

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"check-haproxy/test/rig"
)

var (
	saysTimeouts = regexp.MustCompile(`missing timeouts for \S+ '([^']+)'`)
	saysBackend  = regexp.MustCompile(`unable to find required (?:default_backend|use_backend): '([^']+)'`)
	namedBackend = regexp.MustCompile(`names the backend (\S+), which is not there`)
)

// TestAsHAProxySays holds the rules that HAProxy has as well against its own
// words, on the cases of all rules.
func TestAsHAProxySays(t *testing.T) {
	program := rig.Need(t, "haproxy")
	path := filepath.Join(t.TempDir(), "haproxy.cfg")
	compared := 0
	for _, cases := range ruleCases {
		for _, test := range cases {
			if err := os.WriteFile(path, []byte(test.text+"\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			output, _ := exec.Command(program, "-c", "-f", path).CombinedOutput()
			if strings.Contains(string(output), "Error(s) found in configuration file") {
				continue // it gave up before it looked at the whole
			}
			compared++
			var sections, backends []string
			for _, j := range Judge(Subject{Configuration: parse(t, test.text)}, Options{}) {
				switch {
				case j.Rule.Name == timeouts.Name && j.Severity == Warning:
					sections = append(sections, j.Section)
				case j.Rule.Name == unknownBackend.Name && j.Severity == Warning:
					backends = append(backends, namedBackend.FindStringSubmatch(j.Message)[1])
				}
			}
			if diff := cmp.Diff(said(saysTimeouts, output), sorted(sections)); diff != "" {
				t.Errorf("sections without timeouts (-HAProxy +rule) in\n%s\n%s", test.text, diff)
			}
			if diff := cmp.Diff(said(saysBackend, output), sorted(backends)); diff != "" {
				t.Errorf("backends that are not there (-HAProxy +rule) in\n%s\n%s", test.text, diff)
			}
		}
	}
	if compared < 50 {
		t.Errorf("HAProxy understood %d cases", compared)
	}
}

func said(what *regexp.Regexp, output []byte) []string {
	var names []string
	for _, match := range what.FindAllSubmatch(output, -1) {
		names = append(names, string(match[1]))
	}
	return sorted(names)
}

func sorted(names []string) []string {
	slices.Sort(names)
	return slices.Compact(names)
}
