package certs

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"check-haproxy/internal/haproxy"
	"check-haproxy/internal/plugin"
	"check-haproxy/internal/plugin/threshold"
	"check-haproxy/test/rig"
)

// noon is the time of all judgements.
var noon = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

func defaults() Options {
	return Options{Warning: threshold.Rules{threshold.All(DefaultWarning)}, Critical: threshold.Rules{threshold.All(DefaultCritical)}, Now: noon}
}

// certificate is one that is valid for so long from noon on.
func certificate(left time.Duration) *haproxy.Certificate {
	return &haproxy.Certificate{
		Name: "/etc/haproxy/certs/www.pem", Status: "Used", Whole: true, DNSNames: []string{"www.example.com"}, Fingerprint: "AA", Serial: "01",
		Subject: "/CN=www.example.com", NotBefore: noon.Add(-90 * day), NotAfter: noon.Add(left),
	}
}

func subject(c *haproxy.Certificate) Subject {
	return Subject{local: true, Certificate: c, Label: filepath.Base(c.Name), Endpoint: "admin.sock", Names: namesOf(c)}
}

func TestJudgeLifetime(t *testing.T) {
	for _, test := range []struct {
		left time.Duration
		want plugin.State
		days int
	}{
		{300 * day, plugin.OK, 300},
		{14 * day, plugin.OK, 14},
		{14*day - time.Second, plugin.Warning, 13},
		{10 * day, plugin.Warning, 10},
		{7 * day, plugin.Warning, 7},
		{7*day - time.Second, plugin.Critical, 6},
		{time.Second, plugin.Critical, 0},
		{0, plugin.Critical, 0},
		{-time.Second, plugin.Critical, -1},
		{-2 * day, plugin.Critical, -2},
	} {
		v := Judge(subject(certificate(test.left)), defaults())
		if v.State != test.want || v.Days() != test.days {
			t.Errorf("with %s left: %s, %d days, want %s, %d", test.left, v.State, v.Days(), test.want, test.days)
		}
		if (len(v.Problems) > 0) != (test.want != plugin.OK) {
			t.Errorf("with %s left the problems are %v", test.left, v.Problems)
		}
	}
}

// TestJudgeRules: rules by file, by path and by any name in the certificate.
func TestJudgeRules(t *testing.T) {
	for rule, want := range map[string]plugin.State{
		"www.pem=30:":              plugin.Critical,
		"*.example.com=30:":        plugin.Critical,
		"/etc/haproxy/certs/*=30:": plugin.Critical,
		"other.pem=30:":            plugin.OK,
		"~^www=none":               plugin.OK,
	} {
		parsed, err := threshold.ParseRule(rule)
		if err != nil {
			t.Fatal(err)
		}
		o := defaults()
		o.Critical = append(o.Critical, parsed)
		if v := Judge(subject(certificate(20*day)), o); v.State != want {
			t.Errorf("%s: %s, want %s", rule, v.State, want)
		}
	}
}

// TestJudgeSwitchedOff: "none" is none, of one that has expired, too.
func TestJudgeSwitchedOff(t *testing.T) {
	o := defaults()
	o.Critical = threshold.Rules{threshold.All("none")}
	if v := Judge(subject(certificate(-day)), o); v.State != plugin.Warning {
		t.Errorf("without a critical threshold: %s", v.State)
	}
	o.Critical = threshold.Rules{threshold.All("-30:")}
	if v := Judge(subject(certificate(-day)), o); v.State != plugin.Critical {
		t.Errorf("one that has expired: %s", v.State)
	}
}

func TestJudgeNotYetValid(t *testing.T) {
	c := certificate(300 * day)
	c.NotBefore = noon.Add(time.Second)
	if v := Judge(subject(c), defaults()); v.State != plugin.Critical || v.Problems[0].Trouble != NotYetValid {
		t.Errorf("before its time: %+v", v.Problems)
	}
	c.NotBefore = noon
	if v := Judge(subject(c), defaults()); v.State != plugin.OK {
		t.Errorf("from the first moment on: %+v", v.Problems)
	}
}

