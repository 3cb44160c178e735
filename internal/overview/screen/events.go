package screen

import (
	"fmt"
	"slices"
	"time"

	"check-haproxy/internal/check/backend"
	"check-haproxy/internal/overview/draw"
	"check-haproxy/internal/overview/picture"
	"check-haproxy/internal/plugin"
	"check-haproxy/internal/sorting"
)

// Bounds on the events: how many are kept, and how many one look adds. A HAProxy
// that loses its network loses thousands of servers at once.
const (
	mostEvents = 500
	mostAtOnce = 20
)

// recent is how long ago a change before the first look may be to be told.
const recent = 10 * time.Minute

// event is something that changed.
type event struct {
	at   time.Time
	key  string // of the section; empty for HAProxy itself
	text string
	look draw.Style
}

// changes are the events between two pictures, the oldest first. Without an
// earlier one they are the changes that the statistics tell of the last minutes.
func changes(before, now *picture.Picture) []event {
	var events []event
	if before != nil {
		events = processChanges(before.Facts(), now.Facts())
	}
	old := map[string]*picture.Section{}
	if before != nil {
		for i := range before.Sections() {
			s := &before.Sections()[i]
			old[s.Key()] = s
		}
	}
	for i := range now.Sections() {
		s := &now.Sections()[i]
		switch was := old[s.Key()]; {
		case was != nil:
			events = append(events, sectionChanges(was, s, now.Facts().At)...)
		case before == nil:
			events = append(events, recentChanges(s, now.Facts())...)
		}
	}
	sorting.Stable(events, func(a, b event) int { return a.at.Compare(b.at) })
	if more := len(events) - mostAtOnce; more > 0 {
		events = append(events[:mostAtOnce], event{at: now.Facts().At, text: plugin.Count(more, "more change"), look: draw.Yellow})
	}
	return events
}

// processChanges are HAProxys that went away, came back or were restarted.
func processChanges(before, now *picture.Facts) []event {
	var events []event
	for _, p := range before.Processes {
		if find(now.Processes, p.Endpoint) == nil {
			events = append(events, event{now.At, "", "HAProxy at " + p.Endpoint + " no longer answers", draw.Red})
		}
	}
	for _, p := range now.Processes {
		switch was := find(before.Processes, p.Endpoint); {
		case was == nil:
			events = append(events, event{now.At, "", "HAProxy at " + p.Endpoint + " answers again", draw.Green})
		case was.Info != nil && p.Info != nil && was.Info.Pid != p.Info.Pid:
			at := now.At
			if p.Info.UptimeSec.Known {
				at = at.Add(-time.Duration(p.Info.UptimeSec.Value) * time.Second)
			}
			events = append(events, event{at, "", fmt.Sprintf("HAProxy at %s was started anew (reload or restart): process %d", p.Endpoint, p.Info.Pid.Value), draw.Yellow})
		}
	}
	return events
}

func find(processes []picture.Process, endpoint string) *picture.Process {
	for i := range processes {
		if processes[i].Endpoint == endpoint {
			return &processes[i]
		}
	}
	return nil
}

// sectionChanges are those of a section's servers; if none of them changed,
// that of its state.
func sectionChanges(was, s *picture.Section, at time.Time) []event {
	var events []event
	place := 0
	for i := range s.Servers {
		server := &s.Servers[i]
		old := findStanding(was.Servers, &place, server.Name)
		if old != nil && old.Standing != server.Standing {
			events = append(events, serverEvent(s, server, old.Standing, changedAt(server, at)))
		}
	}
	if len(events) == 0 && was.State != s.State {
		events = []event{{at, s.Key(), stateWords(s, was.State), picture.StyleOf(s.State)}}
	}
	return events
}

func stateWords(s *picture.Section, was plugin.State) string {
	words := fmt.Sprintf("%s %s is %s, was %s", s.Kind, s.Label, s.State, was)
	if s.State != plugin.OK {
		words += ": " + s.Reason()
	}
	return words
}

// findStanding looks for a server from a place on, and moves the place behind it.
func findStanding(servers []picture.Server, place *int, name string) *picture.Server {
	for i := *place; i < len(servers); i++ {
		if servers[i].Name == name {
			*place = i + 1
			return &servers[i]
		}
	}
	return nil
}

// recentChanges are the servers of a section that went away in the last minutes,
// but since HAProxy was started.
func recentChanges(s *picture.Section, facts *picture.Facts) []event {
	var events []event
	for i := range s.Servers {
		server := &s.Servers[i]
		if server.Standing == backend.Up || !server.LastChange.Known {
			continue
		}
		ago := time.Duration(server.LastChange.Value) * time.Second
		if up := s.Uptime; ago <= recent && up.Known && server.LastChange.Value < up.Value-1 {
			events = append(events, serverEvent(s, server, backend.Up, facts.At.Add(-ago)))
		}
	}
	return events
}

// changedAt is when a server's status changed, as HAProxy tells: that may be
// well before the look which sees it.
func changedAt(s *picture.Server, at time.Time) time.Time {
	if s.LastChange.Known && s.LastChange.Value >= 0 {
		return at.Add(-time.Duration(s.LastChange.Value) * time.Second)
	}
	return at
}

func serverEvent(s *picture.Section, server *picture.Server, was backend.Standing, at time.Time) event {
	status, check := server.StatusWords()
	e := event{at: at, key: s.Key(), text: s.Label + "/" + server.Name, look: draw.Yellow}
	switch {
	case server.Standing == backend.Down:
		e.text, e.look = e.text+" went DOWN", draw.Red
		if check != "" {
			e.text += ": " + check
		}
	case server.Standing == backend.Out:
		e.text += " was taken out: " + status
	case was == backend.Out:
		e.text, e.look = e.text+" is back in: "+status, draw.Green
	default:
		e.text, e.look = e.text+" is UP again", draw.Green
	}
	return e
}

// remember adds events, and forgets the oldest of too many.
func remember(events, more []event) []event {
	events = append(events, more...)
	if excess := len(events) - mostEvents; excess > 0 {
		events = slices.Delete(events, 0, excess)
	}
	return events
}
