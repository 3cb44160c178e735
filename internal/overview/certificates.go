package overview

import (
	"context"
	"slices"
	"strings"
	"time"

	"check-haproxy/internal/check"
	"check-haproxy/internal/check/certs"
	"check-haproxy/internal/haproxy/endpoint"
)

// firstToExpire is the certificate that expires first, as it was told last.
type firstToExpire struct {
	at      time.Time
	verdict *certs.Verdict
}

// certificatesFor is how long it holds: a screen that looks every two seconds
// must not ask for a thousand certificates so often. certificatesTime is how long
// the look may wait for it.
const (
	certificatesFor  = time.Minute
	certificatesTime = time.Second
)

// of returns the verdict, and asks anew if what is there is old. A page does not
// tell, nor does a socket of level user: then there is none.
func (f *firstToExpire) of(ctx context.Context, flags *flags, looked *check.Asked, now time.Time) *certs.Verdict {
	isSocket := func(answer endpoint.Answer) bool { return answer.Socket }
	if now.Sub(f.at) <= certificatesFor || !slices.ContainsFunc(looked.Answers, isSocket) {
		return f.verdict
	}
	f.at, f.verdict = now, nil
	ctx, cancel := context.WithTimeout(ctx, certificatesTime)
	defer cancel()
	asked, err := flags.Ask(ctx, strings.NewReader(""), endpoint.Query{Subject: endpoint.OfCertificates})
	if err != nil {
		return nil
	}
	if first, ok := certs.First(asked, now); ok {
		f.verdict = &first
	}
	return f.verdict
}
