package check

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"check-haproxy/internal/accesslog"
)

// Nothing of a query string, a fragment, a path parameter or a password in a
// URL is shown.
func TestNoSecrets(t *testing.T) {
	tests := map[string]string{
		"GET /path/v2/ HTTP/1.1":                      "GET /path/v2/ HTTP/1.1",
		"GET /path?token=SECRET HTTP/1.1":             "GET /path",
		"GET /path;jsessionid=SECRET HTTP/1.1":        "GET /path",
		"GET /path#SECRET HTTP/1.1":                   "GET /path",
		"GET http://user:SECRET@host/path HTTP/1.1":   "GET http://host/path HTTP/1.1",
		"GET http://user:SECRET@host?SECRET HTTP/1.1": "GET http://host",
		"GET /?a=1 HTTP/1.1?SECRET":                   "GET /",
		"GET /a/http://u:SECRET@h/?x":                 "GET /a/http://h/",
		"/path?SECRET":                                "/path",
		"<BADREQ>":                                    "<BADREQ>",
		"":                                            "",
		"GET /" + strings.Repeat("a", 10) + "?SECRET": "GET /aaaaaaaaaa",
		"CONNECT host:443 HTTP/1.1":                   "CONNECT host:443 HTTP/1.1",
	}
	for request, want := range tests {
		if got := withoutQuery([]byte(request)); got != want {
			t.Errorf("%q becomes %q, want %q", request, got, want)
		}
	}
}

// TestExample: the newest line is kept, as far as its names and its request go.
func TestExample(t *testing.T) {
	record := func(written int64, request string) *accesslog.Record {
		return &accesslog.Record{Written: written, Frontend: []byte("fe"), Backend: []byte("v2"), Server: []byte("<NOSRV>"), Request: []byte(request), Flags: [2]byte{'S', 'C'}, Status: 503}
	}
	var e Example
	if got := e.Format(time.UTC); got != "" {
		t.Errorf("no line is shown as %q", got)
	}
	e.Offer(record(2e9, "GET /second HTTP/1.1"))
	e.Offer(record(1e9, "GET /first HTTP/1.1"))
	if got, want := e.Format(time.UTC), `00:00:02 fe v2/<NOSRV> SC 503 "GET /second HTTP/1.1"`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	e.Offer(record(2e9, "GET /of?the=same#second"))
	if got, want := e.Format(time.FixedZone("CET", 3600)), `01:00:02 fe v2/<NOSRV> SC 503 "GET /of"`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	other := Example{}
	e.Merge(other)
	other.Offer(record(3e9, ""))
	e.Merge(other)
	if got, want := e.Format(time.UTC), `00:00:03 fe v2/<NOSRV> SC 503`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	short := record(4e9, strings.Repeat("r", 600))
	short.Frontend, short.Status, short.Backend, short.Server = nil, -1, bytes.Repeat([]byte("b"), 300), bytes.Repeat([]byte("s"), 257)
	e.Offer(short)
	if got, want := e.Format(time.UTC), "00:00:04 "+strings.Repeat("b", 256)+"/"+strings.Repeat("s", 256)+` SC "`+strings.Repeat("r", 512)+`"`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	short.Status, short.Request, short.Backend, short.Server = 0, nil, []byte("b"), []byte("s")
	e.Offer(short)
	if got, want := e.Format(time.UTC), "00:00:04 b/s SC 0"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
