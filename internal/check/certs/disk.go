package certs

import (
	"cmp"
	"crypto/sha1"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

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
	if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() {
		return nil, cmp.Or(reason(err), errIrregular)
	}
	// Another one may have taken its place since.
	file, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK|syscall.O_NOCTTY, 0)
	if err != nil {
		return nil, reason(err)
	}
	defer file.Close()
	info, err := file.Stat()
	switch {
	case err != nil:
		return nil, reason(err)
	case !info.Mode().IsRegular():
		return nil, errIrregular
	case info.Size() > maxFile:
		return nil, fmt.Errorf("it is larger than %d KiB", maxFile>>10)
	}
	text, err := io.ReadAll(io.LimitReader(file, maxFile))
	if err != nil {
		return nil, reason(err)
	}
	found, err := parseFile(text, served)
	if err == nil {
		found.Changed = info.ModTime()
	}
	return found, err
}

var errIrregular = errors.New("it is not a regular file")

// reason is an error without the path, which stands beside it.
func reason(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}

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

// readers is how many files are read at once.
const readers = 4

// addDisk reads the files of the certificates, and returns notes on those that
// cannot be.
func addDisk(subjects []Subject) []string {
	notes := make([]string, len(subjects))
	var wait sync.WaitGroup
	for first := range readers {
		wait.Go(func() {
			for i := first; i < len(subjects); i += readers {
				notes[i] = subjects[i].addDisk()
			}
		})
	}
	wait.Wait()
	return slices.DeleteFunc(notes, func(note string) bool { return note == "" })
}

func (s *Subject) addDisk() (note string) {
	var err error
	defer func() {
		if err != nil {
			note = fmt.Sprintf("%s: its file was not compared: %s", s.Label, err)
		}
	}()
	defer panics.Catch(&err)
	if path := fileOf(s.Certificate); path != "" && s.local {
		s.Disk, err = readFile(path, s.Fingerprint)
	}
	return ""
}
