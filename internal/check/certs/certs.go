// Package certs judges the certificates that a HAProxy serves: how long they are
// valid, and whether they are those of their files.
package certs

import (
	"path/filepath"
	"slices"
	"time"

	"check-haproxy/internal/haproxy"
	"check-haproxy/internal/plugin"
	"check-haproxy/internal/plugin/threshold"
)

// DefaultWarning and DefaultCritical are days that have to be left.
const (
	DefaultWarning  = "14:"
	DefaultCritical = "7:"
)

// Subject is a certificate to judge.
type Subject struct {
	*haproxy.Certificate
	Label    string // its file's name, with the endpoint if there are several
	Endpoint string
	// Names are those that patterns may match: Label, the path, and all names in
	// the certificate.
	Names []string
	Disk  *OnDisk // what its file holds; nil if that is not known
	local bool    // the file is on this machine
}

// Options say when a certificate is in trouble.
type Options struct {
	Warning, Critical threshold.Rules // of whole and broken days left
	Now               time.Time
}

// Trouble is what is wrong with a certificate.
type Trouble int

// The kinds of trouble. A certificate can be in several.
const (
	Expires     Trouble = iota + 1 // or has expired
	NotYetValid                    // nobody accepts it before its time
	NotLoaded                      // its file holds a newer one
	Differs                        // its file holds an older one
	Unreadable                     // what HAProxy says of it cannot be judged
)

// Problem is one thing that is wrong with a certificate.
type Problem struct {
	Trouble Trouble
	State   plugin.State
}

// Verdict is a judged certificate.
type Verdict struct {
	Subject
	State    plugin.State
	Problems []Problem // the worst first
	Left     time.Duration
	Warning  threshold.Range // of days left
	Critical threshold.Range
	now      time.Time
}

// Judge judges a certificate that has a notAfter.
func Judge(s Subject, o Options) Verdict {
	v := Verdict{
		Subject: s, Left: s.NotAfter.Sub(o.Now), now: o.Now,
		Warning: o.Warning.For(s.Names...), Critical: o.Critical.For(s.Names...),
	}
	if s.Err != nil {
		v.add(Unreadable, plugin.Unknown)
		return v
	}
	// What is CRITICAL by itself comes first, what is WARNING at most comes last.
	if s.NotBefore.After(o.Now) {
		v.add(NotYetValid, plugin.Critical)
	}
	v.add(Expires, v.lifetime())
	switch d := s.Disk; {
	case d == nil || d.Same(s.Certificate):
	case d.isNewerThan(s.Certificate):
		v.add(NotLoaded, plugin.Warning)
	default:
		v.add(Differs, plugin.Warning)
	}
	return v
}

// lifetime judges the days left. One that has expired is CRITICAL, unless its
// threshold is switched off.
func (v *Verdict) lifetime() plugin.State {
	switch days := exactDays(v.Left); {
	case v.Critical.Alerts(days, days), v.Left <= 0 && !v.Critical.IsNone():
		return plugin.Critical
	case v.Warning.Alerts(days, days):
		return plugin.Warning
	}
	return plugin.OK
}

func (v *Verdict) add(trouble Trouble, state plugin.State) {
	if state == plugin.OK {
		return
	}
	v.Problems = append(v.Problems, Problem{trouble, state})
	v.State = plugin.Worst(v.State, state)
}

// Days are the whole days left, below zero once it has expired.
func (v *Verdict) Days() int {
	days := int(v.Left / day)
	if v.Left < 0 && v.Left%day != 0 {
		days--
	}
	return days
}

const day = 24 * time.Hour

func exactDays(d time.Duration) float64 { return float64(d) / float64(day) }

// namesOf are the names by which patterns may call a certificate.
func namesOf(c *haproxy.Certificate) []string {
	names := []string{filepath.Base(c.Name), c.Name}
	if c.File != "" {
		names = append(names, filepath.Base(c.File), c.File)
	}
	return append(names, certifiedNames(c)...)
}

// certifiedNames are the names that a certificate is for: its alternative names,
// and its common name, which old clients take.
func certifiedNames(c *haproxy.Certificate) []string {
	names := slices.Clone(c.DNSNames)
	if name := c.CommonName(); name != "" && !slices.Contains(names, name) {
		names = append(names, name)
	}
	return names
}

// shortNames calls each certificate by its file's name, and those of which
// several have the same one by the whole path.
func shortNames(paths []string) map[string]string {
	times := map[string]int{}
	for _, path := range paths {
		times[filepath.Base(path)]++
	}
	short := make(map[string]string, len(paths))
	for _, path := range paths {
		short[path] = path
		if base := filepath.Base(path); times[base] == 1 {
			short[path] = base
		}
	}
	return short
}
