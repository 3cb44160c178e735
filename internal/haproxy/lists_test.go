package haproxy

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestPeers(t *testing.T) {
	for _, test := range []struct {
		name, answer string
		want         []Peer
	}{
		{"none", "\n", nil},
		{"2.6", string(capture(t, "2.6/peers.txt")), []Peer{
			{Section: "second", Name: "away", Active: true, Address: "127.0.0.1:19305", Status: "CONN"},
			{Section: "second", Name: "me", Local: true, Address: "127.0.0.1:19304", Status: "ESTA"},
			{Section: "cluster", Name: "third", Active: true, Address: "127.0.0.1:19303", Status: "CONN"},
			{Section: "cluster", Name: "other", Active: true, Address: "127.0.0.1:19302", Status: "ESTA"},
			{Section: "cluster", Name: "me", Local: true, Address: "127.0.0.1:19301", Status: "ESTA"},
		}},
		{"2.0", "0x1: [01/Jan/2026:00:00:00] id=old state=0 flags=0x13 resync_timeout=<PAST> task_calls=9\n" +
			"  0x2: id=b(remote) addr=10.0.0.2:10000 status=ESTA reconnect=3s confirm=0\n" +
			"        flags=0x0 appctx:0x3 st0=7 st1=0 task_calls=6 state=EST\n" +
			"        xprt=RAW src=10.0.0.2:3 addr=10.0.0.1:4\n" +
			"  0x4: id=c(remote) addr=10.0.0.3:10000 status=ESTA reconnect=3s confirm=0\n" +
			"        flags=0x0\n\n", []Peer{
			{Section: "old", Name: "b", Active: true, Address: "10.0.0.2:10000", Status: "ESTA"},
			{Section: "old", Name: "c", Address: "10.0.0.3:10000", Status: "ESTA"},
		}},
		{"disabled, and new words", "0x1: [1] id=x disabled=1 mood=good\n" +
			"  0x2: id=p(1)(remote,inactive) mood=bad addr=[::1]:1 last_status=NONE\n" +
			"        mood=better\n\n", []Peer{{Section: "x", Disabled: true, Name: "p(1)", Address: "[::1]:1", Status: "NONE"}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := NewReader(strings.NewReader(test.answer)).Peers()
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestPeerConnected(t *testing.T) {
	for _, test := range []struct {
		active bool
		status string
		want   bool
	}{{true, "ESTA", true}, {false, "ESTA", false}, {true, "CONN", false}, {true, "RETR", false}} {
		if got := (Peer{Active: test.active, Status: test.status}).Connected(); got != test.want {
			t.Errorf("active %t, %s: connected is %t", test.active, test.status, got)
		}
	}
}

func TestStickTables(t *testing.T) {
	for _, test := range []struct {
		name, answer string
		want         []StickTable
	}{
		{"none", "\n", nil},
		{"2.6", string(capture(t, "2.6/table.txt")), []StickTable{{"be", "string", 4, 3}, {"cluster/t1", "ip", 1024, 1}}},
		{"above 2^31", "# table: big, type: ip, size:-2147483648, used:-1\n\n", []StickTable{{"big", "ip", 1 << 31, 1<<32 - 1}}},
		{"new words", "# table: a, type: ip, shards: 2, used:1, size:2\n\n", []StickTable{{"a", "ip", 2, 1}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := NewReader(strings.NewReader(test.answer)).StickTables()
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestCertificateNames(t *testing.T) {
	for _, test := range []struct {
		name, answer string
		want         CertificateNames
	}{
		{"none", "# filename\n\n", CertificateNames{}},
		{"none, without a heading", "\n", CertificateNames{}},
		{"2.2, a bundle", "# filename\na.pem\nb.pem: b.pem.rsa b.pem.ecdsa\nc: d.pem\n\n", CertificateNames{Names: []string{"a.pem", "c: d.pem"}, Bundles: []string{"b.pem"}}},
		{"a transaction, said again in a long list", "# transaction\n*b.pem\n# filename\na.pem\n# transaction\n*b.pem\n*c.pem\n\n",
			CertificateNames{Names: []string{"a.pem", "*c.pem"}, Transaction: "b.pem"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := NewReader(strings.NewReader(test.answer)).CertificateNames()
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(&test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
	got, err := NewReader(bytes.NewReader(capture(t, "2.6/ssl-cert.txt"))).CertificateNames()
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Names) != 10 || got.Names[8] != "/etc/haproxy/certs/with space;semi.pem" || got.Transaction != "/etc/haproxy/certs/ten.pem" {
		t.Errorf("the names are %+v", got)
	}
}

// details are the certificates of the recorded answers, by name.
func details(t *testing.T) map[string]*Certificate {
	t.Helper()
	r := NewReader(bytes.NewReader(capture(t, "2.6/ssl-cert-details.txt")))
	found := map[string]*Certificate{}
	for !r.begins("Name: ") {
		c, err := r.Certificate()
		if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimPrefix(c.Name, "/etc/haproxy/certs/")
		if c.Uncommitted {
			name = "*" + name
		}
		found[name] = c
	}
	if _, err := r.Info(); err != nil {
		t.Errorf("what stands behind the certificates: %v", err)
	}
	return found
}

func TestCertificates(t *testing.T) {
	all := details(t)
	if len(all) != 8 {
		t.Errorf("there are %d certificates", len(all))
	}
	want := &Certificate{
		Name: "/etc/haproxy/certs/three.pem", Status: "Used", Whole: true, Algorithm: "RSA2048",
		NotBefore: time.Date(2026, 11, 25, 2, 48, 18, 0, time.UTC), NotAfter: time.Date(2026, 11, 28, 2, 48, 18, 0, time.UTC),
		DNSNames: []string{"three.example.com", "www.three.example.com"},
		Serial:   "185511268405C6624D809130D213D3F4DD5B3BAB", Fingerprint: "B71C027888B62F7DD256E0C96A581D0885F84709",
		Subject: "/C=DE/O=Example GmbH/CN=three.example.com",
	}
	if diff := cmp.Diff(want, all["three.pem"]); diff != "" {
		t.Error(diff)
	}
	if day := all["ten.pem"].NotAfter.Day(); day != 5 {
		t.Errorf("a day of one digit is read as %d", day)
	}
	for name, whole := range map[string]bool{"ed.pem": false, "nosan.pem": false, "many.pem": false, "dual.pem.ecdsa": true, "*ten.pem": true} {
		if c := all[name]; c.Whole != whole || c.Err != nil || c.NotAfter.IsZero() || c.Uncommitted != strings.HasPrefix(name, "*") {
			t.Errorf("%s is %+v", name, c)
		}
	}
	if n := len(all["many.pem"].DNSNames); n != 426 {
		t.Errorf("of 900 names HAProxy told 426, and %d were read", n)
	}
	if a := all["ed.pem"].Algorithm; a != "" {
		t.Errorf("an algorithm that HAProxy does not tell is %q", a)
	}
}

// TestCertificateWithoutItsEnd: HAProxy before 2.5 leaves the last empty line
// out where it does not know a key's algorithm.
func TestCertificateWithoutItsEnd(t *testing.T) {
	const one = "Filename: a\nStatus: Used\nnotAfter: Dec  5 02:48:18 2026 GMT\nAlgorithm: \n"
	r := NewReader(strings.NewReader(one + strings.Replace(one, ": a", ": b", 1) + "Name: HAProxy\nVersion: 2.4\n\n"))
	for _, want := range []string{"a", "b"} {
		if c, err := r.Certificate(); err != nil || c.Name != want {
			t.Errorf("the certificate is %+v, %v", c, err)
		}
	}
	if info, err := r.Info(); err != nil || info.Version != "2.4" {
		t.Errorf("the info behind them is %v, %v", info, err)
	}
}

func TestCertificateDetails(t *testing.T) {
	const head = "Filename: a\nStatus: Used\n"
	for _, test := range []struct {
		answer string
		want   string // of the error; empty for none
		used   bool
	}{
		{head + "notAfter: Dec  5 02:48:18 2026 GMT\n\n", "", true},
		{head + "notAfter: Bad time value\n\n", `its notAfter is "Bad time value"`, true},
		{head + "notBefore: x\nnotAfter: Dec  5 02:48:18 2026 GMT\n\n", `its notBefore is "x"`, true},
		{head + "\n", "does not tell", true},
		{"Filename: a\nnotAfter: Dec  5 02:48:18 2026 GMT\n\n", "does not tell", true},
		{"Filename: a\nStatus: Empty\nOCSP Response Key: \n\n", "", false},
		{"Filename: a\nStatus: Unused\nnotAfter: Dec  5 02:48:18 2026 GMT\n\n", "", false},
		{"Filename: a\nStatus: Used for JWT verification\nnotAfter: Dec  5 02:48:18 2026 GMT\n\n", "", true},
	} {
		c, err := NewReader(strings.NewReader(test.answer)).Certificate()
		if err != nil {
			t.Fatal(err)
		}
		if test.want == "" && c.Err != nil || test.want != "" && (c.Err == nil || !strings.Contains(c.Err.Error(), test.want)) {
			t.Errorf("%q: the error is %v, want %q", test.answer, c.Err, test.want)
		}
		if c.Used() != test.used {
			t.Errorf("%q: used is %t", test.answer, c.Used())
		}
	}
}

// TestCertificateOfACrtStore reads what 3.2 and newer tell besides, and a
// subject that pretends to be more.
func TestCertificateOfACrtStore(t *testing.T) {
	const answer = `Filename: @web/site
Crt filename: /etc/ssl/site.crt
Key filename: /etc/ssl/site.key
Option: ocsp-update off
Status: Used
notBefore: Nov 25 02:48:18 2026 GMT
notAfter: Dec  5 02:48:18 2026 GMT
Subject Alternative Name: DNS:a.example.com, , DNS:*.example.com
Algorithm: EC256
SHA1 FingerPrint: AA
Subject: /CN=a/b.example.com/O=x
Filenames: x
Status: Unused
notAfter: Dec  5 02:48:18 2036 GMT
SHA1 FingerPrint: BB
Issuer: /CN=ca

`
	got, err := NewReader(strings.NewReader(answer)).Certificate()
	if err != nil {
		t.Fatal(err)
	}
	want := &Certificate{
		Name: "@web/site", File: "/etc/ssl/site.crt", Status: "Used", Whole: true, Algorithm: "EC256", Fingerprint: "AA",
		NotBefore: time.Date(2026, 11, 25, 2, 48, 18, 0, time.UTC), NotAfter: time.Date(2026, 12, 5, 2, 48, 18, 0, time.UTC),
		DNSNames: []string{"a.example.com", "*.example.com"}, Subject: "/CN=a/b.example.com/O=x",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestCommonName(t *testing.T) {
	for subject, want := range map[string]string{
		"":                            "",
		"/O=x":                        "",
		"/CN=www.example.com":         "www.example.com",
		"/C=DE/CN=a/b/O=x":            "a/b",
		"/CN=a/emailAddress=x@y/CN=b": "a",
		"/CN=a/2.5.4.97=b":            "a",
		"/CN=a/":                      "a/",
	} {
		if got := (&Certificate{Subject: subject}).CommonName(); got != want {
			t.Errorf("the common name of %q is %q, want %q", subject, got, want)
		}
	}
}

// TestEmptyLists: a list of nothing is an answer like others on the stream.
func TestEmptyLists(t *testing.T) {
	r := NewReader(strings.NewReader("\n\nName: HAProxy\nVersion: 2.6\n\n"))
	if peers, err := r.Peers(); err != nil || peers != nil {
		t.Errorf("the peers are %v, %v", peers, err)
	}
	if tables, err := r.StickTables(); err != nil || tables != nil {
		t.Errorf("the tables are %v, %v", tables, err)
	}
	if info, err := r.Info(); err != nil || info.Version != "2.6" {
		t.Errorf("the info behind them is %v, %v", info, err)
	}
}
