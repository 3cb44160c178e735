package nosrv

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"check-haproxy/internal/check"
	"check-haproxy/internal/haproxy/endpoint"
	"check-haproxy/internal/plugin"
)

// statsPage is a HAProxy's stats page, as far as counting goes.
type statsPage struct {
	url string

	mutex sync.Mutex
	rows  string // "v2 10 3" is a BACKEND row with its stot and econ, "v2/s1 3" a server's with its econ
}

func startPage(t *testing.T) *statsPage {
	t.Helper()
	p := &statsPage{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, p.csv()) }))
	t.Cleanup(server.Close)
	p.url = server.URL + "/haproxy?stats"
	return p
}

func (p *statsPage) csv() string {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	var b strings.Builder
	b.WriteString("# pxname,svname,status,weight,bck,type,lastchg,stot,econ,\n")
	for row := range strings.SplitSeq(p.rows, ",") {
		fields := strings.Fields(row)
		if section, server, is := strings.Cut(fields[0], "/"); is {
			status := "DOWN"
			if strings.HasPrefix(server, "up") {
				status = "UP"
			}
			fmt.Fprintf(&b, "%s,%s,%s,1,0,2,9000,0,%s,\n", section, server, status, fields[1])
		} else {
			fmt.Fprintf(&b, "%s,BACKEND,UP,1,0,1,9000,%s,%s,\n", fields[0], fields[1], fields[2])
		}
	}
	return b.String()
}

func (p *statsPage) set(rows string) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.rows = rows
}

// countedAnswer is the JSON of a run.
type countedAnswer struct {
	State         string
	ExitCode      int `json:"exit_code"`
	Summary       string
	NOSRV         uint64
	Requests      uint64
	Kinds         map[string]uint64
	WindowSeconds float64 `json:"window_seconds"`
	Sections      []struct {
		Name, State, Cause string
	}
}

// counters runs the plugin with --counters and returns its JSON and exit code.
func (p *statsPage) counters(t *testing.T, dir string, more ...string) (countedAnswer, int) {
	t.Helper()
	var stdout bytes.Buffer
	args := append([]string{"--counters", "-u", p.url, "--state-dir", dir, "--sample", "20ms", "--json", "--no-lookup"}, more...)
	code := Main(args, nil, &stdout, io.Discard)
	var a countedAnswer
	if err := json.Unmarshal(stdout.Bytes(), &a); err != nil {
		t.Fatalf("%v: %s", err, stdout.String())
	}
	return a, code
}

// TestCountersOverPage: what a page tells in a row of runs.
func TestCountersOverPage(t *testing.T) {
	p, dir := startPage(t), t.TempDir()
	for i, run := range []struct {
		rows string
		want string // state, nosrv of requests
	}{
		{"v2/d1 0,v2 100 50,web/up1 7,web 1000 7", "OK 0 of 0"},
		{"v2/d1 0,v2 107 57,web/up1 9,web 1003 9", "CRITICAL 7 of 10"},
		{"v2/d1 0,v2 107 57,web/up1 9,web 2003 9", "CRITICAL 7 of 1010"},
		{"v2/d1 0,v2 3 3,web/up1 0,web 5 0", "OK 0 of 0"},                // another HAProxy, or a restart: two new samples
		{"v2/d1 0,v2 109 59,web/up1 9,web 3003 9", "CRITICAL 9 of 2012"}, // the first one again
	} {
		p.set(run.rows)
		a, code := p.counters(t, dir)
		if got := fmt.Sprintf("%s %d of %d", a.State, a.NOSRV, a.Requests); got != run.want || code != a.ExitCode {
			t.Errorf("run %d: %s, exit code %d, want %s", i, got, code, run.want)
		}
	}
}

// TestCountersKinds: as far as the statistics show which kind it was, and why.
func TestCountersKinds(t *testing.T) {
	p, dir := startPage(t), t.TempDir()
	p.set("v2/d1 0,v2 10 5,queue/up1 0,queue 10 5")
	p.counters(t, dir)
	p.set("v2/d1 0,v2 19 14,queue/up1 0,queue 20 15")
	a, _ := p.counters(t, dir)
	if a.Kinds["no-server"] != 9 || a.Kinds["queue"] != 10 {
		t.Errorf("kinds %v", a.Kinds)
	}
	causes := map[string]string{}
	for _, s := range a.Sections {
		causes[s.Name] = s.Cause
	}
	if causes["queue"] != "maxconn-exhausted" || causes["v2"] != "unknown" {
		t.Errorf("causes %v", causes)
	}
}

