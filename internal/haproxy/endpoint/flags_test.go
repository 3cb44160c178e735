package endpoint

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"check-haproxy/internal/advice"
)

func TestEndpoints(t *testing.T) {
	for _, test := range []struct {
		name  string
		flags Flags
		want  string
	}{
		{"a path", Flags{Socket: []string{"/no/such.sock"}}, "/no/such.sock"},
		{"a path with a colon", Flags{Socket: []string{"./a:b"}}, "./a:b"},
		{"host and port", Flags{Socket: []string{"lb1:9999", "[::1]:9999", ":9999"}}, "lb1:9999 [::1]:9999 localhost:9999"},
		{"the same twice", Flags{Socket: []string{"a", "b", "a"}}, "a b"},
		{"URLs", Flags{URL: []string{"http://u:p@lb/stats?x", "https://lb:8404"}}, "http://lb/stats https://lb:8404/"},
		{"URLs that differ in the query", Flags{URL: []string{"http://lb/?a", "http://lb/?b", "http://lb/?a"}}, "http://lb/ http://lb/#2"},
		{"a host", Flags{Hostname: "lb1"}, "http://lb1/haproxy"},
		{"a host with TLS", Flags{Hostname: "lb1", TLS: true, Port: 8443, URL: []string{"/s", "/t?u"}}, "https://lb1:8443/s https://lb1:8443/t"},
		{"a host and a path without a slash", Flags{Hostname: "lb1", URL: []string{"haproxy?stats"}}, "http://lb1/haproxy"},
		{"an IPv6 host", Flags{Hostname: "::1", URL: []string{"/s"}}, "http://[::1]/s"},
		{"an IPv6 host with a port", Flags{Hostname: "::1", Port: 81, URL: []string{"/s"}}, "http://[::1]:81/s"},
		{"all kinds", Flags{Socket: []string{"a"}, URL: []string{"http://lb/"}, StatsFile: "-"}, "a http://lb/ standard input"},
	} {
		t.Run(test.name, func(t *testing.T) {
			endpoints, err := test.flags.Endpoints(nil, func(string) string { return "" })
			if err != nil {
				t.Fatal(err)
			}
			var names []string
			for _, e := range endpoints {
				names = append(names, e.Name)
			}
			if got := strings.Join(names, " "); got != test.want {
				t.Errorf("the endpoints are %q, want %q", got, test.want)
			}
		})
	}
}

