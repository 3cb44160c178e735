package certs

import (
	"fmt"
	"time"

	"check-haproxy/internal/plugin"
)

// section is a verdict as the JSON output shows it.
type section struct {
	Name        string       `json:"name"` // as HAProxy lists it
	Endpoint    string       `json:"endpoint"`
	State       plugin.State `json:"state"`
	Subject     *string      `json:"subject"`
	Names       []string     `json:"names"`
	NotAfter    *string      `json:"not_after"`   // RFC 3339
	Days        *int         `json:"days"`        // whole days left, below zero once it has expired
	Fingerprint *string      `json:"fingerprint"` // SHA-1; null if HAProxy does not tell it
	OnDisk      *string      `json:"on_disk"`     // fingerprint of its file's; null if that is not known
}

func (v *Verdict) section() section {
	s := section{
		Name: v.Name, Endpoint: v.Endpoint, State: v.State, Subject: plugin.StringOrNull(v.Certificate.Subject),
		Names: append([]string{}, certifiedNames(v.Certificate)...), Fingerprint: plugin.StringOrNull(v.Fingerprint),
	}
	if v.Err == nil {
		days := v.Days()
		s.NotAfter, s.Days = plugin.StringOrNull(v.NotAfter.UTC().Format(time.RFC3339)), &days
	}
	if v.Disk != nil {
		s.OnDisk = plugin.StringOrNull(v.Disk.Fingerprint)
	}
	return s
}

// metric is the verdict's metric.
func (v *Verdict) metric() plugin.Metric {
	return plugin.Metric{Section: v.Label, Label: v.Label + "_days", Value: float64(v.Days()), Warning: v.Warning.String(), Critical: v.Critical.String(), Level: plugin.Sections}
}

// report makes the result of all verdicts, which are those of certificates that
// HAProxy tells, and of other findings. Of the many that are in order it makes
// only what will be printed.
func (f *flags) report(verdicts []Verdict, others ...plugin.Finding) plugin.Result {
	found := plugin.Findings{Noun: "certificate", Total: len(verdicts)}
	var sections []section
	perfdata := make([]plugin.Metric, 0, len(verdicts))
	for i := range verdicts {
		v := &verdicts[i]
		if v.State != plugin.OK || f.Verbose {
			found.List = append(found.List, v.finding())
		}
		if f.JSON {
			sections = append(sections, v.section())
		}
		if v.Err == nil {
			perfdata = append(perfdata, v.metric())
		}
	}
	result := plugin.Combine(found, plugin.Sentences(others...))
	result.Perfdata = append(perfdata, totals(verdicts)...)
	if sections != nil {
		result.Sections = sections
	}
	if rest := rest(verdicts); rest != "" {
		result.Rest = []string{rest}
	}
	return result
}

// rest closes the first line: what is in order.
func rest(verdicts []Verdict) string {
	fine := 0
	var soonest *Verdict
	for i := range verdicts {
		if v := &verdicts[i]; v.State == plugin.OK {
			fine++
			if soonest == nil || v.Left < soonest.Left {
				soonest = v
			}
		}
	}
	switch {
	case fine == 0:
		return ""
	case fine < len(verdicts):
		return plugin.Count(fine, "other") + " OK"
	case fine == 1:
		return soonest.Sentence()
	default:
		return fmt.Sprintf("%d certificates OK, %s first: %s%s", fine, plugin.ShortName(soonest.Label), soonest.lifetimeWords(), soonest.bracketedNames())
	}
}

// Sentence is "www.pem expires in 52 days, on 2027-01-16 (www.example.com)".
func (v *Verdict) Sentence() string {
	return plugin.ShortName(v.Label) + " " + v.lifetimeWords() + v.bracketedNames()
}

// totals are the metrics that stand for all certificates together.
func totals(verdicts []Verdict) []plugin.Metric {
	metrics := []plugin.Metric{{Label: "certificates", Value: float64(len(verdicts)), Min: plugin.LimitOf(0), Level: plugin.Summary, Total: true}}
	if first := soonest(verdicts); first != nil {
		metrics = append(metrics, plugin.Metric{Label: "days", Value: float64(first.Days()), Level: plugin.Summary, Total: true})
	}
	return metrics
}

// soonest is the certificate that expires first; nil if none can be judged.
func soonest(verdicts []Verdict) *Verdict {
	var first *Verdict
	for i := range verdicts {
		if v := &verdicts[i]; v.Err == nil && (first == nil || v.Left < first.Left) {
			first = v
		}
	}
	return first
}
