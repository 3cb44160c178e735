package endpoint

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"check-haproxy/test/rig"
)

// host starts a web server and returns its URL without a path.
func host(t *testing.T, handler http.HandlerFunc) string {
	t.Helper()
	return "http://" + rig.Origin(t, handler)
}

func writes(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, body) }
}

// csvPage is a page as HAProxy gives it, without the empty line.
var csvPage = strings.TrimSuffix(stat("a", "b"), "\n")

func TestPage(t *testing.T) {
	var asked string
	at := host(t, func(w http.ResponseWriter, r *http.Request) {
		asked = r.URL.String()
		if r.Header.Get("Accept-Encoding") != "" || r.Header.Get("Authorization") != "" {
			t.Errorf("the header is %v", r.Header)
		}
		_, _ = io.WriteString(w, csvPage)
	})
	for typed, want := range map[string]string{
		"/haproxy?stats":                "/haproxy?stats;csv",
		"/haproxy?stats;csv":            "/haproxy?stats;csv",
		"/haproxy?stats;csv;norefresh":  "/haproxy?stats;csv",
		"/stats":                        "/stats;csv",
		"/stats#top":                    "/stats;csv",
		"":                              "/;csv",
		"/":                             "/;csv",
		"?stats":                        "/?stats;csv",
		"/a%20b;x?y=1&z=%2F;scope=a":    "/a%20b;x?y=1&z=%2F;csv",
		"/haproxy?stats;scope=a;b=;csv": "/haproxy?stats;b=;csv",
	} {
		a := askOne(t, Flags{URL: []string{at + typed}}, Query{Rows: All, Info: true, Servers: Always, Resolvers: true})
		if got := backends(t, a); got != "a b" || asked != want || a.Socket || a.Info != nil || len(a.Notes) != 0 {
			t.Errorf("%q asks for %q, want %q; the answer is of %q", typed, asked, want, got)
		}
	}
	hostname, port, _ := net.SplitHostPort(strings.TrimPrefix(at, "http://"))
	f := Flags{Hostname: hostname, URL: []string{"/lb?stats"}}
	_, _ = fmt.Sscan(port, &f.Port)
	if a := askOne(t, f, Query{Rows: All}); backends(t, a) != "a b" || asked != "/lb?stats;csv" || a.Name != at+"/lb" {
		t.Errorf("%q asks for %q", a.Name, asked)
	}
	f.URL = nil
	if a := askOne(t, f, Query{Rows: All}); backends(t, a) != "a b" || asked != "/haproxy?stats;csv" {
		t.Errorf("%q asks for %q", a.Name, asked)
	}
}

// TestPageIgnoresProxies: whatever the environment says.
func TestPageIgnoresProxies(t *testing.T) {
	t.Setenv("http_proxy", "http://127.0.0.1:1")
	t.Setenv("HTTP_PROXY", "http://127.0.0.1:1")
	_, err := (page{address: "http://stats.invalid/;csv"}).fetch(within(t, long), Query{}, new(progress))
	if err == nil || !strings.Contains(err.Error(), "stats.invalid") {
		t.Errorf("the error is %v", err)
	}
}

// TestAddressFamily: a server of one kind of address is not reached by the other.
func TestAddressFamily(t *testing.T) {
	at := host(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, csvPage) })
	f := Flags{URL: []string{strings.Replace(at, "127.0.0.1", "localhost", 1)}, IPv4: true}
	if a := askOne(t, f, Query{Rows: All}); a.Err != nil {
		t.Errorf("by IPv4: %v", a.Err)
	}
	for _, f := range []Flags{{URL: []string{at}, IPv6: true}, {Socket: []string{strings.TrimPrefix(at, "http://")}, IPv6: true}} {
		if a := askOne(t, f, Query{Rows: All}); a.Err == nil || !strings.Contains(a.Err.Error(), "no suitable address") {
			t.Errorf("%v by IPv6: %v", f, a.Err)
		}
	}
	if _, err := (&Flags{IPv4: true, IPv6: true, StatsFile: "x"}).Endpoints(nil, os.Getenv); err == nil {
		t.Error("both kinds at once are no error")
	}
}

