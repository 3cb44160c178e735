package config

import (
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

// Behind returns the finding that explains a section's trouble: what the
// configuration says of the section that leads to this cause.
func Behind(c *configuration.Configuration, section string, cause diagnosis.Cause) (Judgement, bool) {
	names := behind[cause]
	if len(names) == 0 {
		return Judgement{}, false
	}
	found := Judge(Subject{Configuration: c}, Options{Selects: func(name string) bool { return name == section }})
	i := slices.IndexFunc(found, func(j Judgement) bool { return slices.Contains(names, j.Rule.Name) })
	if i < 0 {
		return Judgement{}, false
	}
	return found[i], true
}
