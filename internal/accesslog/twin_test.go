package accesslog

import (
	"bytes"
	"cmp"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	diff "github.com/google/go-cmp/cmp"
)

// headers are all the ways in which a line can be dressed; each takes the time
// and HAProxy's text.
var headers = map[string]func(t time.Time, text string) string{
	"none":     func(t time.Time, s string) string { return s },
	"rfc3164":  func(t time.Time, s string) string { return rfc3164(t) + s },
	"iso":      func(t time.Time, s string) string { return iso8601(t) + s },
	"priority": func(t time.Time, s string) string { return "<134>" + s },
	"local":    func(t time.Time, s string) string { return "<134>" + t.Format(time.Stamp) + " haproxy[1]: " + s },
	"timed":    func(t time.Time, s string) string { return "<6>" + t.Format("2006-01-02T15:04:05.000000-07:00 ") + s },
	"rfc5424": func(t time.Time, s string) string {
		return "<134>1 " + t.Format(time.RFC3339) + " - haproxy 28419 - - " + s
	},
	"rfc5424 data": func(t time.Time, s string) string {
		return "<134>1 " + t.Format(time.RFC3339Nano) + ` h haproxy 28419 - [a@1 b="]\" x: "][c d="e"] ` + s
	},
	"cri": func(t time.Time, s string) string { return t.Format(time.RFC3339Nano) + " stdout F " + s },
	"cri 3164": func(t time.Time, s string) string {
		return t.Format(time.RFC3339Nano) + " stdout F <134>" + t.Format(time.Stamp) + " haproxy[1]: " + s
	},
	"no colon":      func(t time.Time, s string) string { return t.Format(time.Stamp) + " node-7 ingress[28] " + s },
	"no colon, pid": func(t time.Time, s string) string { return t.Format(time.Stamp) + " node-7 ingress " + s },
	"host twice":    func(t time.Time, s string) string { return t.Format(time.Stamp) + " h h haproxy[1]: " + s },
	"two tags":      func(t time.Time, s string) string { return t.Format(time.Stamp) + " h docker/lb[22]: haproxy[1]: " + s },
	"two headers": func(t time.Time, s string) string {
		return t.Format(time.RFC3339) + " h docker[22]: <134>" + t.Format(time.Stamp) + " haproxy[1]: " + s
	},
	"short-precise": func(t time.Time, s string) string { return t.Format(time.StampMicro) + " h haproxy[1]: " + s },
	"short-iso": func(t time.Time, s string) string {
		return t.Format("2006-01-02T15:04:05-0700") + " h haproxy[1]: " + s
	},
	"short-full": func(t time.Time, s string) string {
		return t.Format("Mon 2006-01-02 15:04:05 MST") + " h haproxy[1]: " + s
	},
	"short-unix": func(t time.Time, s string) string {
		return fmt.Sprintf("%d.%06d h haproxy[1]: %s", t.Unix(), t.Nanosecond()/1000, s)
	},
	"busybox":       func(t time.Time, s string) string { return t.Format(time.Stamp) + " h local0.info haproxy[1]: " + s },
	"compose":       func(_ time.Time, s string) string { return "haproxy-1  | " + s },
	"compose, time": func(t time.Time, s string) string { return "lb_1          | " + t.Format(time.RFC3339Nano) + " " + s },
	"swarm":         func(_ time.Time, s string) string { return "web_lb.1.x3k2j9@node-7    | " + s },
	"swarm, time": func(t time.Time, s string) string {
		return t.Format(time.RFC3339Nano) + " web_lb.1.x3k2j9@node-7    | " + s
	},
	"kubectl": func(_ time.Time, s string) string { return "[pod/lb-7d9/haproxy] " + s },
	"kubectl, time": func(t time.Time, s string) string {
		return "[pod/lb-7d9/haproxy] " + t.Format(time.RFC3339Nano) + " " + s
	},
	"docker logs": func(t time.Time, s string) string { return t.Format(time.RFC3339Nano) + " " + s },
	"stdout":      func(t time.Time, s string) string { return "<134>" + t.Format(time.Stamp) + " haproxy[8]: " + s },
	"stdout, time": func(t time.Time, s string) string {
		return t.Format("2006-01-02T15:04:05.0Z07:00") + " <134>" + t.Format(time.Stamp) + " haproxy[8]: " + s
	},
	"stdout, compose": func(t time.Time, s string) string {
		return "haproxy-1  | <134>" + t.Format(time.Stamp) + " haproxy[8]: " + s
	},
	"stdout, compose, time": func(t time.Time, s string) string {
		return "haproxy-1  | " + t.Format(time.RFC3339Nano) + " <134>" + t.Format(time.Stamp) + " haproxy[8]: " + s
	},
	"stdout, kubectl, time": func(t time.Time, s string) string {
		return "[pod/lb-7d9/haproxy] " + t.Format(time.RFC3339Nano) + " <134>" + t.Format(time.Stamp) + " haproxy[8]: " + s
	},
	"docker": func(t time.Time, s string) string { return docker(t, s+"\n") },
	"docker 3164": func(t time.Time, s string) string {
		return docker(t, "<134>"+t.Format(time.Stamp)+" haproxy[1]: "+s+"\n")
	},
}

