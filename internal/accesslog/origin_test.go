package accesslog

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// Who wrote a line shows in every header, of a request and of what cannot be
// read, at first and on the fast path.
func TestOrigin(t *testing.T) {
	at := time.Date(2026, 11, 22, 14, 15, 33, 0, time.UTC)
	origins := map[string]string{ // host, tag, process id
		"none": "  0", "priority": "  0", "timed": "  0", "cri": "  0", "docker": "  0", "docker logs": "  0",
		"compose": " haproxy 0", "compose, time": " lb 0", "swarm": " web_lb 0", "swarm, time": " web_lb 0", "kubectl": " haproxy 0", "kubectl, time": " haproxy 0",
		"stdout": " haproxy 8", "stdout, time": " haproxy 8", "stdout, compose": " haproxy 8", "stdout, compose, time": " haproxy 8", "stdout, kubectl, time": " haproxy 8",
		"local": " haproxy 1", "cri 3164": " haproxy 1", "docker 3164": " haproxy 1", "rfc5424": " haproxy 28419", "rfc5424 data": "h haproxy 28419",
		"rfc3164": "lb1 haproxy 47212", "iso": "lb1 haproxy 47212", "no colon": "node-7 ingress 28", "no colon, pid": "node-7 ingress 0",
		"host twice": "h haproxy 1", "two tags": "h haproxy 1", "two headers": "h haproxy 1", "short-precise": "h haproxy 1", "short-iso": "h haproxy 1",
		"short-full": "h haproxy 1", "short-unix": "h haproxy 1", "busybox": "h haproxy 1",
	}
	for name, header := range headers {
		for _, text := range []string{plainRequest, lostRequest, "Proxy fe started.", "what is this?"} {
			want, own := origins[name], true
			switch text {
			case "Proxy fe started.": // others could say so
				own = strings.Contains(want, "haproxy") || want == "  0"
			case "what is this?":
				own = strings.Contains(want, "haproxy")
				if name == "no colon, pid" { // it could be any word
					want = "  0"
				}
			}
			p := New(testOptions)
			line := []byte(header(at, text) + "\n" + header(at, strings.Replace(text, "1.2.3.4", "5.6.7.8", 1)) + "\n" + string(make([]byte, window)))
			n := 0
			p.Scan(line, false, func(r *Record) {
				n++
				if got := fmt.Sprintf("%s %s %d", r.Origin.Host, r.Origin.Tag, r.Origin.PID); got != want || r.Own != own {
					t.Errorf("%s, line %d: %q, own %v, want %q, %v: %s", name, n, got, r.Own, want, own, r.Line)
				}
			})
			if n != 2 {
				t.Errorf("%s: %d lines", name, n)
			}
		}
	}
}

// Other programs' lines are theirs, whatever they quote.
func TestOthers(t *testing.T) {
	for line, own := range map[string]bool{
		"Nov 22 14:15:33 lb1 haproxy[1]: what?":                              true,
		"Nov 22 14:15:33 lb1 haproxy: what?":                                 true,
		"Nov 22 14:15:33 lb1 hapee-lb[1]: what?":                             true,
		"Nov 22 14:15:33 lb1 HAProxy[1]: what?":                              true,
		"Nov 22 14:15:33 lb1 haproxy-web[1]: what?":                          false,
		"Nov 22 14:15:33 lb1 haproxy-web[1]: pay <NOSRV> 503":                true,
		"Nov 22 14:15:33 lb1 haproxy-web[1]: shop s1 0/0/1/5/6":              true,
		"Nov 22 14:15:33 lb1 haproxy-web[1]: [22/Nov/2026:14:15:33.000] s1":  true,
		"Nov 22 14:15:33 lb1 haproxy-web[1]: Proxy fe started.":              true,
		"Nov 22 14:15:33 lb1 haproxy-exporter[1]: pay <NOSRV> 503":           false,
		"Nov 22 14:15:33 lb1 haproxy_exporter[1]: [INFO] scraped":            false,
		"Nov 22 14:15:33 lb1 app[1]: [INFO] a job is done":                   false,
		"Nov 22 14:15:33 lb1 app[1]: pay <NOSRV> 503":                        false,
		"app-1  | [INFO] a job is done":                                      false,
		"[INFO] a job is done":                                               true,
		"Nov 22 14:15:33 lb1 sshd[1]: what?":                                 false,
		"Nov 22 14:15:33 lb1 sshd[1]: haproxy is down":                       false,
		"Nov 22 14:15:33 lb1 systemd[1]: Started haproxy.service - HAProxy.": false,
		"Nov 22 14:15:33 lb1 CRON[1]: (root) CMD (haproxy -c)":               false,
		"Nov 22 14:15:33 lb1 ingress[1]: " + plainRequest:                    true,
		"-- Boot 0123 --": false,
		"Nov 22 14:15:33 lb1 last message repeated 3 times":                    false,
		"Nov 22 14:15:33 lb1 haproxy[1]: Connect from 1.2.3.4:5 to 1.2.3.5:80": true,
	} {
		if got := read(line); got.Own != own {
			t.Errorf("own %v, want %v: %s", got.Own, own, line)
		}
	}
}
