package endpoint

import (
	"fmt"
	"net"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"check-haproxy/internal/haproxy"
	"check-haproxy/test/rig"
)

const infoOfOne = "Name: HAProxy\nVersion: 2.6\nPid: 7\nCurrSslConns: 0\n\n"

// detailOf is a certificate as HAProxy shows it.
func detailOf(name string) string {
	return "Filename: " + name + "\nStatus: Used\nnotAfter: Dec  5 02:48:18 2026 GMT\nSHA1 FingerPrint: AA\n\n"
}

// listed are the names of the certificates in an answer, "!" before what is not told.
func listed(a Answer) string {
	if a.Certificates == nil {
		return fmt.Sprint(a.Err)
	}
	var list []string
	for _, c := range a.Certificates.List {
		list = append(list, c.Name)
	}
	for _, u := range a.Certificates.Untold {
		list = append(list, "!"+u.Name)
	}
	if c := a.Certificates.Transaction; c != nil {
		list = append(list, "*"+c.Name)
	}
	return strings.Join(list, " ")
}

func TestCertificates(t *testing.T) {
	for _, test := range []struct {
		name, list string
		answers    map[string]string
		want       string
	}{
		{"none", "# filename\n\n", nil, ""},
		{"two", "# filename\na.pem\nb.pem\n\n", map[string]string{"a.pem": detailOf("a.pem"), "b.pem": detailOf("b.pem")}, "a.pem b.pem"},
		{"a blank and a backslash in a name", "# filename\na b\\c.pem\n\n", map[string]string{`a\ b\\c.pem`: detailOf(`a b\c.pem`)}, `a b\c.pem`},
		{"a bundle of 2.2", "# filename\na.pem\nb: b.rsa b.ecdsa\n\n", map[string]string{"a.pem": detailOf("a.pem")}, "a.pem !b"},
		{"names that cannot be asked for", "# filename\na.ocsp\n*b\nc<<d\n\\e\n\n", nil, "!a.ocsp !*b !c<<d !\\e"},
		{"one that is listed and not shown", "# filename\na.pem\n\n", map[string]string{"a.pem": "Can't display the certificate: Not found or the certificate is a bundle!\n\n"}, "!a.pem"},
		{"a transaction", "# transaction\n*a.pem\n# filename\na.pem\n\n", map[string]string{"a.pem": detailOf("a.pem"), "*a.pem": detailOf("*a.pem")}, "a.pem *a.pem"},
		{"a transaction that is committed just now", "# transaction\n*a.pem\n# filename\na.pem\n\n",
			map[string]string{"a.pem": detailOf("a.pem"), "*a.pem": "Can't display the certificate: Not found or the certificate is a bundle!\n\n"}, "a.pem"},
		{"another one's details", "# filename\na.pem\n\n", map[string]string{"a.pem": detailOf("b.pem")}, "is about the certificate"},
		{"the transaction's details", "# filename\na.pem\n\n", map[string]string{"a.pem": detailOf("*a.pem")}, "is about the certificate"},
	} {
		t.Run(test.name, func(t *testing.T) {
			answers := map[string]string{"show ssl cert": test.list, "show info": infoOfOne}
			for name, answer := range test.answers {
				answers["show ssl cert "+name] = answer
			}
			a := askOneWithin(t, time.Second, answering(t, answers), Query{Subject: OfCertificates})
			if got := listed(a); got != test.want && (a.Err == nil || !strings.Contains(got, test.want)) {
				t.Errorf("the certificates are %q, want %q", got, test.want)
			}
		})
	}
}