// TestPageThroughProxy: only if it is asked for. A proxy that refuses is no sign
// that HAProxy does not run.
func TestPageThroughProxy(t *testing.T) {
	var asked string
	proxy := host(t, func(w http.ResponseWriter, r *http.Request) {
		asked = r.RequestURI
		_, _ = io.WriteString(w, csvPage)
	})
	t.Setenv("http_proxy", proxy)
	t.Setenv("HTTP_PROXY", proxy)
	f := Flags{URL: []string{"http://stats.invalid/lb"}, Proxy: true}
	if a := askOne(t, f, Query{Rows: All}); backends(t, a) != "a b" || asked != "http://stats.invalid/lb;csv" {
		t.Errorf("the proxy is asked for %q", asked)
	}
	refused := &net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
	for proxied, want := range map[bool]Reach{true: Unreachable, false: Refused} {
		if got, _ := (page{proxied: proxied}).why(t.Context(), refused, new(progress)); got != want {
			t.Errorf("with a proxy (%v), refused is %v", proxied, got)
		}
	}
}

func TestPageCredentials(t *testing.T) {
	dir := t.TempDir()
	passwordFile := filepath.Join(dir, "password")
	if err := os.WriteFile(passwordFile, []byte("from file\nmore\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var got string
	at := host(t, func(w http.ResponseWriter, r *http.Request) {
		username, password, _ := r.BasicAuth()
		got = username + ":" + password
		_, _ = io.WriteString(w, csvPage)
	})
	withLogin := strings.Replace(at, "://", "://inurl:p%40ss@", 1)
	withUser := strings.Replace(at, "://", "://inurl@", 1)
	environment := map[string]string{UsernameVariable: "inenv", PasswordVariable: "from env"}
	for _, test := range []struct {
		name        string
		flags       Flags
		environment map[string]string
		want        string
	}{
		{"none", Flags{URL: []string{at}}, nil, ":"},
		{"flags", Flags{URL: []string{at}, Username: "u", Password: "p"}, nil, "u:p"},
		{"environment", Flags{URL: []string{at}}, environment, "inenv:from env"},
		{"URL", Flags{URL: []string{withLogin}}, nil, "inurl:p@ss"},
		{"URL over environment", Flags{URL: []string{withLogin}}, environment, "inurl:p@ss"},
		{"URL's user with the environment's password", Flags{URL: []string{withUser}}, environment, "inurl:from env"},
		{"flags over URL", Flags{URL: []string{withLogin}, Username: "u", Password: "p"}, environment, "u:p"},
		{"file over environment", Flags{URL: []string{at}, PasswordFile: passwordFile}, environment, "inenv:from file"},
		{"file over URL", Flags{URL: []string{withLogin}, PasswordFile: passwordFile}, nil, "inurl:from file"},
	} {
		t.Run(test.name, func(t *testing.T) {
			endpoints, err := test.flags.Endpoints(nil, func(name string) string { return test.environment[name] })
			if err != nil {
				t.Fatal(err)
			}
			a := Ask(within(t, long), endpoints, Query{})[0]
			if backends(t, a); got != test.want {
				t.Errorf("sent was %q, want %q", got, test.want)
			}
			if a.Name != at+"/" && a.Name != at {
				t.Errorf("the name is %q", a.Name)
			}
		})
	}
}

func TestPageRedirects(t *testing.T) {
	const login = "Basic dTpzZWNyZXQ=" // u:secret
	elsewhere := host(t, func(w http.ResponseWriter, r *http.Request) {
		t.Errorf("another place was asked for %s, Authorization %q", r.URL, r.Header.Get("Authorization"))
		_, _ = io.WriteString(w, csvPage)
	})
	_, elsewherePort, _ := net.SplitHostPort(strings.TrimPrefix(elsewhere, "http://"))
	var at string
	at = host(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != login {
			t.Errorf("%s was asked for without credentials", r.URL)
		}
		switch r.URL.Path {
		case "/there;csv":
			_, _ = io.WriteString(w, csvPage)
		case "/loop;csv":
			http.Redirect(w, r, "/loop;csv", http.StatusFound)
		case "/nowhere;csv":
			w.WriteHeader(http.StatusFound)
		case "/relative;csv":
			w.Header().Set("Location", "there;csv")
			w.WriteHeader(http.StatusTemporaryRedirect)
		case "/absolute;csv":
			http.Redirect(w, r, strings.Replace(at, "://", "://x:y@", 1)+"/there;csv", http.StatusMovedPermanently)
		case "/port;csv":
			http.Redirect(w, r, elsewhere+"/there;csv?token=secret", http.StatusFound)
		case "/host;csv":
			http.Redirect(w, r, "http://localhost:"+elsewherePort+"/there;csv", http.StatusPermanentRedirect)
		case "/scheme;csv":
			http.Redirect(w, r, "file:///etc/passwd", http.StatusSeeOther)
		}
	})
	for path, want := range map[string]string{
		"/relative": "",
		"/absolute": "",
		"/loop":     "it redirects more than 5 times",
		"/nowhere":  "it redirects to no URL",
		"/port":     "it redirects to " + elsewhere + "/there, which is another place",
		"/host":     "it redirects to http://localhost:" + elsewherePort + "/there, which",
		"/scheme":   "it redirects to file:///etc/passwd, which is another place",
	} {
		a := askOne(t, Flags{URL: []string{at + path}, Username: "u", Password: "secret"}, Query{})
		if want == "" {
			backends(t, a)
			continue
		}
		wantErr(t, a, want)
		if strings.Contains(a.Err.Error(), "secret") {
			t.Errorf("a secret is shown: %v", a.Err)
		}
	}
}

// TestFollow has what a test's servers cannot: standard ports.
func TestFollow(t *testing.T) {
	for _, test := range []struct {
		from, to string
		want     bool
	}{
		{"http://lb/stats", "http://LB:80/other", true},
		{"http://lb/stats", "https://lb/stats", true},
		{"http://lb:8404/stats", "https://lb:8443/stats", true},
		{"https://lb/stats", "https://lb:443/stats", true},
		{"https://lb/stats", "http://lb/stats", false},
		{"http://lb/stats", "http://lb:8080/stats", false},
		{"http://lb/stats", "http://lb.example.com/stats", false},
		{"http://lb/stats", "//evil/stats", false},
		{"http://lb/stats", "ftp://lb/stats", false},
		{"http://lb/stats", "http://%zz/", false},
	} {
		from, err := url.Parse(test.from)
		if err != nil {
			t.Fatal(err)
		}
		if to, err := follow(from, test.to); (err == nil) != test.want {
			t.Errorf("from %s to %s: %v, %v", test.from, test.to, to, err)
		}
	}
}

func TestPageRefuses(t *testing.T) {
	status := func(code int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
	}
	for name, test := range map[string]struct {
		handler http.HandlerFunc
		want    string
	}{
		"401":             {status(401), "it does not accept this user name and password (401)"},
		"403":             {status(403), "forbidden (403)"},
		"404":             {status(404), "there is no such page (404); is the path"},
		"500":             {status(500), "the server failed (500 Internal Server Error)"},
		"503":             {status(503), "it has no server to answer (503)"},
		"204":             {status(204), "HTTP status 204 No Content instead of 200"},
		"999":             {status(999), "the server failed (999);"},
		"HTML":            {writes("<html><body>Statistics Report</body></html>\n"), "it is an HTML page"},
		"empty":           {writes(""), "it is empty"},
		"text":            {writes("hello\n"), `it is not HAProxy's statistics: this is not what HAProxy answers: "hello"`},
		"ragged":          {writes(csvPage + "a,b\n"), "it has 2 fields, the header has 7"},
		"no line end":     {writes(strings.TrimSuffix(csvPage, "\n")), "it is cut short"},
		"no BACKEND row":  {writes(csvPage + "c,s,UP,1,0,2,\n"), "it is cut short"},
		"more after it":   {writes(csvPage + "\n<html>\n"), "more after the empty line"},
		"cut short":       {cutting(false), "it is cut short (after row 4: unexpected EOF)"},
		"cut short chunk": {cutting(true), "it is cut short (after row 4: unexpected EOF)"},
	} {
		t.Run(name, func(t *testing.T) {
			at := host(t, test.handler)
			f := Flags{URL: []string{strings.Replace(at, "://", "://u:hush@", 1) + "/haproxy?stats"}}
			a := askOne(t, f, Query{})
			wantErr(t, a, "cannot read "+at+"/haproxy?stats: ", test.want)
			if strings.Contains(a.Err.Error(), "hush") {
				t.Errorf("the password is shown: %v", a.Err)
			}
		})
	}
	wantErr(t, askOne(t, Flags{URL: []string{host(t, status(401))}}, Query{}), "it wants a user name and a password (401)", UsernameVariable)
}

// cutting sends whole rows, but not as much as it announced.
func cutting(chunked bool) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			return
		}
		defer conn.Close()
		if chunked {
			_, _ = fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n", len(csvPage), csvPage)
			return
		}
		_, _ = fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(csvPage)+1, csvPage)
	}
}

