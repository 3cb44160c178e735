package nosrv

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Small logs of kinds that were once read wrongly: formats of operators' own,
// containers' prefixes, what syslog daemons make of lines. cases.json says what is
// right of each, and why.
func TestReadingCases(t *testing.T) {
	t.Setenv("TZ", "UTC")
	const folder = "testdata/cases"
	data, err := os.ReadFile(filepath.Join(folder, "cases.json"))
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Name, Why  string
		Args       []string
		Exit       []int
		NOSRV      *int
		Unreadable *int
		Causes     map[string]string
		Has        []string `json:"text_has"`
		HasNot     []string `json:"text_hasnot"`
	}
	if err := json.Unmarshal(data, &cases); err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			args := []string{"--timezone", "UTC"}
			for _, arg := range c.Args {
				if path := filepath.Join(folder, arg); !strings.HasPrefix(arg, "-") {
					if _, err := os.Stat(path); err == nil {
						arg = path
					}
				}
				args = append(args, arg)
			}
			var text, stdout, stderr bytes.Buffer
			if code := Main(args, nil, &text, &stderr); !slices.Contains(c.Exit, code) {
				t.Errorf("%s: exits %d, want %v: %s", c.Why, code, c.Exit, &text)
			}
			for _, word := range c.Has {
				if !strings.Contains(text.String()+stderr.String(), word) {
					t.Errorf("%s: %q is not in %s", c.Why, word, &text)
				}
			}
			for _, word := range c.HasNot {
				if strings.Contains(text.String(), word) {
					t.Errorf("%s: %q is in %s", c.Why, word, &text)
				}
			}
			Main(append(args, "--json"), nil, &stdout, &stderr)
			var got struct {
				NOSRV, Unreadable int
				Sections          []struct{ Name, Cause string }
			}
			if err := json.Unmarshal(stdout.Bytes(), &got); err != nil {
				if c.NOSRV != nil || c.Unreadable != nil || c.Causes != nil {
					t.Fatalf("%v: %s", err, &stdout)
				}
				return
			}
			if c.NOSRV != nil && got.NOSRV != *c.NOSRV || c.Unreadable != nil && got.Unreadable != *c.Unreadable {
				t.Errorf("%s: %d found no server, %d unreadable", c.Why, got.NOSRV, got.Unreadable)
			}
			for _, s := range got.Sections {
				if want, ok := c.Causes[s.Name]; ok && s.Cause != want {
					t.Errorf("%s: the cause of %s is %s, want %s", c.Why, s.Name, s.Cause, want)
				}
			}
		})
	}
}
