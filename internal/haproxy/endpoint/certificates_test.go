package endpoint

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// certificates makes a private authority and a certificate of its for the name
// stats.test. The server's file holds its key, too, as HAProxy wants it.
func certificates(t *testing.T) (serverFile, caFile string) {
	t.Helper()
	caKey, serverKey := newKey(t), newKey(t)
	ca := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "private CA"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	server := &x509.Certificate{
		SerialNumber: big.NewInt(2), DNSNames: []string{"stats.test"},
		NotBefore: ca.NotBefore, NotAfter: ca.NotAfter,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	dir := t.TempDir()
	serverFile, caFile = filepath.Join(dir, "server.pem"), filepath.Join(dir, "ca.pem")
	key, err := x509.MarshalECPrivateKey(serverKey)
	if err != nil {
		t.Fatal(err)
	}
	writePEM(t, caFile, &pem.Block{Type: "CERTIFICATE", Bytes: sign(t, ca, ca, &caKey.PublicKey, caKey)})
	writePEM(t, serverFile, &pem.Block{Type: "CERTIFICATE", Bytes: sign(t, server, ca, &serverKey.PublicKey, caKey)}, &pem.Block{Type: "EC PRIVATE KEY", Bytes: key})
	return serverFile, caFile
}

func newKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func sign(t *testing.T, certificate, authority *x509.Certificate, public *ecdsa.PublicKey, key *ecdsa.PrivateKey) []byte {
	t.Helper()
	signed, err := x509.CreateCertificate(rand.Reader, certificate, authority, public, key)
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

func writePEM(t *testing.T, path string, blocks ...*pem.Block) {
	t.Helper()
	var text bytes.Buffer
	for _, block := range blocks {
		if err := pem.Encode(&text, block); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(path, text.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
}
