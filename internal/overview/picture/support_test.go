package picture

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"check-haproxy/internal/accesslog"
	"check-haproxy/internal/check"
	"check-haproxy/internal/check/nosrv"
	"check-haproxy/internal/dns"
	"check-haproxy/internal/haproxy"
)

const captures = "../../../testdata/captures"

// afternoon is shortly after the captures' last request.
var afternoon = time.Date(2026, 11, 22, 14, 10, 0, 0, time.UTC)

// recorded are the facts of a recorded HAProxy, its log included.
func recorded(t testing.TB, version string) Facts {
	t.Helper()
	const endpoint = "/run/haproxy/admin.sock"
	stats, err := haproxy.NewReader(open(t, version, "stat.csv")).Stats(haproxy.FileEnd)
	if err != nil {
		t.Fatal(err)
	}
	states, err := haproxy.NewReader(open(t, version, "servers-state.txt")).ServersState()
	if err != nil {
		t.Fatal(err)
	}
	stats.Join(states)
	info, err := haproxy.NewReader(open(t, version, "info.txt")).Info()
	if err != nil {
		t.Fatal(err)
	}
	facts := Facts{At: afternoon, Processes: []Process{{Endpoint: endpoint, Info: info}}, LogCommand: "tail -n 10000 /var/log/haproxy.log"}
	for _, f := range stats.Frontends {
		facts.Frontends = append(facts.Frontends, frontendAt(endpoint, f))
	}
	for _, b := range stats.Backends {
		facts.Backends = append(facts.Backends, backendAt(endpoint, b))
	}
	facts.Log = readLog(t, version, facts.Backends)
	return facts
}

func frontendAt(endpoint string, f haproxy.Frontend) check.Target {
	if f.Status == "" {
		f.Status = "OPEN"
	}
	return check.Target{Name: f.Name, Label: f.Name, Names: []string{f.Name}, Endpoint: endpoint, Address: endpoint, Frontend: &f}
}

func backendAt(endpoint string, b haproxy.Backend) check.Target {
	if b.Status == "" {
		b.Status = "UP"
	}
	return check.Target{Name: b.Name, Label: b.Name, Names: []string{b.Name}, Endpoint: endpoint, Address: endpoint, Backend: &b}
}

func open(t testing.TB, version, name string) *bytes.Reader {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(captures, version, name))
	if err != nil {
		t.Fatal(err)
	}
	return bytes.NewReader(data)
}

func readLog(t testing.TB, version string, backends []check.Target) *nosrv.Outcome {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(captures, version, "raw.log"))
	if err != nil {
		t.Fatal(err)
	}
	counter := nosrv.NewCounter(check.Stretch{At: afternoon, Window: nosrv.DefaultWindow, Baseline: nosrv.DefaultBaseline}, nosrv.DefaultKinds, check.Filter{})
	accesslog.New(accesslog.Options{Location: time.UTC, Now: afternoon}).Scan(data, false, counter.Add)
	return judged(counter, afternoon.Add(-2*time.Hour), backends...)
}

// judged judges a log that begins then and goes on until the afternoon.
func judged(counter *nosrv.Counter, earliest time.Time, backends ...check.Target) *nosrv.Outcome {
	options := nosrv.Defaults()
	options.Facts = nosrv.Facts(nil, backends, dns.Answers{}, afternoon)
	lines := check.NewLines(check.Stretch{At: afternoon}, false)
	lines.Readable = 1
	return nosrv.Judge(counter, check.Log{Lines: lines, Earliest: earliest, Own: afternoon, Newest: afternoon}, options)
}

// golden holds lines against a file; UPDATE_GOLDEN=1 writes it.
func golden(t *testing.T, name string, lines []string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	got := strings.Join(lines, "\n") + "\n"
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

var escapes = regexp.MustCompile("\x1b\\[[0-9;]*m")

// visible is a line without its colour.
func visible(line string) string { return escapes.ReplaceAllString(line, "") }

func known(n int64) haproxy.Number { return haproxy.Number{Value: n, Known: true} }

// servers makes servers of statuses, "s1", "s2" and so on.
func servers(statuses ...string) []haproxy.Server {
	var list []haproxy.Server
	for i, status := range statuses {
		list = append(list, haproxy.Server{Name: fmt.Sprintf("s%d", i+1), Status: status, Weight: known(1), Sessions: known(0), LastChange: known(36)})
	}
	return list
}