// TestPageEndsWithItsConnection: nothing shows that such a page is whole. All
// versions of HAProxy since 1.5 send chunks.
func TestPageEndsWithItsConnection(t *testing.T) {
	for _, head := range []string{"HTTP/1.0 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"} {
		address := listenTCP(t, func(conn net.Conn) {
			_, _ = conn.Read(make([]byte, 1000))
			_, _ = io.WriteString(conn, head+csvPage)
		})
		wantErr(t, askOne(t, Flags{URL: []string{"http://" + address}}, Query{}), "the page ends only with its connection; nothing shows that it is whole")
	}
}

// TestPageStalls stalls at every step: each costs the time there is, no more, and
// is told.
func TestPageStalls(t *testing.T) {
	stall := stalling(t)
	after := func(text string) string {
		return listenTCP(t, func(conn net.Conn) {
			_, _ = conn.Read(make([]byte, 1000))
			_, _ = io.WriteString(conn, text)
			stall(conn)
		})
	}
	full := "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n" + csvPage
	var f Flags
	var wants []string // by URL
	add := func(address, want string) {
		f.URL = append(f.URL, address)
		wants = append(wants, "timed out waiting for "+want+";")
	}
	add("http://"+listenTCP(t, stall), "the page")
	add("http://"+after(full[:10]), "the rest of the page's header")
	add("http://"+after(full), "the page's body")
	add("http://"+after(full[:len(full)-10]), "the page's body")
	add("https://"+listenTCP(t, stall), "the TLS handshake")
	started := time.Now()
	for i, a := range ask(t, time.Second, f, Query{}) {
		wantErr(t, a, f.URL[i], wants[i])
	}
	if took := time.Since(started); took > 10*time.Second {
		t.Errorf("it took %s", took)
	}
}