// TestSocketForms: an address may be written as haproxy.cfg and other tools have
// it.
func TestSocketForms(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("a:9", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat("x", maxUnixPath)
	for address, want := range map[string]socket{
		"/run/x.sock":             {"unix", "/run/x.sock"},
		"unix@/run/x.sock":        {"unix", "/run/x.sock"},
		"unix:/run/x.sock":        {"unix", "/run/x.sock"},
		"unix:///run/x.sock":      {"unix", "/run/x.sock"},
		"unix@x.sock":             {"unix", "x.sock"},
		"x.sock":                  {"unix", "x.sock"},
		"a:9":                     {"unix", "a:9"}, // there is such a file
		"abns@x":                  {"unix", "@x" + strings.Repeat("\x00", maxUnixPath-1)},
		"abns@" + long:            {"unix", "@" + long},
		"abnsz@x":                 {"unix", "@x"},
		"lb1:9999":                {"tcp", "lb1:9999"},
		"tcp://lb1:9999":          {"tcp", "lb1:9999"},
		"tcp@lb1:9999":            {"tcp", "lb1:9999"},
		"ipv4@127.0.0.1:9999":     {"tcp4", "127.0.0.1:9999"},
		"tcp4@lb1:9999":           {"tcp4", "lb1:9999"},
		"ipv4@:9999":              {"tcp4", "127.0.0.1:9999"},
		"ipv4@*:9999":             {"tcp4", "127.0.0.1:9999"},
		"0.0.0.0:9999":            {"tcp", "127.0.0.1:9999"},
		":9999":                   {"tcp", "localhost:9999"},
		"*:9999":                  {"tcp", "localhost:9999"},
		":::9999":                 {"tcp", "[::1]:9999"},
		"ipv6@:9999":              {"tcp6", "[::1]:9999"},
		"ipv6@::1:9999":           {"tcp6", "[::1]:9999"},
		"tcp6@[2001:db8::1]:9999": {"tcp6", "[2001:db8::1]:9999"},
		"2001:db8::1:9999":        {"tcp", "[2001:db8::1]:9999"}, // as HAProxy takes it
		"[fe80::1%eth0]:9999":     {"tcp", "[fe80::1%eth0]:9999"},
	} {
		found, err := sockets(address)
		if err != nil || len(found) != 1 || found[0].source != want {
			t.Errorf("%s leads to %+v, %v; want %+v", address, found, err, want)
		}
	}
}

// TestSocketFormsRefused: what is missing is told, and nothing is repeated that
// may be a secret in the wrong place.
func TestSocketFormsRefused(t *testing.T) {
	for address, want := range map[string]string{
		"":            "--socket is empty; give the path of the stats socket, or host:port",
		"127.0.0.1":   "--socket 127.0.0.1 has no port; write 127.0.0.1:PORT",
		"::1":         "--socket ::1 has no port; write [::1]:PORT",
		"2001:db8::1": "--socket 2001:db8::1 has no port; write [2001:db8::1]:PORT",
		"tcp://lb1":   "--socket has no port; write HOST:PORT",
		"lb1:0":       "--socket is neither a path nor host:port; write an IPv6 address as [::1]:9999",
		"lb1:65536":   "--socket is neither",
		"lb1:http":    "--socket is neither",
		"unix@":       "--socket has no path",
		"abns@":       "has no name",
		"abns@" + strings.Repeat("x", maxUnixPath+1): "has no name",
		"https://u:hush@lb/a?b":                      "--socket https://lb/a is a URL; a stats page is asked with --url",
		"admin:hush@lb1:9999":                        "--socket is neither a path nor host:port",
		"127.0.0.1:65536":                            `--socket "127.0.0.1:65536" is neither`,
		"/stats?token=hush":                          "--socket is neither a path nor host:port; a stats page is asked with --url",
		"admin:hush":                                 "is neither a path nor host:port",
	} {
		_, err := sockets(address)
		if err == nil || !strings.Contains(advice.Whole(err), want) {
			t.Errorf("%q: %v, want %s", address, err, want)
		}
		if err != nil && strings.Contains(advice.Whole(err), "hush") {
			t.Errorf("%q: a secret is shown: %v", address, err)
		}
	}
}

// TestLabels: short ones, but different for different endpoints.
func TestLabels(t *testing.T) {
	flags := Flags{
		Socket:    []string{"/run/a/admin.sock", "/run/b/admin.sock", "/run/master.sock", "lb1:9999"},
		URL:       []string{"http://u:p@lb2/stats?x", "https://lb3/", "http://lb4:8404/a", "http://lb4:8404/b"},
		StatsFile: "/tmp/saved.csv",
	}
	endpoints, err := flags.Endpoints(nil, func(string) string { return "" })
	if err != nil {
		t.Fatal(err)
	}
	var labels []string
	for _, e := range endpoints {
		labels = append(labels, e.Label)
	}
	if got, want := strings.Join(labels, " "), "/run/a/admin.sock /run/b/admin.sock master.sock lb1:9999 lb2:80 lb3:443 http://lb4:8404/a http://lb4:8404/b saved.csv"; got != want {
		t.Errorf("the labels are\n%s, want\n%s", got, want)
	}
}

func TestEndpointsRefused(t *testing.T) {
	dir := t.TempDir()
	file := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	url := []string{"https://lb/"}
	for _, test := range []struct {
		flags Flags
		want  string
	}{
		{Flags{Socket: []string{""}}, "--socket is empty"},
		{Flags{Socket: []string{"lb1:"}}, "neither a path nor host:port"},
		{Flags{Socket: []string{"::1"}}, "--socket ::1 has no port; write [::1]:PORT"},
		{Flags{Socket: []string{"127.0.0.1"}}, "--socket 127.0.0.1 has no port; write 127.0.0.1:PORT"},
		{Flags{Socket: []string{"http://u:hush@lb/"}}, "is a URL; a stats page is asked with --url"},
		{Flags{Socket: []string{"/run/[a"}}, "no glob"},
		{Flags{URL: []string{"/stats"}}, "only a path; add --hostname"},
		{Flags{URL: []string{""}}, "--url is empty"},
		{Flags{URL: []string{"lb:8404/stats"}}, "neither http:// nor https://"},
		{Flags{URL: []string{"ftp://u:hush@lb/"}}, "--url ftp://lb/ is neither http://"},
		{Flags{URL: []string{"http://u:hu%sh@lb/"}}, "--url http://lb/ is not a URL"},
		{Flags{URL: []string{"http://u:hu/sh@lb/"}}, "--url http://lb/ is not a URL"},
		{Flags{URL: []string{"http:///stats"}}, "with a host"},
		{Flags{URL: []string{"http://lb:99999/"}}, "none of 1 to 65535"},
		{Flags{Hostname: "lb", URL: []string{"http://lb/"}}, "use one of them"},
		{Flags{Hostname: "http://lb"}, "no host name"},
		{Flags{Hostname: "lb:80"}, "a port goes into --port"},
		{Flags{Hostname: "admin:hush@lb"}, "--hostname is no host name or address; a port goes into --port, a URL into --url, a user name into --username"},
		{Flags{Hostname: "lb hush"}, "--hostname is no host name"},
		{Flags{URL: []string{"hush"}}, "--url is neither http:// nor https:// with a host"},
		{Flags{URL: []string{"admin:hush@lb:8404/stats"}}, "--url is neither http://"},
		{Flags{URL: []string{"/stats?token=hush"}}, "--url /stats is only a path"},
		{Flags{URL: []string{"/stats;token=hush"}}, "--url /stats is only a path"},
		{Flags{URL: []string{"ftp://lb/?u@hush"}}, "--url is neither http://"},
		{Flags{URL: url, Username: "u", PasswordFile: "hush"}, "cannot read the file of --password-file: no such file or directory; give the path"},
		{Flags{URL: url, Username: "u", PasswordFile: "/dev/zero"}, "not a regular file"},
		{Flags{URL: url, CAFile: "/dev/zero"}, "cannot read /dev/zero: it is not a regular file"},
		{Flags{URL: url, Cert: "/dev/zero"}, "--cert: cannot read /dev/zero: it is not a regular file"},
		{Flags{URL: url, Cert: file("pem", "x"), Key: "/dev/zero"}, "--key: cannot read /dev/zero: it is not a regular file"},
		{Flags{URL: url, Cert: file("big", strings.Repeat("x", maxPEM+1))}, "larger than such a file can be"},
		{Flags{URL: url, Cert: "-----BEGIN\nhush"}, "cannot read the file of --cert: no such file or directory"},
		{Flags{StatsFile: "http://u:hush@lb/;csv"}, "--stats-file takes a file; a page is asked with --url"},
		{Flags{Port: 80}, "belong to --hostname"},
		{Flags{TLS: true, URL: url}, "belong to --hostname"},
		{Flags{URL: url, Password: "hush"}, "password without a user name"},
		{Flags{URL: url, Username: "u", Password: "hush", PasswordFile: file("p", "hush")}, "drop one"},
		{Flags{URL: url, Username: "u", PasswordFile: dir + "/no"}, "no such file or directory"},
		{Flags{URL: url, Username: "u", PasswordFile: dir}, "not a regular file"},
		{Flags{URL: url, Username: "u", PasswordFile: file("empty", "\nhush")}, "is empty"},
		{Flags{URL: url, Username: "u", PasswordFile: file("long", strings.Repeat("hush", maxPassword))}, "larger than such a file can be"},
		{Flags{URL: url, Key: "k"}, "--key is given without --cert"},
		{Flags{URL: url, CAFile: dir + "/no"}, "--ca-file: cannot read "},
		{Flags{URL: url, CAFile: file("ca", "hush")}, "no certificate in PEM form"},
		{Flags{URL: url, Cert: file("cert", "hush")}, "cannot use --cert"},
	} {
		_, err := test.flags.Endpoints(nil, func(string) string { return "" })
		if err == nil || !strings.Contains(advice.Whole(err), test.want) {
			t.Errorf("%+v: the error is %v, want %q", test.flags, err, test.want)
		}
		if err != nil && strings.Contains(advice.Whole(err), "hush") {
			t.Errorf("a secret is shown: %v", err)
		}
	}
}

func TestDefaultSocket(t *testing.T) {
	path := listenUnix(t, commands(nil, func(string) string { return stat("a") }))
	endpoint := defaultSocket([]string{path + ".no", path, path + ".neither"})
	if a := Ask(within(t, long), []Endpoint{endpoint}, Query{})[0]; backends(t, a) != "a" || a.Name != path {
		t.Errorf("asked was %q", a.Name)
	}
	none := Ask(within(t, long), []Endpoint{defaultSocket([]string{path + ".no", path + ".neither"})}, Query{})[0]
	wantErr(t, none, path+".no, "+path+".neither", "stats socket", "--socket", "--url")
}

func TestFile(t *testing.T) {
	for _, name := range []string{"1.8/stat.csv", "1.8/page.csv", "3.2/stat.csv", "3.2/page.csv"} {
		if a := askOne(t, Flags{StatsFile: capturePath(name)}, Query{Rows: All, Info: true}); a.Err != nil || len(a.Stats.Backends) != 23 || a.Socket {
			t.Errorf("%s: %+v", name, a)
		}
	}
	endpoints, err := (&Flags{StatsFile: "-"}).Endpoints(strings.NewReader(stat("a")), os.Getenv)
	if err != nil {
		t.Fatal(err)
	}
	if a := Ask(within(t, long), endpoints, Query{})[0]; backends(t, a) != "a" || a.Name != "standard input" {
		t.Errorf("%q: %v", a.Name, a.Err)
	}
}

func TestFileRefused(t *testing.T) {
	dir := t.TempDir()
	for name, test := range map[string]struct{ content, want string }{
		"empty": {"", "the answer is empty; save the whole of it"},
		"cut":   {strings.TrimSuffix(stat("a"), "BACKEND,UP,1,0,1,\n\n"), "cut short"},
		"html":  {"<html>\n", "it is an HTML page"},
		"other": {"hello\n", `it is not what HAProxy answers; it should be`},
	} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(test.content), 0o600); err != nil {
			t.Fatal(err)
		}
		wantErr(t, askOne(t, Flags{StatsFile: path}, Query{}), path, test.want)
	}
	wantErr(t, askOne(t, Flags{StatsFile: dir}, Query{}), dir+": is a directory; it should be")
	wantErr(t, askOne(t, Flags{StatsFile: dir + "/no"}, Query{}), "there is no such file")
}

