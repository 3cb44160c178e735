package check

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"check-haproxy/internal/accesslog"
)

// How much of a line an Example keeps, in bytes.
const (
	mostName    = 256 // of each name
	mostRequest = 512
)

// Example is the newest line that shows a section's trouble, in the fields that
// help a person. The rest of the line is left out on purpose: cookies, captured
// headers and referers hold tokens as query strings do.
type Example struct {
	written                            int64
	frontend, backend, server, request []byte
	flags                              [2]byte
	status                             int
}

// Offer takes the record for the example if it is not older. The buffers are
// used again, so that a log full of such lines allocates nothing.
func (e *Example) Offer(r *accesslog.Record) {
	if r.Written < e.written {
		return
	}
	e.written, e.flags, e.status = r.Written, r.Flags, r.Status
	e.frontend = keepBytes(e.frontend, r.Frontend, mostName)
	e.backend = keepBytes(e.backend, r.Backend, mostName)
	e.server = keepBytes(e.server, r.Server, mostName)
	e.request = keepBytes(e.request, r.Request, mostRequest)
}

func keepBytes(to, from []byte, most int) []byte {
	return append(to[:0], from[:min(len(from), most)]...)
}

// Merge takes the other example if it is not older.
func (e *Example) Merge(other Example) {
	if other.written >= e.written {
		*e = other
	}
}

// Format prints the example as HAProxy's httplog has it, as far as it goes, with
// the time in a zone: 19:47:01 fe v2/<NOSRV> SC 503 "GET /path/v2/". It is empty
// if there was none.
func (e *Example) Format(zone *time.Location) string {
	if e.written == 0 {
		return ""
	}
	fields := []string{time.Unix(0, e.written).In(zone).Format("15:04:05")}
	if len(e.frontend) > 0 {
		fields = append(fields, string(e.frontend))
	}
	fields = append(fields, string(e.backend)+"/"+string(e.server), string(e.flags[:]))
	if e.status >= 0 {
		fields = append(fields, fmt.Sprint(e.status))
	}
	if request := withoutQuery(e.request); request != "" {
		fields = append(fields, `"`+request+`"`)
	}
	return strings.Join(fields, " ")
}

// withoutQuery cuts a request, "GET /path?token=… HTTP/1.1", before what may be
// secret: the query string, a fragment, and a user and password before the host
// of an absolute URL. Everything from the first "?" on goes: a request is the
// client's own text, and what looks like its end may be part of the secret.
func withoutQuery(request []byte) string {
	if i := bytes.IndexAny(request, "?#;"); i >= 0 {
		request = request[:i]
	}
	text := string(request)
	method, target, ok := strings.Cut(text, " ")
	if !ok {
		return text
	}
	return method + " " + withoutUserinfo(target)
}

func withoutUserinfo(target string) string {
	start := strings.Index(target, "://")
	if start < 0 {
		return target
	}
	start += len("://")
	end := strings.IndexByte(target[start:], '/')
	if end < 0 {
		end = len(target) - start
	}
	if at := strings.LastIndexByte(target[start:start+end], '@'); at >= 0 {
		return target[:start] + target[start+at+1:]
	}
	return target
}
