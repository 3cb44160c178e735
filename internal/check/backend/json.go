package backend

import (
	"check-haproxy/internal/plugin"
)

// Section is a verdict as the JSON output shows it.
type Section struct {
	Name     string          `json:"name"`
	Endpoint string          `json:"endpoint"`
	State    plugin.State    `json:"state"`
	Up       int             `json:"up"`
	Down     int             `json:"down"`
	Out      int             `json:"out"`
	Total    int             `json:"total"` // up + down
	Cause    *string         `json:"cause"` // null if nothing is wrong
	Servers  []SectionServer `json:"servers"`
}

// SectionServer is a server in a Section.
type SectionServer struct {
	Name         string   `json:"name"`
	State        Standing `json:"state"`
	Role         string   `json:"role"` // "active" or "backup"
	Status       string   `json:"status"`
	CheckStatus  string   `json:"check_status"`
	LastCheck    string   `json:"last_check"`
	SinceSeconds *int64   `json:"since_seconds"`
	Weight       *int64   `json:"weight"`
	Cause        *string  `json:"cause"`
}

// Sections returns the verdicts for the JSON output.
func Sections(verdicts []Verdict) []Section {
	sections := make([]Section, len(verdicts))
	for i, v := range verdicts {
		sections[i] = v.Section()
	}
	return sections
}

// Section returns the verdict for the JSON output.
func (v Verdict) Section() Section {
	s := Section{
		Name: v.Name, Endpoint: v.Endpoint, State: v.State,
		Up: v.Up, Down: v.Down, Out: v.Out, Total: v.Total(),
		Cause: plugin.StringOrNull(v.Cause), Servers: make([]SectionServer, len(v.Servers)),
	}
	for i, server := range v.Servers {
		s.Servers[i] = server.section()
	}
	return s
}

func (s Server) section() SectionServer {
	role := "active"
	if s.Backup {
		role = "backup"
	}
	return SectionServer{
		Name: s.Name, State: s.Standing, Role: role,
		Status: s.Status, CheckStatus: s.CheckResult(), LastCheck: s.LastCheck,
		SinceSeconds: s.LastChange.OrNull(), Weight: s.Weight.OrNull(),
		Cause: plugin.StringOrNull(s.Cause),
	}
}
