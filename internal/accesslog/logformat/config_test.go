package logformat

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// read reads a configuration of one file.
func read(config string, getenv func(string) (string, bool)) (Found, error) {
	c := NewConfig(getenv)
	if err := c.Read(strings.NewReader(config), "haproxy.cfg"); err != nil {
		return Found{}, err
	}
	return c.Found()
}

func TestConfig(t *testing.T) {
	const wanted = "%b/%s %ts"
	for _, tt := range []struct {
		name, config string
		want         []string // "format: frontends"
	}{
		{"own format", "frontend a\n log-format \"" + wanted + "\"\n", []string{wanted + ": a"}},
		{"defaults", "defaults\n log-format '" + wanted + "'\nfrontend a\nlisten b\nbackend c\n", []string{wanted + ": a b"}},
		{"own over defaults", "defaults\n option httplog\nfrontend a\n log-format '" + wanted + "'\nfrontend b\n", []string{wanted + ": a", "option httplog: b"}},
		{"later defaults", "defaults\n option httplog\ndefaults\n option tcplog\nfrontend a\n", []string{"option tcplog: a"}},
		{"defaults do not add up", "defaults\n option httplog\nfrontend x\ndefaults\n mode tcp\nfrontend a\n", []string{"option httplog: x"}},
		{"named defaults", "defaults http\n option httplog clf\ndefaults tcp\n option tcplog\nfrontend a from http\nfrontend b\n",
			[]string{"option httplog clf: a", "option tcplog: b"}},
		{"defaults from defaults", "defaults base\n option httpslog\ndefaults more from base\n mode http\nfrontend a from more\n", []string{"option httpslog: a"}},
		{"anonymous defaults from", "defaults base\n option httpslog\ndefaults from base\nfrontend a\n", []string{"option httpslog: a"}},
		{"switched off", "defaults\n option httplog\nfrontend a\n no option httplog\nfrontend b\n", []string{"option httplog: b"}},
		{"tcplog clf", "listen a\n option tcplog clf\n", []string{"option httplog clf: a"}},
		{"the last wins", "frontend a\n log-format '" + wanted + "'\n option httplog\n", []string{"option httplog: a"}},
		{"escapes", `frontend a` + "\n" + `	log-format  %b/%s\ \"%ts\"\ \#1\ a\\b\ \>` + "\n", []string{`%b/%s "%ts" #1 a\b \>: a`}},
		{"joined quotes", "frontend a\n log-format \"%b\"'/'%s\\ \"%ts\"   # a comment\n", []string{wanted + ": a"}},
		{"hash in quotes", "frontend a\n log-format \"%b/%s %ts #\"\n", []string{wanted + " #: a"}},
		{"tabs and CRLF", "frontend\ta\r\n\tlog-format\t'" + wanted + "'\r\n", []string{wanted + ": a"}},
		{"hex", "frontend a\n log-format %b/%s\\x20%ts\n", []string{wanted + ": a"}},
		{"own environment", "global\n setenv FMT '%b/%s'\nfrontend a\n log-format \"${FMT} %ts\"\n", []string{wanted + ": a"}},
		{"presetenv", "global\n presetenv HOMEFMT x\nfrontend a\n log-format \"$HOMEFMT %ts\"\n", []string{wanted + ": a"}},
		{"environment", "frontend a\n log-format \"$HOMEFMT ${NONE-%ts}\"\n", []string{wanted + ": a"}},
		{"no variables outside of double quotes", "frontend a\n log-format $HOMEFMT\\ %b/%s\\ '%ts$HOMEFMT'\n", []string{"$HOMEFMT %b/%s %ts$HOMEFMT: a"}},
		{"continued as the manual prints it", "frontend a\n log-format \"%b/%s \\\n     %ts\"\n", []string{wanted + ": a"}},
		{"comment with a backslash", "frontend a\n # C:\\\n log-format '" + wanted + "'\n", []string{wanted + ": a"}},
		{"only defaults", "defaults\n option httplog\nbackend b\n", []string{"option httplog: "}},
		{"error format", "frontend a\n option httplog\n error-log-format '%ci: failed'\n", []string{"option httplog: a", "%ci: failed: "}},
		{"log profile", "log-profile p\n on error format '%ci'\n on any format '" + wanted + "' sd x\nfrontend a\n option httplog\n",
			[]string{"option httplog: a", wanted + ": ", "%ci: "}},
		{"conditions", ".if defined(X)\nfrontend a\n option httplog\n.endif\n", []string{"option httplog: a"}},
		{"a condition chooses", "defaults\n option httplog\n.if defined(X)\n log-format '" + wanted + "'\n.else\n option httplog clf\n.endif\nfrontend a\n",
			[]string{"option httplog: a", wanted + ": a", "option httplog clf: a"}},
		{"a condition chose, the last wins", "frontend a\n.if defined(X)\n option httplog\n.endif\n option tcplog\n", []string{"option tcplog: a"}},
		{"HAProxy's own variables", "frontend a\n log-format \"${HAPROXY_HTTP_LOG_FMT} %ID\"\nfrontend b\n log-format \"$HAPROXY_TCP_LOG_FMT\"\nfrontend c\n log-format \"${HAPROXY_HTTP_CLF_LOG_FMT}\"\n",
			[]string{builtIn["HAPROXY_HTTP_LOG_FMT"] + " %ID: a", builtIn["HAPROXY_TCP_LOG_FMT"] + ": b", builtIn["HAPROXY_HTTP_CLF_LOG_FMT"] + ": c"}},
		{"structured data", "frontend a\n log-format-sd '[x@1 b=\"%b\" s=\"%s\" t=\"%ts\"]'\n", []string{`[x@1 b="%b" s="%s" t="%ts"]: a`}},
		{"a lean format is recognised", "frontend a\n option httplog\nfrontend b\n log-format '%ci %f'\n", []string{"option httplog: a", "%ci %f: b"}},
		{"what cannot be used is left out", "frontend a\n option httplog\nfrontend b\n log-format '%b%s %ts'\nfrontend c\n log-format \"${NONE} %b/%s %ts\"\nfrontend d\n log-format '%{+cbor}o %(b)b'\nfrontend e\n log-format \"%b\nfrontend f\n",
			[]string{"option httplog: a"}},
		{"a line that nobody needs", "frontend a\n acl x path \"\n option httplog\n", []string{"option httplog: a"}},
		{"other sections", "frontend a\n option httplog\npeers p\n log-format nonsense\nresolvers r\nbackend b\n log-format nonsense\n", []string{"option httplog: a"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			getenv := func(name string) (string, bool) { return "%b/%s", name == "HOMEFMT" }
			found, err := read(tt.config, getenv)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, f := range found.Formats {
				got = append(got, f.String()+": "+strings.Join(f.Frontends(), " "))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// Frontends whose lines cannot be judged are left out, with the reason.
func TestLeftOut(t *testing.T) {
	const start = "frontend good\n option httplog\n"
	for name, tt := range map[string]struct{ config, want string }{
		"nothing":                  {"", ""},
		"lean":                     {"frontend b\n log-format '%ci %f'\n", `b: haproxy.cfg line 4: the log-format "%ci %f" lacks the backend (%b), the server (%s), `},
		"of defaults":              {"defaults\n log-format '%ci %f'\nfrontend b\nfrontend c\n", `b c: haproxy.cfg line 4: the log-format "%ci %f" lacks the backend (%b), the server (%s), `},
		"a variable":               {"frontend b\n log-format \"$NONE %b/%s %ts\"\n", "b: haproxy.cfg line 4: the variable NONE is not set here"},
		"several variables":        {"frontend b\n log-format \"$ONE ${TWO} %b/%s %ts\"\n", "b: haproxy.cfg line 4: the variable ONE, TWO is not set here"},
		"CBOR":                     {"frontend b\n log-format '%{+cbor}o %(b)b %(s)s %(t)ts'\n", "its output is CBOR"},
		"ambiguous":                {"frontend b\n log-format '%b%s %ts'\n", "nothing stands between backend and server"},
		"a number between":         {"frontend b\n log-format '%b%Tw%s %ts'\n", "nothing stands between backend and server"},
		"an address between":       {"frontend b\n log-format '%b%[src]%s %ts'\n", "nothing stands between backend and server"},
		"a quote":                  {"frontend b\n log-format \"%b/%s %ts\n", `b: haproxy.cfg line 4: a quote (") is not closed`},
		"in a block":               {"frontend b\n option httplog\n.if defined(X)\n log-format '%ci'\n.endif\n", ""},
		"in a block, alone":        {"frontend b\n.if defined(X)\n log-format '%ci'\n.endif\n", "b: haproxy.cfg line 5: the log-format"},
		"structured data tells":    {"frontend b\n log-format '%ci'\n log-format-sd '[x@1 b=\"%b\" s=\"%s\" t=\"%ts\"]'\n", ""},
		"structured data does not": {"frontend b\n log-format-sd '[x@1 b=\"%b\"]'\n", "b: haproxy.cfg line 4: the log-format"},
		"structured data need not": {"frontend b\n option httplog\n log-format-sd '[x@1 b=\"%b\"]'\n", ""},
		"no format":                {"frontend b\n", ""},
		"a profile":                {"log-profile p\n on any format '%b%s %ts'\n", ": haproxy.cfg line 4: in the log-format"},
		"a profile's other step":   {"log-profile p\n on accept format '%ci'\n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			found, err := read(start+tt.config, nil)
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			for _, l := range found.LeftOut {
				got += strings.Join(l.Frontends, " ") + ": " + l.Where + ": " + l.Reason
			}
			if !strings.Contains(got, tt.want) || tt.want == "" && got != "" {
				t.Errorf("got %s, want %s", got, tt.want)
			}
			if len(found.Formats) == 0 || found.Formats[0].String() != "option httplog" {
				t.Error("the good frontend is left out")
			}
		})
	}
}

// Sections that log a part of their requests only.
func TestPartial(t *testing.T) {
	for name, tt := range map[string]struct{ config, want string }{
		"all":                          {"defaults\n log global\n option httplog\nfrontend a\n", ""},
		"dontlog-normal":               {"defaults\n option httplog\n option dontlog-normal\nfrontend a\nfrontend b\n no option dontlog-normal\n", "a: haproxy.cfg line 3: option dontlog-normal"},
		"silent":                       {"frontend a\n option httplog\n http-request set-log-level silent\n", "a: haproxy.cfg line 3: set-log-level silent"},
		"silent by status":             {"frontend a\n option httplog\nbackend b\n http-response set-log-level silent if { status 200 }\n", "b: haproxy.cfg line 4: set-log-level silent"},
		"silent by chance":             {"frontend a\n option httplog\n http-request set-log-level silent unless { rand(100) lt 5 }\n", "a: haproxy.cfg line 3: set-log-level silent"},
		"silent for a path":            {"frontend a\n option httplog\n http-request set-log-level silent if { path /health }\n", ""},
		"another level":                {"frontend a\n option httplog\n http-request set-log-level debug\n", ""},
		"sampled":                      {"frontend a\n option httplog\n log 127.0.0.1 len 1024 sample 1:10 local0\n", "a: haproxy.cfg line 3: log 127.0.0.1 len 1024 sample 1:10 local0"},
		"sampled, and whole elsewhere": {"frontend a\n option httplog\n log 127.0.0.1 sample 1:10 local0\n log 127.0.0.2 local0\n", ""},
		"a level":                      {"global\n log /dev/log local1 notice\ndefaults\n log global\n option httplog\nfrontend a\n", "a: haproxy.cfg line 2: log /dev/log local1 notice"},
		"Debian's two":                 {"global\n log /dev/log local0\n log /dev/log local1 notice\ndefaults\n log global\n option httplog\nfrontend a\n", ""},
		"an own one beside global's":   {"global\n log /dev/log local1 notice\nfrontend a\n option httplog\n log global\n log 127.0.0.1 local0\n", ""},
		"debug is all":                 {"frontend a\n option httplog\n log 127.0.0.1 local0 debug\n", ""},
		"no log":                       {"defaults\n log 127.0.0.1 local0 err\n option httplog\nfrontend a\n no log\n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			found, err := read(tt.config, nil)
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			for _, p := range found.Partial {
				got += p.Section + ": " + p.Where + ": " + p.Setting
			}
			if got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// Files that are read one after the other are one configuration.
func TestConfigOfSeveralFiles(t *testing.T) {
	c := NewConfig(nil)
	for i, text := range []string{"global\n setenv FMT '%b/%s %ts'\ndefaults\n option httplog\n", "frontend a\n", " log-format '%b'\nfrontend b\n log-format \"$FMT\"\n"} {
		if err := c.Read(strings.NewReader(text), fmt.Sprintf("%d.cfg", i)); err != nil {
			t.Fatal(err)
		}
	}
	found, err := c.Found()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range found.Formats {
		got = append(got, f.String()+": "+strings.Join(f.Frontends(), " "))
	}
	if diff := cmp.Diff([]string{"option httplog: a", "%b/%s %ts: b"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestConfigErrors(t *testing.T) {
	for name, tt := range map[string]struct{ config, want string }{
		"nothing":     {"global\n daemon\n", "haproxy.cfg has no log-format and no option httplog, httpslog or tcplog for a frontend; name the file that has, or give --log-format"},
		"lacking":     {"frontend a\n\n log-format '%b/%s'\n", `cannot use haproxy.cfg line 3: the log-format "%b/%s" lacks the termination state (%ts or %tsc) or at least the status (%ST)`},
		"unknown":     {"frontend a\n log-format '%b/%s %ts %zz'\n", "HAProxy has no variable %zz"},
		"spaces":      {"frontend a\n log-format %b/%s %ts\n", "log-format has more than one argument; escape its spaces or quote it"},
		"open quote":  {"frontend a\n log-format \"%b/%s %ts\n", `cannot use haproxy.cfg line 2: a quote (") is not closed`},
		"binary file": {strings.Repeat("\x00", maxConfigLine+10), "longer than"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := read(tt.config, nil)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want …%s…", err, tt.want)
			}
		})
	}
}

func FuzzConfig(f *testing.F) {
	example, err := os.ReadFile(filepath.Join("..", "testdata", "haproxy-2.6.cfg"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(example))
	f.Add("defaults a from b\nfrontend x from a\n log-format \"${A-b} %[x(']')]\"\n")
	f.Fuzz(func(t *testing.T, config string) {
		found, err := read(config, func(string) (string, bool) { return "v v", true })
		if (err == nil) != (len(found.Formats) > 0) {
			t.Fatalf("%d formats, error %v", len(found.Formats), err)
		}
	})
}
