package packages

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"check-haproxy/test/rig"
)

// A site is what is monitored in these tests: a real HAProxy with a backend that
// works and one whose server is gone, a stats page, a socket for the monitoring
// user, and its log in a file.
type site struct {
	dir      string
	socket   string // at level user
	operator string // at level operator, as certificates need it
	log      string
	config   string // HAProxy's, where the monitoring user can read it
	port     string // of the stats page, /haproxy?stats

	haproxy *rig.HAProxy
	server  string // address on which v2's server is missed
}

// newSite starts a site; more is added to HAProxy's configuration.
func newSite(t *testing.T, more string) *site {
	t.Helper()
	dir := rig.SharedDir(t)
	s := &site{dir: dir, socket: filepath.Join(dir, "stats.sock"), log: filepath.Join(dir, "haproxy.log"), port: rig.Port(t), server: "127.0.0.1:" + rig.Port(t)}
	s.operator = filepath.Join(dir, "operator.sock")
	for _, name := range []string{"www", "api"} {
		rig.Certificate{Names: []string{name + ".example.com"}}.Write(t, filepath.Join(dir, "certs", name+".pem"))
	}
	front := rig.Port(t)
	s.haproxy = rig.Start(t, strings.NewReplacer("SITE", dir, "LOG", s.receiveLog(t), "STATS", s.port, "FRONT", front, "GOOD", rig.Origin(t, nil), "BAD", s.server).Replace(`
global
	stats socket SITE/stats.sock mode 666 level user
	stats socket SITE/operator.sock mode 666 level operator
	log LOG local0
defaults
	mode http
	log global
	option httplog
	timeout connect 5s
	timeout client 30s
	timeout server 30s
listen stats
	bind 127.0.0.1:STATS
	stats enable
	stats uri /haproxy?stats
frontend fe
	bind 127.0.0.1:FRONT
	maxconn 100
	use_backend v2 if { path_beg /v2/ }
	default_backend v2e
frontend tls
	bind unix@SITE/tls.sock ssl crt SITE/certs/
	default_backend v2e
backend v2
	server v2Elb BAD check inter 100ms fall 2 rise 2
backend v2e
	server v2eElb GOOD check inter 100ms
`)+more)
	s.config = filepath.Join(dir, "haproxy.cfg")
	written, err := os.ReadFile(filepath.Join(s.haproxy.Dir, "haproxy.cfg"))
	if err != nil {
		t.Fatal(err)
	}
	rig.WriteFiles(t, dir, map[string]string{"haproxy.cfg": string(written)})
	s.haproxy.AwaitStatus(t, "v2", "v2Elb", "DOWN")
	s.haproxy.AwaitStatus(t, "v2e", "v2eElb", "UP")
	for _, path := range []string{"/v2/", "/"} {
		for range 15 {
			response, err := http.Get("http://127.0.0.1:" + front + path)
			if err != nil {
				t.Fatal(err)
			}
			_ = response.Body.Close()
		}
	}
	rig.Eventually(t, "all requests are in the log", func() bool {
		log, _ := os.ReadFile(s.log)
		return strings.Count(string(log), " v2/<NOSRV> ") == 15 && strings.Count(string(log), " v2e/v2eElb ") == 15
	})
	return s
}

// receiveLog writes what HAProxy sends over UDP to the site's log, a line each,
// and returns the address to send to.
func (s *site) receiveLog(t *testing.T) string {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.Create(s.log)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		buf := make([]byte, 64<<10)
		for {
			n, _, err := conn.ReadFrom(buf)
			if err != nil {
				return
			}
			if _, err := fmt.Fprintf(file, "%s\n", strings.TrimSpace(string(buf[:n]))); err != nil {
				return
			}
		}
	}()
	t.Cleanup(func() {
		_ = conn.Close()
		<-done
		_ = file.Close()
	})
	return conn.LocalAddr().String()
}

// mend starts the server that v2 misses.
func (s *site) mend(t *testing.T) {
	t.Helper()
	listener, err := net.Listen("tcp", s.server)
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{
		Handler:           http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) }),
		ReadHeaderTimeout: time.Minute,
	}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
}
