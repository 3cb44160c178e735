package config

import (
	"fmt"
	"path/filepath"
	"slices"

	"check-haproxy/internal/diagnosis"
	"check-haproxy/internal/haproxy/configuration"
)

// behind names the rules that may stand behind a cause.
var behind = map[diagnosis.Cause][]string{
	diagnosis.DNSStale:         {dnsAtStart.Name},
	diagnosis.DNSResolution:    {dnsAtStart.Name},
	diagnosis.NoBackend:        {uncovered.Name, shadowed.Name},
	diagnosis.MaxconnExhausted: {maxconnOrder.Name},
}

// Pointer leads from a section's trouble to what the configuration has behind
// it.
type Pointer map[string][]Judgement // by section

// PointInto judges a configuration for pointing into it.
func PointInto(c *configuration.Configuration) Pointer {
	pointer := Pointer{}
	for _, j := range Judge(Subject{Configuration: c}, Options{}) {
		pointer[j.Section] = append(pointer[j.Section], j)
	}
	return pointer
}

// Behind is where the configuration leads to a cause in a section,
// "dns-at-start, haproxy.cfg line 14"; empty if it does not.
func (p Pointer) Behind(section string, cause diagnosis.Cause) string {
	for _, j := range p[section] {
		if slices.Contains(behind[cause], j.Rule.Name) {
			return fmt.Sprintf("%s, %s line %d", j.Rule.Name, filepath.Base(j.File), j.Line)
		}
	}
	return ""
}
