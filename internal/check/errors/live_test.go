package errors

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"check-haproxy/test/rig"
)

// everyFault is a HAProxy with a backend for each way in which a server can spoil
// a request. It logs to rsyslog.
const everyFault = `
global
	log SYSLOG local0
defaults
	mode http
	log global
	option httplog
	retries 1
	timeout connect 50ms
	timeout client 10s
	timeout server 300ms
frontend fe
	bind 127.0.0.1:WEB
	http-request deny if { path /deny }
	http-request redirect location /elsewhere if { path /redirect }
	use_backend %[path,field(2,/)]
frontend tcp
	mode tcp
	option tcplog
	bind 127.0.0.1:TCP
	default_backend tcprefused
listen stats
	bind 127.0.0.1:PAGE
	stats enable
	stats uri /stats
	option dontlog-normal
backend tcprefused
	mode tcp
	server s1 127.0.0.1:NOBODY
`

// faults are servers and what they do with a request.
var faults = map[string]func(conn net.Conn){
	"ok":      func(conn net.Conn) { reply(conn, "200 OK", "2") },
	"reset":   func(conn net.Conn) { _ = conn.(*net.TCPConn).SetLinger(0) },
	"closed":  func(net.Conn) {},
	"silent":  func(net.Conn) { time.Sleep(time.Second) },
	"garbage": func(conn net.Conn) { _, _ = io.WriteString(conn, "RUBBISH\r\n\r\n") },
	"cut":     func(conn net.Conn) { reply(conn, "200 OK", "200") },
	"failing": func(conn net.Conn) { reply(conn, "500 Internal Server Error", "2") },
}

func reply(conn net.Conn, status, length string) {
	_, _ = io.WriteString(conn, "HTTP/1.1 "+status+"\r\nContent-Length: "+length+"\r\nConnection: close\r\n\r\nok")
}

// serve starts a server that reads a request and does something with it.
func serve(t *testing.T, do func(net.Conn)) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
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
			go func() {
				defer conn.Close()
				request := make([]byte, 4096)
				for n := 0; !strings.HasSuffix(string(request[:n]), "\r\n\r\n"); {
					read, err := conn.Read(request[n:])
					if err != nil {
						return
					}
					n += read
				}
				do(conn)
			}()
		}
	}()
	return listener.Addr().String()
}

// told is what a run says of a section: errors of requests, and the cause.
type told map[string]string

// tell runs the plugin.
func tell(t *testing.T, args ...string) told {
	t.Helper()
	var stdout bytes.Buffer
	Main(append(args, "--json", "--sample", "20ms"), nil, &stdout, io.Discard)
	var answer struct {
		Summary  string
		Sections []struct {
			Name             string
			Requests, Errors int
			Cause            string
		}
	}
	if err := json.Unmarshal(stdout.Bytes(), &answer); err != nil || len(answer.Sections) == 0 {
		t.Fatalf("%v: %s", err, stdout.String())
	}
	all := told{}
	for _, s := range answer.Sections {
		if s.Requests > 0 {
			all[s.Name] = fmt.Sprintf("%d of %d %s", s.Errors, s.Requests, s.Cause)
		}
	}
	return all
}

// TestLogAndCountersAgree sends requests through a real HAProxy to servers that
// spoil them in every way, and finds the same in its log, over its socket and on
// its stats page.
func TestLogAndCountersAgree(t *testing.T) {
	syslog := rig.StartRsyslog(t)
	web, tcp, page, nobody := rig.Port(t), rig.Port(t), rig.Port(t), rig.Port(t)
	config := everyFault + "backend refused\n\tserver s1 127.0.0.1:" + nobody + "\nbackend redispatched\n\toption redispatch\n\tserver s1 127.0.0.1:" + nobody + "\n\tserver s2 " + serve(t, faults["ok"]) + "\n"
	for name, do := range faults {
		config += "backend " + name + "\n\tserver s1 " + serve(t, do) + "\n"
	}
	haproxy := rig.Start(t, strings.NewReplacer("SYSLOG", syslog.Address, "WEB", web, "TCP", tcp, "PAGE", page, "NOBODY", nobody).Replace(config))

	state := t.TempDir()
	bySocket := []string{"-S", haproxy.Socket, "--state-dir", filepath.Join(state, "socket")}
	byPage := []string{"-u", "http://127.0.0.1:" + page + "/stats", "--state-dir", filepath.Join(state, "page")}
	tell(t, bySocket...)
	tell(t, byPage...)

	const each = 6
	sent := 0
	get := func(path string) {
		client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
		response, err := client.Get("http://127.0.0.1:" + web + path)
		if err == nil {
			_ = response.Body.Close()
		}
		sent++
	}
	for range each {
		for name := range faults {
			get("/" + name)
		}
		for _, path := range []string{"/refused", "/redispatched", "/deny", "/redirect"} {
			get(path)
		}
		conn, err := net.Dial("tcp", "127.0.0.1:"+tcp)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.ReadAll(conn)
		_ = conn.Close()
		sent++
	}
	rig.Eventually(t, "rsyslog has written all requests", func() bool {
		log, err := os.ReadFile(syslog.ISO)
		return err == nil && strings.Count(string(log), "]: 127.0.0.1:") == sent
	})
	want := told{
		"ok": "0 of 6 ", "redispatched": "0 of 6 ", "refused": "6 of 6 connect-failed", "tcprefused": "6 of 6 connect-failed",
		"reset": "6 of 6 response-failed", "closed": "6 of 6 response-failed", "garbage": "6 of 6 response-failed", "cut": "6 of 6 response-failed",
		"silent": "6 of 6 response-timeout", "failing": "6 of 6 server-errors",
	}
	if diff := cmp.Diff(want, tell(t, "-f", syslog.ISO)); diff != "" {
		t.Errorf("the log (-want +got):\n%s", diff)
	}
	want["silent"] = "6 of 6 response-failed" // HAProxy counts both as one
	for name, args := range map[string][]string{"socket": bySocket, "page": byPage} {
		if diff := cmp.Diff(want, tell(t, args...)); diff != "" {
			t.Errorf("the %s (-want +got):\n%s", name, diff)
		}
	}
}