func docker(t time.Time, log string) string {
	r := strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "<", `\u003c`, ">", `\u003e`, "&", `\u0026`)
	return `{"log":"` + r.Replace(log) + `","stream":"stdout","time":"` + t.UTC().Format(time.RFC3339Nano) + `"}`
}

// texts are the captured lines without their header, of one format.
func texts(t testing.TB, name string) []string {
	path := filepath.Join(captures, "formats-2.6", name+".log")
	if !strings.Contains(name, "og") && !strings.Contains(name, "clf") && !strings.Contains(name, "custom") && name != "captures" {
		path = filepath.Join(captures, name, "raw.log")
	}
	var out []string
	for line := range bytes.Lines(readFile(t, path)) {
		_, text, ok := strings.Cut(string(trimEnd(line)), "]: ")
		if !ok {
			t.Fatalf("%s: %q", path, line)
		}
		out = append(out, text)
	}
	return out
}

var formatNames = []string{"1.8", "3.2", "httplog", "httpslog", "tcplog", "clf", "captures", "logasap", "custom-flat", "custom-json", "custom-epoch"}

// snapshot is a record that outlives its line.
type snapshot struct {
	Class                                  Class
	Written                                int64
	Frontend, Backend, Server, Flags, Line string
	Request                                string
	Host, Tag                              string
	Times, PID                             int
	Own, NoServer, Assumed                 bool
	Status                                 int
	Change                                 Change
	Details                                Details
}

func snap(r *Record) snapshot {
	s := snapshot{
		Class: r.Class, Written: r.Written, Line: string(r.Line), Times: r.Times, Own: r.Own, Change: r.Change,
		Host: string(r.Origin.Host), Tag: string(r.Origin.Tag), PID: r.Origin.PID,
		Frontend: string(r.Frontend), Backend: string(r.Backend), Server: string(r.Server), NoServer: r.NoServer,
		Status: r.Status, Assumed: r.Assumed, Request: string(r.Request), Details: r.Details,
	}
	if r.NoServer && r.Class != HalfRead || r.Details.Known {
		s.Flags = string(r.Flags[:])
	}
	return s
}

// plainly reads a stream line after line with nothing but the reference.
func plainly(p *Parser, data []byte, late bool) []snapshot {
	var all []snapshot
	var first, last int64 // times
	var before []request
	careful, undated := false, 0
	for _, line := range wholeLines(p, data, late) {
		var r Record
		p.parseReference(line.text, late, &r)
		if line.open && r.isHalf() {
			continue
		}
		if r.Written != 0 {
			last = r.Written
			if first == 0 {
				first = last
			}
		} else if r.Class == Transition {
			if r.Written = last; last == 0 {
				undated++
			}
		}
		careful = careful || r.step
		compared := p.textAt >= 0 && !line.parts || r.failed()
		if p.moment.identity != (identity{}) && r.Times == 1 && (r.Class == Request || r.Class == HalfRead) && compared {
			q := request{p.moment.identity, bytes.Clone(p.text), r.Written, line.number, r.failed()}
			again := q.isAmong(p, before, careful)
			careful = careful || again
			if before = append(before, q); again {
				continue
			}
		}
		all = append(all, snap(&r))
	}
	for i := range all {
		if undated > 0 && all[i].Class == Transition && all[i].Written == 0 {
			all[i].Written = first
			undated--
		}
	}
	return all
}

