package haproxy

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

// capture is a recorded answer.
func capture(t testing.TB, name string) []byte {
	t.Helper()
	answer, err := os.ReadFile(filepath.Join("..", "..", "testdata", "captures", name))
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

func readStats(answer []byte, end End) (*Stats, error) {
	return NewReader(bytes.NewReader(answer)).Stats(end)
}

// outline is each section with its status and its servers', in order.
func outline(s *Stats) string {
	var b strings.Builder
	for _, f := range s.Frontends {
		fmt.Fprintf(&b, "%s: %s\n", f.Name, f.Status)
	}
	for _, backend := range s.Backends {
		fmt.Fprintf(&b, "%s: %s", backend.Name, backend.Status)
		for _, server := range backend.Servers {
			fmt.Fprintf(&b, ", %s %s", server.Name, server.Status)
			if server.Backup {
				b.WriteString(" backup")
			}
		}
		b.WriteByte('\n')
	}
	return b.String()
}

const captureOutline = `stats: OPEN
fe: OPEN
tcpfe: OPEN
stats: UP
up: UP, u1 UP, u2 UP
down: DOWN, d1 DOWN, d2 DOWN
half: UP, h1 UP, h2 DOWN
bkponly: UP, p1 DOWN, b1 UP backup
bkpdown: DOWN, p1 DOWN, b1 DOWN backup
nocheck: UP, n1 no check
falling: UP, f1 UP 982/1000
rising: DOWN, r1 DOWN 22/1000
drain: DOWN, s1 DRAIN, s2 DRAIN
maint: DOWN, m1 MAINT, m2 MAINT
nolb: DOWN, n1 NOLB
agent: DOWN, a1 DOWN (agent)
dns: DOWN, e1 MAINT (resolution)
empty: UP
zero: DOWN, z1 UP
full: UP, f1 no check, f2 no check
queue: UP, q1 no check
l7sts: DOWN, x1 DOWN
l7tout: DOWN, x1 DOWN
refused: UP, c1 no check
mixed: UP, a UP, b DOWN, c MAINT, d DOWN backup
tcpdown: DOWN, t1 DOWN
`

func TestStatsOfCaptures(t *testing.T) {
	in18 := strings.NewReplacer("982/1000", "981/1000", "22/1000", "23/1000", "nolb: DOWN, n1 NOLB", "nolb: UP, n1 UP")
	for _, test := range []struct {
		name, want string
		end        End
	}{
		{"1.8/stat.csv", in18.Replace(captureOutline), EmptyLine},
		{"1.8/stat.csv", in18.Replace(captureOutline), FileEnd},
		{"1.8/page.csv", in18.Replace(captureOutline), BodyEnd},
		{"1.8/page.csv", in18.Replace(captureOutline), FileEnd},
		{"3.2/stat.csv", captureOutline, EmptyLine},
		{"3.2/stat.csv", captureOutline, FileEnd},
		{"3.2/page.csv", captureOutline, BodyEnd},
		{"3.2/page.csv", captureOutline, FileEnd},
	} {
		t.Run(fmt.Sprintf("%s,%d", test.name, test.end), func(t *testing.T) {
			stats, err := readStats(capture(t, test.name), test.end)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, outline(stats)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func known(value int64) Number { return Number{Value: value, Known: true} }

func TestStatsColumns(t *testing.T) {
	stats, err := readStats(capture(t, "3.2/stat.csv"), EmptyLine)
	if err != nil {
		t.Fatal(err)
	}
	wantFrontend := Frontend{Name: "fe", Status: "OPEN", Sessions: known(24), SessionLimit: known(200), SessionRate: known(51), RateLimit: known(0), MaxSessions: known(24), Intercepted: known(9), Successes: known(5)}
	if diff := cmp.Diff(wantFrontend, stats.Frontends[1]); diff != "" {
		t.Error(diff)
	}
	section := func(name string) Backend {
		return stats.Backends[slices.IndexFunc(stats.Backends, func(b Backend) bool { return b.Name == name })]
	}
	want := []Backend{
		{
			Name: "full", Status: "UP", Mode: "http", Sessions: known(18), Weight: known(2), Usable: 2, Queue: known(0), Failed: known(0), Selected: known(18),
			DeniedRequests: known(0), DeniedResponses: known(0), Responses: [6]Number{known(0), known(0), known(0), known(0), known(0), known(0)},
			LastChange: known(5), LastSession: known(1),
			Servers: []Server{
				{Name: "f1", Address: "127.0.0.1:35383", Status: "no check", Weight: known(1), LastChange: known(5), Sessions: known(9), SessionLimit: known(10), MaxSessions: known(9), Queue: known(0)},
				{Name: "f2", Address: "127.0.0.1:35383", Status: "no check", Weight: known(1), LastChange: known(5), Sessions: known(9), SessionLimit: known(10), MaxSessions: known(9), Queue: known(0)},
			},
		},
		{
			Name: "tcpdown", Status: "DOWN", Mode: "tcp", Sessions: known(0), Weight: known(0), Queue: known(0), Failed: known(3), Selected: known(0),
			DeniedRequests: known(0), DeniedResponses: known(0), LastChange: known(5), NoSession: true,
			Servers: []Server{{
				Name: "t1", Address: "127.0.0.1:52503", Status: "DOWN", Weight: known(1), CheckStatus: "L4CON",
				LastCheck: "Connection refused", LastChange: known(5), Sessions: known(0), MaxSessions: known(0), Queue: known(0),
			}},
		},
	}
	if diff := cmp.Diff(want, []Backend{section("full"), section("tcpdown")}); diff != "" {
		t.Error(diff)
	}
	agent := section("agent").Servers[0]
	if agent.AgentStatus != "L7STS" || agent.LastAgent != "via agent : down (maintenance window)" {
		t.Errorf("the agent said %q, %q", agent.AgentStatus, agent.LastAgent)
	}
	if status := section("l7sts").Servers[0]; status.CheckCode != known(500) {
		t.Errorf("the check code is %v", status.CheckCode)
	}
	if queue := section("queue").Queue; queue != known(5) {
		t.Errorf("the queue is %v", queue)
	}
}

// TestStatsCutShort cuts answers at every byte: what is left must never pass for
// a complete answer, and in a file neither.
func TestStatsCutShort(t *testing.T) {
	r := NewReader(nil)
	for _, version := range []string{"1.8", "3.2"} {
		answer := capture(t, version+"/stat.csv")
		for n := range answer {
			end := EmptyLine
			if n > 0 && answer[n-1] == '\n' {
				end = FileEnd // where a file could end; within a line both are the same
			}
			for ; end >= EmptyLine; end -= FileEnd {
				r.src.Reset(bytes.NewReader(answer[:n]))
				if _, err := r.Stats(end); err == nil {
					t.Fatalf("%s/stat.csv cut after %d of %d bytes passes, end %d", version, n, len(answer), end)
				}
			}
		}
	}
}

// TestPageCutShort cuts a saved page, whose end nothing marks: a cut may pass
// only between two sections.
func TestPageCutShort(t *testing.T) {
	for _, version := range []string{"1.8", "3.2"} {
		page := capture(t, version+"/page.csv")
		between := map[int]bool{}
		at, last := 0, ""
		for line := range strings.Lines(string(page)) {
			name, _, _ := strings.Cut(line, ",")
			between[at] = name != last && last != "" && !strings.HasPrefix(last, "#")
			at, last = at+len(line), name
		}
		r := NewReader(nil)
		for n := range page {
			r.src.Reset(bytes.NewReader(page[:n]))
			if _, err := r.Stats(FileEnd); (err == nil) != between[n] {
				t.Errorf("%s/page.csv cut after %d bytes: error %v, between two sections %v", version, n, err, between[n])
			}
		}
	}
}

// rows is an answer of a header and rows, and the empty line.
func rows(lines ...string) string { return strings.Join(lines, "\n") + "\n\n" }

const smallHeader = "# pxname,svname,status,weight,bck,type,scur,last_chk,addr,"

func TestStatsTakes(t *testing.T) {
	for _, test := range []struct{ name, answer, want string }{
		{"columns in another order", rows("# bck,status,new,weight,svname,pxname,", "0,UP,?,1,s,be,", "0,UP,?,1,BACKEND,be,"), "be: UP, s UP\n"},
		{"no trailing comma", rows("# pxname,svname,status,weight,bck", "be,s,UP,1,1", "be,BACKEND,UP,1,1"), "be: UP, s UP backup\n"},
		{"no column type", rows("# pxname,svname,status,weight,bck,", "fe,FRONTEND,OPEN,,,", "be,BACKEND,UP,1,0,"), "fe: OPEN\nbe: UP\n"},
		{"server called BACKEND", rows(smallHeader, "be,BACKEND,UP,1,0,2,0,,,", "be,BACKEND,UP,1,0,1,0,,,"), "be: UP, BACKEND UP\n"},
		{"listeners", rows(smallHeader, "l,FRONTEND,OPEN,,,0,0,,,", "l,sock-1,OPEN,,,3,0,,,", "l,BACKEND,UP,0,0,1,0,,,"), "l: OPEN\nl: UP\n"},
		{"namesakes", rows(smallHeader, "x,FRONTEND,OPEN,,,0,0,,,", "x,s,UP,1,0,2,0,,,", "x,BACKEND,UP,0,0,1,0,,,"), "x: OPEN\nx: UP, s UP\n"},
		{"quoted", rows(smallHeader, `be,s,DOWN,1,0,2,0,"a ""b"", c",x,`, "be,BACKEND,DOWN,0,0,1,0,,,"), "be: DOWN, s DOWN\n"},
		{"quoted line ends", rows(smallHeader, "be,s,DOWN,1,0,2,0,\"a\n\nb\",x,", "be,BACKEND,DOWN,0,0,1,0,,,"), "be: DOWN, s DOWN\n"},
		{"a new status", rows(smallHeader, "be,s,NAPPING 1/2,1,0,2,0,,,", "be,BACKEND,UP,0,0,1,0,,,"), "be: UP, s NAPPING 1/2\n"},
		{"odd names", rows(smallHeader, "b|'=\x1b[31m\xff,s,UP,1,0,2,0,,,", "b|'=\x1b[31m\xff,BACKEND,UP,0,0,1,0,,,"), "b|'=\x1b[31m\xff: UP, s UP\n"},
		{"separators twice", rows("# pxname,svname,status,weight,bck,-,-,,", "be,BACKEND,UP,1,1,-,-,,"), "be: UP\n"},
		{"nothing", rows(smallHeader), ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, end := range []End{EmptyLine, BodyEnd, FileEnd} {
				stats, err := readStats([]byte(test.answer), end)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(test.want, outline(stats)); diff != "" {
					t.Error(diff)
				}
			}
		})
	}
}

// TestStatsLostQuotes: a text may have lost its quotes on the way. What else has
// too many fields is no row.
func TestStatsLostQuotes(t *testing.T) {
	stats, err := readStats([]byte(rows(smallHeader, "be,s,DOWN,1,0,2,7,Detected 3 errors, last one was: x, or y,10.0.0.1:80,", "be,BACKEND,DOWN,0,0,1,0,,,")), EmptyLine)
	if err != nil {
		t.Fatal(err)
	}
	if s := stats.Backends[0].Servers[0]; s.LastCheck != "Detected 3 errors, last one was: x, or y" || s.Address != "10.0.0.1:80" || s.Sessions != known(7) {
		t.Errorf("the server is %+v", s)
	}
	for _, row := range []string{
		"be,s,DOWN,1,0,2,7,Detected 3 errors,last one was: x,10.0.0.1:80,", "be,s,DOWN,1,0,2,7,a, b,c,10.0.0.1:80,", "be,s,DOWN,1,0,2,7, b,", "be,s,UP,1,0,2,7,,be,t,DOWN,1,0,2,0,,,",
	} {
		if _, err := readStats([]byte(rows(smallHeader, row, "be,BACKEND,DOWN,0,0,1,0,,,")), EmptyLine); err == nil {
			t.Errorf("%q passes", row)
		}
	}
}

func TestStatsQuotedText(t *testing.T) {
	stats, err := readStats([]byte(rows(smallHeader, "be,s,DOWN,1,0,2,0,\"a \"\"b\"\", c\nd\",x,", "be,BACKEND,DOWN,0,0,1,0,,,")), EmptyLine)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := stats.Backends[0].Servers[0].LastCheck, "a \"b\", c\nd"; got != want {
		t.Errorf("the last check is %q, want %q", got, want)
	}
}

func TestStatsRefuses(t *testing.T) {
	const backend = "be,BACKEND,UP,1,0,1,0,,,"
	long := strings.Repeat("x", maxLine)
	for _, test := range []struct {
		name, answer, want string
		is                 error
	}{
		{"nothing", "", "empty", ErrEmpty},
		{"an empty line", "\n", "empty", ErrEmpty},
		{"no permission", "Permission denied\n\n", "permission denied", ErrPermission},
		{"an unknown command", "Unknown command. Please enter one of the following\n help\n\n", "does not know", ErrUnknownCommand},
		{"no such proxy", "No such proxy.\n\n", "no section", ErrNoSuchProxy},
		{"HTML", "<!DOCTYPE html>\n<html>\n", "HTML", ErrHTML},
		{"HTTP", "HTTP/1.0 400 Bad request\r\n", "HTTP server", ErrHTTP},
		{"other text", "SSH-2.0-\x1b[31m\n", `"SSH-2.0-\x1b[31m"`, ErrOther},
		{"binary", "\x16\x03\x01\x00\n", `"\x16\x03\x01\x00"`, ErrOther},
		{"one long line", long + long, "xxx…", ErrOther},
		{"a long header", smallHeader + long, "64 KiB", nil},
		{"header only", smallHeader, "cut short", ErrCutShort},
		{"another table", rows("# be_id be_name pxname"), "no column pxname", nil},
		{"no weight", rows("# pxname,svname,status,bck,", "be,BACKEND,UP,0,"), "no column weight", nil},
		{"a column twice", rows(smallHeader+"scur,", backend+"0,"), "column scur twice", nil},
		{"too few fields", rows(smallHeader, "be,s,UP,1,0,2,0,,", backend), `row 1 ("be/s"): it has 9 fields, the header has 10`, nil},
		{"too many fields", rows(smallHeader, "be,s,UP,1,0,2,0,,,,", backend), "it has 11 fields, the header has 10", nil},
		{"too many quoted fields", rows(smallHeader, `be,s,UP,1,0,2,0,"",,,`, backend), "fields, the header has 10", nil},
		{"an unclosed quote", rows(smallHeader, `be,s,UP,1,0,2,0,",,`, backend), "cut short within quotes", ErrCutShort},
		{"a quote that is never closed", rows(smallHeader, `be,s,UP,1,0,2,0,",,`, strings.Repeat(backend+"\n", 9000)), "never closed", nil},
		{"a quote in the first field", rows(smallHeader, backend, `a"b",s,UP,1,0,2,0,,,`), "row 2: a quote stands within a field", nil},
		{"a quote within a field", rows(smallHeader, `be,s,UP,1,0,2,0,a"b",,`, backend), "quote stands within a field", nil},
		{"text after a quote", rows(smallHeader, `be,s,UP,1,0,2,0,"a"b,,`, backend), "between a closing quote and the comma", nil},
		{"NUL", rows(smallHeader, backend, "be,s\x00,UP,1,0,2,0,,,"), "row 2: there is a NUL byte", errBinary},
		{"no name", rows(smallHeader, ",s,UP,1,0,2,0,,,", backend), "name is empty", nil},
		{"no server's name", rows(smallHeader, "be,,UP,1,0,2,0,,,", backend), "name is empty", nil},
		{"an unknown type", rows(smallHeader, "be,s,UP,1,0,4,0,,,", backend), `column type is "4"`, nil},
		{"an empty type", rows(smallHeader, `be,s,UP,1,0,"",0,,,`, backend), `column type is ""`, nil},
		{"a backend of another type", rows(smallHeader, "be,s,UP,1,0,1,0,,,"), "column type", nil},
		{"a server twice", rows(smallHeader, "be,s,UP,1,0,2,0,,,", "be,s,UP,1,0,2,0,,,", backend), `server "s" is there twice`, nil},
		{"a backend twice", rows(smallHeader, backend, "b2,BACKEND,UP,1,0,1,0,,,", backend), `row 3 ("be/BACKEND"): there are two`, nil},
		{"a frontend twice", rows(smallHeader, "fe,FRONTEND,OPEN,,,0,0,,,", "fe,FRONTEND,OPEN,,,0,0,,,"), "there are two", nil},
		{"a late server", rows(smallHeader, backend, "be,s,UP,1,0,2,0,,,"), "after its section's BACKEND row", nil},
		{"no BACKEND row", rows(smallHeader, "be,s,UP,1,0,2,0,,,", "b2,BACKEND,UP,1,0,1,0,,,"), `section "be" before it has servers but no BACKEND`, nil},
		{"no BACKEND row at the end", rows(smallHeader, "be,s,UP,1,0,2,0,,,"), "no BACKEND row", ErrCutShort},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, end := range []End{EmptyLine, BodyEnd, FileEnd} {
				_, err := readStats([]byte(test.answer), end)
				if err == nil {
					t.Fatalf("there is no error, end %d", end)
				}
				if !strings.Contains(err.Error(), test.want) || test.is != nil && !errors.Is(err, test.is) {
					t.Errorf("the error is %q, end %d", err, end)
				}
				if strings.ContainsAny(err.Error(), "\x00\x1b\n") || len(err.Error()) > 500 {
					t.Errorf("the error is not fit to print: %q", err)
				}
			}
		})
	}
}

// TestRole: a column that tells whether a server is a backup server is enough.
func TestRole(t *testing.T) {
	for columns, want := range map[string]struct{ backup, none bool }{
		"1,0": {}, "0,1": {backup: true}, ",0": {}, ",1": {backup: true},
		"1,many": {}, "0,many": {backup: true}, "1,4294967295": {}, "0,-1": {backup: true},
		",many": {none: true}, "many,many": {none: true}, "many,1": {backup: true},
	} {
		stats, err := readStats([]byte(rows("# pxname,svname,status,weight,act,bck,type,", "be,s,UP,1,"+columns+",2,", "be,BACKEND,UP,1,1,0,1,")), EmptyLine)
		if err != nil {
			t.Fatal(err)
		}
		if s := stats.Backends[0].Servers[0]; s.NoRole != want.none || !want.none && s.Backup != want.backup {
			t.Errorf("act,bck %s: backup %v, no role %v", columns, s.Backup, s.NoRole)
		}
	}
}

const damagedHeader = "# pxname,svname,status,weight,bck,type,qcur,qlimit,scur,smax,slim,throttle,lastchg,check_code,dreq,hrsp_5xx,lbtot,intercepted,rate,"

// TestDamagedNumbers: what can be no count spoils nothing but itself, and what is
// only shown is then unknown. Totals since the start are larger than 32 bits.
func TestDamagedNumbers(t *testing.T) {
	damaged, large := Number{Damaged: true}, known(1<<40)
	for text, want := range map[string]struct{ count, total Number }{
		"":                     {Number{}, Number{}},
		"7":                    {known(7), known(7)},
		"2147483647":           {known(2147483647), known(2147483647)},
		"2147483648":           {damaged, known(2147483648)},
		"4294967295":           {damaged, damaged},
		"4294967296":           {damaged, known(4294967296)},
		"1099511627776":        {damaged, large},
		"18446744073709551615": {damaged, damaged},
		"-1":                   {damaged, damaged},
		"many":                 {damaged, damaged},
	} {
		numbers := strings.Repeat(text+",", 13)
		stats, err := readStats([]byte(rows(damagedHeader, "fe,FRONTEND,OPEN,,,0,"+numbers, "be,s,UP,"+text+","+text+",2,"+numbers, "be,BACKEND,UP,1,0,1,"+numbers)), EmptyLine)
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		shown := undamaged(want.count)
		f, b := stats.Frontends[0], stats.Backends[0]
		s := b.Servers[0]
		for name, pair := range map[string][2]Number{
			"frontend's sessions": {f.Sessions, want.count}, "frontend's limit": {f.SessionLimit, want.count}, "rate": {f.SessionRate, want.count}, "intercepted": {f.Intercepted, want.total},
			"weight": {s.Weight, want.count}, "sessions": {s.Sessions, want.count}, "limit": {s.SessionLimit, want.count}, "queue": {s.Queue, want.count},
			"queue's limit": {s.QueueLimit, want.count}, "throttle": {s.Throttle, want.count}, "peak": {s.MaxSessions, shown}, "last change": {s.LastChange, want.count}, "code": {s.CheckCode, shown},
			"backend's queue": {b.Queue, want.count}, "denied": {b.DeniedRequests, want.total}, "5xx": {b.Responses[Responses5xx], want.total}, "selected": {b.Selected, want.total},
			"backend's last change": {b.LastChange, shown},
		} {
			if pair[0] != pair[1] {
				t.Errorf("%q as %s is %+v, want %+v", text, name, pair[0], pair[1])
			}
		}
		if s.NoRole != want.count.Damaged || (s.Problem() != "") != want.count.Damaged {
			t.Errorf("%q: role is unknown: %v, problem %q", text, s.NoRole, s.Problem())
		}
	}
}

func TestServerWithoutStatus(t *testing.T) {
	stats, err := readStats([]byte(rows(smallHeader, "be,s,,1,0,2,0,,,", "be,BACKEND,UP,1,0,1,0,,,")), EmptyLine)
	if err != nil {
		t.Fatal(err)
	}
	if s := stats.Backends[0].Servers[0]; s.Problem() != "has no status" || s.IsUp() {
		t.Errorf("%+v: %q", s, s.Problem())
	}
}

// TestStatsBlankFirst: a saved answer may begin with empty lines; a socket's that
// does is over.
func TestStatsBlankFirst(t *testing.T) {
	answer := rows(smallHeader, "be,s,UP,1,0,2,0,,,", "be,BACKEND,UP,1,0,1,0,,,")
	if stats, err := readStats([]byte("\r\n\r\n"+answer), FileEnd); err != nil || stats == nil {
		t.Errorf("after two empty lines of Windows: %v", err)
	}
	for blank, want := range map[int]bool{1: true, maxBlank: true, maxBlank + 1: false} {
		text := []byte(strings.Repeat("\n", blank) + answer)
		stats, err := readStats(text, FileEnd)
		if (err == nil) != want || want && outline(stats) != "be: UP, s UP\n" {
			t.Errorf("after %d empty lines: %v", blank, err)
		}
		for _, end := range []End{EmptyLine, BodyEnd} {
			if _, err := readStats(text, end); !errors.Is(err, ErrEmpty) {
				t.Errorf("end %d after %d empty lines: %v", end, blank, err)
			}
		}
	}
	if _, err := readStats([]byte("\n\n"), FileEnd); !errors.Is(err, ErrEmpty) {
		t.Errorf("of empty lines alone: %v", err)
	}
}

// TestStatsAfterTheEnd: a file holds one answer, a socket's stream maybe more.
func TestStatsAfterTheEnd(t *testing.T) {
	answer := []byte(rows(smallHeader, "be,BACKEND,UP,1,0,1,0,,,") + "more\n")
	for end, want := range map[End]bool{EmptyLine: true, BodyEnd: false, FileEnd: false} {
		if _, err := readStats(answer, end); (err == nil) != want {
			t.Errorf("end %d: the error is %v", end, err)
		}
	}
}

// TestStatsNeedsSocketsEnd: a file with addresses was a socket's answer, so that
// it ends with an empty line.
func TestStatsNeedsSocketsEnd(t *testing.T) {
	answer := smallHeader + "\nbe,s,UP,1,0,2,0,,127.0.0.1:80,\nbe,BACKEND,UP,1,0,1,0,,,\n"
	if _, err := readStats([]byte(answer), FileEnd); !errors.Is(err, ErrCutShort) {
		t.Errorf("without an empty line the error is %v", err)
	}
	if _, err := readStats([]byte(answer+"\n"), FileEnd); err != nil {
		t.Errorf("with an empty line the error is %v", err)
	}
}

// TestStatsInPieces: how a stream cuts an answer into pieces must not matter.
func TestStatsInPieces(t *testing.T) {
	answer := capture(t, "3.2/stat.csv")
	want, err := readStats(answer, EmptyLine)
	if err != nil {
		t.Fatal(err)
	}
	got, err := NewReader(iotest.OneByteReader(bytes.NewReader(answer))).Stats(EmptyLine)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestStatsReportsTheStreamsError: a time-out is no cut-short answer.
func TestStatsReportsTheStreamsError(t *testing.T) {
	answer := capture(t, "3.2/stat.csv")
	_, err := NewReader(io.MultiReader(bytes.NewReader(answer[:5000]), iotest.ErrReader(os.ErrDeadlineExceeded))).Stats(EmptyLine)
	if !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("the error is %v", err)
	}
}

// TestStatsIsBounded reads from peers that never end.
func TestStatsIsBounded(t *testing.T) {
	for name, line := range map[string]string{
		"rows":  "b%d,BACKEND,UP,1,0,1,0," + strings.Repeat("x", 60_000) + ",,\n",
		"short": "f%d,l,UP,,,3,,,,\n",
	} {
		t.Run(name, func(t *testing.T) {
			n := 0
			endless := readerFunc(func(p []byte) (int, error) {
				n++
				return copy(p, fmt.Sprintf(line, n)), nil
			})
			if _, err := NewReader(io.MultiReader(strings.NewReader(smallHeader+"\n"), endless)).Stats(BodyEnd); err == nil {
				t.Error("there is no error")
			}
			if n > maxRows+1 {
				t.Errorf("%d rows were read", n)
			}
		})
	}
}

type readerFunc func(p []byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// TestManyServers: telling that a server is there twice must not take the
// square of their number.
func TestManyServers(t *testing.T) {
	var b strings.Builder
	b.WriteString(smallHeader + "\n")
	for i := range 100_000 {
		fmt.Fprintf(&b, "be,s%d,UP,1,0,2,0,,,\n", i)
	}
	whole := b.String() + "be,BACKEND,UP,1,0,1,0,,,\n\n"
	if _, err := readStats([]byte(whole), EmptyLine); err != nil {
		t.Error(err)
	}
	twice := b.String() + "be,s7,UP,1,0,2,0,,,\nbe,BACKEND,UP,1,0,1,0,,,\n\n"
	if _, err := readStats([]byte(twice), EmptyLine); err == nil || !strings.Contains(err.Error(), `"s7" is there twice`) {
		t.Errorf("the error is %v", err)
	}
}

// unquoted puts together what a text without its quotes was cut into.
func unquoted(fields []string) []string {
	var whole []string
	for _, field := range fields {
		if strings.HasPrefix(field, " ") && len(whole) > 0 {
			whole[len(whole)-1] += "," + field
			continue
		}
		whole = append(whole, field)
	}
	return whole
}

// plainSplit is split's plain twin: the standard library's CSV.
func plainSplit(record []byte) ([]string, error) {
	r := csv.NewReader(bytes.NewReader(record))
	fields, err := r.Read()
	if err != nil {
		return nil, err
	}
	if _, err := r.Read(); err != io.EOF {
		return nil, errors.New("more than one record")
	}
	return fields, nil
}

// checkSplit compares split with its twin on one record, whatever number of
// fields the header has.
func checkSplit(t *testing.T, record []byte) {
	t.Helper()
	want, wantErr := plainSplit(record)
	fields := max(len(want), 1)
	for _, n := range []int{fields - 1, fields, fields + 1} {
		if n < 1 {
			continue
		}
		// The columns that are read come last, so that the last field is one.
		cols := &columns{fields: make([]column, n), count: n}
		for i := range cols.fields {
			cols.fields[i] = skipped
			if read := column(i - n + int(columnCount)); read >= 0 {
				cols.fields[i] = read
			}
		}
		want := want
		if len(want) > n && !bytes.Contains(record, quote) {
			want = unquoted(want)
		}
		var row row
		err := cols.split(record, &row)
		if (err == nil) != (wantErr == nil && n == len(want)) {
			t.Fatalf("%q with %d columns: the error is %v, the twin's %v with %d fields", record, n, err, wantErr, len(want))
		}
		if err != nil {
			continue
		}
		for i, c := range cols.fields {
			if c != skipped && string(row[c]) != want[i] {
				t.Fatalf("%q: field %d is %q, the twin's %q", record, i, row[c], want[i])
			}
		}
	}
}

// isComparable leaves out what the two see differently: the standard library drops empty
// lines and the CR of a CRLF, and knows no NUL rule.
func isComparable(record []byte) bool {
	return len(record) > 0 && len(record) < 1000 && !bytes.ContainsAny(record, "\x00\r") && record[0] != '\n' &&
		(bytes.IndexByte(record, '\n') < 0 || bytes.Count(record, quote)%2 == 0 && !hasBareLineEnd(record))
}

// hasBareLineEnd says whether a line end stands outside quotes, where a record
// has none: the Reader takes it for the record's end.
func hasBareLineEnd(record []byte) bool {
	quotes := 0
	for _, c := range record {
		switch {
		case c == '"':
			quotes++
		case c == '\n' && quotes%2 == 0:
			return true
		}
	}
	return false
}

func TestSplitAsTheStandardLibrary(t *testing.T) {
	for line := range bytes.Lines(capture(t, "3.2/stat.csv")) {
		if line = bytes.TrimSuffix(line, []byte("\n")); isComparable(line) {
			checkSplit(t, line)
		}
	}
	// All short texts of the characters that mean something.
	const alphabet = `a ,"` + "\n"
	var try func(text string, left int)
	try = func(text string, left int) {
		if isComparable([]byte(text)) {
			checkSplit(t, []byte(text))
		}
		for i := 0; left > 0 && i < len(alphabet); i++ {
			try(text+alphabet[i:i+1], left-1)
		}
	}
	try("", 6)
}

func FuzzSplit(f *testing.F) {
	f.Add([]byte(`be,s,"a ""b"", c",`))
	f.Add([]byte("a,\"b\nc\",d"))
	f.Fuzz(func(t *testing.T, record []byte) {
		if isComparable(record) {
			checkSplit(t, record)
		}
	})
}

func FuzzStats(f *testing.F) {
	// The first rows are enough; large seeds make slow fuzzing.
	for _, name := range []string{"1.8/stat.csv", "3.2/page.csv"} {
		lines := bytes.SplitAfterN(capture(f, name), []byte("\n"), 8)
		short := append(bytes.Join(lines[:7], nil), '\n')
		f.Add(short, uint8(EmptyLine))
		f.Add(short, uint8(FileEnd))
	}
	f.Add([]byte(rows(smallHeader, `be,s,DOWN,1,0,2,0,"a ""b"", c",x,`, "be,BACKEND,DOWN,0,0,1,0,,,")), uint8(BodyEnd))
	f.Fuzz(func(t *testing.T, answer []byte, end uint8) {
		stats, err := readStats(answer, End(end%3))
		if err != nil {
			if stats != nil || strings.ContainsAny(err.Error(), "\x00\x1b\n") {
				t.Fatalf("statistics %v with the error %q", stats, err)
			}
			return
		}
		checkStats(t, stats)
		if again, err := NewReader(iotest.HalfReader(bytes.NewReader(answer))).Stats(End(end % 3)); err != nil || !cmp.Equal(stats, again) {
			t.Fatalf("read in pieces it is something else: %v", err)
		}
	})
}

// checkStats makes sure of what the checks rely on.
func checkStats(t *testing.T, stats *Stats) {
	t.Helper()
	backends := map[string]bool{}
	for _, b := range stats.Backends {
		if b.Name == "" || backends[b.Name] {
			t.Fatalf("backend %q is there twice, or without a name", b.Name)
		}
		backends[b.Name] = true
		servers := map[string]bool{}
		for _, s := range b.Servers {
			if s.Name == "" || servers[s.Name] || s.Sessions.Value < 0 || s.Weight.Value < 0 {
				t.Fatalf("server %+v is there twice, or without a name, or counts below zero", s)
			}
			servers[s.Name] = true
		}
	}
}