// TestCertificatesRefused: each reason has its own sentence, and what to try.
func TestCertificatesRefused(t *testing.T) {
	const unknown = "Unknown command, but maybe one of the following ones is a better match:\n  quit\n\n"
	for _, test := range []struct {
		answer, info string
		want         []string
	}{
		{"Can't allocate memory!\n\n", infoOfOne, []string{"at level user", "level operator"}},
		{"Permission denied\n\n", infoOfOne, []string{"permission denied", "level operator"}},
		{unknown, "Name: HAProxy\nVersion: 2.1.12\nPid: 7\nCurrSslConns: 0\n\n", []string{"HAProxy 2.1.12 does not tell", "2.2 and newer"}},
		{unknown, "Name: HAProxy\nVersion: 1.8.0\nPid: 7\n\n", []string{"HAProxy 1.8.0 does not tell"}},
		{unknown, "Name: HAProxy\nVersion: 3.2.0\nPid: 7\n\n", []string{"built without TLS"}},
		{unknown, "Name: HAProxy\nVersion: 2.2.0\nPid: 7\n\n", []string{"built without TLS"}},
		{unknown, infoOfOne, []string{"does not know this command"}},
	} {
		a := askOne(t, answering(t, map[string]string{"show ssl cert": test.answer, "show info": test.info}), Query{Subject: OfCertificates})
		wantErr(t, a, test.want...)
	}
}

// TestCertificatesLocked: HAProxy shows its certificates to one at a time.
func TestCertificatesLocked(t *testing.T) {
	const locked = "Can't show!\nOperations on certificates are currently locked!\n\n"
	var asked atomic.Int32
	path := listenUnix(t, commands(nil, func(command string) string {
		switch n := asked.Add(1); {
		case command == "show info":
			return infoOfOne
		case n == 1, command == "show ssl cert b" && n < 8:
			return locked
		case command == "show ssl cert":
			return "# filename\na\nb\nc\n\n"
		}
		return detailOf(strings.TrimPrefix(command, "show ssl cert "))
	}))
	if got := listed(askOne(t, Flags{Socket: []string{path}}, Query{Subject: OfCertificates})); got != "a b c" {
		t.Errorf("the certificates are %q", got)
	}

	f := answering(t, map[string]string{"show ssl cert": locked, "show info": infoOfOne})
	wantErr(t, askOneWithin(t, 700*time.Millisecond, f, Query{Subject: OfCertificates}), "busy with another command", "somebody")
}

// TestCertificatesCommitted: a transaction that comes to its end is none, and
// what it brought is there.
func TestCertificatesCommitted(t *testing.T) {
	var lists atomic.Int32
	path := listenUnix(t, commands(nil, func(command string) string {
		switch command {
		case "show info":
			return infoOfOne
		case "show ssl cert":
			if lists.Add(1) < 3 {
				return "# transaction\n*a\n# filename\na\n\n"
			}
			return "# filename\na\n\n"
		}
		detail := detailOf(strings.TrimPrefix(command, "show ssl cert "))
		if lists.Load() > 3 {
			detail = strings.Replace(detail, "AA", "BB", 1)
		}
		return detail
	}))
	a := askOne(t, Flags{Socket: []string{path}}, Query{Subject: OfCertificates})
	if got := listed(a); got != "a" || a.Certificates.List[0].Fingerprint != "BB" {
		t.Errorf("the certificates are %q", got)
	}
}

// TestCertificatesReloaded: the answers are all of one process.
func TestCertificatesReloaded(t *testing.T) {
	for reloads, want := range map[int]string{1: "a", 9: "was reloaded while it was asked"} {
		var infos atomic.Int32
		path := listenUnix(t, commands(nil, func(command string) string {
			switch command {
			case "show info":
				pid := min(int(infos.Add(1)), reloads+1)
				return strings.ReplaceAll(infoOfOne, "7", fmt.Sprint(pid))
			case "show ssl cert":
				return "# filename\na\n\n"
			}
			return detailOf("a")
		}))
		if got := listed(askOne(t, Flags{Socket: []string{path}}, Query{Subject: OfCertificates})); !strings.Contains(got, want) {
			t.Errorf("after %d reloads the certificates are %q", reloads, got)
		}
	}
}

