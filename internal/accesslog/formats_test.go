package accesslog

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"check-haproxy/internal/accesslog/logformat"
)

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
		{"cut short before the flags", "%b %s %ST %ts", "down <NOSRV> 50", fields{"", "down", "<NOSRV>", "half-read", ""}},
		{"cut short before the flags, with a server", "%b %s %ST %ts", "down s1 50", fields{"", "down", "s1", "", ""}},
		{"structured", "%{+json}o %(f)f %(b)b unnamed %H %(s)s %(t)ts %(n)ST %(ua)[req.hdr(x)]",
			`{"f": "fe", "b": "down", "s": "<NOSRV>", "t": "SC", "n": 503, "ua": "a \" b\\"}`, down},
		{"structured, forged", "%{+json}o %(ua)[req.hdr(x)] %(f)f %(b)b %(s)s %(t)ts",
			`{"ua": "\", \"f\": \"fe\", \"b\": \"up\"", "f": "fe", "b": "down", "s": "<NOSRV>", "t": "SC"}`, down},
		{"structured, nothing", "%{+json}o %(ua)[req.hdr(x)] %(f)f %(b)b %(s)s %(t)ts", `{"ua": null, "f": "fe", "b": "down", "s": "<NOSRV>", "t": "SC"}`, down},
		{"no flags", "%b/%s %ST %r", "down/<NOSRV> 503 GET /x HTTP/1.1", fields{"", "down", "<NOSRV>", "SC assumed", "GET /x HTTP/1.1"}},
		{"no flags, a redirect", "%b/%s %ST %r", "fe/<NOSRV> 302 GET /x HTTP/1.1", fields{"", "fe", "<NOSRV>", "-- assumed", "GET /x HTTP/1.1"}},
		{"no flags, no status in TCP mode", "%b/%s %ST %r", "fe/<NOSRV> 0 GET /x HTTP/1.1", fields{"", "fe", "<NOSRV>", "half-read", ""}},
		{"no flags, cut short in the status", "%b/%s %ST %r", "down/<NOSRV> 50", fields{"", "down", "<NOSRV>", "half-read", ""}},
		{"no flags, forged", "%r %b/%s %ST %[x]", "GET / down/<NOSRV> 503 x fe/<NOSRV> 302 y", unreadable},
		{"a delimiter of the alphabet of names", "%b-%s %ts", "my-<NOSRV> SC", fields{"", "my", "<NOSRV>", "SC", ""}},
		{"where it can be in two places", "%b-%s %ts", "my-app-web1 --", unreadable},
		{"where it can be in one", "%b-%s %ts", "my-web1 --", fields{"", "my", "web1", "", ""}},
		{"another format", "%f %b/%s %ts", "fe down <NOSRV> SC", unreadable},
		{"empty", "%f %b/%s %ts", "", unreadable},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f, err := logformat.Compile(tt.format)
			if err != nil {
				t.Fatal(err)
			}
			o := testOptions
			o.Formats = []*logformat.Format{f}
			var r Record
			New(o).Parse([]byte(rfc3164(testOptions.Now)+tt.text), false, &r)
			got := fields{string(r.Frontend), string(r.Backend), string(r.Server), "", string(r.Request)}
			switch {
			case r.Class == HalfRead:
				got.Flags = "half-read"
			case r.NoServer:
				got.Flags = string(r.Flags[:])
			}
			if r.Assumed {
				got.Flags += " assumed"
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// A format without a single blank reads the same behind every header.
func TestFormatWithoutBlanks(t *testing.T) {
	f, err := logformat.Compile(`{"f":"%f","b":"%b","s":"%s","t":"%ts"}`)
	if err != nil {
		t.Fatal(err)
	}
	o := testOptions
	o.Formats = []*logformat.Format{f}
	for name, header := range headers {
		var r Record
		New(o).Parse([]byte(header(testOptions.Now, `{"f":"fe","b":"down","s":"<NOSRV>","t":"SC"}`)), false, &r)
		if got := brief(&r); got != `request fe down/<NOSRV> SC -1 ""` {
			t.Errorf("%s: %s", name, got)
		}
	}
}

// testdata/haproxy-2.6.log is what HAProxy 2.6 wrote with haproxy-2.6.cfg when
// each of its six frontends got three requests: one with a user agent full of
// quotes and braces and a cookie that forges the end of a line, a plain one, and
// one that is no HTTP. The server is down.
func TestConfigReadsItsLog(t *testing.T) {
	config := logformat.NewConfig(nil)
	if err := config.Read(bytes.NewReader(readFile(t, "testdata", "haproxy-2.6.cfg")), "haproxy.cfg"); err != nil {
		t.Fatal(err)
	}
	found, err := config.Found()
	if err != nil {
		t.Fatal(err)
	}
	formats := found.Formats
	var owners []string
	for _, f := range formats {
		owners = append(owners, strings.Join(f.Frontends(), " "))
	}
	if diff := cmp.Diff([]string{"f1", "f2", "f3", "f4", "f5", "f6"}, owners); diff != "" {
		t.Fatal(diff)
	}
	o := testOptions
	o.Formats = formats
	got := map[string]int{}
	for line := range bytes.Lines(readFile(t, "testdata", "haproxy-2.6.log")) {
		var r Record
		New(o).Parse(line, false, &r)
		got[fmt.Sprintf("%v %s/%s %s %d", r.Class, r.Backend, r.Server, r.Flags[:], r.Status)]++
		if r.Class == Request && r.Written == 0 {
			t.Errorf("no time in %q", line)
		}
	}
	want := map[string]int{
		"transition down/d1 \x00\x00 -1": 1, "message down/ \x00\x00 -1": 1,
		"request down/<NOSRV> SC 503": 12, "request f1/<NOSRV> PR 400": 1, "request f2/<NOSRV> PR 400": 1, "request f3/<NOSRV> PR 400": 1,
		"request f4/<NOSRV> PR 400": 1, "request f5/<NOSRV> PR 400": 1, "request f6/<NOSRV> PR 400": 1,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func FuzzCompile(f *testing.F) {
	for _, format := range []string{"%b %s %ts", "%b/%s %ts %hr %hs %r", "%[x] %b %s %ts %[y]", "%{+Q}o %b %s %{-Q}ts %r %hrl", "%{+json}o %(b)b %(u)r %(s)s %(t)ts"} {
		f.Add(format, "down <NOSRV> SC")
	}
	f.Fuzz(func(t *testing.T, format, line string) {
		compiled, err := logformat.Compile(format)
		if err != nil {
			if strings.Contains(err.Error(), "\n") {
				t.Fatalf("the error has more than one line: %q", err)
			}
			return
		}
		o := testOptions
		o.Formats = []*logformat.Format{compiled}
		p := New(o)
		sameAsReference(t, p, clone(p), []byte(line+"\n"+line), false)
	})
}

// log-format-sd writes into the structured data of RFC 5424.
func TestStructuredData(t *testing.T) {
	config := logformat.NewConfig(nil)
	text := `frontend a
 log-format-sd '[x@1 be="%b" srv="%s" ts="%ts" st="%ST"]'
 log-format '%ci'
frontend b
 option httplog
`
	if err := config.Read(strings.NewReader(text), "haproxy.cfg"); err != nil {
		t.Fatal(err)
	}
	found, err := config.Found()
	if err != nil {
		t.Fatal(err)
	}
	given, err := logformat.Compile(`[x@1 be="%b" srv="%s" ts="%ts" st="%ST"]`)
	if err != nil {
		t.Fatal(err)
	}
	const head = "<134>1 2026-11-22T14:15:33Z lb1 haproxy 28419 - "
	for name, formats := range map[string][]*logformat.Format{"configuration": found.Formats, "flag": {given}} {
		for line, want := range map[string]string{
			head + `[x@1 be="down" srv="<NOSRV>" ts="SC" st="503"] 10.0.0.1`:                              `request  down/<NOSRV> SC 503 ""`,
			head + `[x@1 be="down" srv="<NOSRV>" ts="SC" st="503"]`:                                       `request  down/<NOSRV> SC 503 ""`,
			head + `[x@1 be="up" srv="u1" ts="--" st="200"][y@2 z="1"] 10.0.0.1`:                          `request  up/u1`,
			head + `[x@1 be="up" srv="u1" ts="--" st="200"] 10.0.0.1`:                                     `request  up/u1`,
			head + `[y@1 be="down" srv="<NOSRV>" ts="SC" st="503"] 10.0.0.1`:                              `unreadable`,
			head + "- Server v2/s is DOWN.":                                                               `transition`,
			`Nov 22 14:15:33 lb1 haproxy[1]: [x@1 be="down" srv="<NOSRV>" ts="SC" st="503"] what follows`: `half-read  down/<NOSRV>`,
		} {
			if name == "configuration" && want == "unreadable" && strings.HasSuffix(line, " 10.0.0.1") {
				want = "message" // of frontend a, by its text
			}
			o := testOptions
			o.Formats = formats
			p := New(o)
			for range 2 {
				var r Record
				p.Parse([]byte(line), false, &r)
				if got := brief(&r); got != want {
					t.Errorf("%s: got %s, want %s: %s", name, got, want, line)
				}
			}
		}
	}
}
