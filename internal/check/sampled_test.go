package check

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"check-haproxy/internal/advice"
	"check-haproxy/internal/haproxy/endpoint"
	"check-haproxy/internal/plugin"
	"check-haproxy/internal/samples"
)

// counter is something that answers on a socket as HAProxy does, and has counted
// so many sessions.
type counter struct {
	socket string

	mutex    sync.Mutex
	pid      int
	uptime   int
	sessions int
	asked    int
}

const counterColumns = "# pxname,svname,status,weight,bck,type,stot,econ,\n"

func startCounter(t *testing.T) *counter {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "counter")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	c := &counter{socket: filepath.Join(dir, "s"), pid: 7, uptime: 1000, sessions: 100}
	listener, err := net.Listen("unix", c.socket)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			c.answer(conn)
			_ = conn.Close()
		}
	}()
	return c
}

func (c *counter) answer(conn net.Conn) {
	line, _ := bufio.NewReader(conn).ReadString('\n')
	c.mutex.Lock()
	defer c.mutex.Unlock()
	for command := range strings.SplitSeq(strings.TrimSpace(line), ";") {
		switch {
		case command == "show info":
			fmt.Fprintf(conn, "Name: HAProxy\nVersion: 2.6.12\nPid: %d\nUptime_sec: %d\n\n", c.pid, c.uptime)
		case strings.HasPrefix(command, "show stat"):
			c.asked++
			fmt.Fprint(conn, counterColumns)
			for _, name := range []string{"api", "web"} {
				if fields := strings.Fields(command); len(fields) == 2 || fields[2] == name {
					fmt.Fprintf(conn, "%s,s1,UP,1,0,2,%d,0,\n%s,BACKEND,UP,1,0,1,%d,0,\n", name, c.sessions, name, c.sessions)
				}
			}
			fmt.Fprint(conn, "\n")
		}
	}
}

// set changes what is answered from now on.
func (c *counter) set(change func()) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	change()
}

// sample is one run of a check that counts sessions.
func (c *counter) sample(t *testing.T, dir string, once bool, sections ...string) ([]Sampled, *Asked, error) {
	t.Helper()
	f := Flags{Flags: endpoint.Flags{Socket: []string{c.socket}}, Filter: mustFilter(t, sections, nil)}
	counting := Counting{
		Check:    "test",
		Settings: samples.Settings{Columns: []string{"stot"}, Window: 5 * time.Minute, Baseline: time.Hour},
		Rows: func(_ *Asked, answer *endpoint.Answer) (rows []samples.Row) {
			for i := range answer.Stats.Backends {
				b := &answer.Stats.Backends[i]
				rows = append(rows, SampledRow(answer, b.Name, "", b.LastChange, b.Counters.Sessions))
			}
			return rows
		},
	}
	flags := SampleFlags{StateDir: dir, Sample: plugin.Duration(20 * time.Millisecond)}
	asked, sampled, err := f.Sample(t.Context(), nil, flags, endpoint.Query{Rows: endpoint.BackendsAndServers}, counting, once)
	return sampled, asked, err
}

// grown is by how much the sections' sessions grew in the first stretch to judge.
func grown(s Sampled) string {
	var parts []string
	for _, stretch := range s.Judge {
		total := map[string]int64{}
		s.Series.Visit(stretch.Window, func(_ samples.Span, row int, growth []int64) { total[s.Series.Rows()[row].Section] += growth[0] })
		parts = append(parts, fmt.Sprint(total))
	}
	return strings.Join(parts, " ")
}