// TestPageEndless gets what would be a gigabyte.
func TestPageEndless(t *testing.T) {
	block := strings.Repeat("b,l,UP,1,0,3,"+strings.Repeat("x", 1000)+"\n", 1000)
	at := host(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "# pxname,svname,status,weight,bck,type,new\n")
		for range 1000 {
			if _, err := io.WriteString(w, block); err != nil {
				return
			}
		}
	})
	wantErr(t, askOne(t, Flags{URL: []string{at}}, Query{}), "longer than 64 MiB")
}

// tlsHost starts a TLS server, and returns its URL and a file with its
// certificate. It is for example.com and 127.0.0.1.
func tlsHost(t *testing.T, config *tls.Config) (at, caFile string) {
	t.Helper()
	server := httptest.NewUnstartedServer(writes(csvPage))
	server.TLS = config
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	caFile = filepath.Join(t.TempDir(), "ca.pem")
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	if err := os.WriteFile(caFile, certificate, 0o600); err != nil {
		t.Fatal(err)
	}
	return server.URL, caFile
}

func TestPageTLS(t *testing.T) {
	at, caFile := tlsHost(t, nil)
	byName := strings.Replace(at, "127.0.0.1", "localhost", 1)
	for _, f := range []Flags{
		{URL: []string{at}, CAFile: caFile},
		{URL: []string{at}, Insecure: true},
		{URL: []string{byName}, CAFile: caFile, ServerName: "example.com"},
	} {
		if got := backends(t, askOne(t, f, Query{})); got != "a b" {
			t.Errorf("the answer is of %q", got)
		}
	}
	for _, test := range []struct {
		flags Flags
		want  string
	}{
		{Flags{URL: []string{at}}, "--ca-file"},
		{Flags{URL: []string{byName}, CAFile: caFile}, "its certificate is for another name (example.com, *.example.com, 127.0.0.1, …); give the name with --server-name"},
		{Flags{URL: []string{strings.Replace(at, "https", "http", 1)}}, "400 Bad Request instead of 200"},
		{Flags{URL: []string{strings.Replace(host(t, writes("")), "http", "https", 1)}}, "it does not speak TLS"},
		{Flags{URL: []string{"https://" + listenTCP(t, func(conn net.Conn) { _, _ = io.WriteString(conn, "SSH-2.0\r\n") })}}, "it does not speak TLS"},
	} {
		wantErr(t, askOne(t, test.flags, Query{}), test.want)
	}
}

