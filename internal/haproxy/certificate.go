package haproxy

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"time"
)

// CertificateNames is an answer to "show ssl cert" (Management Guide 9.3,
// HAProxy 2.2 and newer): what can be asked for by name.
type CertificateNames struct {
	// Names are those of all certificates, in HAProxy's order: a file's path, or
	// "@store/alias" of a crt-store.
	Names []string
	// Bundles are names that stand for several certificates, of which HAProxy
	// 2.2 shows none.
	Bundles []string
	// Transaction is the certificate that somebody changes by "set ssl cert" and
	// has not committed yet.
	Transaction string
}

// CertificateNames reads an answer to "show ssl cert". A HAProxy without any
// certificate answers nothing but the empty line at the end (seen on 2.6).
func (r *Reader) CertificateNames() (*CertificateNames, error) {
	line, none, err := r.firstOrNone(func(line []byte) bool { return isHeading(line, transactionHeading) || isHeading(line, filenameHeading) })
	if err != nil {
		return nil, err
	}
	var list CertificateNames
	if none {
		return &list, nil
	}
	complete, transaction := false, false
	for more := true; more; line, more, err = r.next() {
		switch {
		case isHeading(line, filenameHeading):
			complete = true
		case isHeading(line, transactionHeading):
			// It stands before the names; in a list that is longer than a
			// buffer, HAProxy up to 2.6 repeats it between them.
			transaction = true
			continue
		case transaction:
			list.Transaction = strings.TrimPrefix(string(line), "*")
		default:
			list.add(string(line))
		}
		if transaction = false; len(list.Names) > maxRows {
			return nil, fmt.Errorf("there are more than %d certificates: this is not HAProxy's answer", maxRows)
		}
	}
	if err != nil {
		return nil, err
	}
	if !complete {
		return nil, fmt.Errorf("the list of certificates has no heading %q: %w", filenameHeading, ErrOther)
	}
	return &list, nil
}

const (
	transactionHeading = "# transaction"
	filenameHeading    = "# filename"
)

func isHeading(line []byte, heading string) bool { return string(line) == heading }

// add takes a line with a name, or with a bundle: "name: name.rsa name.ecdsa".
func (l *CertificateNames) add(line string) {
	if name, parts, ok := strings.Cut(line, ": "); ok && strings.HasPrefix(parts, name+".") {
		l.Bundles = append(l.Bundles, name)
		return
	}
	l.Names = append(l.Names, line)
}

// Certificate is one that HAProxy holds, as "show ssl cert NAME" tells.
type Certificate struct {
	Name        string // as it is listed
	Uncommitted bool   // it is the new one of a transaction
	File        string // "Crt filename" (3.2+): where it was read from; empty if Name tells
	// Status is "Used", "Unused", "Empty" (a name without a certificate yet),
	// "Uncommitted", or a newer version's.
	Status              string
	NotBefore, NotAfter time.Time // zero if there is no certificate
	DNSNames            []string  // subject alternative names
	// Whole says that HAProxy told all that it tells of a certificate. It does
	// not if the names fill its buffer (tune.bufsize), and says nothing
	// behind the algorithm of a key that is neither RSA, EC nor DSA.
	Whole       bool
	Algorithm   string // "RSA2048", "EC256"
	Serial      string // in hexadecimal digits
	Fingerprint string // SHA-1, 40 hexadecimal digits in capitals
	Subject     string // "/C=DE/O=Example GmbH/CN=www.example.com"

	// Err says why there is no judging by what HAProxy says of the certificate.
	Err error
}

// Used says whether HAProxy shows the certificate to anybody.
func (c *Certificate) Used() bool { return c.Status != "Unused" && c.Status != "Empty" }

