package nosrv

import (
	"bytes"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"check-haproxy/internal/accesslog"
)

// example is the newest counted line of a section, in the fields that help a
// person. The rest of the line is left out on purpose: cookies, captured
// headers and referers hold tokens as query strings do.
type example struct {
	written                            int64
	frontend, backend, server, request []byte
	flags                              [2]byte
	status                             int
}

// offer takes the record for the example if it is not older. The buffers are
// used again, so that a log full of such lines allocates nothing.
func (e *example) offer(r *accesslog.Record) {
	if r.Written < e.written {
		return
	}
	e.written, e.flags, e.status = r.Written, r.Flags, r.Status
	e.frontend = keepBytes(e.frontend, r.Frontend, maxName)
	e.backend = keepBytes(e.backend, r.Backend, maxName)
	e.server = keepBytes(e.server, r.Server, maxName)
	e.request = keepBytes(e.request, r.Request, maxExample)
}

func keepBytes(to, from []byte, most int) []byte {
	return append(to[:0], from[:min(len(from), most)]...)
}

// format prints the example as HAProxy's httplog has it, as far as it goes:
// 19:47:01 fe v2/<NOSRV> SC 503 "GET /path/v2/".
func (e *example) format(at time.Time) string {
	fields := []string{at.Format("15:04:05")}
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

// maxShape is how many characters of a line that cannot be read are shown.
const maxShape = 60

// shapeOf is the beginning of a line that cannot be read, enough to see whose
// it is: a syslog header as it stands, and of everything else only the shape, a
// letter as "a" and a digit as "9". The file may be another than was meant, and
// read with more rights than its reader has.
func shapeOf(line []byte) string {
	line = line[:min(len(line), maxShape*utf8.UTFMax)]
	header := syslogHeader(line)
	text := []rune(strings.ToValidUTF8(string(header), "?") + strings.Map(masked, strings.ToValidUTF8(string(line[len(header):]), "?")))
	if len(text) > maxShape {
		return string(text[:maxShape]) + "…"
	}
	return string(text)
}

// syslogHeader is what stands before the message in a line that begins with a
// date, "Nov 22 14:59:01 lb1 sshd[77]: " or "2026-11-22T14:59:01Z lb1 cron: ".
func syslogHeader(line []byte) []byte {
	end := bytes.Index(line, []byte(": "))
	if end < 0 || end > maxShape || !beginsWithDate(string(line)) {
		return nil
	}
	return line[:end+len(": ")]
}

func beginsWithDate(line string) bool {
	for _, layout := range []string{time.Stamp, "2006-01-02T15:04:05", "2006-01-02 15:04:05"} {
		if len(line) < len(layout) {
			continue
		}
		if _, err := time.Parse(layout, line[:len(layout)]); err == nil {
			return true
		}
	}
	return false
}

func masked(r rune) rune {
	switch {
	case unicode.IsUpper(r):
		return 'A'
	case unicode.IsLetter(r):
		return 'a'
	case unicode.IsDigit(r):
		return '9'
	default:
		return r
	}
}