// TestCountersThresholds: the same limits as for a log.
func TestCountersThresholds(t *testing.T) {
	for _, test := range []struct {
		args []string
		want plugin.State
	}{
		{nil, plugin.Critical},
		{[]string{"-c", "10"}, plugin.Warning},
		{[]string{"-w", "none", "-c", "none"}, plugin.OK},
		{[]string{"-w", "v2=none", "-c", "v2=none"}, plugin.OK},
		{[]string{"-s", "web"}, plugin.OK},
		{[]string{"-x", "v*"}, plugin.OK},
		{[]string{"-s", "web", "-s", "nobody"}, plugin.Unknown},
		{[]string{"-s", "idle", "--no-traffic", "warning"}, plugin.Warning},
	} {
		p, dir := startPage(t), t.TempDir()
		p.set("v2/d1 0,v2 10 5,web/up1 0,web 100 0,idle 0 0")
		p.counters(t, dir, test.args...)
		p.set("v2/d1 0,v2 19 14,web/up1 0,web 900 0,idle 0 0")
		if _, code := p.counters(t, dir, test.args...); code != int(test.want) {
			t.Errorf("%q: exit code %d, want %d", test.args, code, test.want)
		}
	}
}

// TestDamagedCounter: one section that cannot be judged is UNKNOWN, the others
// are judged.
func TestDamagedCounter(t *testing.T) {
	p, dir := startPage(t), t.TempDir()
	p.set("v2/d1 0,v2 10 x,web/up1 0,web 100 0")
	p.counters(t, dir)
	a, code := p.counters(t, dir)
	states := map[string]string{}
	for _, s := range a.Sections {
		states[s.Name] = s.State
	}
	if code != int(plugin.Unknown) || states["v2"] != "UNKNOWN" || !strings.Contains(a.Summary, "v2 cannot be judged: column econ") {
		t.Errorf("exit code %d, %v: %s", code, states, a.Summary)
	}
}

// TestSpoiledFolder: whatever became of what was kept, there is an answer or a
// sentence.
func TestSpoiledFolder(t *testing.T) {
	p := startPage(t)
	p.set("v2/d1 0,v2 10 5")
	dir := t.TempDir()
	p.counters(t, dir)
	files, err := filepath.Glob(filepath.Join(dir, "*.samples"))
	if err != nil || len(files) != 1 {
		t.Fatalf("%v, %v", files, err)
	}
	whole, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, damaged := range [][]byte{nil, whole[:len(whole)/2], append(bytes.Clone(whole), 0), []byte("rubbish")} {
		if err := os.WriteFile(files[0], damaged, 0o600); err != nil {
			t.Fatal(err)
		}
		if a, code := p.counters(t, dir); code != 0 || a.WindowSeconds > 1 {
			t.Errorf("exit code %d, %+v: it has to be like a first run", code, a)
		}
	}
	// Of 500 more that are damaged at random none is taken for another.
	random := rand.New(rand.NewPCG(12, 500))
	for range 500 {
		damaged := bytes.Clone(whole)
		damaged[random.IntN(len(damaged))] ^= byte(1 + random.IntN(255))
		damaged = damaged[:len(damaged)-random.IntN(2)*random.IntN(len(damaged))]
		if err := os.WriteFile(files[0], damaged, 0o600); err != nil {
			t.Fatal(err)
		}
		if a, code := p.counters(t, dir, "--sample", "1us"); code != 0 || a.WindowSeconds > 1 {
			t.Fatalf("exit code %d, %+v: it has to be like a first run", code, a)
		}
	}
}