// wholeLine is a line, or what its parts make up.
type wholeLine struct {
	text   []byte
	number int  // of its last part
	parts  bool // it had parts, or might have been one
	open   bool // its last part is not there
}

// wholeLines puts together what container runtimes have cut, in order of the last
// parts.
func wholeLines(p *Parser, data []byte, late bool) []wholeLine {
	var lines []wholeLine
	var ofFlow [flows][]part
	number := 0
	for line := range bytes.SplitSeq(data, []byte("\n")) {
		if line = trimEnd(line); len(line) == 0 {
			continue
		}
		number++
		var r Record
		if p.parseReference(line, late, &r); p.flow == noFlow {
			lines = append(lines, wholeLine{text: line, number: number})
			continue
		}
		ofFlow[p.flow] = append(ofFlow[p.flow], part{line: line, number: number, ending: p.ending, sense: r.Class != Unreadable})
	}
	for _, list := range ofFlow {
		for len(list) > 0 {
			n, size := 1, len(list[0].line)
			for n < len(list) && list[n-1].ending != whole && !(list[n-1].ending == loose && list[n-1].sense && list[n].sense) {
				size += len(list[n].line)
				n++
			}
			lines = append(lines, wholeOf(p, list[:n], size, late)...)
			list = list[n:]
		}
	}
	slices.SortFunc(lines, func(a, b wholeLine) int { return cmp.Compare(a.number, b.number) })
	return lines
}

// wholeOf is what parts make up.
func wholeOf(p *Parser, list []part, size int, late bool) []wholeLine {
	last := list[len(list)-1]
	together := wholeLine{text: join(list), number: last.number, parts: len(list) > 1 || last.ending != whole, open: last.ending == firm}
	var r Record
	p.parseReference(together.text, late, &r)
	guessed := len(list) > 1 && list[len(list)-2].ending == loose && r.Class == Unreadable
	if !guessed && last.ending != loose && len(list) <= maxParts && size <= maxJoined {
		return []wholeLine{together}
	}
	var each []wholeLine
	for _, one := range list {
		each = append(each, wholeLine{text: one.line, number: one.number, parts: true})
	}
	return each
}

// request is a line of one.
type request struct {
	id      identity
	text    []byte
	written int64
	line    int
	failed  bool
}

// isAmong reports whether one of the requests before is the same one. Without care
// one with a server is compared with the last one that has one.
func (q request) isAmong(p *Parser, before []request, careful bool) bool {
	for _, b := range slices.Backward(before) {
		switch {
		case q.failed != b.failed:
			continue
		case b.id != q.id || q.line-b.line > 1000 || max(b.written-q.written, q.written-b.written) > 1e9:
		case q.failed && bytes.Equal(q.text, b.text):
			return true
		case !q.failed && p.sameRequest(b.text, q.text):
			return true
		}
		if !q.failed && !careful {
			return false
		}
	}
	return false
}

// sameRecords compares without the order in which lines are visited.
func sameRecords(t testing.TB, want, got []snapshot) {
	t.Helper()
	byLine := func(a, b snapshot) int {
		return cmp.Or(strings.Compare(a.Line, b.Line), cmp.Compare(a.Written, b.Written), cmp.Compare(a.Class, b.Class))
	}
	slices.SortFunc(want, byLine)
	slices.SortFunc(got, byLine)
	for i := range min(len(want), len(got)) {
		if want[i] != got[i] {
			t.Fatalf("line %q\n(-reference +fast):\n%s", want[i].Line, diff.Diff(want[i], got[i]))
		}
	}
	if len(want) != len(got) {
		t.Fatalf("%d lines, want %d", len(got), len(want))
	}
}

// sameAsReference reads data with the fast path and with a parser that never
// uses it.
func sameAsReference(t testing.TB, fast, plain *Parser, data []byte, late bool) {
	t.Helper()
	var got, grouped []snapshot
	// The fast path wants to see what is ahead: empty lines.
	padded := append(bytes.Clone(data), bytes.Repeat([]byte("\n"), window+1)...)
	fast.Scan(padded, late, func(r *Record) { got = append(got, snap(r)) })
	sameRecords(t, plainly(plain, data, late), got)
	periods := quarters(got)
	grouping(fast, periods).Scan(padded, late, func(r *Record) { grouped = append(grouped, snap(r)) })
	sameTogether(t, periods, got, grouped)
}

