package certs

import (
	"time"

	"check-haproxy/internal/check"
	"check-haproxy/internal/plugin/threshold"
)

// First is the verdict, by the default limits, on the certificate in use that
// expires first, of all answers to a query with subject OfCertificates; false if
// there is none to judge. Files are not looked at.
func First(asked *check.Asked, now time.Time) (Verdict, bool) {
	options := Options{Warning: threshold.Rules{threshold.All(DefaultWarning)}, Critical: threshold.Rules{threshold.All(DefaultCritical)}, Now: now}
	var verdicts []Verdict
	for i := range asked.Answers {
		answer := &asked.Answers[i]
		if answer.Certificates == nil {
			continue
		}
		labels := labelsOf(answer.Certificates)
		for _, one := range answer.Certificates.List {
			if one.Used() {
				t := asked.Target(answer, labels[one.Name])
				verdicts = append(verdicts, Judge(Subject{Certificate: one, Label: t.Label, Endpoint: t.Endpoint, Names: append(t.Names, namesOf(one)...)}, options))
			}
		}
	}
	if first := soonest(verdicts); first != nil {
		return *first, true
	}
	return Verdict{}, false
}
