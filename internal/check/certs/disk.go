package certs

import (
	"bytes"
	"cmp"
	"crypto/sha1"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"check-haproxy/internal/haproxy"
	"check-haproxy/internal/panics"
)

// OnDisk is the certificate that a file holds now.
type OnDisk struct {
	Fingerprint string    // SHA-1, 40 hexadecimal digits in capitals, as HAProxy tells it
	Changed     time.Time // when the file was
	// The rest is not known of the one that HAProxy serves.
	Serial              string // hexadecimal digits in capitals
	NotBefore, NotAfter time.Time
}

// Same says whether it is the certificate that HAProxy serves. HAProxy tells no
// fingerprint of some keys.
func (d *OnDisk) Same(c *haproxy.Certificate) bool {
	if c.Fingerprint != "" {
		return d.Fingerprint == c.Fingerprint
	}
	return d.Serial == c.Serial && d.NotBefore.Equal(c.NotBefore) && d.NotAfter.Equal(c.NotAfter)
}

// isNewerThan says whether it was made after the one that HAProxy serves.
func (d *OnDisk) isNewerThan(c *haproxy.Certificate) bool {
	return cmp.Or(d.NotBefore.Compare(c.NotBefore), d.NotAfter.Compare(c.NotAfter)) > 0
}

// maxFile bounds a certificate's file: a chain and its keys are a few KiB.
const maxFile = 1 << 20

// fileOf is the file that HAProxy read a certificate from; empty if it does not
// tell: the name of a crt-store's, or a path that begins where HAProxy was
// started.
func fileOf(c *haproxy.Certificate) string {
	for _, path := range []string{c.File, c.Name} {
		if filepath.IsAbs(path) {
			return path
		}
	}
	return ""
}

// fileReader reads one file after the other.
type fileReader struct {
	text   []byte // the file
	digits []byte // its certificate in base64
	der    []byte // and in bytes
}

