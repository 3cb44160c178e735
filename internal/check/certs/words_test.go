package certs

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"check-haproxy/internal/check"
	"check-haproxy/internal/haproxy"
	"check-haproxy/internal/haproxy/endpoint"
)

// TestWords holds what is said of a certificate on the first line and in the long
// output.
func TestWords(t *testing.T) {
	many := certificate(52 * day)
	many.DNSNames, many.Algorithm = []string{"a.example.com", "b.example.com", "c.example.com", "d.example.com", "e.example.com", "f.example.com"}, "RSA2048"
	nameless := certificate(52 * day)
	nameless.DNSNames, nameless.Subject = nil, ""
	early := certificate(52 * day)
	early.NotBefore = noon.Add(time.Hour)
	renewed := subject(certificate(52 * day))
	renewed.Disk = &OnDisk{Fingerprint: "BB", NotBefore: noon, NotAfter: noon.Add(90 * day), Changed: noon.Add(-5 * day)}
	unreadable := subject(certificate(52 * day))
	unreadable.Err = errors.New("HAProxy tells no end")
	for _, test := range []struct {
		subject  Subject
		headline string
		line     string
	}{
		{subject(certificate(52 * day)), "", "OK www.pem: www.example.com, expires in 52 days, on 2027-01-16"},
		{subject(many), "", "OK www.pem: a.example.com, b.example.com, c.example.com, d.example.com, e.example.com +2 (RSA2048), expires in 52 days, on 2027-01-16"},
		{subject(nameless), "", "OK www.pem: expires in 52 days, on 2027-01-16"},
		{subject(certificate(2 * day)), "www.pem expires in 2 days, on 2026-11-27 (www.example.com)", "CRITICAL www.pem: www.example.com, expires in 2 days, on 2026-11-27"},
		{subject(certificate(2*day - time.Second)), "www.pem expires in 1d23h, on 2026-11-27 (www.example.com)", "CRITICAL www.pem: www.example.com, expires in 1d23h, on 2026-11-27"},
		{subject(certificate(0)), "www.pem expired 0s ago, on 2026-11-25 (www.example.com)", "CRITICAL www.pem: www.example.com, expired 0s ago, on 2026-11-25"},
		{subject(certificate(-3 * day)), "www.pem expired 3 days ago, on 2026-11-22 (www.example.com)", "CRITICAL www.pem: www.example.com, expired 3 days ago, on 2026-11-22"},
		{subject(early), "www.pem is not valid before 2026-11-25 (www.example.com)", "CRITICAL www.pem: www.example.com, is not valid before 2026-11-25; is this machine's clock right?"},
		{unreadable, "www.pem cannot be judged: HAProxy tells no end (www.example.com)", "UNKNOWN www.pem: cannot be judged: HAProxy tells no end"},
		{renewed, "www.pem was renewed on disk on 2026-11-20 and not loaded (www.example.com)",
			"WARNING www.pem: www.example.com, expires in 52 days, on 2027-01-16; was renewed on disk on 2026-11-20 and not loaded; reload HAProxy"},
	} {
		v := Judge(test.subject, defaults())
		f := v.finding()
		if diff := cmp.Diff([]string{test.headline, test.line}, []string{f.Sentence(), f.Line}); diff != "" {
			t.Errorf("headline and line (-want +got):\n%s", diff)
		}
	}
}

// TestRest closes the first line with what is in order.
func TestRest(t *testing.T) {
	verdict := func(name string, left time.Duration) Verdict {
		c := certificate(left)
		c.Name = name
		return Judge(subject(c), defaults())
	}
	broken := subject(certificate(day))
	broken.Err = errors.New("HAProxy tells no end")
	for _, test := range []struct {
		verdicts []Verdict
		want     string
		first    int // days of the first to expire; -1 for none
	}{
		{nil, "", -1},
		{[]Verdict{verdict("a", 52*day)}, "a expires in 52 days, on 2027-01-16 (www.example.com)", 52},
		{[]Verdict{verdict("a", 53*day), verdict("b", 52*day), verdict("c", 54*day)}, "3 certificates OK, b first: expires in 52 days, on 2027-01-16 (www.example.com)", 52},
		{[]Verdict{verdict("a", 52*day), verdict("b", 52*day)}, "2 certificates OK, a first: expires in 52 days, on 2027-01-16 (www.example.com)", 52},
		{[]Verdict{verdict("a", 3*day), verdict("b", 52*day)}, "1 other OK", 3},
		{[]Verdict{verdict("a", 3*day)}, "", 3},
		{[]Verdict{Judge(broken, defaults()), verdict("b", 52*day)}, "1 other OK", 52},
	} {
		if got := rest(test.verdicts); got != test.want {
			t.Errorf("rest %q, want %q", got, test.want)
		}
		first := -1
		for _, m := range totals(test.verdicts) {
			if !m.Total {
				t.Errorf("%s is no sum", m.Label)
			}
			if m.Label == "days" {
				first = int(m.Value)
			}
		}
		if first != test.first {
			t.Errorf("the first expires in %d days, want %d", first, test.first)
		}
	}
}

// TestFirst: the certificate in use that expires first, of all HAProxys that tell.
func TestFirst(t *testing.T) {
	named := func(name, status string, left time.Duration) *haproxy.Certificate {
		c := certificate(left)
		c.Name, c.Status = name, status
		return c
	}
	list := func(certificates ...*haproxy.Certificate) *endpoint.Certificates {
		return &endpoint.Certificates{List: certificates}
	}
	asked := func(lists ...*endpoint.Certificates) *check.Asked {
		a := &check.Asked{}
		for _, one := range lists {
			a.Answers = append(a.Answers, endpoint.Answer{Name: "/run/lb.sock", Certificates: one})
		}
		return a
	}
	for _, test := range []struct {
		asked *check.Asked
		want  string
	}{
		{asked(), ""},
		{asked(nil), ""},
		{asked(list(named("a", "Unused", day))), ""},
		{asked(list(named("a", "Used", 9*day), named("b", "Used", 8*day), named("c", "Unused", day)), nil, list(named("d", "Used", 10*day))), "WARNING b expires in 8 days, on 2026-12-03 (www.example.com)"},
		{asked(nil, list(named("d", "Used", 3*day))), "CRITICAL d expires in 3 days, on 2026-11-28 (www.example.com)"},
	} {
		got := ""
		if v, ok := First(test.asked, noon); ok {
			got = v.State.String() + " " + v.Sentence()
		}
		if got != test.want {
			t.Errorf("the first is %q, want %q", got, test.want)
		}
	}
}

func TestOnDiskInJSON(t *testing.T) {
	s := subject(certificate(52 * day))
	v := Judge(s, defaults())
	if got := v.section(); got.OnDisk != nil || *got.Days != 52 {
		t.Errorf("section %+v", got)
	}
	s.Disk = &OnDisk{Fingerprint: "BB"}
	v = Judge(s, defaults())
	if got := v.section(); got.OnDisk == nil || *got.OnDisk != "BB" {
		t.Errorf("section %+v", got)
	}
}