// TestSample: a first run asks twice, the next one once; a run that must not
// wait has nothing to judge at first.
func TestSample(t *testing.T) {
	c, dir := startCounter(t), t.TempDir()
	if sampled, _, err := c.sample(t, filepath.Join(dir, "patient"), true); err != nil || len(sampled) != 1 || sampled[0].Judge != nil || c.asked != 1 {
		t.Fatalf("asked once: %+v, %v, %d questions", sampled, err, c.asked)
	}
	for _, run := range []struct {
		asked int
		want  string
	}{{3, "map[api:0 web:0]"}, {4, "map[api:5 web:5]"}, {5, "map[api:10 web:10]"}} {
		sampled, asked, err := c.sample(t, dir, false)
		if err != nil || len(asked.Findings) > 0 || len(sampled) != 1 {
			t.Fatalf("%v, %v", err, asked.Findings)
		}
		if got := grown(sampled[0]); got != run.want || c.asked != run.asked {
			t.Errorf("grown by %s after %d questions, want %s after %d", got, c.asked, run.want, run.asked)
		}
		c.set(func() { c.sessions += 5 })
	}
	// A reload counts from zero.
	c.set(func() { c.pid, c.uptime, c.sessions = 8, 0, 3 })
	if sampled, _, err := c.sample(t, dir, false); err != nil || grown(sampled[0]) != "map[api:13 web:13]" {
		t.Errorf("after a reload: %s, %v", grown(sampled[0]), err)
	}
}

// TestQuestionsDoNotMix: services with other sections keep other samples.
func TestQuestionsDoNotMix(t *testing.T) {
	c, dir := startCounter(t), t.TempDir()
	for _, test := range []struct{ section, want string }{{"api", "map[api:0]"}, {"web", "map[web:0]"}, {"api", "map[api:5]"}, {"web", "map[web:5]"}} {
		if test.want == "map[api:5]" {
			c.set(func() { c.sessions += 5 })
		}
		sampled, _, err := c.sample(t, dir, false, test.section)
		if err != nil || grown(sampled[0]) != test.want {
			t.Errorf("%s: %s, %v; want %s", test.section, grown(sampled[0]), err, test.want)
		}
	}
	if files, err := os.ReadDir(dir); err != nil || len(files) != 2 {
		t.Errorf("%d files, %v", len(files), err)
	}
}

// TestSampleWithoutFolder: no answer without a place to keep it.
func TestSampleWithoutFolder(t *testing.T) {
	c := startCounter(t)
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := c.sample(t, file, false); err == nil || !strings.Contains(advice.Of(err), "--state-dir") || c.asked > 0 {
		t.Errorf("the error is %v after %d questions", err, c.asked)
	}
}

// TestSampleInTime: a first run that has no time to ask twice says so.
func TestSampleInTime(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	if err := pause(ctx, time.Minute); err == nil || !strings.Contains(advice.Of(err), "raise --timeout") {
		t.Errorf("the error is %v", err)
	}
}

// TestLongGap: a stretch over which nobody looked is judged beside the moment
// since.
func TestLongGap(t *testing.T) {
	const window = 5 * time.Minute
	settings := samples.Settings{Columns: []string{"stot"}, Window: window, Baseline: time.Hour}
	k := &kept{history: samples.New(settings)}
	begin := time.Unix(1_800_000_000, 0)
	var lengths []string
	for _, second := range []int{0, 2, 300, 200_000, 200_002, 200_060} {
		at := begin.Add(time.Duration(second) * time.Second)
		row := samples.Row{Section: "api", Counts: []int64{int64(second)}}
		k.series = k.history.Add(samples.Sample{Asked: at, At: at, Process: samples.Process{PID: 1, Started: begin.Add(-time.Hour)}, Rows: []samples.Row{row}})
		k.judgeLatest(window)
		var judged []string
		for _, stretch := range k.judge {
			judged = append(judged, stretch.Window.Length().String())
		}
		lengths = append(lengths, strings.Join(judged, "+"))
		if second == 200_002 {
			k.judge = nil // the next run
		}
	}
	if got, want := strings.Join(lengths, " "), " 2s 5m0s 55h28m20s 55h28m20s+2s 1m0s"; got != want {
		t.Errorf("judged are %q, want %q", got, want)
	}
}
