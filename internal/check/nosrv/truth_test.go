package nosrv

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const captures = "../../../testdata/captures"

// answer is what the tests read of the JSON.
type answer struct {
	State      string
	Requests   int
	Unreadable int
	Kinds      map[string]int
	Sections   []struct {
		Name  string
		Kinds map[string]int
	}
}

// counted are the lines without a server by kind and section.
func (a answer) counted() map[string]map[string]int {
	counted := map[string]map[string]int{}
	for _, s := range a.Sections {
		for kind, n := range s.Kinds {
			if n == 0 {
				continue
			}
			if counted[kind] == nil {
				counted[kind] = map[string]int{}
			}
			counted[kind][s.Name] = n
		}
	}
	return counted
}

// ask runs the check and reads its JSON.
func ask(t *testing.T, stdin []byte, args ...string) answer {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code := Main(append(args, "--json"), bytes.NewReader(stdin), &stdout, &stderr)
	var a answer
	if err := json.Unmarshal(stdout.Bytes(), &a); err != nil || code > 2 {
		t.Fatalf("%v exits %d: %s%s (%v)", args, code, &stdout, &stderr, err)
	}
	return a
}

func read(t *testing.T, path ...string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(append([]string{captures}, path...)...))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func readJSON(t *testing.T, value any, path ...string) {
	t.Helper()
	if err := json.Unmarshal(read(t, path...), value); err != nil {
		t.Fatal(err)
	}
}

// What a real HAProxy 1.8 and 3.2 logged of the same situations.
func TestCapturedLogs(t *testing.T) {
	var truth struct {
		NOSRV       map[string]map[string]int            `json:"nosrv"`
		NOSRVExcept map[string]map[string]map[string]int `json:"nosrv_except"`
	}
	for _, version := range []string{"1.8", "3.2"} {
		t.Run(version, func(t *testing.T) {
			readJSON(t, &truth, "truth.json")
			want := truth.NOSRV
			for kind, sections := range truth.NOSRVExcept[version] {
				for section, n := range sections {
					want[kind][section] = n
					if n == 0 {
						delete(want[kind], section)
					}
				}
			}
			log := filepath.Join(captures, version, "raw.log")
			for name, got := range map[string]answer{
				"file":  ask(t, nil, "-f", log, "--at", "2026-11-22T14:12:00Z", "--timezone", "UTC", "--window", "10m"),
				"stdin": ask(t, read(t, version, "raw.log"), "-f", "-", "--at", "2026-11-22T14:12:00Z", "--timezone", "UTC", "--window", "10m"),
			} {
				counted := got.counted()
				intercepted := counted["intercepted"]
				delete(counted, "intercepted")
				if diff := cmp.Diff(want, counted); diff != "" {
					t.Errorf("%s (-want +got):\n%s", name, diff)
				}
				if diff := cmp.Diff(map[string]int{"fe": 19}, intercepted); diff != "" || got.Unreadable != 0 {
					t.Errorf("%s: %d unreadable, intercepted (-want +got):\n%s", name, got.Unreadable, diff)
				}
			}
		})
	}
}

// The same traffic in every format that HAProxy 2.6 has, and in three of an
// operator's own; some user agents and queries say <NOSRV>.
func TestCapturedFormats(t *testing.T) {
	type truth struct {
		NoServer    map[string]int `json:"no-server"`
		Queue       map[string]int `json:"queue"`
		Intercepted int            `json:"intercepted"`
	}
	var truths map[string]truth
	readJSON(t, &truths, "formats-2.6", "truth.json")
	if len(truths) != 9 {
		t.Fatalf("%d formats, want 9", len(truths))
	}
	// Its recording has 52 lines where the others have 54: two redirects are
	// not in it.
	logasap := truths["logasap"]
	logasap.Intercepted -= 2
	truths["logasap"] = logasap
	for format, want := range truths {
		t.Run(format, func(t *testing.T) {
			args := []string{"--at", "2026-11-22T14:20:00Z", "--timezone", "UTC", "--window", "10m", "-f"}
			args = append(args, filepath.Join(captures, "formats-2.6", format+".log"))
			if strings.HasPrefix(format, "custom-") {
				args = append(args, "--log-format", string(read(t, "formats-2.6", format+".format")))
			}
			got := ask(t, nil, args...)
			counted := got.counted()
			seen := truth{NoServer: counted["no-server"], Queue: counted["queue"], Intercepted: got.Kinds["intercepted"]}
			if want.Queue != nil && len(want.Queue) == 0 {
				want.Queue = nil
			}
			if diff := cmp.Diff(want, seen); diff != "" || got.Unreadable != 0 {
				t.Errorf("%d unreadable (-want +got):\n%s", got.Unreadable, diff)
			}
		})
	}
}

// All formats in one file, as after a change of haproxy.cfg.
func TestMixedFormats(t *testing.T) {
	var all []byte
	for _, format := range []string{"httplog", "clf", "captures", "tcplog", "logasap", "httpslog"} {
		all = append(all, read(t, "formats-2.6", format+".log")...)
	}
	got := ask(t, all, "-f", "-", "--at", "2026-11-22T14:20:00Z", "--timezone", "UTC", "--window", "10m")
	want := map[string]map[string]int{"no-server": {"down": 35, "tdown": 7}, "queue": {"queue": 25}}
	counted := got.counted()
	delete(counted, "intercepted")
	if diff := cmp.Diff(want, counted); diff != "" || got.Unreadable != 0 {
		t.Errorf("%d unreadable (-want +got):\n%s", got.Unreadable, diff)
	}
}