// TestFileBlocks: what never ends, or never begins, ends with the context.
func TestFileBlocks(t *testing.T) {
	fifo := filepath.Join(t.TempDir(), "fifo")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	wantErr(t, askOneWithin(t, 50*time.Millisecond, Flags{StatsFile: fifo}, Query{}), "cannot read "+fifo+": no answer in time")

	reader, writer := io.Pipe()
	defer writer.Close()
	endpoints, err := (&Flags{StatsFile: "-"}).Endpoints(reader, os.Getenv)
	if err != nil {
		t.Fatal(err)
	}
	wantErr(t, Ask(within(t, 50*time.Millisecond), endpoints, Query{})[0], "cannot read standard input: no answer in time")
}

// FuzzURL: whatever stands around it, a password is never shown.
func FuzzURL(f *testing.F) {
	for _, seed := range []string{"lb/", "l@b:1/x?y", "%zz", "[::1]:80/", "", "lb:99999", " /", "\x00"} {
		f.Add("u:", seed)
		f.Add("", seed)
	}
	f.Fuzz(func(t *testing.T, before, after string) {
		const secret = "hush" // and no part of what is around it
		if strings.Contains(before+after, secret) || strings.ContainsAny(before, "/?#@") {
			t.Skip()
		}
		flags := Flags{URL: []string{"http://" + before + secret + "@" + after}, Username: "u"}
		endpoints, err := flags.Endpoints(nil, func(string) string { return "" })
		if err != nil && strings.Contains(advice.Whole(err), secret) {
			t.Fatalf("the password is shown: %v", err)
		}
		for _, e := range endpoints {
			p, ok := e.source.(page)
			if !ok || strings.Contains(e.Name, secret) || strings.Contains(p.address, secret) {
				t.Fatalf("the password is shown: %q, %q", e.Name, p.address)
			}
		}
	})
}
