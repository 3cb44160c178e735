package certs

import (
	"fmt"
	"strings"
	"time"

	"check-haproxy/internal/plugin"
)

// fewNames and manyNames are how many of a certificate's names are written out,
// on the first line and in the long output.
const (
	fewNames  = 1
	manyNames = 5
)

// finding is the verdict in words.
func (v *Verdict) finding() plugin.Finding {
	f := plugin.Finding{State: v.State, Line: v.line()}
	if v.State == plugin.OK {
		return f
	}
	f.Name, f.One = v.Label, v.Problems[0].describe(v)+v.bracketedNames()
	if len(v.Problems) > 1 {
		f.Cause = v.Problems[1].describe(v)
	}
	f.Harm.Lost = -v.Left.Hours() // the first to expire is the worst
	return f
}

// line is the verdict's line in the long output.
func (v *Verdict) line() string {
	if v.Err != nil {
		return fmt.Sprintf("%s %s: %s", v.State, v.Label, v.Problems[0].describe(v))
	}
	parts := []string{v.validity()}
	for _, p := range v.Problems {
		if p.Trouble != Expires && p.Trouble != NotYetValid {
			parts = append(parts, p.describe(v))
		}
		if advice := p.Trouble.advice(); advice != "" {
			parts = append(parts, advice)
		}
	}
	return fmt.Sprintf("%s %s: %s", v.State, v.Label, strings.Join(parts, "; "))
}

// validity says what the certificate is and until when.
func (v *Verdict) validity() string {
	text := listed(certifiedNames(v.Certificate), manyNames)
	if v.Algorithm != "" {
		text = strings.TrimSpace(text + " (" + v.Algorithm + ")")
	}
	if text != "" {
		text += ", "
	}
	return text + v.lifetimeWords()
}

// lifetimeWords say how long the certificate is still valid.
func (v *Verdict) lifetimeWords() string {
	switch {
	case v.NotBefore.After(v.now):
		return fmt.Sprintf("is not valid before %s", date(v.NotBefore))
	case v.Left <= 0:
		return fmt.Sprintf("expired %s ago, on %s", long(-v.Left), date(v.NotAfter))
	default:
		return fmt.Sprintf("expires in %s, on %s", long(v.Left), date(v.NotAfter))
	}
}

// long is a length of time in whole days, if it has some.
func long(d time.Duration) string {
	const few = 2 * day
	if d < few {
		return plugin.FormatDuration(d)
	}
	return plugin.Count(int(d/day), "day")
}

// bracketedNames are the names in the certificate, behind the rest: where the
// line is too long they are what is cut.
func (v *Verdict) bracketedNames() string {
	names := certifiedNames(v.Certificate)
	if len(names) == 0 {
		return ""
	}
	return " (" + listed(names, fewNames) + ")"
}

// describe says what is wrong with a certificate, after its name.
func (p Problem) describe(v *Verdict) string {
	switch p.Trouble {
	case NotLoaded:
		return fmt.Sprintf("was renewed on disk on %s and not loaded", date(v.Disk.Changed))
	case Differs:
		return fmt.Sprintf("is not the one of its file, which ends %s", date(v.Disk.NotAfter))
	case Unreadable:
		return "cannot be judged: " + v.Err.Error()
	default:
		return v.lifetimeWords()
	}
}

// advice is what to try.
func (t Trouble) advice() string {
	switch t {
	case NotLoaded:
		return "reload HAProxy"
	case Differs:
		return "the next reload brings the older one back: write the one that is served to the file"
	case NotYetValid:
		return "is this machine's clock right?"
	}
	return ""
}

func date(t time.Time) string { return t.UTC().Format(time.DateOnly) }

// listed are the first names, and how many more there are.
func listed(names []string, most int) string {
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s +%d", strings.Join(names[:most], ", "), len(names)-most)
}
