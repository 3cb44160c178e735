package accesslog

import (
	"bytes"
	"fmt"
	"slices"
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
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, scanned(New(testOptions), tt.data)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// What a container runtime has cut is one line again, wherever it was cut.
func TestParts(t *testing.T) {
	cri := func(flag, text string) string { return "2026-11-22T14:15:26.5Z stdout " + flag + " " + text + "\n" }
	stderr := func(flag, text string) string { return strings.ReplaceAll(cri(flag, text), "stdout", "stderr") }
	docker := func(text string) string {
		escape := strings.NewReplacer(`"`, `\"`, "\n", `\n`, "<", `\u003c`, ">", `\u003e`)
		return `{"log":"` + escape.Replace(text) + `","stream":"stdout","time":"2026-11-22T14:15:26Z"}` + "\n"
	}
	inDocker := func(flag, text string) string {
		if flag == "F" {
			text += "\n"
		}
		return docker(text)
	}
	long := strings.Repeat("x", dockerFragment)
	type lines []string
	const up, lost, plain, junk = "request fe up/s1", `request fe v2/<NOSRV> SC -1 ""`, "6" + plainRequest, "unreadable"
	for name, tt := range map[string]struct {
		data string
		want lines
	}{
		"the rest is a line":            {cri("P", plainRequest[:90]) + cri("P", lostRequest) + cri("F", lostRequest) + cri("F", lostRequest), lines{up, lost}},
		"the other flow between":        {cri("P", lostRequest[:50]) + stderr("F", "Proxy x started.") + stderr("P", "Proxy y ") + cri("F", lostRequest[50:]) + stderr("F", "started."), lines{"message", lost, "message"}},
		"the rest is not there":         {cri("F", plain) + cri("P", lostRequest[:50]), lines{up}},
		"the rest is not there, nor":    {cri("F", plain) + cri("P", lostRequest), lines{up, lost}},
		"the rest is half":              {cri("P", lostRequest[:20]) + strings.TrimSuffix(cri("F", lostRequest[20:50]), "\n"), nil},
		"another header between":        {cri("P", lostRequest[:50]) + "Nov 22 14:15:25 lb1 haproxy[1]: " + plain + "\n" + cri("F", lostRequest[50:]), lines{up, lost}},
		"as many as may be":             {strings.Repeat(cri("P", "x"), maxParts-1) + cri("F", plain), lines{up}},
		"too many":                      {strings.Repeat(cri("P", "x"), maxParts) + cri("F", plain) + cri("P", plain[:40]) + cri("F", plain[40:]), append(slices.Repeat(lines{junk}, maxParts), up, up)},
		"far too many":                  {strings.Repeat(cri("P", "x"), maxParts+9) + cri("F", plain), append(slices.Repeat(lines{junk}, maxParts+9), up)},
		"too long":                      {strings.Repeat(cri("P", plain+strings.Repeat("x", maxJoined/2)), 2) + cri("F", "y"), lines{up, up, junk}},
		"docker's":                      {docker(long) + docker(lostRequest+"\n") + docker(lostRequest+"\n"), lines{junk, lost}},
		"docker's, the rest is a line":  {docker(plain+" "+long) + docker(lostRequest+"\n") + docker(lostRequest+"\n"), lines{up, lost}},
		"docker's, short":               {docker(lostRequest[:50]) + docker(lostRequest[50:]+"\n") + docker(plain+"\n"), lines{lost, up}},
		"docker's, cut in a name":       {docker("192.0.2.9:4") + docker(plainRequest+"\n"), lines{up}},
		"docker's without any line end": {docker(plain) + docker("what?") + docker(lostRequest) + docker("6"+lostRequest), lines{up, junk, lost, lost}},
		"docker's, both make sense":     {docker(plain) + docker(lostRequest+"\n"), lines{up, lost}},
		"docker's, none makes sense":    {docker("wh") + docker("at?\n") + docker(plain+"\n"), lines{junk, junk, up}},
	} {
		got := scanned(New(testOptions), tt.data)
		slices.Sort(got)
		slices.Sort(tt.want)
		if diff := cmp.Diff([]string(tt.want), got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	for n := range len(lostRequest) - 1 {
		for name, runtime := range map[string]func(flag, text string) string{"cri": cri, "docker": inDocker} {
			data := runtime("P", lostRequest[:n+1]) + runtime("F", lostRequest[n+1:]) + runtime("F", plain)
			if diff := cmp.Diff([]string{lost, up}, scanned(New(testOptions), data)); diff != "" {
				t.Errorf("%s, cut after %d bytes (-want +got):\n%s", name, n+1, diff)
			}
		}
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