func TestJudgeDisk(t *testing.T) {
	for _, test := range []struct {
		name string
		disk *OnDisk
		bare bool // HAProxy tells no fingerprint
		want []Problem
	}{
		{"not known", nil, false, nil},
		{"the same", &OnDisk{Fingerprint: "AA"}, false, nil},
		{"renewed", &OnDisk{Fingerprint: "BB", NotBefore: noon, NotAfter: noon.Add(90 * day)}, false, []Problem{{NotLoaded, plugin.Warning}}},
		{"renewed for less long", &OnDisk{Fingerprint: "BB", NotBefore: noon, NotAfter: noon.Add(day)}, false, []Problem{{NotLoaded, plugin.Warning}}},
		{"valid for longer", &OnDisk{Fingerprint: "BB", NotBefore: noon.Add(-90 * day), NotAfter: noon.Add(90 * day)}, false, []Problem{{NotLoaded, plugin.Warning}}},
		{"older, though valid for longer", &OnDisk{Fingerprint: "BB", NotBefore: noon.Add(-91 * day), NotAfter: noon.Add(90 * day)}, false, []Problem{{Differs, plugin.Warning}}},
		{"older", &OnDisk{Fingerprint: "BB", NotBefore: noon.Add(-91 * day), NotAfter: noon.Add(day)}, false, []Problem{{Differs, plugin.Warning}}},
		{"the same, by its serial", &OnDisk{Fingerprint: "BB", Serial: "01", NotBefore: noon.Add(-90 * day), NotAfter: noon.Add(30 * day)}, true, nil},
		{"another serial", &OnDisk{Fingerprint: "BB", Serial: "02", NotBefore: noon.Add(-90 * day), NotAfter: noon.Add(30 * day)}, true, []Problem{{Differs, plugin.Warning}}},
		{"another begin", &OnDisk{Fingerprint: "BB", Serial: "01", NotBefore: noon, NotAfter: noon.Add(30 * day)}, true, []Problem{{NotLoaded, plugin.Warning}}},
		{"another end", &OnDisk{Fingerprint: "BB", Serial: "01", NotBefore: noon.Add(-90 * day), NotAfter: noon.Add(31 * day)}, true, []Problem{{NotLoaded, plugin.Warning}}},
	} {
		s := subject(certificate(30 * day))
		s.Disk = test.disk
		if test.bare {
			s.Fingerprint = ""
		}
		v := Judge(s, defaults())
		if len(v.Problems) != len(test.want) || len(test.want) > 0 && v.Problems[0] != test.want[0] {
			t.Errorf("%s: %+v, want %+v", test.name, v.Problems, test.want)
		}
	}
}

// TestJudgeWorstFirst: one in two kinds of trouble.
func TestJudgeWorstFirst(t *testing.T) {
	s := subject(certificate(3 * day))
	s.Disk = &OnDisk{Fingerprint: "BB", NotBefore: noon, NotAfter: noon.Add(90 * day), Changed: noon.Add(-5 * day)}
	v := Judge(s, defaults())
	if v.State != plugin.Critical || len(v.Problems) != 2 || v.Problems[0].Trouble != Expires || v.Problems[1].Trouble != NotLoaded {
		t.Errorf("the problems are %+v", v.Problems)
	}
	if got := v.finding().Sentence(); got != "www.pem expires in 3 days, on 2026-11-28 (www.example.com): was renewed on disk on 2026-11-20 and not loaded" {
		t.Errorf("the sentence is %q", got)
	}
}

func TestNames(t *testing.T) {
	c := certificate(day)
	c.File = "/etc/ssl/site.crt"
	c.Subject = "/CN=old.example.com"
	if got := strings.Join(namesOf(c), " "); got != "www.pem /etc/haproxy/certs/www.pem site.crt /etc/ssl/site.crt www.example.com old.example.com" {
		t.Errorf("the names are %s", got)
	}
	short := shortNames([]string{"/a/x.pem", "/b/x.pem", "/b/y.pem", "@store/z"})
	for path, want := range map[string]string{"/a/x.pem": "/a/x.pem", "/b/x.pem": "/b/x.pem", "/b/y.pem": "y.pem", "@store/z": "z"} {
		if short[path] != want {
			t.Errorf("%s is called %s", path, short[path])
		}
	}
}

