package dns

import (
	"check-haproxy/internal/diagnosis"
	"check-haproxy/internal/plugin"
)

// Section is a verdict as the JSON output shows it.
type Section struct {
	Name     string          `json:"name"`
	Endpoint string          `json:"endpoint"`
	State    plugin.State    `json:"state"`
	Cause    *string         `json:"cause"` // null if nothing is wrong
	Servers  []SectionServer `json:"servers"`
}

// SectionServer is a server in a Section.
type SectionServer struct {
	Name    string                 `json:"name"`
	FQDN    string                 `json:"fqdn"`
	Address *string                `json:"address"` // null if HAProxy has none
	Answers []string               `json:"answers"` // empty, too, if DNS was not asked
	State   diagnosis.NameStanding `json:"state"`
	Status  string                 `json:"status"`
	Reason  string                 `json:"reason"` // why a lookup failed
}

// Sections returns the verdicts for the JSON output.
func Sections(verdicts []Verdict) []Section {
	sections := make([]Section, len(verdicts))
	for i, v := range verdicts {
		sections[i] = v.section()
	}
	return sections
}

func (v Verdict) section() Section {
	s := Section{Name: v.Name, Endpoint: v.Endpoint, State: v.State, Cause: plugin.StringOrNull(v.Cause), Servers: make([]SectionServer, len(v.Servers))}
	for i, server := range v.Servers {
		place := server.Place()
		s.Servers[i] = SectionServer{
			Name: server.Name, FQDN: place.FQDN, Address: plugin.StringOrNull(place.Address), Answers: append([]string{}, server.Answers...),
			State: server.Standing, Status: server.Status, Reason: server.Reason,
		}
	}
	return s
}
