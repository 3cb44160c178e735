package nosrv

import (
	"encoding/json"

	"check-haproxy/internal/plugin"
)

// fields are the members of the JSON beside the sections.
type fields struct {
	WindowSeconds   float64 `json:"window_seconds"`
	BaselineSeconds float64 `json:"baseline_seconds"`
	Requests        uint64  `json:"requests"`
	NOSRV           uint64  `json:"nosrv"`
	Unreadable      uint64  `json:"unreadable"`
	Kinds           Counts  `json:"kinds"`
	Total           total   `json:"total"`
}

// total are all sections together, without requests that no rule took.
type total struct {
	State plugin.State `json:"state"`
	NOSRV uint64       `json:"nosrv"`
	Share *float64     `json:"share_percent"`
	Rise  *float64     `json:"rise"`
}

// jsonSection is a section as the JSON shows it; null is a number that does not
// exist.
type jsonSection struct {
	Name         string       `json:"name"`
	State        plugin.State `json:"state"`
	Requests     uint64       `json:"requests"`
	NOSRV        uint64       `json:"nosrv"`
	Rate         float64      `json:"rate_per_minute"`
	Share        *float64     `json:"share_percent"`
	BaselineRate *float64     `json:"baseline_rate_per_minute"`
	Rise         *float64     `json:"rise"` // null too if there was none before
	Kinds        Counts       `json:"kinds"`
	Cause        *string      `json:"cause"`
}

func (out *Outcome) fields() fields {
	return fields{
		WindowSeconds: out.Stretch.Window.Seconds(), BaselineSeconds: out.Stretch.Baseline.Seconds(),
		Requests: out.Requests, NOSRV: out.NOSRV(), Unreadable: out.unreadable(), Kinds: out.Kinds(),
		Total: total{State: out.Total.State, NOSRV: out.Total.NOSRV, Share: plugin.FloatOrNull(out.Total.Share), Rise: plugin.FloatOrNull(out.Total.Rise)},
	}
}

// jsonSections are the sections with a line in the window. The perfdata has those
// of the baseline too, so that a graph shows zero and not a gap. They are made
// only if they are printed.
type jsonSections struct{ out *Outcome }

// MarshalJSON makes the list.
func (j jsonSections) MarshalJSON() ([]byte, error) { return json.Marshal(j.list()) }

func (j jsonSections) list() []jsonSection {
	list := []jsonSection{}
	for _, s := range j.out.Sections {
		if s.Lines == 0 && s.State == plugin.OK {
			continue
		}
		list = append(list, jsonSection{
			Name: s.Name, State: s.State, Requests: s.Requests, NOSRV: s.NOSRV,
			Rate: plugin.Rounded(s.Rate), Share: plugin.FloatOrNull(s.Share), BaselineRate: plugin.FloatOrNull(s.BaselineRate), Rise: plugin.FloatOrNull(s.Rise),
			Kinds: s.Kinds, Cause: plugin.StringOrNull(s.Cause),
		})
	}
	return list
}
