package endpoint

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"strings"

	"check-haproxy/internal/advice"
	"check-haproxy/internal/argument"
	"check-haproxy/internal/regular"
)

// maxPEM bounds a file of certificates or keys: the authorities of a whole
// system have some hundred KiB.
const maxPEM = 4 << 20

// trust is how the flags want TLS; a file that is missing or no PEM is an error
// in the arguments.
func (f *Flags) trust() (*tls.Config, error) {
	config := &tls.Config{ServerName: f.ServerName, InsecureSkipVerify: f.Insecure, MinVersion: tls.VersionTLS12}
	if f.CAFile != "" {
		pem, err := readPEM("--ca-file", f.CAFile)
		if err != nil {
			return nil, err
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(pem) {
			return nil, advice.New("--ca-file"+shownPath(f.CAFile)+" holds no certificate in PEM form", "give a file of \"BEGIN CERTIFICATE\" blocks")
		}
	}
	if f.Cert == "" {
		return config, nil
	}
	certificate, err := readPEM("--cert", f.Cert)
	if err != nil {
		return nil, err
	}
	key := certificate
	if f.Key != "" {
		if key, err = readPEM("--key", f.Key); err != nil {
			return nil, err
		}
	}
	pair, err := tls.X509KeyPair(certificate, key)
	if err != nil {
		return nil, advice.Because(err, fmt.Sprintf("cannot use --cert%s with its key: %v", shownPath(f.Cert), err), "give a certificate and the key that belongs to it, in PEM form, in one file or with --key")
	}
	config.Certificates = []tls.Certificate{pair}
	return config, nil
}

// readPEM reads the file of a flag. What does not look like a path is not
// repeated: it may be the key itself.
func readPEM(flag, path string) ([]byte, error) {
	content, err := regular.Read(path, maxPEM)
	switch {
	case err == nil:
		return content, nil
	case shownPath(path) == "":
		return nil, advice.Because(err, fmt.Sprintf("cannot read the file of %s: %v", flag, err), "give its path")
	}
	unread := advice.CannotRead(path, err)
	return nil, advice.Because(err, flag+": "+unread.Error(), unread.Advice())
}

// shownPath is the path of a file for an error, in quotes and with a blank before
// it. What does not begin as a path does may be the secret itself.
func shownPath(path string) string {
	if !strings.HasPrefix(path, "/") && !strings.HasPrefix(path, "./") && !strings.HasPrefix(path, "../") || argument.HasSecret(path) {
		return ""
	}
	return fmt.Sprintf(" %q", path)
}
