package accesslog

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"check-haproxy/internal/accesslog/logformat"
)

// counted are the requests of a log, as "backend/server flags", how often each.
func counted(o Options, lines []string) string {
	n := map[string]int{}
	var order []string
	New(o).Scan([]byte(strings.Join(lines, "\n")+"\n"+strings.Repeat("\n", window)), false, func(r *Record) {
		if r.Class != Request && r.Class != HalfRead {
			return
		}
		name := fmt.Sprintf("%s/%s", r.Backend, r.Server)
		if n[name] == 0 {
			order = append(order, name)
		}
		n[name]++
	})
	for i, name := range order {
		order[i] = fmt.Sprintf("%d %s", n[name], name)
	}
	return strings.Join(order, ", ")
}

// One request is one line: what differs in the syslog header alone, near in lines
// and time, is a line that option log-separate-errors has sent to two places.
func TestDoubles(t *testing.T) {
	const (
		head  = "Nov 22 14:15:25 lb1 haproxy[1]: "
		later = "Nov 22 14:15:26 lb1 haproxy[1]: "
		late  = "Nov 22 14:15:27 lb1 haproxy[1]: "
		lost  = `10.0.0.1:40001 [22/Nov/2026:14:15:25.924] fe v2/<NOSRV> 0/-1/-1/-1/0 503 217 - - SC-- 3/3/0/0/0 0/0 "GET /a HTTP/1.1"`
		bad   = `10.0.0.1:40001 [22/Nov/2026:14:15:25.924] fe v2/s1 0/0/1/5/6 502 217 - - SH-- 3/3/0/0/0 0/0 "GET /a HTTP/1.1"`
		tcp   = `10.0.0.1:40001 [22/Nov/2026:14:15:25.924] fe v2/<NOSRV> -1/-1/0 0 SC 1/1/0/0/0 0/0`
		clf   = `10.0.0.1 - - [22/Nov/2026:14:15:25 +0000] "GET /a HTTP/1.1" 503 217 "" "" 40001 924 "fe" "v2" "<NOSRV>" 0 -1 -1 -1 0 SC-- 1 1 0 0 0 0 0 "" "" `
		shape = `10.0.0.1:40001 [22/Nov/2026:14:15:25.924] fe v2/<NOSRV> 3278 0 GET /a HTTP/1.1`
	)
	socket := strings.Replace(lost, "10.0.0.1:40001", "unix:1", 1)
	other := func(text string) string { return strings.ReplaceAll(text, "40001", "40002") }
	between := func(n int) []string {
		var lines []string
		for i := range n {
			lines = append(lines, fmt.Sprintf(`%s10.0.7.7:%d [22/Nov/2026:14:15:25.000] fe up/s1 0/0/1/5/6 200 217 - - ---- 3/3/0/0/0 0/0 "GET /a HTTP/1.1"`, head, 1024+i))
		}
		return lines
	}
	around := func(line string, n int, again string) []string {
		return append(append([]string{line}, between(n)...), again)
	}
	for _, tt := range []struct {
		name   string
		lines  []string
		format string
		want   string
	}{
		{"one after the other", []string{head + lost, head + lost}, "", "1 v2/<NOSRV>"},
		{"another priority", []string{"<134>" + head + lost, "<131>" + head + lost}, "", "1 v2/<NOSRV>"},
		{"three times", []string{head + lost, head + lost, later + lost}, "", "1 v2/<NOSRV>"},
		{"two requests, crossed", []string{head + lost, head + other(lost), head + lost, head + other(lost)}, "", "2 v2/<NOSRV>"},
		{"a second apart", []string{head + lost, later + lost}, "", "1 v2/<NOSRV>"},
		{"a second and a bit apart", []string{"2026-11-22T14:15:25.000Z lb1 haproxy[1]: " + lost, "2026-11-22T14:15:26.001Z lb1 haproxy[1]: " + lost}, "", "2 v2/<NOSRV>"},
		{"two seconds apart", []string{head + lost, late + lost}, "", "2 v2/<NOSRV>"},
		{"1,000 lines apart", around(head+lost, 999, head+lost), "", "1 v2/<NOSRV>, 999 up/s1"},
		{"more than 1,000 lines apart", around(head+lost, 1000, head+lost), "", "2 v2/<NOSRV>, 1000 up/s1"},
		{"another port", []string{head + lost, head + other(lost)}, "", "2 v2/<NOSRV>"},
		{"another request", []string{head + lost, head + strings.Replace(lost, "/a", "/b", 1)}, "", "2 v2/<NOSRV>"},
		{"other counters", []string{head + lost, head + strings.Replace(lost, "3/3", "4/4", 1)}, "", "2 v2/<NOSRV>"},
		{"a client without a port", []string{head + socket, head + socket, head + socket}, "", "3 v2/<NOSRV>"},
		{"a server's failure", []string{head + bad, head + bad}, "", "1 v2/s1"},
		{"servers' failures, crossed, behind what shows that lines are doubled", []string{head + lost, head + lost, head + bad, head + other(bad), head + bad, head + other(bad)}, "", "1 v2/<NOSRV>, 2 v2/s1"},
		{"before it", []string{head + bad, head + lost, head + lost, head + other(bad), head + bad}, "", "2 v2/s1, 1 v2/<NOSRV>"},
		{"TCP", []string{head + tcp, head + tcp}, "", "1 v2/<NOSRV>"},
		{"CLF", []string{head + clf, head + clf}, "", "1 v2/<NOSRV>"},
		{"CLF, another millisecond", []string{head + clf, head + strings.Replace(clf, " 924 ", " 925 ", 1)}, "", "2 v2/<NOSRV>"},
		{"half-read", []string{head + shape, head + shape}, "", "1 v2/<NOSRV>"},
		{"in docker's wrapper", []string{docker(testOptions.Now, lost+"\n"), docker(testOptions.Now, lost+"\n")}, "", "1 v2/<NOSRV>"},
		{"a format with port and date", []string{head + "40001 [22/Nov/2026:14:15:25.924] v2/<NOSRV> SC", head + "40001 [22/Nov/2026:14:15:25.924] v2/<NOSRV> SC"}, "%cp [%tr] %b/%s %ts", "1 v2/<NOSRV>"},
		{"a format with port and Unix time", []string{head + "v2/<NOSRV> SC 40001 1795356925.924", head + "v2/<NOSRV> SC 40001 1795356925.924"}, "%b/%s %ts %cp %Ts.%ms", "1 v2/<NOSRV>"},
		{"a format without a port", []string{head + "[22/Nov/2026:14:15:25.924] v2/<NOSRV> SC", head + "[22/Nov/2026:14:15:25.924] v2/<NOSRV> SC"}, "[%tr] %b/%s %ts", "2 v2/<NOSRV>"},
		{"a format without a date", []string{head + "40001 v2/<NOSRV> SC", head + "40001 v2/<NOSRV> SC"}, "%cp %b/%s %ts", "2 v2/<NOSRV>"},
	} {
		for _, details := range []bool{false, true} {
			o := testOptions
			o.Details = details
			if tt.format != "" {
				f, err := logformat.Compile(tt.format)
				if err != nil {
					t.Fatal(err)
				}
				o.Formats = []*logformat.Format{f}
			}
			if got := counted(o, tt.lines); got != tt.want {
				t.Errorf("%s, details %v: %s, want %s", tt.name, details, got, tt.want)
			}
		}
	}
	// Whether a request with a server has failed is not read without details, and
	// comparing all of them takes long. Nothing shows here that lines are doubled.
	crossed := []string{head + bad, head + other(bad), head + bad, head + other(bad)}
	if got := counted(testOptions, crossed); got != "4 v2/s1" {
		t.Errorf("crossed, without a sign: %s", got)
	}
	o := testOptions
	o.Details = true
	if got := counted(o, crossed); got != "2 v2/s1" {
		t.Errorf("crossed, with details: %s", got)
	}
}

