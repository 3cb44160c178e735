package accesslog

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"check-haproxy/internal/accesslog/logformat"
)

// brief is a record in short: class, frontend, backend/server, and for lines
// without a server flags, status and request.
func brief(r *Record) string {
	s := r.Class.String()
	if r.Class == Request || r.Class == HalfRead {
		s += fmt.Sprintf(" %s %s/%s", r.Frontend, r.Backend, r.Server)
	}
	if r.Class == Request && r.NoServer {
		s += fmt.Sprintf(" %s %d %q", r.Flags[:], r.Status, r.Request)
	}
	if r.Assumed {
		s += " assumed"
	}
	return s
}

func TestLines(t *testing.T) {
	const header = "Nov 22 14:15:25 lb1 haproxy[1]: "
	for _, tt := range []struct{ name, line, want string }{
		{"the incident", `Mar 26 19:47:01 localhost haproxy[23910]: 10.0.0.30:34261 [26/Mar/2013:19:46:48.579] fe v2/<NOSRV> 12801/-1/-1/-1/12801 503 212 - - SC-- 0/0/0/0/0 0/0 "GET /path/v2/ HTTP/1.1"`,
			`request fe v2/<NOSRV> SC 503 "GET /path/v2/ HTTP/1.1"`},
		{"IPv6", header + `2001:db8::1:52312 [22/Nov/2026:14:15:25.924] fe v2/<NOSRV> 0/-1/-1/-1/0 503 212 - - SC-- 1/1/0/0/0 0/0 "GET / HTTP/1.1"`, `request fe v2/<NOSRV> SC 503 "GET / HTTP/1.1"`},
		{"unix socket", header + `unix:1 [22/Nov/2026:14:15:25.924] fe v2/s 0/0/0/0/0 200 212 - - ---- 1/1/0/0/0 0/0 "GET / HTTP/1.1"`, `request fe v2/s`},
		{"TLS", header + `1.2.3.4:5 [22/Nov/2026:14:15:25.924] fe~ v2/<NOSRV> 0/-1/-1/-1/0 503 212 - - sC-- 1/1/0/0/+3 0/0 "GET / HTTP/1.1"`, `request fe v2/<NOSRV> sC 503 "GET / HTTP/1.1"`},
		{"logasap", header + `1.2.3.4:5 [22/Nov/2026:14:15:25.924] fe v2/<NOSRV> 0/-1/-1/-1/+0 503 +212 - - SC-- 1/1/0/0/0 0/0 "GET / HTTP/1.1"`, `request fe v2/<NOSRV> SC 503 "GET / HTTP/1.1"`},
		{"tcplog", header + `1.2.3.4:5 [22/Nov/2026:14:15:25.924] fe v2/<NOSRV> -1/-1/0 0 SC 1/1/0/0/0 0/0`, `request fe v2/<NOSRV> SC -1 ""`},
		{"tcplog clf", header + `1.2.3.4 - - [22/Nov/2026:14:15:25 +0000] "TCP " 000 0 "" "" 5 924 "fe" "v2" "<NOSRV>" 0 -1 -1 0 0 SC-- 1 1 0 0 0 0 0 "" "" `, `request fe v2/<NOSRV> SC -1 "TCP "`},
		{"clf", header + `1.2.3.4 - - [22/Nov/2026:14:15:25 +0000] "GET / HTTP/1.1" 503 212 "" "" 5 924 "fe~" "v2" "<NOSRV>" 0 -1 -1 -1 0 SC-- 1 1 0 0 0 0 0 "" "" `, `request fe v2/<NOSRV> SC 503 "GET / HTTP/1.1"`},
		{"an internal service", header + `1.2.3.4:5 [22/Nov/2026:14:15:25.924] st st/<STATS> 0/0/0/0/0 200 15443 - - LR-- 1/1/0/0/0 0/0 "GET /haproxy?stats HTTP/1.1"`, `request st st/<STATS>`},
		{"a Lua service", header + `1.2.3.4:5 [22/Nov/2026:14:15:25.924] fe fe/<lua.hello> 0/0/0/0/0 200 15 - - LR-- 1/1/0/0/0 0/0 "GET / HTTP/1.1"`, `request fe fe/<lua.hello>`},
		{"no server at all", header + `1.2.3.4:5 [22/Nov/2026:14:15:25.924] fe v2/ 0/-1/-1/-1/0 503 212 - - SC-- 1/1/0/0/0 0/0 "GET / HTTP/1.1"`, `request fe v2/ SC 503 "GET / HTTP/1.1"`},
		{"a dash for a server", header + `1.2.3.4:5 [22/Nov/2026:14:15:25.924] fe v2/- 0/-1/-1/-1/0 503 212 - - SC-- 1/1/0/0/0 0/0 "GET / HTTP/1.1"`, `request fe v2/- SC 503 "GET / HTTP/1.1"`},
		{"CRLF", header + `1.2.3.4:5 [22/Nov/2026:14:15:25.924] fe v2/<NOSRV> -1/-1/0 0 SC 1/1/0/0/0 0/0` + "\r\n", `request fe v2/<NOSRV> SC -1 ""`},
		{"no closing quote", header + `1.2.3.4:5 [22/Nov/2026:14:15:25.924] fe v2/<NOSRV> 0/-1/-1/-1/0 503 212 - - SC-- 1/1/0/0/0 0/0 "GET /long`, `request fe v2/<NOSRV> SC 503 "GET /long"`},
		{"cut in the captures", header + `1.2.3.4:5 [22/Nov/2026:14:15:25.924] fe v2/<NOSRV> 0/-1/-1/-1/0 503 212 - - SC-- 1/1/0/0/0 0/0 {Mozilla`, `request fe v2/<NOSRV> SC 503 ""`},
		{"cut after the flags", header + `1.2.3.4:5 [22/Nov/2026:14:15:25.924] fe v2/<NOSRV> 0/-1/-1/-1/0 503 212 - - SC-- 1/1/0`, `request fe v2/<NOSRV> SC 503 ""`},
		{"cut before the flags", header + `1.2.3.4:5 [22/Nov/2026:14:15:25.924] fe v2/<NOSRV> 0/-1/-1/-1/0 503 21`, `request fe v2/<NOSRV> SC 503 "" assumed`},
		{"cut in the status", header + `1.2.3.4:5 [22/Nov/2026:14:15:25.924] fe v2/<NOSRV> 0/-1/-1/-1/0 50`, `half-read fe v2/<NOSRV>`},
		{"cut behind the server", header + `1.2.3.4:5 [22/Nov/2026:14:15:25.924] fe v2/<NOSRV>`, `half-read fe v2/<NOSRV>`},
		{"cut before the server", header + `1.2.3.4:5 [22/Nov/2026:14:15:25.924] fe v2/`, `half-read fe v2/`},
		{"cut in the server", header + `1.2.3.4:5 [22/Nov/2026:14:15:25.924] fe v2/<NOS`, `unreadable`},
		{"forged in the request", header + `1.2.3.4:5 [22/Nov/2026:14:15:25.924] fe up/s1 0/0/0/0/0 200 212 - - ---- 1/1/0/0/0 0/0 "GET /] fe v2/<NOSRV> 0/-1/-1/-1/0 503 212 - - SC-- 1/1/0/0/0 0/0 HTTP/1.1"`, `request fe up/s1`},
		{"forged in a capture", header + `1.2.3.4:5 [22/Nov/2026:14:15:25.924] fe fe/<NOSRV> 0/-1/-1/-1/0 302 99 - - LR-- 1/1/0/0/0 0/0 {x - - SC-- 1/1/0/0/0 0/0 #22GET} "GET / HTTP/1.1"`, `request fe fe/<NOSRV> LR 302 "GET / HTTP/1.1"`},
		{"forged in a cookie", header + `1.2.3.4:5 [22/Nov/2026:14:15:25.924] fe fe/<NOSRV> 0/-1/-1/-1/0 302 99 A=x - SC-- 1/1/0/0/0 0/0 "GET / HTTP/1.1" - LR-- 1/1/0/0/0 0/0 {} "GET / HTTP/1.1"`, `request fe fe/<NOSRV> LR 302 "GET / HTTP/1.1"`},
		{"forged in a cookie, cut short", header + `1.2.3.4:5 [22/Nov/2026:14:15:25.924] fe fe/<NOSRV> 0/-1/-1/-1/0 302 99 A=x - SC-- 1/1/0/0/0 0/0 - LR-- 1/1/0/0/0 0/0 {Mozilla`, `request fe fe/<NOSRV> LR 302 ""`},
		{"a cookie with blanks", header + `1.2.3.4:5 [22/Nov/2026:14:15:25.924] fe v2/<NOSRV> 0/-1/-1/-1/0 503 99 A="b c {" - SC-- 1/1/0/0/0 0/0 "GET / HTTP/1.1"`, `request fe v2/<NOSRV> SC 503 "GET / HTTP/1.1"`},
		{"docker", `{"log":"1.2.3.4:5 [22/Nov/2026:14:15:25.924] fe v2/\u003cNOSRV\u003e 0/-1/-1/-1/0 503 212 - - SC-- 1/1/0/0/0 0/0 \"GET /\u0026 HTTP/1.1\"\n","stream":"stdout","time":"2026-11-22T14:15:26Z"}`, `request fe v2/<NOSRV> SC 503 "GET /& HTTP/1.1"`},
		{"docker, labels", `{"log":"1.2.3.4:5 [22/Nov/2026:14:15:25.924] fe v2/s1 0/0/0/0/0 200 212 - - ---- 1/1/0/0/0 0/0 \"GET / HTTP/1.1\"\n","stream":"stdout","attrs":{"tag":"x"},"time":"2026-11-22T14:15:26Z"}`, `request fe v2/s1`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := New(testOptions)
			for range 2 { // the second time on the fast path
				var r Record
				p.Parse([]byte(tt.line), false, &r)
				if got := brief(&r); got != tt.want {
					t.Errorf("got  %s\nwant %s", got, tt.want)
				}
			}
		})
	}
}