// Certificate reads an answer to "show ssl cert NAME". HAProxy leaves out the
// empty line at its end where it breaks off (see Whole), so the answer is whole
// only if another one follows it on the stream, of a certificate or to "show
// info".
func (r *Reader) Certificate() (*Certificate, error) {
	line, err := r.first(func(line []byte) bool { return bytes.HasPrefix(line, []byte("Filename: ")) })
	if err != nil {
		return nil, err
	}
	var c Certificate
	for more := true; more; line, more, err = r.next() {
		c.set(line)
		if r.beginsAnother() {
			break
		}
	}
	if err != nil {
		return nil, err
	}
	c.Whole = c.Fingerprint != ""
	if c.Err == nil && (c.Status == "" || c.NotAfter.IsZero() && c.Status != "Empty") {
		c.Err = errors.New("HAProxy does not tell its Status or its notAfter")
	}
	return &c, nil
}

// beginsAnother says whether another answer begins here, without the empty line
// before it.
func (r *Reader) beginsAnother() bool {
	return (r.begins("F") && r.begins("Filename: ")) || (r.begins("N") && r.begins("Name: "))
}

// set takes one line, "Key: value". Keys that are not known are skipped: every
// version adds some. The first line with a key counts: HAProxy prints a subject
// as it is, line ends and all, and what looks like a key may be part of it.
func (c *Certificate) set(line []byte) {
	key, value, _ := bytes.Cut(line, colon)
	value = bytes.TrimPrefix(value, blank)
	switch string(key) {
	case "Filename":
		if c.Name == "" {
			c.Name, c.Uncommitted = strings.CutPrefix(string(value), "*")
		}
	case "Crt filename":
		setFirst(&c.File, value)
	case "Status":
		setFirst(&c.Status, value)
	case "notBefore":
		c.setTime(&c.NotBefore, "notBefore", value)
	case "notAfter":
		c.setTime(&c.NotAfter, "notAfter", value)
	case "Subject Alternative Name":
		if c.DNSNames == nil {
			c.DNSNames = parseDNSNames(string(value))
		}
	case "Algorithm":
		// If the algorithm is not told its line goes on with the next one.
		if !bytes.HasPrefix(value, []byte("OCSP ")) {
			setFirst(&c.Algorithm, value)
		}
	case "Serial":
		setFirst(&c.Serial, value)
	case "SHA1 FingerPrint":
		setFirst(&c.Fingerprint, value)
	case "Subject":
		setFirst(&c.Subject, value)
	}
}

var colon = []byte{':'}

func setFirst(field *string, value []byte) {
	if *field == "" {
		*field = string(value)
	}
}

// setTime reads "Nov 28 02:48:18 2026 GMT", as OpenSSL's ASN1_TIME_print writes
// it: in no other zone.
func (c *Certificate) setTime(field *time.Time, key string, value []byte) {
	parsed, err := time.Parse("Jan _2 15:04:05 2006 GMT", string(value))
	switch {
	case !field.IsZero():
	case err == nil:
		*field = parsed
	case c.Err == nil:
		c.Err = fmt.Errorf("its %s is %s, which is no time", key, quoted(value))
	}
}

// parseDNSNames reads "DNS:a.example.com, DNS:b.example.com". Names of other
// types, addresses above all, are empty.
func parseDNSNames(text string) []string {
	var names []string
	for part := range strings.SplitSeq(text, ", ") {
		if name, ok := strings.CutPrefix(part, "DNS:"); ok && name != "" {
			names = append(names, name)
		}
	}
	return names
}

// CommonName is the CN of the subject, empty if there is none.
func (c *Certificate) CommonName() string {
	_, name, _ := strings.Cut(c.Subject, "/CN=")
	for i := range len(name) {
		if name[i] == '/' && isAttribute(name[i+1:]) {
			return name[:i]
		}
	}
	return name
}

// isAttribute says whether a text begins as "O=" or "emailAddress=" does.
func isAttribute(text string) bool {
	name, _, ok := strings.Cut(text, "=")
	return ok && name != "" && strings.Trim(name, attributeCharacters) == ""
}

const attributeCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789."
