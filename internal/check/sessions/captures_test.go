package sessions

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"check-haproxy/internal/check"
	"check-haproxy/internal/haproxy"
)

func openCapture(t *testing.T, version, name string) *haproxy.Reader {
	t.Helper()
	file, err := os.Open(filepath.Join("..", "..", "..", "testdata", "captures", version, name))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = file.Close() })
	return haproxy.NewReader(file)
}

// TestCaptures judges recorded answers of real HAProxy: full has 18 of 20 slots
// taken, queue all and five requests that wait, up room for 200, half no limit.
func TestCaptures(t *testing.T) {
	want := map[string][]string{
		"up":      {"OK up/u1 0/100 queue 0", "OK up/u2 0/100 queue 0", "OK up 0/200 queue 0"},
		"full":    {"WARNING full/f1 9/10 queue 0", "WARNING full/f2 9/10 queue 0", "WARNING full 18/20 queue 0"},
		"queue":   {"CRITICAL queue/q1 1/1 queue 0", "CRITICAL queue 1/1 queue 5 maxconn-exhausted"},
		"half":    {"OK half/h1 0/- queue 0", "OK half/h2 0/- queue 0", "OK half 0/- queue 0"},
		"bkponly": {"OK bkponly/p1 0/- queue 0", "OK bkponly/b1 0/- queue 0", "OK bkponly 0/- queue 0"},
		"zero":    {"OK zero/z1 0/- queue 0", "OK zero 0/- queue 0"},
		"empty":   {"OK empty 0/- queue 0"},
	}
	for _, version := range []string{"1.8", "3.2"} {
		stats, err := openCapture(t, version, "stat.csv").Stats(haproxy.EmptyLine)
		if err != nil {
			t.Fatal(err)
		}
		seen := 0
		for i := range stats.Backends {
			b := &stats.Backends[i]
			if want[b.Name] == nil {
				continue
			}
			seen++
			var got []string
			for _, v := range judgeAll(t, named(b.Name, check.Target{Backend: b})) {
				got = append(got, describe(v))
			}
			if diff := cmp.Diff(want[b.Name], got); diff != "" {
				t.Errorf("%s in HAProxy %s (-want +got):\n%s", b.Name, version, diff)
			}
		}
		if seen != len(want) {
			t.Errorf("HAProxy %s: %d of %d backends seen", version, seen, len(want))
		}
	}
}

func TestCapturesOfFrontendAndProcess(t *testing.T) {
	for version, want := range map[string][]string{
		"1.8": {"OK process 24/200", "OK stats 0/2000", "OK fe 24/2000", "OK tcpfe 0/2000"},
		"3.2": {"OK process 24/200", "OK stats 0/200", "OK fe 24/200", "OK tcpfe 0/200"},
	} {
		info, err := openCapture(t, version, "info.txt").Info()
		if err != nil {
			t.Fatal(err)
		}
		verdicts := JudgeProcess(subject("process"), *info, defaults(t))
		stats, err := openCapture(t, version, "stat.csv").Stats(haproxy.EmptyLine)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range stats.Frontends {
			verdicts = append(verdicts, JudgeFrontend(frontend(f), defaults(t))...)
		}
		var got []string
		for _, v := range verdicts {
			got = append(got, describe(v))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("HAProxy %s (-want +got):\n%s", version, diff)
		}
	}
}

// describe prints a verdict in short: "WARNING full 18/20 queue 0".
func describe(v Verdict) string {
	limit := "-"
	if v.Usage.Limit.Known {
		limit = fmt.Sprint(v.Usage.Limit.Value)
	}
	text := fmt.Sprintf("%s %s %d/%s", v.State, v.Name, v.Usage.Current.Value, limit)
	if v.Queue.Current.Known {
		text += fmt.Sprintf(" queue %d", v.Queue.Current.Value)
	}
	if v.Cause != "" {
		text += " " + string(v.Cause)
	}
	return text
}
