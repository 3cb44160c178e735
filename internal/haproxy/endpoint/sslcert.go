package endpoint

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"check-haproxy/internal/haproxy"
)

// Certificates is what a HAProxy says of its certificates.
type Certificates struct {
	// List has those that HAProxy could be asked for, in its order.
	List []*haproxy.Certificate
	// Untold are those that it lists and does not tell more of.
	Untold []Untold
	// Transaction is the new certificate of a transaction that is not committed.
	Transaction *haproxy.Certificate
}

// Untold is a certificate that HAProxy lists and tells no more of.
type Untold struct {
	Name string
	Err  error // why
}

// Bounds on a line of commands. HAProxy before 2.6, and a master, read it into one
// buffer (tune.bufsize, 16 KiB, and hardly anywhere less than half of it), and keep a
// part of that for themselves; newer processes read one command after the other. Over
// a network a line comes in pieces, and HAProxy before 3.0 takes a piece that ends with
// a command for all there is. Each line costs a connection, and "show info".
const (
	longLine  = 14 << 10
	shortLine = 6 << 10
)

// mostLine is how many bytes a line of commands may have, for a HAProxy of this
// version.
func (p process) mostLine(version string) int {
	if p.prefix != "" || !p.isLocal() || olderThan(version, 2, 6) {
		return shortLine
	}
	return longLine
}

// lockedPause and lockedPatience are for how long, and how often, HAProxy is
// asked again while another command has its certificates: they are locked as
// long as one who asks takes to read the answer.
const (
	lockedPause    = 50 * time.Millisecond
	lockedPatience = 5 * time.Second
)

// askCertificates asks for the names of all certificates, and then for those.
// If HAProxy was reloaded in between, or a certificate is gone, it starts all
// over.
func (p process) askCertificates(ctx context.Context, told func(local bool, c *haproxy.Certificate)) Answer {
	const tries = 3
	p.reader = haproxy.NewReader(nil)
	var a Answer
	for range tries {
		a = Answer{}
		asked := asking{process: p, answer: &a, told: told}
		a.Err = asked.all(ctx)
		if a.Err != nil && ctx.Err() != nil && !asked.since.IsZero() {
			a.Err = asked.errBusy() // this is what the time went for
		}
		if !asked.again {
			break
		}
	}
	return a
}

// asking is the way from the names to the certificates.
type asking struct {
	process process
	answer  *Answer
	told    func(local bool, c *haproxy.Certificate) // may be nil
	since   time.Time                                // when HAProxy was first found busy
	again   bool                                     // something changed on the way: it is worth another try
}

func (a *asking) all(ctx context.Context) error {
	names, err := a.names(ctx)
	if err != nil {
		return err
	}
	found, err := a.details(ctx, names.Names)
	if err != nil {
		return err
	}
	a.answer.Certificates = found.in(names)
	if names.Transaction == "" {
		return nil
	}
	if a.again, err = a.commits(ctx, names.Transaction); err != nil || a.again {
		return err
	}
	return a.transaction(ctx, names.Transaction)
}

// How often, and for how long, a transaction is looked for: what renews a
// certificate commits it at once.
const (
	transactionPause    = 200 * time.Millisecond
	transactionPatience = 5 * time.Second
)

// commits says whether a transaction comes to its end.
func (a *asking) commits(ctx context.Context, name string) (bool, error) {
	for left := transactionTime(ctx); left > 0; left -= transactionPause {
		time.Sleep(transactionPause)
		if names, err := a.names(ctx); err != nil || names.Transaction != name {
			return true, err
		}
	}
	return false, nil
}

// transactionTime leaves as much of the time for what comes after.
func transactionTime(ctx context.Context) time.Duration {
	deadline, ok := ctx.Deadline()
	if !ok {
		return transactionPatience
	}
	return min(transactionPatience, time.Until(deadline)/2)
}

