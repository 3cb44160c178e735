package endpoint

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"

	"check-haproxy/internal/haproxy"
)

// statusError is an HTTP status other than 200.
type statusError struct{ code int }

func (e *statusError) Error() string { return fmt.Sprintf("HTTP status %d", e.code) }

// redirectError is a redirect that is not followed.
type redirectError struct{ where string }

func (e *redirectError) Error() string { return "it redirects " + e.where }

// explain says why a page gives no statistics, and what to try. It is built
// from what is known of the error, never around the error of a URL, whose text
// may hold credentials.
func (p page) explain(ctx context.Context, err error, progress *progress) error {
	return &explained{fmt.Sprintf("cannot read %s: %s", p.shown(), p.why(ctx, err, progress)), err}
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

func (p page) why(ctx context.Context, err error, progress *progress) string {
	var (
		status    *statusError
		redirect  *redirectError
		authority x509.UnknownAuthorityError
		name      x509.HostnameError
		invalid   x509.CertificateInvalidError
		record    tls.RecordHeaderError
		alert     *net.OpError
	)
	switch {
	case timedOut(ctx, err):
		return fmt.Sprintf("timed out waiting for %s; raise --timeout, or find out why it is slow", progress.waitingFor())
	case errors.As(err, &status):
		return p.whyStatus(status)
	case errors.As(err, &redirect):
		return redirect.Error()
	case errors.As(err, &authority):
		return "its certificate is signed by an authority that is not trusted here; give that authority's certificate with --ca-file"
	case errors.As(err, &name):
		return fmt.Sprintf("its certificate is for another name (%s); give the name with --server-name", names(name.Certificate))
	case errors.As(err, &invalid):
		return fmt.Sprintf("its certificate is not valid: %v", invalid)
	case errors.As(err, &record), strings.Contains(err.Error(), "server gave HTTP response to HTTPS client"):
		return "it does not speak TLS; use http://, without --tls"
	case errors.As(err, &alert) && alert.Op == "remote error": // how package tls marks the other side's alerts
		return fmt.Sprintf("it refused TLS (%v); it may want a client certificate (--cert, --key), or another --server-name", alert.Err)
	case errors.Is(err, haproxy.ErrHTML):
		return "it is an HTML page, not the statistics; is the path the one of \"stats uri\", and does HAProxy itself answer there?"
	case errors.Is(err, haproxy.ErrEmpty):
		return "it is empty; is the path the one of \"stats uri\"?"
	case errors.Is(err, haproxy.ErrCutShort), errors.Is(err, io.ErrUnexpectedEOF), progress.waitingFor() == body && isReset(err):
		return fmt.Sprintf("it is cut short (%v); try again, and see whether something between here and HAProxy ends connections", err)
	case isAnswerError(err):
		return fmt.Sprintf("it is not HAProxy's statistics: %v; is the path the one of \"stats uri\"?", err)
	}
	return whyNetwork(err)
}

// body is the last step of a request.
const body = "the page's body"

func (p page) whyStatus(e *statusError) string {
	status := strings.TrimSpace(strconv.Itoa(e.code) + " " + http.StatusText(e.code))
	switch {
	case e.code == http.StatusUnauthorized && p.login.username == "":
		return "it wants a user name and a password (401); give them with --username and --password-file, or in " + UsernameVariable + " and " + PasswordVariable
	case e.code == http.StatusUnauthorized:
		return fmt.Sprintf("it does not accept the user name %q with this password (401); compare them with \"stats auth\"", p.login.username)
	case e.code == http.StatusForbidden:
		return "access is forbidden (403); an http-request rule or ACL of HAProxy keeps this host out, or the path is not the one of \"stats uri\""
	case e.code == http.StatusNotFound:
		return "there is no such page (404); is the path the one of \"stats uri\"?"
	case e.code == http.StatusServiceUnavailable:
		return "it has no server to answer (503): this path is not the stats page; is it the one of \"stats uri\"?"
	case e.code >= 500:
		return fmt.Sprintf("the server failed (%s); is the path the one of \"stats uri\"?", status)
	}
	return fmt.Sprintf("it answers HTTP status %s instead of 200; is the path the one of \"stats uri\"?", status)
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
