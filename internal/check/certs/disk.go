package certs

import (
	"cmp"
	"crypto/sha1"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"path/filepath"
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

// readFile reads the certificate out of the file that HAProxy named; served is
// the fingerprint of the one that it serves. Only a regular file is opened:
// opening anything else may wait, or do something.
func readFile(path, served string) (*OnDisk, error) {
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
	text, err := readRegular(fd, &info)
	if err != nil {
		return nil, err
	}
	found, err := parseFile(text, served)
	if err == nil {
		found.Changed = time.Unix(info.Mtim.Unix())
	}
	return found, err
}

// readRegular reads a file, if it is still a regular one: another may have taken
// its place. It goes without package os, which costs twice the system calls: with
// 1,000 certificates, as long as asking HAProxy takes.
func readRegular(fd int, info *unix.Stat_t) ([]byte, error) {
	if err := unix.Fstat(fd, info); err != nil {
		return nil, err
	}
	switch {
	case !isRegular(info):
		return nil, errIrregular
	case info.Size > maxFile:
		return nil, fmt.Errorf("it is larger than %d KiB", maxFile>>10)
	}
	text := make([]byte, info.Size)
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

// parseFile finds the certificate in a PEM file as HAProxy does: the first one;
// keys and a chain may stand around it. Of the one that is served there is no
// more to know: with 1,000 certificates, reading them all takes as long as asking
// HAProxy.
func parseFile(text []byte, served string) (*OnDisk, error) {
	for {
		var block *pem.Block
		if block, text = pem.Decode(text); block == nil {
			return nil, errors.New("there is no certificate in it")
		}
		if block.Type != "CERTIFICATE" {
			continue
		}
		found := &OnDisk{Fingerprint: fmt.Sprintf("%X", sha1.Sum(block.Bytes))}
		if found.Fingerprint == served {
			return found, nil
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, errors.New("its certificate cannot be read")
		}
		found.Serial, found.NotBefore, found.NotAfter = serialOf(c), c.NotBefore, c.NotAfter
		return found, nil
	}
}

// serialOf prints a serial number as HAProxy does: two digits a byte.
func serialOf(c *x509.Certificate) string {
	return strings.ToUpper(fmt.Sprintf("%x", c.SerialNumber.Bytes()))
}

// files reads certificates' files while HAProxy still tells of the next ones:
// one after the other would take nearly twice the time.
type files struct {
	queue chan *haproxy.Certificate
	done  chan struct{}
	wait  sync.WaitGroup
	mu    sync.Mutex
	found map[fileKey]fileResult
}

// fileKey is a file, and the fingerprint that was looked for in it.
type fileKey struct{ path, served string }

type fileResult struct {
	certificate *OnDisk
	err         error
}

// readers is how many files are read at once.
const readers = 2

func startFiles() *files {
	f := &files{queue: make(chan *haproxy.Certificate, 64), done: make(chan struct{}), found: map[fileKey]fileResult{}}
	for range readers {
		f.wait.Go(func() {
			for {
				select {
				case c := <-f.queue:
					f.read(c)
				case <-f.done:
					return
				}
			}
		})
	}
	return f
}

// add has the file of a certificate read, unless it is too late for that.
func (f *files) add(c *haproxy.Certificate) {
	select {
	case f.queue <- c:
	case <-f.done:
	}
}

// close ends reading ahead.
func (f *files) close() {
	close(f.done)
	f.wait.Wait()
}

// read reads the file of a certificate; a panic becomes its error.
func (f *files) read(c *haproxy.Certificate) (result fileResult) {
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
	result.certificate, result.err = readFile(key.path, key.served)
	return result
}

// of is what a certificate's file holds; nil without an error if HAProxy does
// not name the file.
func (f *files) of(c *haproxy.Certificate) (*OnDisk, error) {
	f.mu.Lock()
	result, read := f.found[fileKey{fileOf(c), c.Fingerprint}]
	f.mu.Unlock()
	if !read {
		result = f.read(c)
	}
	return result.certificate, result.err
}
