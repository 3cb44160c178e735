package accesslog

import (
	"strings"
	"testing"
)

// What follows the server in formats of an operator's own, and how far a request
// that found no server can be understood without being told the format.
func TestOwnShapes(t *testing.T) {
	const before = `192.0.2.9:40001 [18/Nov/2026:11:01:50.000] `
	for _, tt := range []struct{ name, text, want string }{
		{"httplog without cookies", `fe pay/<NOSRV> 0/-1/-1/-1/0 503 217 SC-- 3/3/0/0/0 0/0 "GET /a HTTP/1.1"`, `request fe pay/<NOSRV> SC 503 "GET /a HTTP/1.1"`},
		{"httplog without cookies, a redirect", `fe pay/<NOSRV> 0/-1/-1/-1/0 302 97 LR-- 3/3/0/0/0 0/0 "GET /a HTTP/1.1"`, `request fe pay/<NOSRV> LR 302 "GET /a HTTP/1.1"`},
		{"captures", `fe pay/<NOSRV> 0/-1/-1/-1/0 503 217 SC-- 3/3/0/0/0 0/0 {a SC-- b|c} {} "GET /a HTTP/1.1"`, `request fe pay/<NOSRV> SC 503 "GET /a HTTP/1.1"`},
		{"flags of two letters", `fe pay/<NOSRV> 0/-1/-1/-1/0 503 217 sQ 3/3/0/0/0 0/0`, `request fe pay/<NOSRV> sQ 503 ""`},
		{"flags first", `fe pay/<NOSRV> SC-- 503 217 "GET /a HTTP/1.1"`, `request fe pay/<NOSRV> SC 503 "GET /a HTTP/1.1"`},
		{"flags alone", `fe pay/<NOSRV> SC`, `request fe pay/<NOSRV> SC -1 ""`},
		{"request first", `fe pay/<NOSRV> "GET /a HTTP/1.1" 503 217 SC--`, `request fe pay/<NOSRV> SC 503 "GET /a HTTP/1.1"`},
		{"request forges", `fe fe/<NOSRV> "GET /a SC-- 503 HTTP/1.1" 302 97 LR--`, `request fe fe/<NOSRV> LR 302 "GET /a SC-- 503 HTTP/1.1"`},
		{"four timers", `fe pay/<NOSRV> 0/-1/-1/-1 503 217 SC--`, `request fe pay/<NOSRV> SC 503 ""`},
		{"an address", `fe pay/<NOSRV> -:- 0/-1/-1/-1/0 503 217 SC--`, `request fe pay/<NOSRV> SC 503 ""`},
		{"no frontend", `pay/<NOSRV> 0/-1/-1/-1/0 503 217 - - SC-- 3/3/0/0/0 0/0 "GET /a HTTP/1.1"`, `request  pay/<NOSRV> SC 503 "GET /a HTTP/1.1"`},

		{"status and size", `fe pay/<NOSRV> 503 217 "GET /a HTTP/1.1"`, `request fe pay/<NOSRV> SC 503 "GET /a HTTP/1.1" assumed`},
		{"status, size, method", `fe pay/<NOSRV> 503 217 GET /a HTTP/1.1`, `request fe pay/<NOSRV> SC 503 "" assumed`},
		{"status, size, timers", `fe pay/<NOSRV> 503 217 0/-1/-1/-1/0`, `request fe pay/<NOSRV> SC 503 "" assumed`},
		{"size and status", `fe pay/<NOSRV> 217 503 "GET /a HTTP/1.1"`, `request fe pay/<NOSRV> SC 503 "GET /a HTTP/1.1" assumed`},
		{"timers and status", `fe pay/<NOSRV> 0/-1/-1/-1/0 503 0`, `request fe pay/<NOSRV> SC 503 "" assumed`},
		{"status alone", `fe pay/<NOSRV> 503`, `request fe pay/<NOSRV> SC 503 "" assumed`},
		{"request and status", `fe pay/<NOSRV> "GET /a HTTP/1.1" 503`, `request fe pay/<NOSRV> SC 503 "GET /a HTTP/1.1" assumed`},
		{"a redirect's status", `fe pay/<NOSRV> 302 97 "GET /a HTTP/1.1"`, `request fe pay/<NOSRV> -- 302 "GET /a HTTP/1.1" assumed`},

		// The OpenShift router's documented format: size and queue. No number of these tells how the request ended.
		{"size and queue", `fe pay/<NOSRV> 3278 0 GET /a HTTP/1.1`, `half-read fe pay/<NOSRV>`},
		{"a size that looks like a status", `fe pay/<NOSRV> 400 0 GET /a HTTP/1.1`, `half-read fe pay/<NOSRV>`},
		{"a queue that looks like a status", `fe pay/<NOSRV> 3278 200 GET /a HTTP/1.1`, `half-read fe pay/<NOSRV>`},
		{"a size that looks like a status beside one", `fe pay/<NOSRV> 200 503 "GET /a HTTP/1.1"`, `half-read fe pay/<NOSRV>`},
		{"no status", `fe pay/<NOSRV> 217 300 "GET /a HTTP/1.1"`, `half-read fe pay/<NOSRV>`},
		{"nothing", `fe pay/<NOSRV>`, `half-read fe pay/<NOSRV>`},
		{"timers alone", `fe pay/<NOSRV> 0/-1/-1/-1/0`, `half-read fe pay/<NOSRV>`},
		{"words", `fe pay/<NOSRV> Mozilla/5.0 (X11) SC-- 503`, `half-read fe pay/<NOSRV>`},
		{"two that look like flags", `fe pay/<NOSRV> 503 LR-- SC--`, `half-read fe pay/<NOSRV>`},
		{"flags that contradict the status", `fe fe/<NOSRV> 302 97 SC-- "GET /a HTTP/1.1"`, `half-read fe fe/<NOSRV>`},
		{"letters that are no flags", `fe pay/<NOSRV> 217 GETX`, `half-read fe pay/<NOSRV>`},
		{"a request without its end", `fe pay/<NOSRV> "GET /a SC-- 503`, `half-read fe pay/<NOSRV>`},

		{"a server, whatever follows", `fe shop/s1 Mozilla/5.0`, `request fe shop/s1`},
		{"a server, and nothing follows", `fe shop/s1`, `request fe shop/s1`},
		{"a listener, not a server", `fe/1: Connection error during SSL handshake`, `message`},
		{"a listener, and a request without a server", `fe/1: pay/<NOSRV> 0/-1/-1/-1/0 503 SC`, `half-read fe pay/<NOSRV>`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, details := range []bool{false, true} {
				o := testOptions
				o.Details = details
				var r Record
				New(o).Parse([]byte(rfc3164(testOptions.Now)+before+tt.text), false, &r)
				if got := brief(&r); got != tt.want {
					t.Errorf("got  %s\nwant %s", got, tt.want)
				}
			}
		})
	}
}

// A line without a server is never taken for a request with one, nor for one that
// went well, by where it is cut.
func TestOwnShapesCutAnywhere(t *testing.T) {
	for _, tail := range []string{
		`0/-1/-1/-1/0 503 217 - - SC-- 3/3/0/0/0 0/0 "GET /a HTTP/1.1"`,
		`0/-1/-1/-1/0 503 217 SC-- 3/3/0/0/0 0/0 "GET /a HTTP/1.1"`,
		`503 217 "GET /a HTTP/1.1"`, `"GET /a HTTP/1.1" 503 217 SC--`, `-1/-1/0 0 SC 1/1/0/0/0 0/0`,
	} {
		line := rfc3164(testOptions.Now) + `192.0.2.9:40001 [18/Nov/2026:11:01:50.000] fe pay/<NOSRV> ` + tail
		for n := strings.Index(line, "> ") + 1; n <= len(line); n++ {
			var r Record
			New(testOptions).Parse([]byte(line[:n]), false, &r)
			found := r.Class == Request && r.Flags == [2]byte{'S', 'C'}
			if !r.NoServer || !found && r.Class != HalfRead {
				t.Errorf("%s: %q", brief(&r), line[:n])
			}
		}
	}
}
