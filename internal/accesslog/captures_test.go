package accesslog

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"check-haproxy/internal/accesslog/logformat"
)

const captures = "../../testdata/captures"

// tally counts records the way the README's table of kinds does.
type tally struct {
	kinds      map[string]map[string]int // kind: section: lines
	unreadable []string
	classes    map[Class]int
}

// kindOf is the README's table of termination flags.
func kindOf(flags [2]byte) string {
	first, second := flags[0], flags[1]
	switch {
	case second == 'Q':
		return "queue"
	case first == 'S' && second == 'C', first == 's' && second == 'C':
		return "no-server"
	case first == 'R', first == 'P' && second == 'C':
		return "resource"
	case first == 'I':
		return "internal"
	case first == 'L', first == 'P':
		return "intercepted"
	case first == 'C', first == 'c':
		return "client"
	case first == 'K', first == 'D', first == 'U':
		return "killed"
	}
	return "other"
}

func count(p *Parser, data []byte) tally {
	t := tally{kinds: map[string]map[string]int{}, classes: map[Class]int{}}
	p.Scan(data, false, func(r *Record) {
		t.classes[r.Class]++
		if r.Class != Request || !r.NoServer {
			return
		}
		k := kindOf(r.Flags)
		if t.kinds[k] == nil {
			t.kinds[k] = map[string]int{}
		}
		t.kinds[k][string(r.Backend)]++
	})
	for line := range bytes.Lines(data) {
		var r Record
		if p.parseReference(trimEnd(line), false, &r); r.Class == Unreadable && len(trimEnd(line)) > 0 {
			t.unreadable = append(t.unreadable, string(line))
		}
	}
	return t
}

func (t tally) sum(kind string) (n int) {
	for _, v := range t.kinds[kind] {
		n += v
	}
	return n
}

func readFile(t testing.TB, path ...string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

var testOptions = Options{Location: time.UTC, Now: time.Date(2026, 11, 22, 15, 0, 0, 0, time.UTC)}

// The whole mix of situations as HAProxy 1.8 and 3.2 logged it.
func TestCapturesTruth(t *testing.T) {
	var truth struct {
		NoSrv  map[string]map[string]int            `json:"nosrv"`
		Except map[string]map[string]map[string]int `json:"nosrv_except"`
	}
	if err := json.Unmarshal(readFile(t, captures, "truth.json"), &truth); err != nil {
		t.Fatal(err)
	}
	for _, version := range []string{"1.8", "3.2"} {
		t.Run(version, func(t *testing.T) {
			got := count(New(testOptions), readFile(t, captures, version, "raw.log"))
			if len(got.unreadable) > 0 {
				t.Errorf("unreadable: %q", got.unreadable)
			}
			for k, want := range truth.NoSrv {
				sections := map[string]int{}
				for section, n := range want {
					if except, ok := truth.Except[version][k][section]; ok {
						n = except
					}
					if n > 0 {
						sections[section] = n
					}
				}
				if diff := cmp.Diff(sections, got.kinds[k]); diff != "" {
					t.Errorf("%s (-truth +got):\n%s", k, diff)
				}
			}
			if got.classes[Transition] == 0 || got.classes[Message] == 0 || got.classes[Request] == 0 {
				t.Errorf("classes %v", got.classes)
			}
		})
	}
}

// The same traffic through every log format of HAProxy 2.6. User agents and
// queries say <NOSRV> on purpose.
func TestFormatsTruth(t *testing.T) {
	truth := map[string]map[string]json.RawMessage{}
	if err := json.Unmarshal(readFile(t, captures, "formats-2.6", "truth.json"), &truth); err != nil {
		t.Fatal(err)
	}
	for name, kinds := range truth {
		t.Run(name, func(t *testing.T) {
			got := count(formatParser(t, name), readFile(t, captures, "formats-2.6", name+".log"))
			if len(got.unreadable) > 0 {
				t.Errorf("%d unreadable, first: %q", len(got.unreadable), got.unreadable[0])
			}
			for k, raw := range kinds {
				var total int
				if json.Unmarshal(raw, &total) == nil {
					if name == "logasap" {
						total -= 2 // recorded without two of its redirects: 52 lines, not 54
					}
					if n := got.sum(k); n != total {
						t.Errorf("%s: %d, want %d", k, n, total)
					}
					continue
				}
				want := map[string]int{}
				if err := json.Unmarshal(raw, &want); err != nil {
					t.Fatal(err)
				}
				if len(want) == 0 {
					want = nil
				}
				if diff := cmp.Diff(want, got.kinds[k]); diff != "" {
					t.Errorf("%s (-truth +got):\n%s", k, diff)
				}
			}
		})
	}
}

// formatParser is a parser for one of the captured formats.
func formatParser(t testing.TB, name string) *Parser {
	t.Helper()
	o := testOptions
	if text, err := os.ReadFile(filepath.Join(captures, "formats-2.6", name+".format")); err == nil {
		f, err := logformat.Compile(string(text))
		if err != nil {
			t.Fatal(err)
		}
		o.Formats = []*logformat.Format{f}
	}
	return New(o)
}