func clone(p *Parser) *Parser {
	return New(Options{Location: p.clock.loc, Now: p.clock.now, Formats: p.formats, Details: p.details})
}

// detailed is the same parser, which tells how requests went.
func detailed(p *Parser) *Parser {
	p = clone(p)
	p.details = true
	return p
}

// Every recorded line, behind every header, with the seconds moving on, reads
// the same on the fast path.
func TestFastEqualsReference(t *testing.T) {
	for _, format := range formatNames {
		lines := texts(t, format)
		for name, header := range headers {
			t.Run(format+"/"+name, func(t *testing.T) {
				var b bytes.Buffer
				at := time.Date(2026, 11, 22, 14, 15, 33, 0, time.UTC)
				for i, text := range lines {
					at = at.Add(time.Duration(i%4) * 321 * time.Millisecond)
					b.WriteString(header(at, text) + "\n")
				}
				for _, p := range []*Parser{formatParser(t, format), detailed(formatParser(t, format))} {
					sameAsReference(t, p, clone(p), b.Bytes(), false)
				}
			})
		}
	}
}

// The header changes nothing but the time: every dressed line is read as the
// bare one is.
func TestHeadersDoNotMatter(t *testing.T) {
	for _, format := range formatNames {
		for _, text := range texts(t, format) {
			var want Record
			p := formatParser(t, format)
			p.parseReference([]byte("<134>Nov 22 14:15:33 haproxy[1]: "+text), false, &want)
			bare := snap(&want)
			if bare.Class == Unreadable {
				t.Fatalf("%s: %q is unreadable", format, text)
			}
			for name, header := range headers {
				at := time.Date(2026, 11, 22, 14, 15, 33, 123456000, time.UTC)
				var r Record
				clone(p).parseReference([]byte(header(at, text)), false, &r)
				got := snap(&r)
				if !slices.Contains([]string{"none", "priority", "compose", "swarm", "kubectl"}, name) {
					if d := at.UnixNano() - got.Written; d < 0 || d >= 1e9 {
						t.Errorf("%s, %s: written at %v, want %v", format, name, time.Unix(0, got.Written).UTC(), at)
					}
				}
				got.Written, got.Line = bare.Written, bare.Line
				got.Host, got.Tag, got.PID, got.Own = bare.Host, bare.Tag, bare.PID, bare.Own // TestOrigin
				if d := diff.Diff(bare, got); d != "" {
					t.Fatalf("%s, %s: %q (-bare +dressed):\n%s", format, name, header(at, text), d)
				}
			}
		}
	}
}

// Damaged lines: cut, doubled, with bytes changed, out of order.
func TestFastEqualsReferenceOnDamage(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	var names []string
	for name := range headers {
		names = append(names, name)
	}
	for _, format := range formatNames {
		lines := texts(t, format)
		p, details := formatParser(t, format), detailed(formatParser(t, format))
		plain, plainDetails := clone(p), clone(details)
		for range 60 {
			var b bytes.Buffer
			header := headers[names[rng.IntN(len(names))]]
			at := time.Date(2026, 12, 31, 23, 59, 58, 0, time.UTC)
			for range 40 {
				at = at.Add(time.Duration(rng.IntN(900)) * time.Millisecond)
				line := []byte(header(at, lines[rng.IntN(len(lines))]))
				damage(rng, line)
				if rng.IntN(4) == 0 {
					line = line[:rng.IntN(len(line)+1)]
				}
				b.Write(line)
				b.WriteString([]string{"\n", "\n", "\n", "\r\n", "\x00\x00\n", ""}[rng.IntN(6)])
			}
			late := rng.IntN(2) == 0
			sameAsReference(t, p, plain, b.Bytes(), late)
			sameAsReference(t, details, plainDetails, b.Bytes(), late)
		}
	}
}

