package endpoint

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
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
		{Flags{Socket: []string{"::1"}}, "write an IPv6 address as [::1]:9999"},
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
		{Flags{Port: 80}, "belong to --hostname"},
		{Flags{TLS: true, URL: url}, "belong to --hostname"},
		{Flags{URL: url, Password: "hush"}, "password without a user name"},
		{Flags{URL: url, Username: "u", Password: "hush", PasswordFile: file("p", "hush")}, "drop one"},
		{Flags{URL: url, Username: "u", PasswordFile: dir + "/no"}, "no such file or directory"},
		{Flags{URL: url, Username: "u", PasswordFile: dir}, "is a directory"},
		{Flags{URL: url, Username: "u", PasswordFile: file("empty", "\nhush")}, "empty or longer"},
		{Flags{URL: url, Username: "u", PasswordFile: file("long", strings.Repeat("hush", maxPassword))}, "empty or longer"},
		{Flags{URL: url, Key: "k"}, "--key is given without --cert"},
		{Flags{URL: url, CAFile: dir + "/no"}, "cannot read --ca-file"},
		{Flags{URL: url, CAFile: file("ca", "hush")}, "no certificate in PEM form"},
		{Flags{URL: url, Cert: file("cert", "hush")}, "cannot use --cert"},
	} {
		_, err := test.flags.Endpoints(nil, func(string) string { return "" })
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%+v: the error is %v, want %q", test.flags, err, test.want)
		}
		if err != nil && strings.Contains(err.Error(), "hush") {
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
	wantErr(t, askOneWithin(t, 50*time.Millisecond, Flags{StatsFile: fifo}, Query{}), "no answer from "+fifo+" in time")

	reader, writer := io.Pipe()
	defer writer.Close()
	endpoints, err := (&Flags{StatsFile: "-"}).Endpoints(reader, os.Getenv)
	if err != nil {
		t.Fatal(err)
	}
	wantErr(t, Ask(within(t, 50*time.Millisecond), endpoints, Query{})[0], "no answer from standard input in time")
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
		if err != nil && strings.Contains(err.Error(), secret) {
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
