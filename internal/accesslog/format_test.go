package accesslog

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCompileErrors(t *testing.T) {
	for format, want := range map[string]string{
		"":                                       "the log-format is empty",
		"%ci:%cp %b/%s %ST":                      "lacks the termination state (%ts or %tsc); without it",
		"%ts":                                    "lacks the backend (%b), the server (%s); without it",
		"%[src]":                                 "lacks the backend (%b), the server (%s), the termination state (%ts or %tsc)",
		"%b %s %ts %":                            "ends in a single %",
		"%b %s %ts 50% off":                      "write %% for a percent sign",
		"%b %s %ts %zz":                          "HAProxy has no variable %zz",
		"%b %s %ts %{+Q":                         "no closing brace",
		"%b %s %ts %(x":                          "no closing parenthesis",
		"%b %s %ts %[req.hdr(x":                  "no closing bracket",
		"%{+cbor}o %(b)b":                        "its output is CBOR",
		"%{+json}o %b %s %ts":                    "none of its fields has a name",
		"%b %s %ts " + strings.Repeat("x", 2000): "longer than this program reads",
	} {
		_, err := Compile(format)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40q: %v, want …%s…", format, err, want)
		}
	}
}

// What one format makes of one line.
func TestFormats(t *testing.T) {
	type fields struct{ Frontend, Backend, Server, Flags, Request string }
	down := fields{"fe", "down", "<NOSRV>", "SC", ""}
	unreadable := fields{}
	for _, tt := range []struct {
		name, format, text string
		want               fields
	}{
		{"plain", "%f %b %s %ts", "fe down <NOSRV> SC", down},
		{"as in haproxy.cfg", `%f\ %b\ %s\ %ts`, "fe down <NOSRV> SC", down},
		{"as in haproxy.cfg, quoted", `"%f %b %s %ts"`, "fe down <NOSRV> SC", down},
		{"quotes that are the format's own", `"%f" "%b" "%s" %ts`, `"fe" "down" "<NOSRV>" SC`, down},
		{"JSON as it stands", `{"f":"%f","b":"%b","s":"%s","t":"%ts"}`, `{"f":"fe","b":"down","s":"<NOSRV>","t":"SC"}`, down},
		{"JSON as in haproxy.cfg", `{\"f\":\"%f\",\"b\":\"%b\",\"s\":\"%s\",\"t\":\"%ts\"}`, `{"f":"fe","b":"down","s":"<NOSRV>","t":"SC"}`, down},
		{"TLS", "%ft %b %s %ts", "fe~ down <NOSRV> SC", down},
		{"quoting flag", "%{+Q}o %f %b %s %{-Q}ts", `"fe" "down" "<NOSRV>" SC`, down},
		{"runs of blanks", "  %f   %b %s %ts  ", "fe down <NOSRV> SC ", down},
		{"blanks at the end cut off", "%f %b %s %ts %hr ", "fe down <NOSRV> SC", down},
		{"no captures", "%f %hr %b %hs %s %ts", "fe down <NOSRV> SC", down},
		{"one capture", "%f %hr %hs %b %s %ts", "fe {a b|down/<NOSRV>} down <NOSRV> SC", down},
		{"two captures", "%f %hr %hs %b %s %ts", "fe {a} {} down <NOSRV> SC", down},
		{"percent signs", "100%% %f 50%-x %b %s %ts", "100% fe 50-x down <NOSRV> SC", down},
		{"client's text first", "%[req.hdr(user-agent)] %f %b %s %ts", "Mozilla/5.0 (X11) fe down <NOSRV> SC", down},
		{"client's text last", "%f %b %s %ts %[req.hdr(user-agent)]", "fe down <NOSRV> SC other web x1 --", down},
		{"client's text forges", "%[req.hdr(a)] %f %b %s %ts %[req.hdr(b)]", "x fe down <NOSRV> SC fe up u1 -- x", unreadable},
		{"forged before, but the end is firm", "%[req.hdr(a)] %f %b %s %ts", "fe down <NOSRV> SC fe up u1 --", fields{"fe", "up", "u1", "", ""}},
		{"forged in quotes", `"%r" %f %b %s %ts`, `"GET /#22 fe down <NOSRV> SC HTTP/1.1" fe up u1 --`, fields{"fe", "up", "u1", "", ""}},
		{"a name with the delimiter in it", "%f:%b-%s %ts", "fe:do-wn-<NOSRV> SC", fields{"fe", "do-wn", "<NOSRV>", "SC", ""}},
		{"expressions that are aliases", "%[fe_name] %[be_name]/%[srv_name] %[txn.sess_term_state]", "fe down/- SC", fields{"fe", "down", "-", "SC", ""}},
		{"expression with brackets", `%f %[req.hdr(x),regsub("[]]",y)] %b %s %ts`, "fe ab down <NOSRV> SC", down},
		{"request", `%b %s %ts "%r"`, `down <NOSRV> SC "GET /x HTTP/1.1"`, fields{"", "down", "<NOSRV>", "SC", "GET /x HTTP/1.1"}},
		{"request in parts", `%b %s %ts %HM %HU`, `down <NOSRV> SC GET /x?y`, fields{"", "down", "<NOSRV>", "SC", "GET /x?y"}},
		{"path only", `%b %s %ts %HP`, `down <NOSRV> SC /x`, fields{"", "down", "<NOSRV>", "SC", "/x"}},
		{"the same field twice", "%b %s %ts %b %s", "down <NOSRV> SC up u1", fields{"", "down", "<NOSRV>", "SC", ""}},
		{"cut short after what decides", "%b %s %ts %ST %{+Q}r", "down <NOSRV> SC 503 \"GET /very/lo", fields{"", "down", "<NOSRV>", "SC", "GET /very/lo"}},
		{"cut short in the server", "%b %ts %s %ST", "down SC <NOS", unreadable},
		{"cut short before the flags", "%b %s %ST %ts", "down <NOSRV> 50", unreadable},
		{"cut short before the flags, with a server", "%b %s %ST %ts", "down s1 50", fields{"", "down", "s1", "", ""}},
		{"structured", "%{+json}o %(f)f %(b)b unnamed %H %(s)s %(t)ts %(n)ST %(ua)[req.hdr(x)]",
			`{"f": "fe", "b": "down", "s": "<NOSRV>", "t": "SC", "n": 503, "ua": "a \" b\\"}`, down},
		{"structured, forged", "%{+json}o %(ua)[req.hdr(x)] %(f)f %(b)b %(s)s %(t)ts",
			`{"ua": "\", \"f\": \"fe\", \"b\": \"up\"", "f": "fe", "b": "down", "s": "<NOSRV>", "t": "SC"}`, down},
		{"structured, nothing", "%{+json}o %(ua)[req.hdr(x)] %(f)f %(b)b %(s)s %(t)ts", `{"ua": null, "f": "fe", "b": "down", "s": "<NOSRV>", "t": "SC"}`, down},
		{"another format", "%f %b/%s %ts", "fe down <NOSRV> SC", unreadable},
		{"empty", "%f %b/%s %ts", "", unreadable},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f, err := Compile(tt.format)
			if err != nil {
				t.Fatal(err)
			}
			o := testOptions
			o.Formats = []*Format{f}
			var r Record
			New(o).Parse([]byte(rfc3164(testOptions.Now)+tt.text), false, &r)
			got := fields{string(r.Frontend), string(r.Backend), string(r.Server), "", string(r.Request)}
			if r.NoServer {
				got.Flags = string(r.Flags[:])
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// parses enumerates every reading of text by an automaton, slowly, as the
// field of each byte. It is the twin of simulate and drive.
func (a *automaton) parses(text string) (full, partial [][]int) {
	var path []int
	var walk func(i int)
	walk = func(i int) {
		if len(full)+len(partial) > 5000 {
			return
		}
		if i > 0 {
			last := path[i-1]
			if has(a.final, last) && (i == len(text) || a.early) {
				full = append(full, append([]int(nil), path...))
			} else if i == len(text) && has(a.partial, last) {
				partial = append(partial, append([]int(nil), path...))
			}
			if a.early && has(a.final, last) {
				return
			}
		}
		if i == len(text) {
			return
		}
		for s := range a.fields {
			if !has(a.masks[int(text[i])*a.words:], s) {
				continue
			}
			follows := i == 0 && has(a.start, s)
			if i > 0 {
				p := path[i-1]
				follows = s == p && has(a.loop, p) || s == p+1 && has(a.next, p)
				for _, j := range a.jumps {
					follows = follows || j.from == p && j.to == s
				}
			}
			if follows {
				path = append(path[:i], s)
				walk(i + 1)
			}
		}
	}
	walk(0)
	return full, partial
}

// enumerate says what the automaton must say: no reading, readings in which a
// client's text and a field that decides share a byte, or else fields that every
// reading agrees on as far as clients are concerned.
func (a *automaton) enumerate(text string) (ok, tooMany bool) {
	full, partial := a.parses(text)
	if len(full)+len(partial) > 5000 {
		return false, true
	}
	if len(full) == 0 {
		full = partial
	}
	for i := range text {
		decided, foreign := false, false
		for _, path := range full {
			if i < len(path) {
				decided = decided || has(a.decides, path[i])
				foreign = foreign || has(a.foreign, path[i])
			}
		}
		if decided && foreign {
			return false, false
		}
	}
	return len(full) > 0, false
}

func checkAutomaton(t testing.TB, format, text string) {
	t.Helper()
	f, err := Compile(format)
	if err != nil || len(text) > 60 {
		return
	}
	for _, a := range []*automaton{f.full, f.prefix} {
		if a == nil {
			continue
		}
		want, tooMany := a.enumerate(text)
		if tooMany {
			return
		}
		var fast, plain matcher
		got := a.match(&fast, []byte(text))
		if got != want {
			t.Fatalf("format %q, text %q: matches %v, want %v", format, text, got, want)
		}
		if simulated := a.simulate(&plain, []byte(text)); simulated != got || got && fast.spans != plain.spans {
			t.Fatalf("format %q, text %q: the table says %v %v, the simulation %v %v", format, text, got, fast.spans, simulated, plain.spans)
		}
	}
}

var automatonFormats = []string{
	"%b %s %ts", "%b/%s %ts %hr %hs %r", "%[x] %b %s %ts", "%[x] %b %s %ts %[y]", "%CC %CS %b-%s %ts", "%{+Q}o %b %s %{-Q}ts %r %hrl",
	"%{+json}o %(b)b %(u)r %(s)s %(t)ts", "%ts%b/%s", "%hr%hs%b/%s%ts", "%HQ %b %HM %s %ts %HV", "x%bx%sx%tsx",
}

// Every path that the bits follow is a path, and no other.
func TestAutomatonAgreesWithEnumeration(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	parts := []string{"a", "b-1", "down", "<NOSRV>", "SC", "--", " ", " ", "/", "{a|b}", "{}", `"`, `""`, "x", "-", `{"b": "`, `", "u": "`, `", "s": "`, `", "t": "`, `"}`, `\"`}
	for range 20_000 {
		var text strings.Builder
		for range 1 + rng.IntN(9) {
			text.WriteString(parts[rng.IntN(len(parts))])
		}
		checkAutomaton(t, automatonFormats[rng.IntN(len(automatonFormats))], text.String())
	}
}

func FuzzAutomaton(f *testing.F) {
	for i, format := range automatonFormats {
		f.Add(format, fmt.Sprintf("down <NOSRV> SC %d", i))
		f.Add(format, "a down/<NOSRV> SC {a} b")
		f.Add(format, `"down" "<NOSRV>" SC "GET / HTTP/1.0"`)
	}
	f.Fuzz(func(t *testing.T, format, text string) { checkAutomaton(t, format, text) })
}

func FuzzCompile(f *testing.F) {
	for _, format := range automatonFormats {
		f.Add(format, "down <NOSRV> SC")
	}
	f.Fuzz(func(t *testing.T, format, line string) {
		compiled, err := Compile(format)
		if err != nil {
			if strings.Contains(err.Error(), "\n") {
				t.Fatalf("the error has more than one line: %q", err)
			}
			return
		}
		o := testOptions
		o.Formats = []*Format{compiled}
		p := New(o)
		sameAsReference(t, p, clone(p), []byte(line+"\n"+line), false)
	})
}
