package endpoint

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync/atomic"

	"check-haproxy/internal/haproxy"
)

// page is a stats page over HTTP.
type page struct {
	address string // of the CSV, without credentials
	login   login
	trust   *tls.Config
}

// trust is how the flags want TLS; a file that is missing or no PEM is an error
// in the arguments.
func (f *Flags) trust() (*tls.Config, error) {
	config := &tls.Config{ServerName: f.ServerName, InsecureSkipVerify: f.Insecure, MinVersion: tls.VersionTLS12}
	if f.CAFile != "" {
		pem, err := os.ReadFile(f.CAFile)
		if err != nil {
			return nil, fmt.Errorf("cannot read --ca-file %s: %w", f.CAFile, reason(err))
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("--ca-file %s holds no certificate in PEM form", f.CAFile)
		}
	}
	if f.Cert != "" {
		key := firstOf(f.Key, f.Cert)
		certificate, err := tls.LoadX509KeyPair(f.Cert, key)
		if err != nil {
			return nil, fmt.Errorf("cannot use --cert %s with the key in %s: %w", f.Cert, key, err)
		}
		config.Certificates = []tls.Certificate{certificate}
	}
	return config, nil
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

// fetch gets the page. No proxy is used, whatever the environment says: a
// monitoring system's own proxy would hide what is being watched.
func (p page) fetch(ctx context.Context, q Query, progress *progress) (*haproxy.Stats, error) {
	transport := &http.Transport{
		TLSClientConfig:        p.trust,
		DisableCompression:     true,
		DisableKeepAlives:      true,
		MaxResponseHeaderBytes: 64 << 10,
		TLSNextProto:           map[string]func(string, *tls.Conn) http.RoundTripper{}, // HTTP/1.1
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
	return r.Stats(haproxy.BodyEnd)
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
	return nil, &redirectError{"more than " + strconv.Itoa(maxRedirects) + " times"}
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
		return nil, &redirectError{"to no URL"}
	}
	to.User, to.Fragment = nil, ""
	sameHost := strings.EqualFold(from.Hostname(), to.Hostname())
	samePort := from.Scheme == to.Scheme && portOf(from) == portOf(to)
	if sameHost && (samePort || from.Scheme == "http" && to.Scheme == "https") {
		return to, nil
	}
	return nil, &redirectError{"to " + place(to) + ", which is another place; if that is the page, give it as --url"}
}

// portOf is a URL's port, be it its scheme's.
func portOf(u *url.URL) string {
	switch {
	case u.Port() != "":
		return u.Port()
	case u.Scheme == "https":
		return "443"
	}
	return "80"
}

// place is a URL without credentials and query, for a label or an error.
func place(u *url.URL) string {
	bare := url.URL{Scheme: u.Scheme, Host: u.Host, Path: strings.TrimSuffix(u.Path, ";csv")}
	return bare.String()
}

// progress is how far a request has come.
type progress struct{ step atomic.Value }

func (p *progress) set(step string) { p.step.Store(step) }

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
		GotFirstResponseByte: func() { p.set("the rest of the page's header") },
	})
}