func TestCertificatesCutShort(t *testing.T) {
	first := "# filename\na\nb\n\n" + infoOfOne
	second := detailOf("a") + detailOf("b") + infoOfOne
	for n := range len(first) + len(second) {
		path := listenUnix(t, func(conn net.Conn) {
			line := make([]byte, 200)
			got, _ := conn.Read(line)
			if strings.HasPrefix(string(line[:got]), "show ssl cert;") {
				_, _ = conn.Write([]byte(first[:min(n, len(first))]))
				return
			}
			_, _ = conn.Write([]byte(second[:max(0, n-len(first))]))
		})
		p := process{socket: socket{"unix", path}}
		if a := p.ask(within(t, long), Query{Subject: OfCertificates}); a.Err == nil {
			t.Fatalf("cut after %d of %d bytes there is an answer: %s", n, len(first)+len(second), listed(a))
		}
	}
}

func TestBatchOf(t *testing.T) {
	var all []string
	for i := range 1000 {
		all = append(all, fmt.Sprintf("/etc/haproxy/certs/site%04d.pem", i))
	}
	for _, test := range []struct {
		process       process
		version       string
		most, connect int
	}{
		{process{}, "2.6.12-1+deb12u4", longLine, 4},
		{process{socket: socket{"tcp", "192.0.2.1:9999"}}, "2.6.12", shortLine, 10},
		{process{}, "2.5.14", shortLine, 10},
		{process{prefix: "@!4194304 "}, "3.2.4", shortLine, 12},
	} {
		if most := test.process.mostLine(test.version); most != test.most {
			t.Errorf("HAProxy %s, prefix %q: a line may have %d bytes", test.version, test.process.prefix, most)
		}
		lines := 0
		for left := all; len(left) > 0; lines++ {
			batch := batchOf(left, len(test.process.prefix), test.most)
			size := 0
			for _, name := range batch {
				size += len(test.process.prefix) + len("show ssl cert ;") + len(name)
			}
			if size > test.most {
				t.Fatalf("a line has %d bytes, %d at most", size, test.most)
			}
			left = left[len(batch):]
		}
		if lines > test.connect {
			t.Errorf("1,000 certificates take %d connections", lines)
		}
	}
	long := strings.Repeat("x", shortLine)
	if got := batchOf([]string{long, "a"}, 0, shortLine); !slices.Equal(got, []string{long}) {
		t.Errorf("a line of its own has %d names", len(got))
	}
}

// TestLiveCertificates asks a real HAProxy, its master and a socket of level
// user, for certificates of every kind, names with a meaning included.
func TestLiveCertificates(t *testing.T) {
	dir := rig.Dir(t)
	for file, c := range map[string]rig.Certificate{
		"a.pem":               {Names: []string{"a.example.com", "www.example.com"}, Key: "RSA"},
		"b c;d.pem":           {Names: []string{"b.example.com"}},
		"ed.pem":              {Names: []string{"ed.example.com"}, Key: "Ed25519"},
		"dual.pem.rsa":        {Names: []string{"dual.example.com"}, Key: "RSA"},
		"dual.pem.ecdsa":      {Names: []string{"dual.example.com"}},
		"response.pem.ocsp.x": {Names: []string{"x.example.com"}},
	} {
		c.Write(t, filepath.Join(dir, file))
	}
	h := rig.StartMaster(t, "global\n\tstats socket DIR/user.sock mode 600 level user\nfrontend fe\n\tbind 127.0.0.1:"+rig.Port(t)+" ssl crt "+dir+"/\n")
	for _, socket := range []string{h.Socket, h.Master} {
		a := askOne(t, Flags{Socket: []string{socket}}, Query{Subject: OfCertificates})
		if a.Err != nil || len(a.Certificates.List) != 6 || len(a.Certificates.Untold) != 0 {
			t.Fatalf("%s: the certificates are %s", socket, listed(a))
		}
		i := slices.IndexFunc(a.Certificates.List, func(c *haproxy.Certificate) bool { return c.Name == filepath.Join(dir, "b c;d.pem") })
		if i < 0 || !a.Certificates.List[i].Whole || !a.Certificates.List[i].Used() || a.Certificates.List[i].DNSNames[0] != "b.example.com" {
			t.Errorf("%s: a name with a blank and a semicolon: %s", socket, listed(a))
		}
	}
	a := askOne(t, Flags{Socket: []string{filepath.Join(h.Dir, "user.sock")}}, Query{Subject: OfCertificates})
	wantErr(t, a, "level user", "level operator")
}