// TestPageClientCertificate asks a server that wants to know who asks.
func TestPageClientCertificate(t *testing.T) {
	client, authority := certificates(t)
	trusted := x509.NewCertPool()
	text, err := os.ReadFile(authority)
	if err != nil || !trusted.AppendCertsFromPEM(text) {
		t.Fatal("there is no authority", err)
	}
	at, caFile := tlsHost(t, &tls.Config{ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: trusted})
	f := Flags{URL: []string{at}, CAFile: caFile}
	wantErr(t, askOne(t, f, Query{}), "it refused TLS (tls: certificate required); it may want a client certificate (--cert, --key)")
	f.Cert = client
	if got := backends(t, askOne(t, f, Query{})); got != "a b" {
		t.Errorf("the answer is of %q", got)
	}
}

// TestPageHidesTokens: a query with values is not shown.
func TestPageHidesTokens(t *testing.T) {
	at := host(t, writes("x\n"))
	a := askOne(t, Flags{URL: []string{at + "/stats?token=hush"}}, Query{})
	wantErr(t, a, at+"/stats: ")
	if strings.Contains(a.Err.Error()+a.Name, "hush") {
		t.Errorf("the token is shown: %v", a.Err)
	}
}

func TestPageUnreachable(t *testing.T) {
	for address, want := range map[string]string{
		"http://127.0.0.1:" + rig.Port(t): "nobody listens on this port; is HAProxy running",
		"http://nosuch.invalid":           "the name nosuch.invalid",
		"http://" + listenTCP(t, func(conn net.Conn) { _, _ = conn.Read(make([]byte, 1000)) }): "",
	} {
		wantErr(t, askOne(t, Flags{URL: []string{strings.Replace(address, "://", "://u:hush@", 1)}}, Query{}), address, want)
	}
}

// TestPageOptions: what hid rows in the browser, or gave them another form, does
// so no more.
func TestPageOptions(t *testing.T) {
	for typed, want := range map[string]string{
		"/haproxy?stats;up":                    "/haproxy?stats;csv",
		"/haproxy?stats;no-maint":              "/haproxy?stats;csv",
		"/haproxy?stats;up;no-maint;norefresh": "/haproxy?stats;csv",
		"/haproxy?stats;upper":                 "/haproxy?stats;csv", // HAProxy takes it for ;up
		"/haproxy?stats;json":                  "/haproxy?stats;csv",
		"/haproxy?stats;json-schema":           "/haproxy?stats;csv",
		"/haproxy?stats;typed;csv":             "/haproxy?stats;csv",
		"/haproxy?stats;st=DONE":               "/haproxy?stats;csv",
		"/haproxy?stats;up?scope=web":          "/haproxy?stats;csv",
		"/haproxy?scope=web":                   "/haproxy;csv",
		"/haproxy?scope=web&a=b":               "/haproxy?a=b;csv",
		"/haproxy?a=b&scope=web;up":            "/haproxy?a=b;csv",
		"/haproxy?scope=web;up&a=b":            "/haproxy&a=b;csv",
		"/up;up/x":                             "/up;csv",
		"/stats/up?no-maint":                   "/stats/up?no-maint;csv",
		"?scope=a&scope=b":                     "/;csv",
		"/haproxy?stats;csv;up":                "/haproxy?stats;csv",
		"/a;b;csv;c":                           "/a;b;c;csv",
	} {
		address := csvOf("http://u;up:p;csv@lb" + typed)
		if got := strings.TrimPrefix(address, "http://u;up:p;csv@lb"); got != want {
			t.Errorf("%s becomes %s, want %s", typed, got, want)
		}
	}
}
