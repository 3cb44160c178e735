package check

import (
	"strings"
	"testing"
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
