package sessions

import (
	"math"

	"check-haproxy/internal/plugin"
)

// Section is a verdict as the JSON output shows it.
type Section struct {
	Name        string       `json:"name"`
	Endpoint    string       `json:"endpoint"`
	Kind        Kind         `json:"kind"`
	Resource    Resource     `json:"resource"` // what current and limit count
	State       plugin.State `json:"state"`
	Current     *int64       `json:"current"`
	Limit       *int64       `json:"limit"`        // null: nothing limits it
	UsedPercent *float64     `json:"used_percent"` // null without a limit
	Queue       *int64       `json:"queue"`        // null if nothing can wait
	Cause       *string      `json:"cause"`        // null if nothing has a name
}

// Section returns the verdict for the JSON output.
func (v *Verdict) Section() Section {
	s := Section{
		Name: v.Name, Endpoint: v.Endpoint, Kind: v.Kind, Resource: v.Resource, State: v.State,
		Current: v.Usage.Current.OrNull(), Limit: v.Usage.Limit.OrNull(), Queue: v.Queue.Current.OrNull(),
	}
	if percent, limited := v.Usage.UsedPercent(); limited {
		rounded := math.Round(percent*100) / 100
		s.UsedPercent = &rounded
	}
	if v.Cause != "" {
		cause := string(v.Cause)
		s.Cause = &cause
	}
	return s
}
