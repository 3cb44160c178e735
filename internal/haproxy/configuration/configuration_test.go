package configuration

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func vocabulary(t testing.TB) *Vocabulary {
	t.Helper()
	v, err := NewVocabulary()
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func parse(t *testing.T, text string) *Configuration {
	t.Helper()
	c, err := Parse([]Source{{Name: "haproxy.cfg", Text: []byte(text)}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// proxy is the section of a name.
func proxy(t *testing.T, c *Configuration, name string) *Proxy {
	t.Helper()
	if len(c.byName[name]) == 0 {
		t.Fatalf("there is no section %s", name)
	}
	return c.byName[name][0]
}

func TestSectionsAndLines(t *testing.T) {
	c := parse(t, `# a comment
global
	maxconn 10

defaults base
	mode http
[scope]
frontend fe from base # of the shop
	bind :80,:81 ssl crt a.pem
backend be
	server a 10.0.0.1:80 \
		check \
		inter 3s
	server b 10.0.0.2:80
listen 'l i'
`)
	var got []string
	for _, s := range c.Sections {
		got = append(got, fmt.Sprintf("%d %s %q from %q", s.Line, s.Kind, s.Name, s.From))
		for _, l := range s.Lines {
			got = append(got, fmt.Sprintf("%d  %s", l.Position.Line, strings.Join(l.Words, " ")))
		}
	}
	want := []string{
		`2 global "" from ""`, "3  maxconn 10",
		`5 defaults "base" from ""`, "6  mode http",
		`8 frontend "fe" from "base"`, "9  bind :80,:81 ssl crt a.pem",
		`10 backend "be" from ""`, "11  server a 10.0.0.1:80 check inter 3s", "14  server b 10.0.0.2:80",
		`15 listen "l i" from ""`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if binds := proxy(t, c, "fe").Binds; len(binds) != 2 || binds[1].Address.Port != "81" || binds[1].Options["crt"] != "a.pem" {
		t.Errorf("binds %+v", binds)
	}
}

// TestDefaults holds who inherits what: the last defaults, the ones that are
// named, and the ones that those are from.
func TestDefaults(t *testing.T) {
	c := parse(t, `
frontend early
defaults base
	timeout client 1s
	option httplog
defaults more from base
	timeout client 2s
	retries 5
frontend last
frontend named from base
	no option httplog
defaults
frontend anew
	timeout client 3s
frontend wrong from nowhere
`)
	for name, want := range map[string]string{
		"early": "0s false false", "last": "2s true true", "named": "1s false false", "anew": "3s false false", "wrong": "0s false false",
	} {
		p := proxy(t, c, name)
		client, _ := p.Timeout("client")
		_, logs := p.Option("httplog")
		_, retries := p.Last("retries")
		if got := fmt.Sprint(client, logs, retries); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}

// TestServers holds what default-server and server-template make of servers.
func TestServers(t *testing.T) {
	c := parse(t, `
defaults
	default-server check inter 5s
backend be
	server a 10.0.0.1:80
	default-server weight 7 no-check backup disabled
	server b app.example.com:80 check maxconn 3 some-new-option x resolvers dns enabled
	server-template t 3 _http._tcp.x resolvers dns
	server-template u 4-5 app:80 no-backup
	server bad
	server-template bad 0 x
`)
	var got []string
	for _, s := range proxy(t, c, "be").Servers {
		got = append(got, fmt.Sprintf("%s %s check=%v inter=%s weight=%s maxconn=%s resolvers=%s backup=%v disabled=%v", strings.Join(s.Names(), ","), s.Address.Host,
			s.Options.Has("check"), s.Options["inter"], s.Options["weight"], s.Options["maxconn"], s.Options["resolvers"], s.Backup(), s.Options.Has("disabled")))
	}
	want := []string{
		"a 10.0.0.1 check=true inter=5s weight= maxconn= resolvers= backup=false disabled=false",
		"b app.example.com check=true inter=5s weight=7 maxconn=3 resolvers=dns backup=true disabled=false",
		"t1,t2,t3 _http._tcp.x check=false inter=5s weight=7 maxconn= resolvers=dns backup=true disabled=true",
		"u4,u5 app check=false inter=5s weight=7 maxconn= resolvers= backup=false disabled=true",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestCheckPath(t *testing.T) {
	for lines, want := range map[string]string{
		"":                                  "",
		"option httpchk":                    "/",
		"option httpchk /health":            "/health",
		"option httpchk GET /health?full=1": "/health?full=1",
		"option httpchk HEAD /ok HTTP/1.1":  "/ok",
		"option httpchk\nhttp-check send meth GET uri /deep hdr Host x": "/deep",
		"option httpchk GET /a\nhttp-check send hdr Host x":             "/a",
		"http-check send uri /deep":                                     "",
		"option httpchk GET /a\nno option httpchk":                      "",
	} {
		c := parse(t, "backend b\n"+lines+"\nserver s 10.0.0.1:80 check")
		if got := proxy(t, c, "b").CheckPath(); got != want {
			t.Errorf("%q checks %q, want %q", lines, got, want)
		}
	}
	c := parse(t, "defaults\noption httpchk GET /health\nbackend b\nserver s 10.0.0.1:80 check")
	if got := proxy(t, c, "b").CheckPath(); got != "/health" {
		t.Errorf("by the defaults it checks %q", got)
	}
}

func TestFallTime(t *testing.T) {
	for options, want := range map[string]time.Duration{
		"check":                               6 * time.Second,
		"check inter 1s":                      3 * time.Second,
		"check inter 500":                     1500 * time.Millisecond,
		"check inter 2s fall 5":               10 * time.Second,
		"check inter 2s fastinter 1s fall 3":  4 * time.Second,
		"check fall 0":                        0,
		"check inter soon":                    0,
		"check fastinter soon":                0,
		"check inter 99999999d":               0,
		"check inter 99999999999999999999999": 0,
	} {
		c := parse(t, "backend b\n\tserver s 10.0.0.1:80 "+options)
		if got := proxy(t, c, "b").Servers[0].FallTime(); got != want {
			t.Errorf("%s: %s, want %s", options, got, want)
		}
	}
}

func TestAddresses(t *testing.T) {
	for text, want := range map[string]string{
		"10.0.0.1:80":         "address 10.0.0.1 80",
		"10.0.0.1":            "address 10.0.0.1 ",
		"[2001:db8::1]:80":    "address 2001:db8::1 80",
		"[2001:db8::1]":       "address 2001:db8::1 ",
		"2001:db8::1:80":      "address 2001:db8::1 80",
		":8080":               "address  8080 unspecified",
		"*:80":                "address * 80 unspecified",
		"0.0.0.0:0":           "address 0.0.0.0 0 unspecified",
		"127.0.0.1:80":        "address 127.0.0.1 80 loopback",
		"[::1]:80":            "address ::1 80 loopback",
		"::ffff:127.0.0.1:80": "address ::ffff:127.0.0.1 80 loopback",
		"app.example.com:80":  "name app.example.com 80",
		"ipv4@app:80":         "name app 80",
		"quic4@:443":          "address  443 unspecified",
		"localhost:80":        "name localhost 80 loopback",
		"x.LOCALHOST.:80":     "name x.LOCALHOST. 80 loopback",
		"_http._tcp.app":      "srv _http._tcp.app ",
		"/run/x.sock":         "path /run/x.sock  loopback",
		"unix@run/x.sock":     "path run/x.sock  loopback",
		"abns@x":              "path x  loopback",
		"stream+unix@/x":      "path /x  loopback",
		"fd@3":                "inherited 3  loopback",
		"rhttp@":              "inherited   loopback",
		"${HOST}:80":          "variable ${HOST}:80 ",
		"ipv4@${HOST}:80":     "variable ${HOST}:80 ",
	} {
		a := ParseAddress(text)
		got := fmt.Sprintf("%s %s %s", []string{"address", "name", "srv", "path", "inherited", "variable"}[a.Kind], a.Host, a.Port)
		if a.Loopback() {
			got += " loopback"
		}
		if a.Unspecified() {
			got += " unspecified"
		}
		if got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}

// TestOwnHops holds which servers are the same HAProxy again.
func TestOwnHops(t *testing.T) {
	c := parse(t, `
frontend fe
	bind *:8443
	bind 127.0.0.1:8444
	bind 192.0.2.1:8445
	bind unix@/run/fe.sock
`)
	for address, want := range map[string]bool{
		"127.0.0.1:8443": true, "localhost:8444": true, "192.0.2.1:8445": true, "/run/fe.sock": true,
		"192.0.2.9:8443": false, "127.0.0.1:8445": false, "127.0.0.1:9": false, "/run/other.sock": false,
	} {
		if got := c.IsOwn(ParseAddress(address)); got != want {
			t.Errorf("%s: %v, want %v", address, got, want)
		}
	}
}

// TestBlocks holds which branches are read: all of those that nobody can decide.
func TestBlocks(t *testing.T) {
	for condition, want := range map[string]string{
		".if 1\na\n.else\nb\n.endif\nc":                                     "a c",
		".if 0\na\n.else\nb\n.endif\nc":                                     "b c",
		".if\na\n.endif\nc":                                                 "c",
		".if defined(X)\na\n.elif 0\nb\n.else\nc\n.endif":                   "a c",
		".if feature(X)\na\n.elif 1\nb\n.else\nc\n.endif":                   "a b",
		".if 0\n.if 1\na\n.else\nb\n.endif\nc\n.endif\nd":                   "d",
		".if 1\n.if 0\na\n.else\nb\n.endif\nc\n.endif\nd":                   "b c d",
		".if !streq(a,b) && version_atleast(2.4)\na\n.endif\n.notice \"x\"": "a",
	} {
		c := parse(t, "healthcheck h\n"+condition)
		var got []string
		for _, line := range c.Sections[0].Lines {
			got = append(got, line.Words[0])
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: read %q, want %q", condition, got, want)
		}
	}
}

// TestVariables holds that HAProxy's environment stays its own.
func TestVariables(t *testing.T) {
	t.Setenv("OURS", "10.9.9.9")
	c := parse(t, `
global
	setenv HOST 10.0.0.1
	presetenv PORT 8080
	setenv GONE x
	unsetenv GONE
backend be
	server a "${HOST}:${PORT}"
	server b ${OURS}:80
	server c "${GONE}"
`)
	var addresses []string
	for _, s := range proxy(t, c, "be").Servers {
		addresses = append(addresses, s.Address.Text)
	}
	if diff := cmp.Diff([]string{"10.0.0.1:8080", "${OURS}:80", "${GONE}"}, addresses); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	want := []Variable{{Position{"haproxy.cfg", 9}, "OURS"}, {Position{"haproxy.cfg", 10}, "GONE"}}
	if diff := cmp.Diff(want, c.Unset); diff != "" {
		t.Errorf("variables without a value (-want +got):\n%s", diff)
	}
}

// TestNoConfiguration holds what is no configuration, and how it is said.
func TestNoConfiguration(t *testing.T) {
	for text, want := range map[string]string{
		"":                             "has no section",
		"# nothing\n":                  "has no section",
		"server { listen 80; }":        "has no section",
		"global\n\tserver a b\n\tc d":  "more lines that HAProxy does not know (2, the first is line 2) than lines that it knows (0)",
		"global\n\tdaemon\n\tx \"y":    `haproxy.cfg: line 3: a quote (") is not closed`,
		"global\n\tda\x00emon":         "haproxy.cfg: line 2: it has a NUL byte",
		"global\n\tlog \"a \\\n\tb":    `haproxy.cfg: line 2: a quote (") is not closed`,
		"global\n.if 1":                "an .if has no .endif",
		"global\n.endif":               "line 2: an .elif, .else or .endif has no .if",
		"global\n\tlog \"${x\"":        "line 2: ${x has no closing brace",
		"outside\nglobal\n\tdaemon":    "",
		"global\n\tdaemon\n\tnew-word": "",
	} {
		_, err := Parse([]Source{{Name: "haproxy.cfg", Text: []byte(text)}}, vocabulary(t))
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want %q", text, err, want)
		}
	}
}

// TestFilesAreOneConfiguration holds that sections do not go on in the next
// file, and that all else does.
func TestFilesAreOneConfiguration(t *testing.T) {
	c, err := Parse([]Source{
		{"a.cfg", []byte("defaults\n\tmode http\n\tretries 1\nbackend a\n")},
		{"b.cfg", []byte("server lost 10.0.0.1:80\nbackend b\n")},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if mode := proxy(t, c, "b").Mode(); mode != "http" || proxy(t, c, "b").File != "b.cfg" {
		t.Errorf("mode %s of %+v", mode, proxy(t, c, "b").Position)
	}
	if len(c.Unknown) != 1 || len(proxy(t, c, "a").Servers) > 0 {
		t.Errorf("unknown %v, servers %v", c.Unknown, proxy(t, c, "a").Servers)
	}
}

// TestKnownWords holds what client-native knows, and that a word of another
// section's is not unknown.
func TestKnownWords(t *testing.T) {
	c, err := Parse([]Source{{Name: "haproxy.cfg", Text: []byte(`
global
	nbproc 2
	tune.bufsize 16384
frontend fe
	option httpchk
	capture request header host len 64
	timeout client-hs 5s
	no option httplog
	http-request deny
	acl x path /
	never-heard-of
healthcheck h
	type httpchk
`)}}, vocabulary(t))
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Unknown) != 1 || c.Unknown[0].Words[0] != "never-heard-of" || c.Known != 9 {
		t.Errorf("unknown %v, %d known", c.Unknown, c.Known)
	}
}

// TestOldWords holds that old words are read as what replaced them.
func TestOldWords(t *testing.T) {
	for line, want := range map[string]string{
		"clitimeout 60000":        "timeout client 60000 (clitimeout 2.1)",
		"option forceclose":       "option httpclose (option forceclose 2.0)",
		"no option forceclose":    "no option httpclose (option forceclose 2.0)",
		"block if x":              "http-request deny if x (block 2.1)",
		"reqadd x":                "reqadd x (reqadd 2.1)",
		"mode health":             "mode health (mode health 2.1)",
		"mode http":               "mode http",
		"timeout client 1s":       "timeout client 1s",
		"option httpclose":        "option httpclose",
		"no":                      "no",
		"stats bind-process 1":    "stats bind-process 1 (stats bind-process 2.5)",
		"stats socket /run/h.soc": "stats socket /run/h.soc",
	} {
		words, old := modernize(strings.Fields(line))
		got := strings.Join(words, " ")
		if old != nil {
			got += fmt.Sprintf(" (%s %s)", old.Word, old.Since)
		}
		if got != want {
			t.Errorf("%s: %q, want %q", line, got, want)
		}
	}
}

// TestComments holds which line a comment is about.
func TestComments(t *testing.T) {
	c := parse(t, `# first
global # of all
	# alone
	# two
	daemon # here

backend be
	# last
`)
	var got []string
	for _, comment := range c.Comments {
		about := "nothing"
		if comment.On != nil {
			about = fmt.Sprintf("%d %v", comment.On.Line, comment.On.Heading)
		}
		in := ""
		if comment.In != nil {
			in = comment.In.Kind
		}
		got = append(got, fmt.Sprintf("%s: on %s in %q alone %v", comment.Text, about, in, comment.Alone))
	}
	want := []string{
		`first: on 2 true in "" alone true`,
		`of all: on 2 true in "global" alone false`,
		`alone: on 5 false in "global" alone true`,
		`two: on 5 false in "global" alone true`,
		`here: on 5 false in "global" alone false`,
		`last: on nothing in "backend" alone true`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestShortLines holds that lines which lack words harm nothing.
func TestShortLines(t *testing.T) {
	for _, line := range []string{
		"server a", "server-template a", "server-template a 1", "default-server", "bind", "acl a", "acl a path -m", "acl a path --", "acl a path -f",
		"use_backend", "use_backend a if", "use_backend a if !", "use_backend a if { }", "default_backend", "timeout", "timeout client", "option", "no", "no option",
		"mode", "cookie", "stick", "http-request", "tcp-request", "log", "stats", "load-server-state-from-file", "setenv a", "unsetenv",
	} {
		for _, section := range []string{"frontend f", "backend b", "listen l", "defaults", "global"} {
			c := parse(t, section+"\n"+line+"\nglobal\n\tdaemon\n\tdaemon\nlisten x\n")
			for _, p := range c.Proxies {
				p.Routes()
				p.Answers()
				p.DefaultBackend()
				p.Mode()
				p.Timeout("client")
			}
		}
	}
}

func TestTemplateRange(t *testing.T) {
	for text, want := range map[string]string{
		"3": "1 3 true", "1-3": "1 3 true", "5-5": "5 1 true", "0-1": "0 2 true", "100000": "1 100000 true",
		"0": "0 0 false", "3-1": "0 0 false", "100001": "0 0 false", "x": "0 0 false", "1-": "0 0 false", "-1": "0 0 false",
	} {
		if got := fmt.Sprintln(templateRange(text)); strings.TrimSpace(got) != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

// FuzzParse looks for panics, and for lines outside of the file.
func FuzzParse(f *testing.F) {
	f.Add("global\n\tdaemon\ndefaults\n\tmode http\nfrontend fe\n\tbind :80\n\tacl a path_beg /x\n\tuse_backend b if a !{ src 10.0.0.1 }\nbackend b\n\tserver s x:80 check\n")
	f.Add(".if 1\nlisten l from x\n\tserver-template a 1-3 \"${X-y}\" no-check\n.endif # x")
	known := vocabulary(f)
	f.Fuzz(func(t *testing.T, text string) {
		c, err := Parse([]Source{{Name: "x", Text: []byte(text)}}, known)
		if err != nil {
			return
		}
		lines := strings.Count(text, "\n") + 1
		for _, p := range c.Proxies {
			Shadowed(p.Routes())
			CoverAll([]Condition{})
			for line := range p.All() {
				if line.Line < 1 || line.Line > lines || len(line.Words) == 0 {
					t.Fatalf("line %+v of %d", line, lines)
				}
			}
		}
	})
}
