package accesslog

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"check-haproxy/internal/accesslog/logformat"
)

func TestDetails(t *testing.T) {
	custom, err := logformat.Compile("%ci [%tr] %ft %b/%s %Tr %ST %ts %rc %HM")
	if err != nil {
		t.Fatal(err)
	}
	const http, tcp = "192.0.2.9:40001 [18/Nov/2026:10:01:40.000] fe api/s1 ", "192.0.2.9:40001 [18/Nov/2026:10:01:40.000] fe db/s1 "
	const clf = `192.0.2.9 - - [18/Nov/2026:10:01:40 +0000] `
	for _, test := range []struct {
		name, line string
		formats    []*logformat.Format
		details    Details
		flags      string
		status     int
		request    string
	}{
		{"well", http + `0/0/1/5/6 200 217 - - ---- 3/3/0/0/0 0/0 "GET /a HTTP/1.1"`, nil, Details{Known: true, ResponseTime: 5}, "--", 200, ""},
		{"captures", http + `0/0/1/5/6 404 217 - - ---- 3/3/0/0/0 0/0 {a|b} "GET /a HTTP/1.1"`, nil, Details{Known: true, ResponseTime: 5}, "--", 404, ""},
		{"cookies", http + `0/0/1/12345/6 200 217 a=1/0/0 b=- -- ---- 3/3/0/0/0 0/0 "GET /a HTTP/1.1"`, nil, Details{Known: true, ResponseTime: 12345}, "--", 200, ""},
		{"a cookie with state in it", http + `0/0/1/5/6 200 217 - x ---- 3/3/0/0/7 0/0 "b" - SH-- 3/3/0/0/1 0/0 "GET /a HTTP/1.1"`, nil, Details{Known: true, ResponseTime: 5, Retries: 1}, "SH", 200, "GET /a HTTP/1.1"},
		{"server error", http + `0/0/1/5/6 500 217 - - ---- 3/3/0/0/0 0/0 "GET /a HTTP/1.1"`, nil, Details{Known: true, ResponseTime: 5}, "--", 500, "GET /a HTTP/1.1"},
		{"refused", http + `0/0/-1/-1/6 503 217 - - SC-- 3/3/0/0/3 0/0 "GET /a HTTP/1.1"`, nil, Details{Known: true, Retries: 3}, "SC", 503, "GET /a HTTP/1.1"},
		{"redispatched", http + `0/0/1/5/6 200 217 - - ---- 3/3/0/0/+3 0/0 "GET /a HTTP/1.1"`, nil, Details{Known: true, Retries: 3, Redispatched: true, ResponseTime: 5}, "--", 200, ""},
		{"logasap", http + `0/0/1/5/+6 200 +217 - - ---- 3/3/0/0/0 0/0 "GET /a HTTP/1.1"`, nil, Details{Known: true, ResponseTime: 5}, "--", 200, ""},
		{"cut behind the flags", http + `0/0/1/5/6 502 217 - - SH--`, nil, Details{Known: true, ResponseTime: 5}, "SH", 502, ""},
		{"cut in the flags", http + `0/0/1/5/6 502 217 - - SH`, nil, Details{Known: true, ResponseTime: 5}, "SH", 502, ""},
		{"cut before the flags", http + `0/0/1/5/6 502 217 - -`, nil, Details{Known: true, ResponseTime: 5}, "--", 502, ""},
		{"cut in the status", http + `0/0/1/5/6 50`, nil, Details{}, "", -1, ""},
		{"an operator's own order", http + `"GET /a HTTP/1.1" 502 217 SH 0/0/1/5/6 3/3/0/0/+2`, nil, Details{Known: true, ResponseTime: 5, Retries: 2, Redispatched: true}, "SH", 502, "GET /a HTTP/1.1"},
		{"an operator's own, and a status of the server's own", http + `0/0/1/5/6 520 217 ---- 3/3/0/0/0 0/0`, nil, Details{Known: true, ResponseTime: 5}, "--", 520, ""},
		{"an operator's own, and a status behind the request", http + `0/0/1/5/6 "GET /a HTTP/1.1" 101 217 ---- 3/3/0/0/0 0/0`, nil, Details{Known: true, ResponseTime: 5}, "--", 101, ""},
		{"an operator's own, and a size that is no status", http + `520 0/0/1/5/6 ---- 3/3/0/0/0 0/0`, nil, Details{Known: true, ResponseTime: 5}, "--", -1, ""},
		{"an operator's own without flags", http + `502 217 "GET /a HTTP/1.1"`, nil, Details{Known: true}, "--", 502, "GET /a HTTP/1.1"},
		{"tcp", tcp + `1/0/5007 212 -- 1/1/1/1/2 0/0`, nil, Details{Known: true, TCP: true, Retries: 2}, "--", -1, ""},
		{"clf", clf + `"GET /a HTTP/1.1" 502 217 "" "" 40001 123 "fe" "api" "s1" 0 0 1 5 6 SH-- 3 3 0 0 +1 0 0 "-" "-" `, nil, Details{Known: true, ResponseTime: 5, Retries: 1, Redispatched: true}, "SH", 502, "GET /a HTTP/1.1"},
		{"clf, cut", clf + `"GET /a HTTP/1.1" 502 217 "" "" 40001 123 "fe" "api" "s1" 0 0 1 5 `, nil, Details{}, "", -1, ""},
		{"clf of tcp", clf + `"TCP " 0 217 "" "" 40001 123 "fe" "db" "s1" 0 0 1 5 6 SC 3 3 0 0 3 0 0`, nil, Details{}, "", -1, ""},
		{"an operator's own", `192.0.2.9 [18/Nov/2026:10:01:40.000] fe api/s1 77 504 sH +2 GET`, []*logformat.Format{custom}, Details{Known: true, ResponseTime: 77, Retries: 2, Redispatched: true}, "sH", 504, ""},
	} {
		var r Record
		New(Options{Formats: test.formats, Details: true}).Parse([]byte(test.line), false, &r)
		flags := string(bytes.Trim(r.Flags[:], "\x00"))
		if r.Class != Request || r.Details != test.details || flags != test.flags || r.Status != test.status || string(r.Request) != test.request {
			t.Errorf("%s: %s %+v %q %d %q", test.name, r.Class, r.Details, flags, r.Status, r.Request)
		}
		New(Options{Formats: test.formats}).Parse([]byte(test.line), false, &r)
		if r.Class != Request || r.Details != (Details{}) {
			t.Errorf("%s, details not wanted: %s %+v", test.name, r.Class, r.Details)
		}
	}
}

