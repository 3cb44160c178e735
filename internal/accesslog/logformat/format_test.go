package logformat

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

func TestCompileErrors(t *testing.T) {
	for format, want := range map[string]string{
		"":                                       "the log-format is empty",
		"%ci:%cp %b/%s":                          "lacks the termination state (%ts or %tsc) or at least the status (%ST); without it",
		"%b%s %ts":                               "nothing stands between backend and server",
		"%b%hr%s %ts":                            "nothing stands between backend and server",
		"%b%[x]%s %ts":                           "nothing stands between backend and server",
		"${FMT} %b/%s %ts":                       "has the variable FMT, which is not known here",
		`"${FMT} %b/%s %ts"`:                     "has the variable FMT, which is not known here",
		"%ts":                                    "lacks the backend (%b), the server (%s); without it",
		"%[src]":                                 "lacks the backend (%b), the server (%s), the termination state (%ts or %tsc) or at least the status (%ST)",
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

// HAProxy's own variables stand for its own formats, however they are written.
func TestCompileBuiltIn(t *testing.T) {
	for format, want := range map[string]Option{
		"${HAPROXY_HTTP_LOG_FMT}":     Columns,
		"$HAPROXY_HTTPS_LOG_FMT":      Columns,
		`"${HAPROXY_TCP_LOG_FMT}"`:    Columns,
		"${HAPROXY_HTTP_CLF_LOG_FMT}": CLF,
		`"$HAPROXY_TCP_CLF_LOG_FMT"`:  CLF,
		"${HAPROXY_HTTP_LOG_FMT} %ID": Custom,
		"%b/%s %ts $ $x $1":           Custom,
		httpFormat:                    Columns,
	} {
		f, err := Compile(format)
		if err != nil || f.Option() != want {
			t.Errorf("%s: %v, %v", format, f, err)
		}
		if err == nil && strings.Contains(f.String(), "LOG_FMT") {
			t.Errorf("%s is %s", format, f)
		}
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
// field that decides shares a byte with another or with a client's text, or else
// fields that every reading agrees on as far as those are concerned.
func (a *automaton) enumerate(text string, flagless bool) (ok, tooMany bool) {
	full, partial := a.parses(text)
	if len(full)+len(partial) > 5000 {
		return false, true
	}
	if len(full) == 0 {
		full = partial
	}
	for i := range text {
		decided, foreign := map[Field]bool{}, false
		for _, path := range full {
			if i < len(path) {
				if f := a.fields[path[i]]; f.decides(flagless) {
					decided[f] = true
				}
				foreign = foreign || has(a.foreign, path[i])
			}
		}
		if len(decided) > 1 || len(decided) > 0 && foreign {
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
		want, tooMany := a.enumerate(text, f.flagless)
		if tooMany {
			return
		}
		var fast, plain Matcher
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
	"%{+json}o %(b)b %(u)r %(s)s %(t)ts", "%ts%b/%s", "%b-%s %ts", "%b.%s %ST", "%[x] %b:%s %ST %[y]", "%b/%s %ST %r", "%hr%hs%b/%s%ts", "%HQ %b %HM %s %ts %HV", "x%bx%sx%tsx",
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