func TestReadFile(t *testing.T) {
	dir := rig.Dir(t)
	path := func(name string) string { return filepath.Join(dir, name) }
	rig.Certificate{Names: []string{"www.example.com"}, Valid: rig.Days(10)}.Write(t, path("good.pem"))
	good, err := os.ReadFile(path("good.pem"))
	if err != nil {
		t.Fatal(err)
	}
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(path(name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("empty.pem", "")
	certificate, key, _ := strings.Cut(string(good), "-----BEGIN PRIVATE")
	write("key-first.pem", "-----BEGIN PRIVATE"+key+certificate)
	write("key.pem", "-----BEGIN PRIVATE"+key)
	write("broken.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
	write("large.pem", string(good)+strings.Repeat("\n", maxFile))
	if err := syscall.Mkfifo(path("fifo"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("good.pem", path("link.pem")); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"good.pem": "", "key-first.pem": "", "link.pem": "",
		"no.pem": "no such file", "empty.pem": "no certificate", "key.pem": "no certificate", "broken.pem": "cannot be read",
		"large.pem": "larger than 1024 KiB", "fifo": "not a regular file", ".": "not a regular file",
	} {
		found, err := new(fileReader).read(path(name), "")
		switch {
		case want != "" && (err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), dir)):
			t.Errorf("%s: %v, want %q", name, err, want)
		case want == "" && (err != nil || len(found.Fingerprint) != 40 || found.Changed.IsZero() || time.Until(found.NotAfter) < 9*day):
			t.Errorf("%s: %+v, %v", name, found, err)
		}
	}
}

// TestReadFileOfServed: of the one that is served the fingerprint is enough.
func TestReadFileOfServed(t *testing.T) {
	path := filepath.Join(rig.Dir(t), "a.pem")
	rig.Certificate{Names: []string{"a.example.com"}}.Write(t, path)
	other, err := new(fileReader).read(path, "")
	if err != nil {
		t.Fatal(err)
	}
	same, err := new(fileReader).read(path, other.Fingerprint)
	if err != nil || same.Fingerprint != other.Fingerprint || !same.NotAfter.IsZero() || other.NotAfter.IsZero() {
		t.Errorf("%+v and %+v, %v", same, other, err)
	}
}

// FuzzDecode holds that the short way to a certificate's bytes leads to the same
// ones as package pem.
func FuzzDecode(f *testing.F) {
	text, err := rig.Certificate{Names: []string{"a.example.com"}}.Make()
	if err != nil {
		f.Fatal(err)
	}
	for _, change := range [][2]string{
		{"", ""}, {"\n", "\r\n"}, {"\nM", "\nProc-Type: 4,ENCRYPTED\n\nM"}, {"\n-----END", "-----END"},
		{"=", ""}, {"MII", "MII\n"}, {"MII", "MI I"}, {"MII", "-----BEGIN CERTIFICATE-----\nMII"}, {"-----END CERTIFICATE-----\n", "-----END CERTIFICATE-----"},
	} {
		f.Add([]byte(strings.ReplaceAll(text, change[0], change[1])))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var r fileReader
		short, ok := r.decodePlain(text)
		if !ok {
			return
		}
		if block, _ := pem.Decode(text); block == nil || block.Type != pemType || !bytes.Equal(block.Bytes, short) {
			t.Errorf("%x, package pem has %+v", short, block)
		}
	})
}

// TestDecodePlain: what OpenSSL writes goes the short way, with one reader after
// another file, too.
func TestDecodePlain(t *testing.T) {
	var r fileReader
	for _, names := range [][]string{{"a.example.com", "b.example.com"}, {"c"}} {
		text, err := rig.Certificate{Names: names}.Make()
		if err != nil {
			t.Fatal(err)
		}
		der, ok := r.decodePlain([]byte(text))
		if c, err := x509.ParseCertificate(der); !ok || err != nil || !slices.Equal(c.DNSNames, names) {
			t.Errorf("%v: %v, %v", names, ok, err)
		}
	}
}

func TestFileOf(t *testing.T) {
	for _, test := range []struct{ name, file, want string }{
		{"/etc/a.pem", "", "/etc/a.pem"},
		{"@web/a", "/etc/ssl/a.crt", "/etc/ssl/a.crt"},
		{"@web/a", "a.crt", ""},
		{"a.pem", "", ""},
	} {
		if got := fileOf(&haproxy.Certificate{Name: test.name, File: test.file}); got != test.want {
			t.Errorf("%s, %s: %q", test.name, test.file, got)
		}
	}
}

// TestFiles reads many files at once, each for its own certificate, those too
// that nobody announced.
func TestFiles(t *testing.T) {
	dir := rig.Dir(t)
	var all []*haproxy.Certificate
	for _, name := range []string{"a.pem", "b.pem", "c.pem", "d.pem", "e.pem", "gone.pem", "relative"} {
		path := filepath.Join(dir, name)
		if name == "relative" {
			path = name
		} else if name != "gone.pem" {
			rig.Certificate{Names: []string{name}}.Write(t, path)
		}
		all = append(all, &haproxy.Certificate{Name: path})
	}
	f := newFiles()
	for range handful { // full hands, and some that are not
		for _, c := range all[1:] {
			f.add(c)
		}
	}
	f.add(all[1])
	f.close()
	for range handful { // too late
		f.add(all[0])
	}
	seen := map[string]bool{}
	for i, c := range all {
		found, err := f.of(c)
		if (found != nil) != (i < 5) || (err != nil) != (i == 5) {
			t.Errorf("%s: %v, %v", c.Name, found, err)
		}
		if found != nil {
			seen[found.Fingerprint] = true
		}
	}
	if len(seen) != 5 {
		t.Errorf("%d fingerprints", len(seen))
	}
	// What is served decides how much of the file is known.
	served, _ := f.of(all[0])
	same, err := f.of(&haproxy.Certificate{Name: all[0].Name, Fingerprint: served.Fingerprint})
	if err != nil || !same.NotAfter.IsZero() || served.NotAfter.IsZero() {
		t.Errorf("%+v and %+v, %v", served, same, err)
	}
}