// TestReadWell: whatever readWell reads, readDetails reads the same.
func TestReadWell(t *testing.T) {
	lines := []string{
		`0/0/1/5/6 200 217 - - ---- 3/3/0/0/0 0/0 "GET /a HTTP/1.1" and more than enough`,
		`10/210/32/1234/4567 404 123456789 - - --VN 1234/1234/12/20/0 12/0 {a|b} "GET /a HTTP/1.1"`,
		`0/0/0/0/0 100 0 - - --NI 0/0/0/0/0 0/0 "GET /a/b/c/d/e/f/g/h/i/j/k/l HTTP/1.1"`,
	}
	const bytesTried = "0123459/ -+A\"{\x00\x7f\xb0\xff"
	read := func(line []byte) bool {
		fast, plain := Record{Status: -1}, Record{Status: -1}
		status, answer, ok := readWell(append(bytes.Clone(line), "\n                                                                "...), len(line))
		if !ok {
			return false
		}
		fast.wentWell(status, answer)
		readDetails(line, &plain)
		if fast.Flags != plain.Flags || fast.Status != plain.Status || fast.Details != plain.Details || plain.Request != nil {
			t.Fatalf("%q: %+v, plainly %+v", line, fast, plain)
		}
		return true
	}
	for _, line := range lines {
		if !read([]byte(line)) {
			t.Errorf("%q is not read", line)
		}
		for i := range line {
			for _, c := range []byte(bytesTried) {
				changed := []byte(line)
				changed[i] = c
				read(changed)
				read(append(append([]byte(line[:i]), c), line[i:]...)) // put between
			}
			read([]byte(line[:i] + line[i+1:]))
			read([]byte(line[:i]))
		}
	}
	random := rand.New(rand.NewPCG(1, 1))
	well := 0
	for range 200_000 {
		changed := []byte(lines[random.IntN(len(lines))])
		for range random.IntN(4) {
			changed[random.IntN(64)] = bytesTried[random.IntN(len(bytesTried))]
		}
		if read(changed) {
			well++
		}
	}
	if well < 10_000 {
		t.Errorf("only %d lines were read", well)
	}
}

func BenchmarkDetails(b *testing.B) {
	options := testOptions
	options.Details = true
	benchmarkLines(b, New(options), sampleLog(benchSize, rfc3164))
}
