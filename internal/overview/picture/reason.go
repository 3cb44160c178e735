package picture

import (
	"check-haproxy/internal/check/backend"
	"check-haproxy/internal/diagnosis"
	"check-haproxy/internal/plugin"
)

// cause is the main one; empty where nothing has a name for it.
func (s Section) cause() diagnosis.Cause {
	for _, f := range s.Findings {
		if f.Cause != "" {
			return f.Cause
		}
	}
	return ""
}

// reason is why a section is in trouble, in words.
func (s Section) reason() string {
	if cause := s.cause(); cause != "" && cause != diagnosis.Unknown {
		return cause.String()
	}
	switch {
	case s.Verdict != nil && s.Verdict.Trouble == backend.OnBackup:
		return "runs on backup servers"
	case s.NOSRV != nil && s.NOSRV.State != plugin.OK:
		return "requests found no server"
	case s.cause() == diagnosis.Unknown:
		return "unknown cause"
	default:
		return "near its limit"
	}
}

// briefly are causes for a column of a table.
var briefly = map[diagnosis.Cause]string{
	diagnosis.HealthCheckFailed:     "checks fail",
	diagnosis.HealthCheckTimeout:    "checks time out",
	diagnosis.HealthCheckRecovering: "recovering",
	diagnosis.DNSResolution:         "no address",
	diagnosis.DNSStale:              "stale address",
	diagnosis.AgentDown:             "agent says down",
	diagnosis.Drained:               "drained",
	diagnosis.NoServers:             "has no servers",
	diagnosis.NoBackend:             "no backend chosen",
	diagnosis.MaxconnExhausted:      "maxconn reached",
	diagnosis.ResourceExhausted:     "out of resources",
}

// ShortReason is why a section is in trouble, for a column of a table.
func (s Section) ShortReason() string {
	if short, ok := briefly[s.cause()]; ok {
		return short
	}
	return s.reason()
}