// names asks for the list. It stands first on its connection, since HAProxy
// leaves the heading out if a buffer is nearly full.
func (a *asking) names(ctx context.Context) (*haproxy.CertificateNames, error) {
	const command = "show ssl cert"
	for {
		var names *haproxy.CertificateNames
		var refused *haproxy.Refused
		err := a.process.exchange(ctx, request{command, func(r *haproxy.Reader) (err error) {
			names, err = r.CertificateNames()
			if refused = refusal(err); refused != nil {
				return nil
			}
			return err
		}}, a.sameProcess())
		switch {
		case err != nil:
			return nil, err
		case refused == nil:
			return names, nil
		case !errors.Is(refused, haproxy.ErrLocked):
			return nil, &Failure{doing: fmt.Sprintf("cannot get %q from %s", command, a.process.shown()), trouble: noCertificates(refused, a.answer.Info)}
		}
		if err := a.pause(ctx); err != nil {
			return nil, err
		}
	}
}

// sameProcess asks for "show info", which shows that all before it has come, and
// that it came from the process that was asked before.
func (a *asking) sameProcess() request {
	return request{"show info", func(r *haproxy.Reader) error {
		info, err := r.Info()
		if err != nil {
			return err
		}
		before := a.answer.Info
		if a.answer.Info = info; before != nil && before.Pid != info.Pid {
			a.again = true
			return errors.New("HAProxy was reloaded while it was asked")
		}
		return nil
	}}
}

// pause waits before HAProxy is asked again.
func (a *asking) pause(ctx context.Context) error {
	if a.since.IsZero() {
		a.since = time.Now()
	}
	if time.Since(a.since) < lockedPatience {
		select {
		case <-time.After(lockedPause):
			return nil
		case <-ctx.Done():
		}
	}
	return a.errBusy()
}

func (a *asking) errBusy() error {
	return &Failure{
		doing:   "cannot get the certificates from " + a.process.shown(),
		trouble: trouble{haproxy.ErrLocked.Error(), "it shows them to one at a time: does somebody look at them, or change them, without an end?"},
		cause:   haproxy.ErrLocked,
	}
}

// details are the certificates as far as they were asked for.
type details struct {
	certificates map[string]*haproxy.Certificate
	untold       map[string]error
}

// details asks for certificates by name, many on one connection.
func (a *asking) details(ctx context.Context, names []string) (*details, error) {
	found := &details{certificates: make(map[string]*haproxy.Certificate, len(names)), untold: map[string]error{}}
	left := slices.DeleteFunc(slices.Clone(names), found.cannotBeAsked)
	for len(left) > 0 {
		batch := batchOf(left, len(a.process.prefix), a.process.mostLine(a.answer.Info.Version))
		busy, err := a.batch(ctx, batch, found)
		if err != nil {
			return nil, err
		}
		if len(busy) > 0 {
			if err := a.pause(ctx); err != nil {
				return nil, err
			}
		}
		left = append(busy, left[len(batch):]...)
	}
	return found, nil
}

// batch asks for some certificates over one connection, and returns those for
// which HAProxy was busy.
func (a *asking) batch(ctx context.Context, names []string, found *details) (busy []string, err error) {
	requests := make([]request, 0, len(names)+1)
	for _, name := range names {
		requests = append(requests, request{certificateCommand(name), func(r *haproxy.Reader) error {
			c, err := r.Certificate()
			switch {
			case errors.Is(err, haproxy.ErrLocked):
				busy = append(busy, name)
				return nil
			case errors.Is(err, haproxy.ErrNoSuchCertificate):
				a.again = true
				return nil
			case err != nil:
				return err
			case c.Name != name || c.Uncommitted:
				return fmt.Errorf("the answer is about the certificate %q: %w", c.Name, haproxy.ErrOther)
			}
			found.certificates[name] = c
			if a.told != nil {
				a.told(a.process.isLocal(), c)
			}
			return nil
		}})
	}
	return busy, a.process.exchange(ctx, append(requests, a.sameProcess())...)
}

