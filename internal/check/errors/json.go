package errors

import (
	"check-haproxy/internal/plugin"
)

// fields are the members of the JSON beside the sections.
type fields struct {
	WindowSeconds   float64 `json:"window_seconds"`
	BaselineSeconds float64 `json:"baseline_seconds"`
	Requests        uint64  `json:"requests"`
	Errors          uint64  `json:"errors"`
	Unreadable      uint64  `json:"unreadable"`
	Kinds           Counts  `json:"kinds"`
}

// jsonSection is a section as the JSON shows it; null is a number that does not
// exist.
type jsonSection struct {
	Name         string       `json:"name"`
	Endpoint     *string      `json:"endpoint"` // null if a log was read
	State        plugin.State `json:"state"`
	Requests     uint64       `json:"requests"`
	Errors       uint64       `json:"errors"`
	Rate         float64      `json:"rate_per_minute"`
	Share        *float64     `json:"share_percent"`
	BaselineRate *float64     `json:"baseline_rate_per_minute"`
	Rise         *float64     `json:"rise"` // null too if there was none before
	Kinds        Counts       `json:"kinds"`
	Servers      []jsonServer `json:"servers"`
	Cause        *string      `json:"cause"`
}

type jsonServer struct {
	Name     string       `json:"name"`
	State    plugin.State `json:"state"`
	Requests uint64       `json:"requests"`
	Errors   uint64       `json:"errors"`
	Share    *float64     `json:"share_percent"`
	Downs    uint64       `json:"downs"`
	Kinds    Counts       `json:"kinds"`
}

func (r Report) fields() fields {
	return fields{
		WindowSeconds: r.Window.Seconds(), BaselineSeconds: r.Baseline.Seconds(),
		Requests: r.requests(), Errors: r.errors(), Unreadable: r.Unreadable, Kinds: r.kinds(),
	}
}

func (r Report) sections() []jsonSection {
	list := make([]jsonSection, len(r.Sections))
	for i, s := range r.Sections {
		list[i] = jsonSection{
			Name: s.Target.Name, Endpoint: plugin.StringOrNull(s.Target.Endpoint), State: s.State, Requests: s.Requests, Errors: s.Errors,
			Rate: plugin.Rounded(s.Rate), Share: plugin.FloatOrNull(s.Share), BaselineRate: plugin.FloatOrNull(s.BaselineRate), Rise: plugin.FloatOrNull(s.Rise),
			Kinds: s.Kinds, Servers: make([]jsonServer, len(s.Servers)), Cause: plugin.StringOrNull(s.Cause),
		}
		for j, server := range s.Servers {
			list[i].Servers[j] = jsonServer{
				Name: server.Name, State: server.State, Requests: server.Requests, Errors: server.Counted, Share: plugin.FloatOrNull(server.Share),
				Downs: server.Downs, Kinds: server.Kinds,
			}
		}
	}
	return list
}