// Every byte of a header, client and date is another one in the second of three lines.
func TestFastEqualsReferenceByteByByte(t *testing.T) {
	at := time.Date(2026, 11, 22, 14, 15, 35, 123456000, time.UTC)
	text := func(port int) string {
		return fmt.Sprintf(`10.0.32.112:%d [22/Nov/2026:14:15:33.123] fe~ app/web-02 0/0/1/87/87 200 80783 - - ---- 812/790/45/12/0 0/0 "GET / HTTP/1.1"`, port)
	}
	for _, name := range []string{"none", "rfc3164", "iso", "short-precise", "cri"} {
		header := headers[name]
		end := len(header(at, "")) + len(`10.0.32.112:1000 [22/Nov/2026:14:15:33.123] fe~ `)
		p := New(testOptions)
		plain := clone(p)
		for i := range end {
			for _, c := range []byte("0123456789 :/-.[]~\n\x7f\xca\xfa\xff") {
				first, second, third := header(at, text(1000)), []byte(header(at, text(1001))), header(at, text(1002))
				second[min(i, len(second)-1)] = c
				sameAsReference(t, p, plain, fmt.Appendf(nil, "%s\n%s\n%s\n", first, second, third), false)
			}
		}
	}
}

func damage(rng *rand.Rand, line []byte) {
	if rng.IntN(2) == 0 {
		return
	}
	const interesting = " []:/<>-\"{}~+0159aZ.,\x00\r"
	for range 1 + rng.IntN(3) {
		line[rng.IntN(len(line))] = interesting[rng.IntN(len(interesting))]
	}
}

func FuzzFastEqualsReference(f *testing.F) {
	for i, format := range formatNames {
		for j, text := range texts(f, format) {
			if j%9 != 0 {
				continue
			}
			at := time.Date(2026, 11, 22, 14, 15, 33, 0, time.UTC)
			for _, name := range []string{"none", "rfc3164", "iso", "rfc5424", "docker", "cri"} {
				line := headers[name](at, text)
				f.Add([]byte(line+"\n"+line+"\n"+headers[name](at.Add(time.Second), text)), uint8(i), false)
			}
		}
	}
	f.Fuzz(func(t *testing.T, data []byte, format uint8, late bool) {
		p := formatParser(t, formatNames[int(format)%len(formatNames)])
		sameAsReference(t, p, clone(p), data, late)
		p = detailed(p)
		sameAsReference(t, p, clone(p), data, late)
	})
}

// What most logs are made of is read on the fast path, every line of it: a path that
// is never taken agrees with its twin, too.
func TestFastPathIsTaken(t *testing.T) {
	for _, format := range []string{"httplog", "httpslog", "tcplog", "captures", "logasap"} {
		for _, name := range []string{"rfc3164", "iso", "local", "timed", "none", "priority", "rfc5424", "short-iso", "short-precise", "busybox", "host twice", "no colon", "docker logs", "cri", "compose", "compose, time", "kubectl", "kubectl, time", "stdout"} {
			for _, details := range []bool{false, true} {
				p := formatParser(t, format)
				p.details = details
				var b bytes.Buffer
				at := time.Date(2026, 11, 22, 14, 15, 33, 123456000, time.UTC)
				lines := 0
				for i, text := range texts(t, format) {
					var r Record
					if clone(p).parseReference([]byte(headers["none"](at, text)), false, &r); r.Class != Request {
						continue
					}
					at = at.Add(time.Duration(i%4) * 321 * time.Millisecond)
					b.WriteString(headers[name](at, text) + "\n")
					lines++
				}
				b.WriteString(strings.Repeat("\n", window+1))
				first := bytes.IndexByte(b.Bytes(), '\n') + 1
				var r Record
				p.parseReference(trimEnd(b.Bytes()[:first]), false, &r)
				e, seen := edges{lines: 1}, 1
				p.run(b.Bytes(), first, false, &e, func(*Record) { seen++ })
				if seen != lines {
					t.Errorf("%s, %s, details %v: %d of %d lines", format, name, details, seen, lines)
				}
			}
		}
	}
	// CLF and an operator's own formats do without taking the header apart.
	for _, format := range []string{"clf", "custom-flat", "custom-epoch", "custom-json"} {
		p := formatParser(t, format)
		at := time.Date(2026, 11, 22, 14, 15, 33, 0, time.UTC)
		skimmed, lines := 0, 0
		for i, text := range texts(t, format) {
			line := []byte(rfc3164(at.Add(time.Duration(i)*time.Second)) + text)
			var r Record
			if p.parseReference(line, false, &r); r.Class == Request {
				lines++
				if p.skim(line, false, &r) {
					skimmed++
				}
			}
		}
		if lines == 0 || skimmed != lines {
			t.Errorf("%s: %d of %d lines", format, skimmed, lines)
		}
	}
}
