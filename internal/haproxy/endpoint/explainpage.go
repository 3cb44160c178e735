package endpoint

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"check-haproxy/internal/haproxy"
)

// statusError is an HTTP status other than 200.
type statusError struct{ code int }

func (e *statusError) Error() string { return fmt.Sprintf("HTTP status %d", e.code) }

// redirectError is a redirect that is not followed.
type redirectError struct{ trouble }

func (e *redirectError) Error() string { return e.what }

// errEndUnknown is a body without length and chunks: it ends with its
// connection, whole or not.
var errEndUnknown = errors.New("the page ends only with its connection")

// explain says why a page gives no statistics, and what to try. It is built
// from what is known of the error, never around the error of a URL, whose text
// may hold credentials.
func (p page) explain(ctx context.Context, err error, progress *progress) error {
	f := &Failure{doing: "cannot read " + p.shown(), cause: err}
	f.Reach, f.trouble = p.why(ctx, err, progress)
	return f
}

// shown is the page's address for an error: as typed, but a query that has
// values may hold a token.
func (p page) shown() string {
	address, _, _ := strings.Cut(p.address, ";csv")
	if bare, query, _ := strings.Cut(address, "?"); strings.Contains(query, "=") {
		return bare
	}
	return address
}

// isItStatsURI is what to try if something else answers.
const isItStatsURI = "is the path the one of \"stats uri\"?"

func (p page) why(ctx context.Context, err error, progress *progress) (Reach, trouble) {
	var (
		status   *statusError
		redirect *redirectError
	)
	switch {
	case timedOut(ctx, err):
		return progress.reach(), trouble{"timed out waiting for " + progress.waitingFor(), "raise --timeout, or find out why it is slow"}
	case errors.As(err, &status):
		return Reached, p.ofStatus(status)
	case errors.As(err, &redirect):
		return Reached, redirect.trouble
	case errors.Is(err, errEndUnknown):
		return Reached, trouble{errEndUnknown.Error(), "nothing shows that it is whole; does HAProxy itself answer there, without a proxy before it?"}
	case errors.Is(err, haproxy.ErrHTML):
		return Reached, trouble{"it is an HTML page, not the statistics", "is the path the one of \"stats uri\", and does HAProxy itself answer there?"}
	case errors.Is(err, haproxy.ErrEmpty):
		return Reached, trouble{"it is empty", isItStatsURI}
	case errors.Is(err, io.EOF):
		return Reached, trouble{"the connection was closed without an answer", "is this the port of a page, and does HAProxy itself answer there?"}
	case errors.Is(err, haproxy.ErrCutShort), errors.Is(err, io.ErrUnexpectedEOF), progress.waitingFor() == body && isReset(err):
		return Reached, trouble{fmt.Sprintf("it is cut short (%v)", err), "try again, and see whether something between here and HAProxy ends connections"}
	}
	if t, ok := ofTLS(err); ok {
		return Reached, t
	}
	if t, ok := p.ofOtherProtocol(progress.firstBytes()); ok {
		return Reached, t
	}
	if isAnswerError(err) {
		return Reached, trouble{fmt.Sprintf("it is not HAProxy's statistics: %v", err), isItStatsURI}
	}
	reach, t := ofNetwork(err)
	if reach == Refused && p.proxied { // it may be the proxy's port
		return Unreachable, trouble{"connection refused, by it or by the proxy before it", "see the proxy that HTTP_PROXY and HTTPS_PROXY name, or leave out --proxy"}
	}
	return reach, t
}

// ofTLS explains what fails in a TLS handshake.
func ofTLS(err error) (t trouble, ok bool) {
	var (
		authority x509.UnknownAuthorityError
		name      x509.HostnameError
		invalid   x509.CertificateInvalidError
		record    tls.RecordHeaderError
		alert     *net.OpError
	)
	switch {
	case errors.As(err, &authority):
		return trouble{"its certificate is signed by an authority that is not trusted here", "give that authority's certificate with --ca-file"}, true
	case errors.As(err, &name):
		return trouble{fmt.Sprintf("its certificate is for another name (%s)", names(name.Certificate)), "give the name with --server-name"}, true
	case errors.As(err, &invalid):
		return trouble{fmt.Sprintf("its certificate is not valid: %v", invalid), ""}, true
	case errors.As(err, &record), strings.Contains(err.Error(), "server gave HTTP response to HTTPS client"):
		return trouble{"it does not speak TLS", "use http://, without --tls"}, true
	case errors.As(err, &alert) && alert.Op == "remote error": // how package tls marks the other side's alerts
		return trouble{fmt.Sprintf("it refused TLS (%v)", alert.Err), "it may want a client certificate (--cert, --key), or another --server-name"}, true
	}
	return trouble{}, false
}

func (p page) hostPort() string {
	address, err := url.Parse(p.address)
	if err != nil {
		return "HOST:PORT"
	}
	return hostPort(address)
}

// ofOtherProtocol explains an answer that is none of HTTP, by its first bytes.
// HAProxy's command line takes a request for commands that it does not know.
func (p page) ofOtherProtocol(first []byte) (t trouble, ok bool) {
	if len(first) == 0 || bytes.HasPrefix(first, []byte("HTTP/")) || strings.HasPrefix(p.address, "https:") {
		return trouble{}, false
	}
	if bytes.HasPrefix(first, []byte("Unknown command")) {
		return trouble{"HAProxy's command line answers there, this is a stats socket and no page", "ask it with --socket " + p.hostPort()}, true
	}
	return trouble{"it does not speak HTTP", "is this the right port?"}, true
}

// The last steps of a request.
const (
	header = "the rest of the page's header"
	body   = "the page's body"
)

func (p page) ofStatus(e *statusError) trouble {
	status := strings.TrimSpace(strconv.Itoa(e.code) + " " + http.StatusText(e.code))
	switch {
	case e.code == http.StatusUnauthorized && p.login.username == "":
		return trouble{"it wants a user name and a password (401)", "give them with --username and --password-file, or in " + UsernameVariable + " and " + PasswordVariable}
	case e.code == http.StatusUnauthorized: // the name may be a password in the wrong place
		return trouble{"it does not accept this user name and password (401)", "compare them with \"stats auth\""}
	case e.code == http.StatusForbidden:
		return trouble{"access is forbidden (403)", "an http-request rule or ACL of HAProxy keeps this host out, or the path is not the one of \"stats uri\""}
	case e.code == http.StatusNotFound:
		return trouble{"there is no such page (404)", isItStatsURI}
	case e.code == http.StatusServiceUnavailable:
		return trouble{"it has no server to answer (503), this path is not the stats page", isItStatsURI}
	case e.code >= 500:
		return trouble{fmt.Sprintf("the server failed (%s)", status), isItStatsURI}
	}
	return trouble{fmt.Sprintf("it answers HTTP status %s instead of 200", status), isItStatsURI}
}

// names are the names that a certificate is for, the first few.
func names(c *x509.Certificate) string {
	const most = 3
	all := append([]string{}, c.DNSNames...)
	for _, ip := range c.IPAddresses {
		all = append(all, ip.String())
	}
	if len(all) == 0 {
		return "none"
	}
	if len(all) > most {
		all = append(all[:most], "…")
	}
	return strings.Join(all, ", ")
}