// TestRefusedFolder: a folder that somebody else could write into, or the user
// cannot, is no place for samples: there is a sentence, and no verdict.
func TestRefusedFolder(t *testing.T) {
	p, parent := startPage(t), t.TempDir()
	p.set("v2/d1 0,v2 10 5")
	own, link, file, foreign := filepath.Join(parent, "own"), filepath.Join(parent, "link"), filepath.Join(parent, "file"), filepath.Join(parent, "foreign")
	for _, err := range []error{os.Mkdir(own, 0o700), os.Symlink(own, link), os.WriteFile(file, nil, 0o600), os.Mkdir(foreign, 0o777)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	refused := map[string]string{link: "it is a link", file: "it cannot be made", filepath.Join(file, "below"): "it cannot be made", "/proc/nothing": "it cannot be made"}
	if os.Chown(foreign, 65534, 65534) == nil {
		refused[foreign] = "it belongs to another user"
	}
	for folder, why := range refused {
		if a, code := p.counters(t, folder); code != int(plugin.Unknown) || !strings.Contains(a.Summary, "is not used for samples: "+why) {
			t.Errorf("%s: exit code %d, %s", folder, code, a.Summary)
		}
	}
}

// TestCrowdOfChecks: twenty at once all have an answer, and leave a file that the
// next one reads.
func TestCrowdOfChecks(t *testing.T) {
	p, dir := startPage(t), t.TempDir()
	p.set("v2/d1 0,v2 10 5")
	var crowd sync.WaitGroup
	for range 20 {
		crowd.Go(func() {
			if a, code := p.counters(t, dir); code != 0 {
				t.Errorf("exit code %d: %s", code, a.Summary)
			}
		})
	}
	crowd.Wait()
	p.set("v2/d1 0,v2 20 15")
	if a, code := p.counters(t, dir); code != int(plugin.Critical) || a.NOSRV != 10 {
		t.Errorf("afterwards: exit code %d, %d requests without a server", code, a.NOSRV)
	}
}

// TestWorseStretchCounts: after a weekend in which nobody asked, what happened in
// it and what happens now are judged, and the worse counts.
func TestWorseStretchCounts(t *testing.T) {
	for _, test := range []struct {
		weekend, now int // requests without a server
		want         plugin.State
		nosrv        uint64
	}{
		{0, 0, plugin.OK, 0},
		{0, 7, plugin.Critical, 7},
		{20_000, 0, plugin.Critical, 20_000},
		{20_000, 7, plugin.Critical, 7},
	} {
		l := newLab()
		l.sample(time.Minute, "v2 100000 100")
		l.sample(60*time.Hour, fmt.Sprintf("v2 %d %d", 120_000, 100+test.weekend))
		window, _ := l.series.Spans()
		weekend := check.SampledStretch{Window: window}
		l.sample(2*time.Second, fmt.Sprintf("v2 %d %d", 120_010, 100+test.weekend+test.now))
		window, _ = l.series.Spans()
		answer := &endpoint.Answer{Name: "lb1"}
		for i := range l.targets {
			l.targets[i].Endpoint = "lb1"
		}
		out := judgeSampled([]check.Sampled{{Answer: answer, Series: l.series, Judge: []check.SampledStretch{weekend, {Window: window}}}}, l.targets, Samples(5*time.Minute, time.Hour), Defaults())
		if got := plugin.Worst(out.Sections[0].State, out.Total.State); got != test.want || out.Sections[0].NOSRV != test.nosrv {
			t.Errorf("%d on the weekend and %d now: %s, %d", test.weekend, test.now, got, out.Sections[0].NOSRV)
		}
	}
}

// TestTogether: many sections that lose a few each are an outage.
func TestTogether(t *testing.T) {
	var counts []sampledCount
	for range 100 {
		counts = append(counts, sampledCount{target: check.Target{Names: []string{"x"}}, requests: 6, nosrv: 4})
	}
	if total := judgeTogether(counts, 5*time.Minute, Defaults()); total.State != plugin.Critical || total.NOSRV != 400 {
		t.Errorf("together %s, %d", total.State, total.NOSRV)
	}
}

func TestCountersRefused(t *testing.T) {
	for args, want := range map[string]string{
		"--counters -f x.log":                  "--counters reads no log",
		"--counters --stats-file x.csv":        "does not tell what was counted when",
		"--counters --at 2026-11-22T14:00:00Z": "--at is for logs",
		"--counters --count internal":          "no-server and queue alone",
	} {
		var stdout bytes.Buffer
		if code := Main(strings.Fields(args), nil, &stdout, io.Discard); code != int(plugin.Unknown) || !strings.Contains(stdout.String(), want) {
			t.Errorf("%s: exit code %d, %s", args, code, stdout.String())
		}
	}
}
