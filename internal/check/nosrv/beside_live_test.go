package nosrv

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"

	"check-haproxy/internal/plugin"
	"check-haproxy/test/rig"
)

// besideLog runs the check over the log, with HAProxy's statistics beside it.
func (l *laboratory) besideLog(t *testing.T, args ...string) (output string, state plugin.State) {
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
		if output, _ := l.besideLog(t, way...); strings.Contains(output, "not whole") {
			t.Errorf("a first run over a %s: %s", name, output)
		}
	}
	l.traffic(t)
	rig.Eventually(t, "rsyslog has written all requests", func() bool {
		log, err := os.ReadFile(l.log)
		return err == nil && strings.Count(string(log), "]: 127.0.0.1:") >= l.sent
	})
	for name, way := range ways {
		if output, state := l.besideLog(t, way...); state != plugin.Critical || strings.Contains(output, "not whole") {
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
		if output, state := l.besideLog(t, append(way, noLimits...)...); !strings.Contains(output, missing) {
			t.Errorf("sessions that are not logged, over a %s: %s: %s", name, state, output)
		}
		output, state := l.besideLog(t, append(way, "--json")...)
		if want := `"name":"mute","state":"CRITICAL","requests":12,"nosrv":12,`; state != plugin.Critical || !strings.Contains(output, want) {
			t.Errorf("an outage that is not logged, over a %s: %s: %s", name, state, output)
		}
	}
	if output, state := l.besideLog(t); strings.Contains(output, "mute") {
		t.Errorf("the log alone tells of it: %s: %s", state, output)
	}
}

// noLimits leave nothing to judge but what the log is worth.
var noLimits = []string{"-w", "none", "-c", "none", "--rise-warning", "none", "--rise-critical", "none"}

// TestBusyLogIsWhole: while requests fail all the time, no check says that their
// log lacks any.
func TestBusyLogIsWhole(t *testing.T) {
	l := startLaboratory(t, false)
	ways := [][]string{{"-S", l.Socket}, {"-u", l.url}}
	end := make(chan struct{})
	var clients sync.WaitGroup
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
			output, _ := l.besideLog(t, append(append(way, "--state-dir", state), noLimits...)...)
			if strings.Contains(output, "not whole") && !strings.Contains(output, "HAProxy has dropped") {
				t.Error(output)
			}
		}
	}
	close(end)
	clients.Wait()
}
