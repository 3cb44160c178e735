package nosrv

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"check-haproxy/internal/plugin"
	"check-haproxy/test/rig"
)

// checkLog runs the check over the log, with HAProxy's statistics beside it.
func (l *laboratory) checkLog(t *testing.T, args ...string) (output string, state plugin.State) {
	t.Helper()
	var stdout bytes.Buffer
	state = plugin.State(Main(append([]string{"-f", l.log, "--no-lookup", "--count", "no-server,no-backend,queue"}, args...), nil, &stdout, io.Discard))
	return stdout.String(), state
}

// TestLogBesideCounters: requests that "option dontlognull" keeps out of the log are
// found by what HAProxy has counted, over a socket and over a page; those that it
// has logged are not.
func TestLogBesideCounters(t *testing.T) {
	l := startLaboratory(t, false)
	ways := map[string][]string{
		"socket": {"-S", l.Socket, "--state-dir", t.TempDir()},
		"page":   {"-u", l.url, "--state-dir", t.TempDir()},
	}
	for name, way := range ways {
		if output, _ := l.checkLog(t, way...); strings.Contains(output, "not whole") {
			t.Errorf("a first run over a %s: %s", name, output)
		}
	}
	l.traffic(t)
	rig.Eventually(t, "rsyslog has written all requests", func() bool {
		log, err := os.ReadFile(l.log)
		return err == nil && strings.Count(string(log), "]: 127.0.0.1:") >= l.sent
	})
	for name, way := range ways {
		if output, state := l.checkLog(t, way...); state != plugin.Critical || strings.Contains(output, "not whole") {
			t.Errorf("a log that is whole, over a %s: %s: %s", name, state, output)
		}
	}
	for range 12 {
		conn, err := net.Dial("tcp", l.mute)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.ReadAll(conn)
		_ = conn.Close()
	}
	const missing = "the log is not whole: HAProxy counted 12 requests of mute without a server in "
	for name, way := range ways {
		if output, state := l.checkLog(t, append(way, noLimits...)...); !strings.Contains(output, missing) {
			t.Errorf("sessions that are not logged, over a %s: %s: %s", name, state, output)
		}
		output, state := l.checkLog(t, append(way, "--json")...)
		if want := `"name":"mute","state":"CRITICAL","requests":12,"nosrv":12,`; state != plugin.Critical || !strings.Contains(output, want) {
			t.Errorf("an outage that is not logged, over a %s: %s: %s", name, state, output)
		}
	}
	if output, state := l.checkLog(t); strings.Contains(output, "mute") {
		t.Errorf("the log alone tells of it: %s: %s", state, output)
	}
}

// noLimits leave nothing to judge but what the log is worth.
var noLimits = []string{"-w", "none", "-c", "none", "--rise-warning", "none", "--rise-critical", "none"}

// TestLogOfFailures: of a log of failures only, the share is that of the requests
// which HAProxy has counted, if configuration and statistics are given.
func TestLogOfFailures(t *testing.T) {
	syslog, web := rig.StartRsyslog(t), rig.Port(t)
	origin := rig.Origin(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok\n") })
	config := strings.NewReplacer("SYSLOG", syslog.Address, "WEB", web, "ORIGIN", origin).Replace(`
global
	log SYSLOG local0
defaults
	mode http
	log global
	option httplog
	option dontlog-normal
	timeout connect 1s
	timeout client 10s
	timeout server 10s
listen app
	bind 127.0.0.1:WEB
	server s1 ORIGIN
`)
	l := &laboratory{HAProxy: rig.Start(t, config), web: "127.0.0.1:" + web, log: syslog.ISO}
	l.get(t, 20, "/")
	statistics := []string{"-S", l.Socket, "--state-dir", t.TempDir()}
	limits := []string{"--config", filepath.Join(l.Dir, "haproxy.cfg"), "-w", "none", "-c", "1000,10%", "--rise-warning", "none", "--rise-critical", "none"}
	l.Command(t, "set server app/s1 state maint")
	l.get(t, 1, "/")
	rig.Eventually(t, "the log has a line", func() bool { log, _ := os.ReadFile(l.log); return bytes.Contains(log, []byte("<NOSRV>")) })
	l.checkLog(t, append(statistics, limits...)...)
	l.Command(t, "set server app/s1 state ready")
	l.get(t, 20, "/")
	l.Command(t, "set server app/s1 state maint")
	l.get(t, 5, "/")
	l.Command(t, "set server app/s1 state ready")
	rig.Eventually(t, "the log has all lines", func() bool {
		log, _ := os.ReadFile(l.log)
		return bytes.Count(log, []byte("<NOSRV>")) == 6
	})
	if output, state := l.checkLog(t, limits...); state != plugin.OK || !strings.Contains(output, "no share of app: it does not log all of its requests") {
		t.Errorf("by the log: %s: %s", state, output)
	}
	output, state := l.checkLog(t, append(statistics, limits...)...)
	for _, part := range []string{"app: 5 of 25 requests found no server", "20% of 25 is outside the critical range 10%", "the share of app is of the requests that HAProxy has counted"} {
		if state != plugin.Critical || !strings.Contains(output, part) {
			t.Errorf("with the statistics: %s, %q is not in %s", state, part, output)
		}
	}
}

// TestBusyLogIsWhole: while requests fail all the time, no check says that their
// log lacks any.
func TestBusyLogIsWhole(t *testing.T) {
	l := startLaboratory(t, false)
	ways := [][]string{{"-S", l.Socket}, {"-u", l.url}}
	end := make(chan struct{})
	var clients sync.WaitGroup
	defer clients.Wait()
	defer close(end)
	for _, path := range []string{"/down", "/none"} {
		clients.Go(func() {
			client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
			for {
				select {
				case <-end:
					return
				default:
				}
				if response, err := client.Get("http://" + l.web + path); err == nil {
					_ = response.Body.Close()
				}
			}
		})
	}
	state := t.TempDir()
	for range 15 {
		for _, way := range ways {
			output, _ := l.checkLog(t, append(append(way, "--state-dir", state), noLimits...)...)
			if info := l.Command(t, "show info"); !strings.Contains(info, "\nDroppedLogs: 0\n") {
				t.Skip("the machine is so busy that HAProxy itself has dropped lines")
			}
			if strings.Contains(output, "not whole") {
				t.Error(output)
			}
		}
	}
}
