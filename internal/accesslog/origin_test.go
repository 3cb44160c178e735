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
		"compose": "  0", "compose, time": "  0", "swarm": "  0", "swarm, time": "  0", "kubectl": "  0", "kubectl, time": "  0",
		"stdout": " haproxy 8", "stdout, time": " haproxy 8", "stdout, compose": " haproxy 8", "stdout, compose, time": " haproxy 8", "stdout, kubectl, time": " haproxy 8",
		"local": " haproxy 1", "cri 3164": " haproxy 1", "docker 3164": " haproxy 1", "rfc5424": " haproxy 28419", "rfc5424 data": "h haproxy 28419",
		"rfc3164": "lb1 haproxy 47212", "iso": "lb1 haproxy 47212", "no colon": "node-7 ingress 28", "no colon, pid": "node-7 ingress 0",
		"host twice": "h haproxy 1", "two tags": "h haproxy 1", "two headers": "h haproxy 1", "short-precise": "h haproxy 1", "short-iso": "h haproxy 1",
		"short-full": "h haproxy 1", "short-unix": "h haproxy 1", "busybox": "h haproxy 1",
	}
	for name, header := range headers {
		for _, text := range []string{plainRequest, lostRequest, "Proxy fe started.", "what is this?"} {
			want, own := origins[name], true
			if text == "what is this?" {
				switch name {
				case "no colon, pid": // it could be any word
					want, own = "  0", false
				default:
					own = strings.Contains(want, "haproxy")
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