func scanned(p *Parser, data string) (got []string) {
	p.Scan([]byte(data), false, func(r *Record) { got = append(got, brief(r)) })
	return got
}

const (
	plainRequest = `1.2.3.4:5 [22/Nov/2026:14:15:25.924] fe up/s1 0/0/0/0/0 200 2 - - ---- 1/1/0/0/0 0/0 "GET / HTTP/1.1"`
	lostRequest  = `1.2.3.4:5 [22/Nov/2026:14:15:25.924] fe v2/<NOSRV> -1/-1/0 0 SC 1/1/0/0/0 0/0`
)

func TestScan(t *testing.T) {
	const h = "Nov 22 14:15:25 lb1 haproxy[1]: "
	const plainAgain, lostAgain = "6" + plainRequest, "6" + lostRequest // of another client
	const up, lost = "request fe up/s1", `request fe v2/<NOSRV> SC -1 ""`
	const cri = "2026-11-22T14:15:25.5Z stdout "
	for name, tt := range map[string]struct {
		data string
		want []string
	}{
		"nothing":                    {"", nil},
		"empty lines":                {"\n\r\n\n", nil},
		"no line end at the end":     {h + plainRequest + "\n" + h + lostRequest, []string{up, lost}},
		"CRLF":                       {h + plainRequest + "\r\n" + h + lostRequest + "\r\n", []string{up, lost}},
		"a last line without an end": {h + lostRequest + "\n" + h + lostRequest[:60], []string{lost}},
		"junk without an end":        {h + lostRequest + "\nNov 22 14:15:25 lb1 sshd[1]: Acc", []string{lost}},
		"junk between":               {h + plainRequest + "\nwhat?\n" + h + lostRequest + "\n", []string{up, "unreadable", lost}},
		"formats mixed":              {h + plainRequest + "\n" + iso8601(testOptions.Now) + lostRequest + "\n" + h + lostAgain + "\n" + "7" + lostRequest + "\n", []string{up, lost, lost, lost}},
		"messages between":           {h + plainRequest + "\n" + h + "Proxy x started.\n" + h + "Server v2/s is DOWN.\n" + h + plainAgain + "\n", []string{up, "message", "transition", up}},
		"a fragment's continuation":  {cri + "P " + plainRequest[:90] + "\n" + cri + "P " + lostRequest + "\n" + cri + "F " + lostRequest + "\n" + cri + "F " + lostRequest + "\n", []string{up, "message", "message", lost}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, scanned(New(testOptions), tt.data)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// A docker line of 16 KiB without a line end goes on in the next.
func TestDockerFragments(t *testing.T) {
	wrap := func(log string) string {
		return `{"log":"` + strings.ReplaceAll(log, `"`, `\"`) + `","stream":"stdout","time":"2026-11-22T14:15:26Z"}` + "\n"
	}
	long := plainRequest[:len(plainRequest)-1] + strings.Repeat("x", 16<<10-len(plainRequest)+1)
	got := scanned(New(testOptions), wrap(long)+wrap(lostRequest+`\n`)+wrap(lostRequest+`\n`)+wrap("6"+plainRequest)+wrap("6"+lostRequest))
	want := []string{"request fe up/s1", "message", `request fe v2/<NOSRV> SC -1 ""`, "request fe up/s1", `request fe v2/<NOSRV> SC -1 ""`}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A line of the fast path costs no memory, nor does one that has no server.
func TestScanDoesNotAllocate(t *testing.T) {
	for name, header := range map[string]func(string) string{
		"httplog": func(s string) string { return "Nov 22 14:15:25 lb1 haproxy[1]: " + s + "\n" },
		"bare":    func(s string) string { return s + "\n" },
	} {
		var data []byte
		for i := range 50 {
			data = fmt.Appendf(data, "%s%s", header(fmt.Sprint(i, plainRequest)), header(fmt.Sprint(i, lostRequest)))
		}
		p := New(testOptions)
		p.Scan(data, false, func(*Record) {})
		if n := testing.AllocsPerRun(10, func() { p.Scan(data, false, func(*Record) {}) }); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

// hostile are lines made to be slow.
var hostile = map[string]string{
	"blanks":          strings.Repeat(" ", 3<<20),
	"letters":         strings.Repeat("x", 3<<20),
	"tags":            strings.Repeat("haproxy[1]: ", 3<<20/12),
	"headers":         strings.Repeat("<134>Nov 22 14:15:25 h haproxy[1]: ", 3<<20/35),
	"structured data": "<134>1 - h a 1 - " + strings.Repeat(`[a b="c"]`, 3<<20/9),
	"open data":       "<134>1 - h a 1 - [" + strings.Repeat(`\"`, 3<<20/2),
	"docker escapes":  `{"log":"` + strings.Repeat(`\u003c`, 3<<20/6),
	"docker quotes":   `{"log":"` + strings.Repeat(`\"`, 3<<20/2),
	"docker times":    `{"log":"x"` + strings.Repeat(`"time":"`, 3<<20/8),
	"cookies":         strings.Replace(strings.TrimSuffix(lostRequest, lostRequest[len(lostRequest)-30:]), "-1/-1/0 0", "0/0/0/0/0 503 0 A=", 1) + strings.Repeat(" SC-- 1/1/0/0/0 0/0 {", 3<<20/21),
	"request":         strings.Replace(plainRequest, "GET /", "GET /"+strings.Repeat("a", 3<<20), 1),
	"digits":          strings.Replace(lostRequest, "-1/-1/0", strings.Repeat("9", 3<<20), 1),
	"NUL":             strings.Repeat("\x00", 3<<20),
	"line ends":       strings.Repeat("\r", 3<<20),
}

// Lines of 3 MB are read, one record each, and those after them too.
func TestHugeLines(t *testing.T) {
	for name, line := range hostile {
		data := lostRequest + "\n" + line + "\n6" + lostRequest + "\n"
		got := scanned(New(testOptions), data)
		want := 3
		if name == "line ends" {
			want = 2
		}
		if len(got) != want || got[0] != got[want-1] || got[0] != `request fe v2/<NOSRV> SC -1 ""` {
			t.Errorf("%s: %d records", name, len(got))
		}
	}
}

// BenchmarkHostile shows that no line costs more than its length.
func BenchmarkHostile(b *testing.B) {
	formats := map[string]*Parser{"builtin": New(testOptions)}
	for _, format := range []string{"%[x] %b/%s %ts %[y]", "%ci:%cp [%tr] %ft %b/%s %CC %CS %tsc %hr %hs %{+Q}r"} {
		f, err := logformat.Compile(format)
		if err != nil {
			b.Fatal(err)
		}
		o := testOptions
		o.Formats = []*logformat.Format{f}
		formats[strings.Fields(format)[0]] = New(o)
	}
	for name, line := range hostile {
		for format, p := range formats {
			b.Run(name+"/"+format, func(b *testing.B) {
				data := []byte(line)
				b.SetBytes(int64(len(data)))
				for b.Loop() {
					p.Scan(data, false, func(*Record) {})
				}
			})
		}
	}
}

// A visitor may keep nothing, but the line it sees is the line that was there.
func TestRecordLine(t *testing.T) {
	lines := []string{"Nov 22 14:15:25 lb1 haproxy[1]: " + plainRequest, "what?", lostRequest}
	i := 0
	New(testOptions).Scan([]byte(strings.Join(lines, "\r\n")), false, func(r *Record) {
		if !bytes.Equal(r.Line, []byte(lines[i])) {
			t.Errorf("line %d: %q", i, r.Line)
		}
		i++
	})
}