// read reads the certificate out of the file that HAProxy named; served is the
// fingerprint of the one that it serves. Only a regular file is opened: opening
// anything else may wait, or do something.
func (r *fileReader) read(path, served string) (*OnDisk, error) {
	var info unix.Stat_t
	if err := unix.Stat(path, &info); err != nil {
		return nil, err
	}
	if !isRegular(&info) {
		return nil, errIrregular
	}
	fd, err := unix.Open(path, unix.O_RDONLY|unix.O_NONBLOCK|unix.O_NOCTTY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	defer func() { _ = unix.Close(fd) }()
	text, err := r.regular(fd, &info)
	if err != nil {
		return nil, err
	}
	found, err := r.parse(text, served)
	if err == nil {
		found.Changed = time.Unix(info.Mtim.Unix())
	}
	return found, err
}

// regular reads a file, if it is still a regular one: another may have taken its
// place. The text is good until the next file. It goes without package os, which
// costs twice the system calls: with 1,000 certificates, as long as asking HAProxy
// takes.
func (r *fileReader) regular(fd int, info *unix.Stat_t) ([]byte, error) {
	if err := unix.Fstat(fd, info); err != nil {
		return nil, err
	}
	switch {
	case !isRegular(info):
		return nil, errIrregular
	case info.Size > maxFile:
		return nil, fmt.Errorf("it is larger than %d KiB", maxFile>>10)
	}
	text := slices.Grow(r.text[:0], int(info.Size))[:info.Size]
	r.text = text
	for n := 0; n < len(text); {
		more, err := unix.Read(fd, text[n:])
		switch {
		case err == unix.EINTR:
		case err != nil:
			return nil, err
		case more == 0:
			return text[:n], nil
		default:
			n += more
		}
	}
	return text, nil
}

func isRegular(info *unix.Stat_t) bool { return info.Mode&unix.S_IFMT == unix.S_IFREG }

var errIrregular = errors.New("it is not a regular file")

// parse finds the certificate in a PEM file as HAProxy does: the first one; keys
// and a chain may stand around it. Of the one that is served there is no more to
// know: with 1,000 certificates, reading them all takes as long as asking HAProxy.
func (r *fileReader) parse(text []byte, served string) (*OnDisk, error) {
	der, ok := r.decode(text)
	if !ok {
		return nil, errors.New("there is no certificate in it")
	}
	found := &OnDisk{Fingerprint: fingerprintOf(der)}
	if found.Fingerprint == served {
		return found, nil
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, errors.New("its certificate cannot be read")
	}
	found.Serial, found.NotBefore, found.NotAfter = serialOf(c), c.NotBefore, c.NotAfter
	return found, nil
}

// decode returns the bytes of the first certificate, which are good until the next
// file; false if there is none.
func (r *fileReader) decode(text []byte) ([]byte, bool) {
	if der, ok := r.decodePlain(text); ok {
		return der, true
	}
	for {
		var block *pem.Block
		if block, text = pem.Decode(text); block == nil {
			return nil, false
		}
		if block.Type == pemType {
			return block.Bytes, true
		}
	}
}

const pemType = "CERTIFICATE"

var (
	pemBegin = []byte("-----BEGIN " + pemType + "-----\n")
	pemEnd   = []byte("-----END " + pemType + "-----\n")
)

// decodePlain decodes a certificate that stands first in its file, written as
// OpenSSL does, in a third of the time that package pem takes; false for any other
// file.
func (r *fileReader) decodePlain(text []byte) ([]byte, bool) {
	body, ok := bytes.CutPrefix(text, pemBegin)
	if !ok {
		return nil, false
	}
	end := bytes.Index(body, pemEnd)
	if end < 1 || body[end-1] != '\n' {
		return nil, false
	}
	digits := r.digits[:0]
	for line := range bytes.Lines(body[:end]) {
		digits = append(digits, line[:len(line)-1]...)
	}
	r.digits = digits
	r.der = slices.Grow(r.der[:0], base64.StdEncoding.DecodedLen(len(digits)))
	der, err := base64.StdEncoding.AppendDecode(r.der, digits)
	return der, err == nil
}

// fingerprintOf prints a certificate's SHA-1 as HAProxy does.
func fingerprintOf(der []byte) string {
	sum := sha1.Sum(der)
	return fmt.Sprintf("%X", sum[:])
}

// serialOf prints a serial number as HAProxy does: two digits a byte.
func serialOf(c *x509.Certificate) string {
	return strings.ToUpper(fmt.Sprintf("%x", c.SerialNumber.Bytes()))
}

// files reads certificates' files while HAProxy still tells of the next ones:
// one after the other would take nearly twice the time.
type files struct {
	queue chan []*haproxy.Certificate
	done  chan struct{}
	wait  sync.WaitGroup

	mu              sync.Mutex
	next            []*haproxy.Certificate // for the queue
	started, closed bool
	found           map[fileKey]fileResult
}

// fileKey is a file, and the fingerprint that was looked for in it.
type fileKey struct{ path, served string }

type fileResult struct {
	certificate *OnDisk
	err         error
}

// readers is how many files are read at once, and handful how many a reader gets
// at a time: waking it for each costs as much as reading one.
const (
	readers = 2
	handful = 16
)

func newFiles() *files {
	return &files{queue: make(chan []*haproxy.Certificate, 64), done: make(chan struct{}), found: map[fileKey]fileResult{}}
}

// readAhead reads what is queued, until no more will come.
func (f *files) readAhead() {
	var r fileReader
	for more := true; more; {
		select {
		case list := <-f.queue:
			f.readAll(&r, list)
		case <-f.done:
			more = false
		}
	}
	for {
		select {
		case list := <-f.queue:
			f.readAll(&r, list)
		default:
			return
		}
	}
}

func (f *files) readAll(r *fileReader, list []*haproxy.Certificate) {
	for _, c := range list {
		f.read(r, c)
	}
}

// add has the file of a certificate read, unless it is too late for that.
func (f *files) add(c *haproxy.Certificate) {
	full := f.collect(c)
	if full == nil {
		return
	}
	select {
	case f.queue <- full:
	case <-f.done:
	}
}

// collect returns a handful when it is full. The readers start with the first one:
// while a HAProxy does not answer there is no thread for them.
func (f *files) collect(c *haproxy.Certificate) (full []*haproxy.Certificate) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.next = append(f.next, c); len(f.next) < handful || f.closed {
		return nil
	}
	if !f.started {
		f.started = true
		for range readers {
			f.wait.Go(f.readAhead)
		}
	}
	full, f.next = f.next, nil
	return full
}

// close ends reading ahead.
func (f *files) close() {
	f.mu.Lock()
	f.closed = true
	f.mu.Unlock()
	close(f.done)
	f.wait.Wait()
}

// read reads the file of a certificate; a panic becomes its error.
func (f *files) read(r *fileReader, c *haproxy.Certificate) (result fileResult) {
	key := fileKey{fileOf(c), c.Fingerprint}
	if key.path == "" {
		return fileResult{}
	}
	defer func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.found[key] = result
	}()
	defer panics.Catch(&result.err)
	result.certificate, result.err = r.read(key.path, key.served)
	return result
}

// of is what a certificate's file holds; nil without an error if HAProxy does
// not name the file.
func (f *files) of(c *haproxy.Certificate) (*OnDisk, error) {
	f.mu.Lock()
	result, read := f.found[fileKey{fileOf(c), c.Fingerprint}]
	f.mu.Unlock()
	if !read {
		result = f.read(new(fileReader), c)
	}
	return result.certificate, result.err
}
