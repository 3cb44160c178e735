package picture

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"check-haproxy/internal/accesslog"
	"check-haproxy/internal/check"
	"check-haproxy/internal/check/nosrv"
	"check-haproxy/internal/dns"
	"check-haproxy/internal/haproxy"
	"check-haproxy/internal/overview/draw"
	"check-haproxy/internal/plugin"
)

// TestRecorded draws the recorded HAProxys as a terminal of each kind shows
// them.
func TestRecorded(t *testing.T) {
	for _, test := range []struct {
		file, version string
		canvas        draw.Canvas
		verbose       bool
	}{
		{"1.8-pipe.txt", "1.8", draw.Canvas{}, false},
		{"3.2-pipe.txt", "3.2", draw.Canvas{}, false},
		{"3.2-80.txt", "3.2", draw.Canvas{Width: 80}, false},
		{"3.2-40-ascii.txt", "3.2", draw.Canvas{Width: 40, ASCII: true}, false},
		{"3.2-80-color.txt", "3.2", draw.Canvas{Width: 80, Color: true}, false},
		{"3.2-verbose.txt", "3.2", draw.Canvas{Width: 120}, true},
	} {
		golden(t, test.file, Of(recorded(t, test.version)).Lines(test.canvas, test.verbose))
	}
}

// TestCauses holds the causes against what the people who made the recordings
// know.
func TestCauses(t *testing.T) {
	var truth struct {
		Causes map[string]*string            `json:"causes"`
		Except map[string]map[string]*string `json:"causes_except"`
	}
	data, err := os.ReadFile(filepath.Join(captures, "truth.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &truth); err != nil {
		t.Fatal(err)
	}
	// Sections that are not OK here and have no row in the truth: some server
	// of them is down.
	other := map[string]string{"half": "health-check-failed", "bkponly": "health-check-failed", "mixed": "health-check-failed"}
	for _, version := range []string{"1.8", "3.2"} {
		facts := recorded(t, version)
		facts.Log = nil
		for _, s := range Of(facts).sections {
			if s.Availability == nil {
				continue
			}
			want := other[s.Label]
			if cause := truth.Causes[s.Label]; cause != nil {
				want = *cause
			}
			if cause, ok := truth.Except[version][s.Label]; ok && cause == nil {
				want = ""
			}
			if got := string(s.Cause); got != want {
				t.Errorf("%s: cause of %s is %q, want %q", version, s.Label, got, want)
			}
		}
	}
}

func TestWorstFirst(t *testing.T) {
	p := Of(recorded(t, "3.2"))
	for i := range p.sections[1:] {
		if plugin.WorseFirst(p.sections[i].State, p.sections[i+1].State) > 0 {
			t.Errorf("%s (%s) stands before %s (%s)", p.sections[i].Label, p.sections[i].State, p.sections[i+1].Label, p.sections[i+1].State)
		}
	}
	if p.State() != plugin.Critical {
		t.Errorf("the state is %s", p.State())
	}
}

func TestState(t *testing.T) {
	fine := Facts{Backends: []check.Target{backendAt("a", haproxy.Backend{Name: "web", Servers: servers("UP")})}}
	if state := Of(fine).State(); state != plugin.OK {
		t.Errorf("of a server that is up it is %s", state)
	}
	fine.Failures = []string{"cannot connect to b"}
	if state := Of(fine).State(); state != plugin.Unknown {
		t.Errorf("with an endpoint that did not answer it is %s", state)
	}
}

// TestProcessNearItsLimit is a section of its own then; else it has a line in
// the head.
func TestProcessNearItsLimit(t *testing.T) {
	info := &haproxy.Info{Version: "2.6.12-1+deb12u4", Node: "lb1", CurrConns: known(50), Maxconn: known(100), UptimeSec: known(3600)}
	p := Of(Facts{Processes: []Process{{Endpoint: "/run/a.sock", Info: info}}})
	if diff := cmp.Diff([]string{"no sections", "HAProxy 2.6.12 on lb1 (/run/a.sock) up 1h, 50/100 connections ━━━━━─────"}, p.Lines(draw.Canvas{}, false)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	info.CurrConns = known(99)
	text := strings.Join(Of(Facts{Processes: []Process{{Endpoint: "/run/a.sock", Info: info}}}).Lines(draw.Canvas{}, false), "\n")
	for _, want := range []string{"✗ process  OPEN   99/100 ━━━━━━━━━─  99 of 100 connections (99%)", "✗ process: 99 of 100 connections (99%)"} {
		if !strings.Contains(text, want) {
			t.Errorf("there is no %q in\n%s", want, text)
		}
	}
}

// TestFailuresStandFirst: before a table that may be long.
func TestFailuresStandFirst(t *testing.T) {
	facts := recorded(t, "3.2")
	facts.Failures = []string{"cannot connect to /run/b.sock: nobody listens on it"}
	lines := Of(facts).Lines(draw.Canvas{Width: 80}, false)
	if lines[3] != "? cannot connect to /run/b.sock: nobody listens on it" {
		t.Errorf("the picture is\n%s", strings.Join(lines, "\n"))
	}
}

// TestThousandBackends stays readable: those in trouble are there, the others
// are counted; -v lists every one.
func TestThousandBackends(t *testing.T) {
	var facts Facts
	for i := range 1000 {
		status := "UP"
		if i%333 == 5 {
			status = "DOWN"
		}
		b := haproxy.Backend{Name: fmt.Sprintf("app%04d", i), Servers: servers("UP", "UP", status)}
		facts.Backends = append(facts.Backends, backendAt("a", b))
	}
	p := Of(facts)
	text := strings.Join(p.Lines(draw.Canvas{Width: 100}, false), "\n")
	if lines := strings.Count(text, "\n"); lines > 100 {
		t.Errorf("the picture has %d lines", lines)
	}
	for _, want := range []string{"1000 sections: ! 3 WARNING  ✓ 997 OK", "! app0005", "! app0338", "! app0671", "… 957 more OK (-v lists all)"} {
		if !strings.Contains(text, want) {
			t.Errorf("there is no %q in\n%s", want, text)
		}
	}
	verbose := strings.Join(p.Lines(draw.Canvas{Width: 100}, true), "\n")
	if n := strings.Count(verbose, "✓ app"); n != 997 {
		t.Errorf("-v lists %d sections that are OK", n)
	}
}

// TestManyServers shows those of a large section that need a look.
func TestManyServers(t *testing.T) {
	statuses := slices.Repeat([]string{"UP"}, 40)
	statuses[17], statuses[30] = "DOWN", "MAINT"
	all := servers(statuses...)
	all[17].CheckStatus, all[17].CheckCode = "L7STS", known(502)
	p := Of(Facts{Backends: []check.Target{backendAt("a", haproxy.Backend{Name: "web", Servers: all})}})
	want := []string{
		"  SECTION    STATE     SESS  SINCE  CHECK",
		"! web        38/39 up               health checks fail",
		"    s18      DOWN         0    36s  L7STS 502",
		"    s31      MAINT        0    36s",
		"    38 more  38/38 up",
	}
	if diff := cmp.Diff(want, p.Lines(draw.Canvas{}, false)[2:7]); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestSeveralEndpoints puts sections side by side under their labels.
func TestSeveralEndpoints(t *testing.T) {
	facts := Facts{Processes: []Process{{Endpoint: "/run/a.sock", Info: nil}, {Endpoint: "/run/b.sock"}}}
	for i, status := range []string{"UP", "DOWN"} {
		b := backendAt(facts.Processes[i].Endpoint, haproxy.Backend{Name: "web", Servers: servers(status)})
		b.Label = "web@" + b.Endpoint
		facts.Backends = append(facts.Backends, b)
	}
	text := strings.Join(Of(facts).Lines(draw.Canvas{}, false), "\n")
	for _, want := range []string{"statistics from /run/a.sock", "✗ web@/run/b.sock", "✓ web@/run/a.sock"} {
		if !strings.Contains(text, want) {
			t.Errorf("there is no %q in\n%s", want, text)
		}
	}
}

// TestMoved says where a name leads now.
func TestMoved(t *testing.T) {
	down := servers("DOWN")
	down[0].CheckStatus = "L4TOUT"
	down[0].State = &haproxy.ServerState{Address: "192.0.2.1", Port: 80, FQDN: "elb.example.com"}
	b := backendAt("/run/a.sock", haproxy.Backend{Name: "v2", Servers: down})
	moved := dns.Answer{Addresses: []netip.Addr{netip.MustParseAddr("192.0.2.9")}, Lookups: dns.Enough, IPv4: dns.Enough, IPv6: dns.Enough}
	p := Of(Facts{Backends: []check.Target{b}, Names: dns.Answers{Names: map[string]dns.Answer{"elb.example.com": moved}}})
	text := strings.Join(p.Lines(draw.Canvas{}, false), "\n")
	for _, want := range []string{"✗ v2: HAProxy uses an old address (dns-stale)", "192.0.2.1", "192.0.2.9", "dig "} {
		if !strings.Contains(text, want) {
			t.Errorf("there is no %q in\n%s", want, text)
		}
	}
	object, err := plugin.FormatJSON("lshaproxy", p.Result(), 0)
	if err != nil || strings.Count(object, `"cause":"dns-stale"`) != 5 { // the section's, the server's, two checks', the finding's
		t.Errorf("the JSON is %s, %v", object, err)
	}
}

// TestNearItsLimit raises a section for a full server, though there is room on
// another one.
func TestNearItsLimit(t *testing.T) {
	two := servers("UP", "UP")
	two[0].Sessions, two[0].SessionLimit = known(10), known(10)
	two[1].SessionLimit = known(100)
	s := Of(Facts{Backends: []check.Target{backendAt("a", haproxy.Backend{Name: "web", Servers: two})}}).sections[0]
	if s.State != plugin.Critical || s.Findings[0].Evidence != "s1: 10 of 10 sessions (100%)" {
		t.Errorf("it is %s, %s: %+v", s.State, s.Reason(), s.Findings)
	}
	if s.Sessions.Value != 10 || s.Limit.Value != 110 {
		t.Errorf("%d of %d sessions", s.Sessions.Value, s.Limit.Value)
	}
}

// TestLogOnly shows a section in trouble that no statistics were asked about,
// and the requests for which a frontend chose no backend.
func TestLogOnly(t *testing.T) {
	facts := Facts{Log: served(t, map[string]int{"gone": 70, "web": 80}), LogCommand: "tail -n 10000 /var/log/haproxy.log"}
	facts.Frontends = []check.Target{frontendAt("a", haproxy.Frontend{Name: "web", Status: "OPEN", Sessions: known(1)})}
	p := Of(facts)
	if got := []string{p.sections[0].Label, p.sections[1].Label}; !slices.Contains(got, "gone") || !slices.Contains(got, "web") {
		t.Errorf("the sections are %q", got)
	}
	text := strings.Join(p.Lines(draw.Canvas{}, false), "\n")
	for _, want := range []string{
		"✗ gone", "log only", "! web: the frontend chose no backend",
		"70 of 70 requests found no server (14/min), since 14:05:00, none before, no-server 70",
		"$ tail -n 10000 /var/log/haproxy.log | grep -F ' gone/<NOSRV> ' | tail -n 5",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("there is no %q in\n%s", want, text)
		}
	}
}

// served is a log in which requests found no server, evenly in the last five
// minutes; where frontend and backend are both "web", none was chosen.
func served(t testing.TB, requests map[string]int) *nosrv.Outcome {
	stretch := check.Stretch{At: afternoon, Window: nosrv.DefaultWindow, Baseline: nosrv.DefaultBaseline}
	counter := nosrv.NewCounter(stretch, nosrv.DefaultKinds, check.Filter{})
	for backend, n := range requests {
		for i := range n {
			counter.Add(&accesslog.Record{
				Class: accesslog.Request, Times: 1, Own: true, Written: stretch.Begin().Add(time.Duration(i) * stretch.Window / time.Duration(n)).UnixNano(),
				Frontend: []byte("web"), Backend: []byte(backend), Server: []byte("<NOSRV>"), Status: 503, NoServer: true,
				Flags: [2]byte{'S', 'C'}, Request: []byte("GET /?token=secret HTTP/1.1"),
			})
		}
	}
	return judged(counter, stretch.From().Add(-time.Hour))
}

func TestJSON(t *testing.T) {
	facts := recorded(t, "3.2")
	object, err := plugin.FormatJSON("lshaproxy", Of(facts).Result(), 0)
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Check    string
		State    string
		ExitCode int `json:"exit_code"`
		Sections []struct {
			Name, Endpoint, State string
			Up, Total             int
			Sessions, Queue       *int64
			NOSRV                 *int
			Cause                 *string
			Servers               []struct {
				Name, State string
				Sessions    *int64
			}
			Findings []struct{ Commands []string }
		}
	}
	if err := json.Unmarshal([]byte(object), &got); err != nil {
		t.Fatal(err)
	}
	if got.Check != "lshaproxy" || got.State != "CRITICAL" || got.ExitCode != 0 || len(got.Sections) != len(facts.Backends)+len(facts.Frontends)+1 {
		t.Errorf("%s is %s with %d sections", got.Check, got.State, len(got.Sections))
	}
	for _, s := range got.Sections {
		switch s.Name {
		case "queue":
			if *s.Cause != "maxconn-exhausted" || *s.Queue != 5 || *s.NOSRV != 5 || *s.Sessions != 1 || *s.Servers[0].Sessions != 1 || len(s.Findings[0].Commands) == 0 {
				t.Errorf("queue is %+v", s)
			}
		case "up":
			if s.Cause != nil || s.State != "OK" || *s.NOSRV != 0 || s.Up != 2 || s.Total != 2 {
				t.Errorf("up is %+v", s)
			}
		}
	}
	facts.Log = nil
	if object, _ := plugin.FormatJSON("lshaproxy", Of(facts).Result(), 0); strings.Count(object, `"nosrv":null`) != len(got.Sections) {
		t.Error("without a log there is a number of requests without a server")
	}
}

// TestSince: what is as old as the process may be older than its reload.
func TestSince(t *testing.T) {
	for _, test := range []struct {
		change, uptime haproxy.Number
		want           string
	}{
		{known(5), known(60), "5s"},
		{known(60), known(60), "reload"},
		{known(61), known(60), "reload"},
		{known(60), haproxy.Number{}, "1m"},
		{haproxy.Number{}, known(60), ""},
		{known(-1), known(60), ""},
	} {
		if got := since(test.change, test.uptime).String(); got != test.want {
			t.Errorf("%+v with uptime %+v is %q, want %q", test.change, test.uptime, got, test.want)
		}
	}
}

// TestWhoFills names the addresses that most sessions of a full frontend come
// from.
func TestWhoFills(t *testing.T) {
	full := frontendAt("/run/a.sock", haproxy.Frontend{Name: "web", Sessions: known(10), SessionLimit: known(10)})
	sources := &haproxy.Sources{Frontends: map[string]map[string]int{"web": {"192.0.2.1": 1, "192.0.2.2": 5, "192.0.2.3": 2, "2001:db8::1": 1, "192.0.2.9": 1}}}
	for _, test := range []struct {
		cut  bool
		want string
	}{
		{false, "of its 10 streams now 192.0.2.2 has 5, 192.0.2.3 has 2, 192.0.2.1 has 1, 2 other addresses 2"},
		{true, "of those that were counted, of its 10 streams now"},
	} {
		sources.Cut = test.cut
		p := Of(Facts{Frontends: []check.Target{full}, Sources: map[string]*haproxy.Sources{"/run/a.sock": sources}})
		text := strings.Join(p.Lines(draw.Canvas{}, false), "\n")
		for _, want := range []string{test.want, "$ echo 'show sess' | socat stdio /run/a.sock | grep ' fe=web ' | "} {
			if !strings.Contains(text, want) {
				t.Errorf("there is no %q in\n%s", want, text)
			}
		}
	}
	full.Frontend.Sessions = known(1)
	p := Of(Facts{Frontends: []check.Target{full}, Sources: map[string]*haproxy.Sources{"/run/a.sock": sources}})
	if text := strings.Join(p.Lines(draw.Canvas{}, false), "\n"); strings.Contains(text, "192.0.2.2") {
		t.Errorf("of a frontend with room it says\n%s", text)
	}
}