// in lists what was found in the order of the names.
func (d *details) in(names *haproxy.CertificateNames) *Certificates {
	all := &Certificates{List: make([]*haproxy.Certificate, 0, len(names.Names))}
	for _, name := range names.Names {
		switch c, err := d.certificates[name], d.untold[name]; {
		case c != nil:
			all.List = append(all.List, c)
		case err != nil:
			all.Untold = append(all.Untold, Untold{name, err})
		default:
			all.Untold = append(all.Untold, Untold{name, errors.New("HAProxy lists it and does not show it; try again")})
		}
	}
	for _, name := range names.Bundles {
		all.Untold = append(all.Untold, Untold{name, errors.New("HAProxy 2.2 does not show the certificates of a bundle; a newer version does")})
	}
	return all
}

// transaction asks for the new certificate of a transaction. If that was
// committed meanwhile there is none.
func (a *asking) transaction(ctx context.Context, name string) error {
	return a.process.exchange(ctx, request{certificateCommand("*" + name), func(r *haproxy.Reader) error {
		c, err := r.Certificate()
		if refusal(err) != nil {
			return nil
		}
		if err == nil && c.Uncommitted {
			a.answer.Certificates.Transaction = c
		}
		return err
	}}, a.sameProcess())
}

// cannotBeAsked says, and notes, whether a name has a meaning of its own on
// HAProxy's command line (Management Guide 9.3, src/ssl_ckch.c).
func (d *details) cannotBeAsked(name string) bool {
	var err error
	switch {
	case strings.HasSuffix(name, ".ocsp"):
		err = errors.New("HAProxy shows an OCSP response for a name that ends with .ocsp; give the file another name")
	case strings.HasPrefix(name, "*"), strings.HasPrefix(name, `\`), strings.Contains(name, "<<"), len(name) > shortLine:
		err = errors.New("HAProxy's command line cannot ask for this name; give the file another one")
	default:
		return false
	}
	d.untold[name] = err
	return true
}

// certificateCommand asks for a certificate. A backslash keeps blanks in the
// word, and semicolons in the command.
func certificateCommand(name string) string { return "show ssl cert " + escaper.Replace(name) }

var escaper = strings.NewReplacer(`\`, `\\`, " ", `\ `, "\t", "\\\t", ";", `\;`)

// batchOf returns as many of the names as fit into a line of so many bytes, at least
// one. Each command has a prefix of so many bytes.
func batchOf(names []string, prefix, most int) []string {
	size := 0
	for i, name := range names {
		if size += prefix + len(certificateCommand(name)) + len(";"); size > most && i > 0 {
			return names[:i]
		}
	}
	return names
}

// noCertificates says why HAProxy refuses to list its certificates, and what to
// try.
func noCertificates(refused *haproxy.Refused, info *haproxy.Info) trouble {
	const operator = "give the \"stats socket\" line \"level operator\""
	_, hasTLS := info.Values["CurrSslConns"]
	switch {
	case errors.Is(refused, haproxy.ErrOutOfMemory):
		return trouble{"\"Can't allocate memory!\" is its answer at level user", operator}
	case errors.Is(refused, haproxy.ErrUnknownCommand) && olderThan(info.Version, 2, 2):
		return trouble{fmt.Sprintf("HAProxy %s does not tell its certificates, 2.2 and newer do", info.Version), "update it, or check them where they are served (check_http -C)"}
	case errors.Is(refused, haproxy.ErrUnknownCommand) && !hasTLS:
		return trouble{"this HAProxy was built without TLS, so that it has no certificates", "check those of what ends TLS before it"}
	case errors.Is(refused, haproxy.ErrPermission):
		return trouble{"permission denied by HAProxy", operator}
	}
	return trouble{refused.Error(), "is this the stats socket of a HAProxy?"}
}

// olderThan says whether a version like "2.6.12-1+deb12u4" is before major.minor.
// What cannot be read is not.
func olderThan(version string, major, minor int) bool {
	var gotMajor, gotMinor int
	if n, _ := fmt.Sscanf(version, "%d.%d", &gotMajor, &gotMinor); n < 2 {
		return false
	}
	return gotMajor < major || gotMajor == major && gotMinor < minor
}