// The lines of one request with "log-steps all", and of a failing one.
func TestLogSteps(t *testing.T) {
	const head, client = "Nov 22 14:15:25 lb1 haproxy[1]: ", "10.0.0.1:40001 [22/Nov/2026:14:15:25.924] "
	served := []string{
		head + client + `fe fe/<NOSRV> -1/-1/-1/-1/0 -1 0 - - ---- 3/3/0/0/0 0/0 "<BADREQ>"`,
		head + client + `fe fe/<NOSRV> 0/-1/-1/-1/0 -1 0 - - ---- 3/3/0/0/0 0/0 "GET /a HTTP/1.1"`,
		head + client + `fe api/s1 0/0/1/-1/1 -1 0 - - ---- 3/3/0/0/0 0/0 "GET /a HTTP/1.1"`,
		head + client + `fe api/s1 0/0/1/5/6 200 85 - - ---- 3/3/0/0/0 0/0 "GET /a HTTP/1.1"`,
		head + client + `fe api/s1 0/0/1/5/9 200 217 - - ---- 3/3/0/0/0 0/0 "GET /a HTTP/1.1"`,
	}
	lost := append(append([]string(nil), served[:2]...), head+client+`fe v2/<NOSRV> 0/-1/-1/-1/0 503 217 - - SC-- 3/3/0/0/0 0/0 "GET /a HTTP/1.1"`)
	tcp := []string{
		head + client + `fe fe/<NOSRV> -1/-1/0 0 -- 1/1/0/0/0 0/0`,
		head + client + `fe db/s1 1/0/1 0 -- 1/1/0/0/0 0/0`,
		head + client + `fe db/s1 1/0/5007 212 -- 1/1/0/0/0 0/0`,
	}
	clf := []string{
		head + `10.0.0.1 - - [22/Nov/2026:14:15:25 +0000] "<BADREQ>" -1 0 "" "" 40001 924 "fe" "fe" "<NOSRV>" -1 -1 -1 -1 0 ---- 1 1 0 0 0 0 0 "" "" `,
		head + `10.0.0.1 - - [22/Nov/2026:14:15:25 +0000] "GET /a HTTP/1.1" 503 217 "" "" 40001 924 "fe" "v2" "<NOSRV>" 0 -1 -1 -1 0 SC-- 1 1 0 0 0 0 0 "" "" `,
	}
	own := []string{
		head + client + `fe/<NOSRV> -1 -- "<BADREQ>"`, head + client + `fe/<NOSRV> -1 -- "GET /a HTTP/1.1"`,
		head + client + `api/s1 -1 -- "GET /a HTTP/1.1"`, head + client + `api/s1 200 -- "GET /a HTTP/1.1"`, head + client + `api/s1 200 -- "GET /a HTTP/1.1"`,
	}
	both := func(lines []string) []string {
		var all []string
		for _, line := range lines {
			all = append(all, line, strings.ReplaceAll(line, "40001", "50002"))
		}
		return all
	}
	for _, tt := range []struct {
		name   string
		lines  []string
		format string
		want   string
	}{
		{"served", served, "", "1 api/s1"},
		{"two at once", both(served), "", "2 api/s1"},
		{"accept and close", []string{served[0], served[4]}, "", "1 api/s1"},
		{"only close", served[4:], "", "1 api/s1"},
		{"no server", lost, "", "1 v2/<NOSRV>"},
		{"no server, two at once", both(lost), "", "2 v2/<NOSRV>"},
		{"TCP", tcp, "", "1 db/s1"},
		{"CLF", clf, "", "1 v2/<NOSRV>"},
		{"a format of one's own", own, `%ci:%cp [%tr] %b/%s %ST %ts "%r"`, "1 api/s1"},
		{"no flags", []string{strings.Replace(own[0], " --", "", 1), strings.Replace(own[3], " --", "", 1)}, `%ci:%cp [%tr] %b/%s %ST "%r"`, "1 api/s1"},
		{"the cookies left out", []string{
			head + client + `fe fe/<NOSRV> 0/-1/-1/-1/0 -1 0 ---- 3/3/0/0/0 0/0 "GET /a HTTP/1.1"`,
			head + client + `fe v2/<NOSRV> 0/-1/-1/-1/0 503 217 SC-- 3/3/0/0/0 0/0 "GET /a HTTP/1.1"`,
		}, "", "1 v2/<NOSRV>"},

		// The requests of an HTTP/2 connection can begin in one millisecond.
		{"requests of a millisecond", []string{served[4], strings.Replace(served[4], "/a", "/b", 1), strings.Replace(served[4], "/a", "/c", 1)}, "", "3 api/s1"},
		{"requests of a millisecond to two servers", []string{served[4], strings.Replace(served[4], "/s1", "/s2", 1)}, "", "1 api/s1, 1 api/s2"},
		{"failures of a millisecond", []string{lost[2], strings.Replace(lost[2], "/a", "/b", 1)}, "", "2 v2/<NOSRV>"},
		{"failures of a millisecond that took longer", []string{lost[2], strings.Replace(lost[2], "/-1/0 503", "/-1/1 503", 1)}, "", "2 v2/<NOSRV>"},
		{"another client with the same end", []string{served[3], strings.Replace(served[4], "10.0.0.1:", "10.2.0.1:", 1)}, "", "2 api/s1"},
		{"an answer that took another time", []string{served[3], strings.Replace(served[4], "0/0/1/5/9", "0/0/1/6/9", 1)}, "", "2 api/s1"},
		{"other captures", []string{strings.Replace(served[3], ` "GET`, ` {a} "GET`, 1), strings.Replace(served[4], ` "GET`, ` {b} "GET`, 1)}, "", "2 api/s1"},
		{"the answer's captures come later", []string{strings.Replace(served[2], ` "GET`, ` {a} "GET`, 1), strings.Replace(served[4], ` "GET`, ` {a} {b} "GET`, 1)}, "", "1 api/s1"},
		{"an answer with another status", []string{served[3], strings.Replace(served[4], " 200 ", " 404 ", 1)}, "", "2 api/s1"},
		{"an answer that took less", []string{served[4], served[3]}, "", "2 api/s1"},
		// A backend with "dispatch", before 3.5, answers without a server's name.
		{"dispatch", []string{head + client + `fe old/<NOSRV> 0/0/1/5/6 200 217 - - ---- 3/3/0/0/0 0/0 "GET /a HTTP/1.1"`, head + client + `fe old/<NOSRV> 1/0/5007 212 -- 1/1/0/0/0 0/0`}, "", "2 old/<NOSRV>"},
	} {
		for _, details := range []bool{false, true} {
			o := testOptions
			o.Details = details
			if tt.format != "" {
				f, err := logformat.Compile(tt.format)
				if err != nil {
					t.Fatal(err)
				}
				o.Formats = []*logformat.Format{f}
			}
			if got := counted(o, tt.lines); got != tt.want {
				t.Errorf("%s, details %v: %s, want %s", tt.name, details, got, tt.want)
			}
		}
	}
}

// What is found among the last requests is what looking at all of them finds, in
// any order of keys.
func TestRecentFindsTheLast(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	var r recent
	type request struct {
		key     uint64
		written int64
		line    uint32
	}
	var all []request
	line, written := uint32(0), int64(0)
	for range 200_000 {
		line += uint32(1 + random.IntN(3)/2)
		written += int64(random.IntN(3)) * int64(time.Millisecond)
		key := random.Uint64N(1500) * 0x9E3779B97F4A7C15
		if random.IntN(8) == 0 {
			key = key>>52<<52 | 7 // of the same first bits as another
		}
		var want *request
		for i := len(all) - 1; i >= 0 && line-all[i].line <= recentLines; i-- {
			if all[i].key == key && near(all[i].written, written) {
				want = &all[i]
				break
			}
		}
		e := entry{key: key, written: written, line: line}
		got := r.last(&e)
		if (got == nil) != (want == nil) || got != nil && (got.line != want.line || got.written != want.written) {
			t.Fatalf("line %d: %+v, want %+v", line, got, want)
		}
		r.add(e)
		all = append(all, request{key, written, line})
	}
}
