package rig

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// Certificate is a self-signed certificate for HAProxy to serve.
type Certificate struct {
	Names []string      // DNS names; the first is the common name, too
	From  time.Duration // until it is valid; 0 is an hour ago
	Valid time.Duration // until it ends; 0 is 300 days
	Key   string        // "RSA" or "Ed25519"; otherwise EC
}

// Days is a length of time.
func Days(n float64) time.Duration { return time.Duration(n * float64(24*time.Hour)) }

// Write writes the certificate, new every time, and its key to a file as "bind …
// ssl crt" reads it.
func (c Certificate) Write(t testing.TB, path string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(c.PEM(t)), 0o600); err != nil {
		t.Fatal(err)
	}
}

// PEM is the certificate, new every time, and its key.
func (c Certificate) PEM(t testing.TB) string {
	t.Helper()
	text, err := c.Make()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// Make is PEM without a test.
func (c Certificate) Make() (string, error) {
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	if err != nil {
		return "", err
	}
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{Organization: []string{"Example"}, CommonName: c.Names[0]}, DNSNames: c.Names,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(Days(300)),
	}
	if c.From != 0 {
		template.NotBefore = time.Now().Add(c.From)
	}
	if c.Valid != 0 {
		template.NotAfter = time.Now().Add(c.Valid)
	}
	key, err := newKey(c.Key)
	if err != nil {
		return "", err
	}
	signed, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return "", err
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return "", err
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: signed})) +
		string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})), nil
}

func newKey(kind string) (crypto.Signer, error) {
	switch kind {
	case "RSA":
		return rsa.GenerateKey(rand.Reader, 2048)
	case "Ed25519":
		_, key, err := ed25519.GenerateKey(rand.Reader)
		return key, err
	}
	return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
}
