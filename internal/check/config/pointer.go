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

// Behind says which finding explains a section's trouble, "dns-at-start,
// haproxy.cfg line 14": what the configuration has of the section that leads to
// this cause. It is empty if there is none.
func Behind(c *configuration.Configuration, section string, cause diagnosis.Cause) string {
	for _, j := range Judge(Subject{Configuration: c}, Options{Selects: func(name string) bool { return name == section }}) {
		if slices.Contains(behind[cause], j.Rule.Name) {
			return fmt.Sprintf("%s, %s line %d", j.Rule.Name, filepath.Base(j.File), j.Line)
		}
	}
	return ""
}
