package nosrv

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"check-haproxy/test/rig"
)

// everyKind is a HAProxy that has a way to each kind of request without a
// server that can be brought about from outside. It logs to rsyslog and to a
// ring of its own.
const everyKind = `
global
	log SYSLOG local0
	log ring@trouble local0
ring trouble
	format rfc3164
	maxlen 1200
	size 1048576
defaults
	mode http
	log global
	option httplog
	timeout connect 1s
	timeout client 10s
	timeout server 10s
	timeout queue 300ms
frontend fe
	bind 127.0.0.1:WEB
	capture request header User-Agent len 64
	http-request redirect location /elsewhere if { path /redirect }
	http-request deny deny_status 503 if { path /deny }
	http-request return status 200 if { path /return }
	use_backend up if { path /up }
	use_backend down if { path /down }
	use_backend queue if { path /queue }
	# any other path finds no backend
frontend tcp
	mode tcp
	option tcplog
	bind 127.0.0.1:TCP
	default_backend tdown
backend up
	server u1 ORIGIN
backend down
	server d1 127.0.0.1:NOBODY check inter 50ms fall 1
backend queue
	server q1 ORIGIN maxconn 1
backend tdown
	mode tcp
	server t1 127.0.0.1:NOBODY check inter 50ms fall 1
`

// traffic sends requests and knows what they are.
type traffic struct {
	web, tcp string
}

// get sends requests one after the other. Query and user agent pretend to be
// lines without a server.
func (tr traffic) get(t *testing.T, n int, path string, status int) {
	t.Helper()
	client := http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport:     &http.Transport{DisableKeepAlives: true},
	}
	for range n {
		request, err := http.NewRequest("GET", "http://"+tr.web+path+"?x=down/<NOSRV>&token=s3cret", nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("User-Agent", "fe down/<NOSRV> 0/-1/-1/-1/0 503 0 - - SC--")
		response, err := client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		if response.StatusCode != status {
			t.Fatalf("%s answers %d, want %d", path, response.StatusCode, status)
		}
	}
}

// say opens a connection, says something and waits for its end.
func say(t *testing.T, address, text string) {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_, _ = io.WriteString(conn, text)
	_, _ = io.ReadAll(conn)
}

// TestRealHAProxy sends requests through a real HAProxy, and finds in its log,
// whichever way it takes, as many of each kind as were sent.
func TestRealHAProxy(t *testing.T) {
	syslog := rig.StartRsyslog(t)
	slow := make(chan struct{})
	occupied := make(chan struct{}, 1)
	origin := rig.Origin(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/queue" {
			occupied <- struct{}{}
			<-slow
		}
		_, _ = io.WriteString(w, "ok\n")
	})
	web, tcp := rig.Port(t), rig.Port(t)
	haproxy := rig.Start(t, strings.NewReplacer("SYSLOG", syslog.Address, "WEB", web, "TCP", tcp, "ORIGIN", origin, "NOBODY", rig.Port(t)).Replace(everyKind))
	haproxy.AwaitStatus(t, "down", "d1", "DOWN")
	haproxy.AwaitStatus(t, "tdown", "t1", "DOWN")

	tr := traffic{web: "127.0.0.1:" + web, tcp: "127.0.0.1:" + tcp}
	tr.get(t, 6, "/up", 200)
	tr.get(t, 7, "/down", 503)
	tr.get(t, 3, "/nothing", 503)
	tr.get(t, 5, "/redirect", 302)
	tr.get(t, 4, "/deny", 503)
	tr.get(t, 2, "/return", 200)
	for range 2 {
		say(t, tr.web, "RUBBISH\r\n\r\n")
	}
	for range 3 {
		say(t, tr.tcp, "")
	}
	var one sync.WaitGroup
	one.Go(func() { tr.get(t, 1, "/queue", 200) })
	<-occupied
	tr.get(t, 5, "/queue", 503) // they wait behind it, in vain
	close(slow)
	one.Wait()

	const requests = 6 + 7 + 3 + 5 + 4 + 2 + 2 + 3 + 1 + 5
	for _, path := range []string{syslog.Traditional, syslog.ISO} {
		rig.Eventually(t, "rsyslog has written all requests", func() bool { return requestsIn(path) == requests })
	}
	journal := rig.WriteJournal(t, journalOf(t, syslog.ISO))
	want := map[string]map[string]int{
		"no-server":   {"down": 7, "tdown": 3},
		"no-backend":  {"fe": 3},
		"queue":       {"queue": 5},
		"intercepted": {"fe": 5 + 4 + 2 + 2}, // since 2.x HAProxy itself answers rubbish with 400: PR
	}
	for name, args := range map[string][]string{
		"rsyslog, traditional": {"-f", syslog.Traditional},
		"rsyslog, ISO 8601":    {"-f", syslog.ISO},
		"both through a glob":  {"-f", strings.Replace(syslog.ISO, "iso.log", "is?.log", 1)},
		"ring":                 {"--ring", "trouble", "-S", haproxy.Socket},
		"journal":              {"--journal", "haproxy", "--journal-file", journal},
	} {
		t.Run(name, func(t *testing.T) {
			got := ask(t, nil, args...)
			if diff := cmp.Diff(want, got.counted()); diff != "" || got.Unreadable != 0 || got.Requests != requests {
				t.Errorf("%d requests of %d, %d unreadable (-want +got):\n%s", got.Requests, requests, got.Unreadable, diff)
			}
			if got.State != "CRITICAL" {
				t.Errorf("the state is %s, want CRITICAL: all 7 of down found no server", got.State)
			}
		})
	}
	t.Run("cause and secrets", func(t *testing.T) {
		var stdout bytes.Buffer
		Main([]string{"-f", syslog.ISO, "-S", haproxy.Socket, "-v"}, nil, &stdout, io.Discard)
		if text := stdout.String(); !strings.Contains(text, ": health checks fail on d1 since ") || strings.Contains(text, "s3cret") {
			t.Errorf("got:\n%s", text)
		}
	})
}

// requestsIn counts the lines of requests in a log file.
func requestsIn(path string) int {
	file, err := os.Open(path)
	if err != nil {
		return 0
	}
	defer file.Close()
	n := 0
	for lines := bufio.NewScanner(file); lines.Scan(); {
		if strings.Contains(lines.Text(), "]: 127.0.0.1:") && strings.HasSuffix(lines.Text(), requestEnd(lines.Text())) {
			n++
		}
	}
	return n
}

// requestEnd is how a whole line of a request ends: with its quoted request, or,
// in tcplog, with the queues.
func requestEnd(line string) string {
	if strings.Contains(line, " tcp tdown/") {
		return "/0"
	}
	return `"`
}

// journalOf makes journal entries of the lines of an ISO 8601 log, and puts
// another unit's between.
func journalOf(t *testing.T, path string) []rig.JournalEntry {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var entries []rig.JournalEntry
	for line := range strings.Lines(string(data)) {
		stamp, _, _ := strings.Cut(line, " ")
		at, err := time.Parse(time.RFC3339Nano, stamp)
		if err != nil {
			t.Fatal(err)
		}
		_, message, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "]: ")
		entries = append(entries,
			rig.JournalEntry{At: at, Unit: "haproxy.service", Message: message},
			rig.JournalEntry{At: at, Unit: "other.service", Message: message})
	}
	return entries
}
