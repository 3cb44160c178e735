package endpoint

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"check-haproxy/internal/haproxy"
)

// page is a stats page over HTTP.
type page struct {
	address string // of the CSV, without credentials
	login   login
	trust   *tls.Config
	proxied bool   // by the proxy that the environment names
	family  string // "4" or "6": by addresses of this kind alone
}

// maxRedirects is how often a page may send the plugin elsewhere.
const maxRedirects = 5

func (p page) ask(ctx context.Context, q Query) []Answer {
	var progress progress
	stats, err := p.fetch(progress.trace(ctx), q, &progress)
	if err != nil {
		return []Answer{{Err: p.explain(ctx, err, &progress)}}
	}
	stats.Join(nil)
	return []Answer{{Stats: stats}}
}

// fetch gets the page. Unless it was asked for, no proxy is used, whatever the
// environment says: a monitoring system's own proxy would hide what is being
// watched.
func (p page) fetch(ctx context.Context, q Query, progress *progress) (*haproxy.Stats, error) {
	transport := &http.Transport{
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			return progress.dial(ctx, network+p.family, address)
		},
		TLSClientConfig:        p.trust,
		DisableCompression:     true,
		DisableKeepAlives:      true,
		MaxResponseHeaderBytes: 64 << 10,
		TLSNextProto:           map[string]func(string, *tls.Conn) http.RoundTripper{}, // HTTP/1.1
	}
	if p.proxied {
		transport.Proxy = http.ProxyFromEnvironment
	}
	defer transport.CloseIdleConnections()
	response, err := p.get(ctx, transport)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, &statusError{response.StatusCode}
	}
	progress.set(body)
	r := haproxy.NewReader(response.Body)
	r.Counters = q.Counters
	stats, err := r.Stats(haproxy.BodyEnd)
	if err == nil && response.ContentLength < 0 && len(response.TransferEncoding) == 0 {
		return nil, errEndUnknown
	}
	return stats, err
}

// get follows redirects that stay at the same place. They are followed by hand
// so that credentials never go elsewhere.
func (p page) get(ctx context.Context, transport *http.Transport) (*http.Response, error) {
	address, err := url.Parse(p.address)
	if err != nil {
		return nil, err
	}
	for range maxRedirects + 1 {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, address.String(), nil)
		if err != nil {
			return nil, err
		}
		request.Header.Set("User-Agent", "check-haproxy")
		if p.login.username != "" {
			request.SetBasicAuth(p.login.username, p.login.password)
		}
		response, err := transport.RoundTrip(request)
		if err != nil || !isRedirect(response.StatusCode) {
			return response, err
		}
		response.Body.Close()
		if address, err = follow(address, response.Header.Get("Location")); err != nil {
			return nil, err
		}
	}
	return nil, &redirectError{trouble{"it redirects more than " + strconv.Itoa(maxRedirects) + " times", isItStatsURI}}
}

func isRedirect(status int) bool {
	switch status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return true
	}
	return false
}

// follow returns where a redirect leads, if that is the same host and port, or
// the same host with TLS instead of none.
func follow(from *url.URL, location string) (*url.URL, error) {
	to, err := from.Parse(location)
	if err != nil || location == "" {
		return nil, &redirectError{trouble{"it redirects to no URL", isItStatsURI}}
	}
	to.User, to.Fragment = nil, ""
	sameHost := strings.EqualFold(from.Hostname(), to.Hostname())
	samePort := from.Scheme == to.Scheme && portOf(from) == portOf(to)
	if sameHost && (samePort || from.Scheme == "http" && to.Scheme == "https") {
		return to, nil
	}
	return nil, &redirectError{trouble{"it redirects to " + place(to) + ", which is another place", "if that is the page, give it as --url"}}
}

// portOf is a URL's port: its own, or its scheme's.
func portOf(u *url.URL) string {
	switch {
	case u.Port() != "":
		return u.Port()
	case u.Scheme == "https":
		return "443"
	}
	return "80"
}

// hostPort is where a URL leads.
func hostPort(u *url.URL) string { return net.JoinHostPort(u.Hostname(), portOf(u)) }

// place is a URL without credentials and query, for a label or an error.
func place(u *url.URL) string {
	bare := url.URL{Scheme: u.Scheme, Host: u.Host, Path: strings.TrimSuffix(u.Path, ";csv")}
	return bare.String()
}

// progress is how far a request has come.
type progress struct {
	step  atomic.Value
	mu    sync.Mutex
	first []byte // of what came over the last connection
}

// dial connects, and has the first bytes noted.
func (p *progress) dial(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := new(net.Dialer).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.first = nil
	return noting{conn, p}, nil
}

func (p *progress) note(b []byte) {
	const enough = 20
	p.mu.Lock()
	defer p.mu.Unlock()
	p.first = append(p.first, b[:min(len(b), enough-len(p.first))]...)
}

// firstBytes is how the other side began.
func (p *progress) firstBytes() []byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.first
}

// noting is a connection of which the first bytes are noted.
type noting struct {
	net.Conn
	progress *progress
}

func (n noting) Read(b []byte) (int, error) {
	got, err := n.Conn.Read(b)
	n.progress.note(b[:got])
	return got, err
}

func (p *progress) set(step string) { p.step.Store(step) }

// reach is how far it has come: a server may take a connection and never answer.
func (p *progress) reach() Reach {
	switch p.waitingFor() {
	case header, body:
		return Reached
	}
	return Unreachable
}

// waitingFor is what was waited for last.
func (p *progress) waitingFor() string {
	step, _ := p.step.Load().(string)
	return step
}

// trace has the steps of requests noted.
func (p *progress) trace(ctx context.Context) context.Context {
	p.set("the connection")
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		DNSStart:             func(httptrace.DNSStartInfo) { p.set("the resolution of the name") },
		ConnectStart:         func(string, string) { p.set("the connection") },
		TLSHandshakeStart:    func() { p.set("the TLS handshake") },
		WroteRequest:         func(httptrace.WroteRequestInfo) { p.set("the page") },
		GotFirstResponseByte: func() { p.set(header) },
	})
}
