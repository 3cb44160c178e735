package sessions

import (
	"fmt"
	"strings"

	"check-haproxy/internal/haproxy"
	"check-haproxy/internal/plugin"
)

// manyServers is how many servers without room are named in the long output.
const manyServers = 20

// Finding returns the verdict in words.
func (v *Verdict) Finding() plugin.Finding {
	if v.State == plugin.OK {
		return plugin.Finding{Line: v.line()}
	}
	if v.Closed {
		return plugin.Finding{State: v.State, Name: v.subject(), One: v.usage(), Many: "take no connections", Line: v.line()}
	}
	return plugin.Finding{State: v.State, Name: v.subject(), One: v.short(), Line: v.line()}
}

// short says how near the limit is, then who waits.
func (v *Verdict) short() string {
	return strings.Join(append([]string{v.shortUsage()}, v.queueWords()...), ", ")
}

// line is the verdict's line in the long output.
func (v *Verdict) line() string {
	if v.Closed {
		return fmt.Sprintf("%s %s %s; %s", v.State, v.subject(), v.usage(), v.Usage.of(v.Resource.noun()))
	}
	words := append([]string{v.usage() + v.roomWords()}, v.queueWords()...)
	if v.Cause != "" {
		words = append(words, "cause: "+v.Cause.String())
	}
	if v.Room != nil && len(v.Room.Without) > 0 {
		words = append(words, "no room on "+v.Room.without())
	}
	if v.Peak.Known && v.Resource == Sessions {
		words = append(words, fmt.Sprintf("peak %d", v.Peak.Value))
	}
	return fmt.Sprintf("%s %s: %s", v.State, v.subject(), strings.Join(words, "; "))
}

// subject names what has the limit: "server api/api03".
func (v *Verdict) subject() string {
	if v.Kind == Process {
		return v.Label
	}
	return string(v.Kind) + " " + v.Label
}

// shortUsage is the usage for the first line. Of a backend it is the room that
// is left: that is what shrinks when servers go.
func (v *Verdict) shortUsage() string {
	if v.Room == nil || !v.Usage.Limit.Known {
		return v.usage()
	}
	if left := v.Room.Left(); left > 0 {
		return fmt.Sprintf("has room for %d more on %s", left, v.Room.servers())
	}
	return fmt.Sprintf("has no room left on %s", v.Room.servers())
}

// usage is the numbers: "48 of 50 sessions (96%)".
func (v *Verdict) usage() string {
	m := &v.Usage
	if m.Problem != "" {
		return fmt.Sprintf("%s cannot be judged: %s", v.Resource.noun(), m.Problem)
	}
	if v.Room != nil && v.Room.Serving == 0 {
		return "has no server that takes requests"
	}
	if v.Closed {
		return fmt.Sprintf("is %s and takes no connections", v.Frontend.Status)
	}
	return m.of(v.Resource.noun()) + v.statusWord() + v.slowly()
}

// of prints a measure of something.
func (m *Measure) of(noun string) string {
	percent, limited := m.UsedPercent()
	if !limited {
		return fmt.Sprintf("%d %s, no limit", m.Current.Value, noun)
	}
	return fmt.Sprintf("%d of %d %s (%s)", m.Current.Value, m.Limit.Value, noun, plugin.FormatPercent(percent))
}

// noun is the resource in a sentence.
func (r Resource) noun() string {
	switch r {
	case SSLConnections:
		return "SSL connections"
	case ConnectionRate:
		return "connections a second"
	case SessionRate:
		return "sessions a second"
	case SSLRate:
		return "SSL sessions a second"
	default:
		return string(r)
	}
}

// statusWord says of a server that it is not simply up.
func (v *Verdict) statusWord() string {
	if v.Kind != Server || v.Status == "" || (&haproxy.Server{Status: v.Status}).IsUp() {
		return ""
	}
	return ", " + v.Status
}

// slowly explains a limit that is less than the server's maxconn.
func (v *Verdict) slowly() string {
	if v.server == nil || !v.server.Throttle.Known || !v.Usage.Limit.Known {
		return ""
	}
	return fmt.Sprintf(", starting slowly (%d%% of maxconn %d)", v.server.Throttle.Value, v.server.SessionLimit.Value)
}

func (v *Verdict) queueWords() []string {
	switch m := &v.Queue; {
	case m.Problem != "":
		return []string{"its queue cannot be judged: " + m.Problem}
	case m.Current.Value == 0:
		return nil
	case m.Limit.Known:
		return []string{m.of("places in its queue taken")}
	default:
		return []string{fmt.Sprintf("%d %s queued", m.Current.Value, plugin.Plural(m.Current.Value, "request"))}
	}
}

// servers says how many of a backend's servers the room is on.
func (r *Room) servers() string {
	return plugin.OutOf(r.Serving, r.Servers, "server")
}

func (v *Verdict) roomWords() string {
	switch r := v.Room; {
	case r == nil || r.Serving == 0 || v.Usage.Problem != "":
		return ""
	case r.Unlimited != "":
		return fmt.Sprintf(" (server %s has no maxconn)", r.Unlimited)
	default:
		return fmt.Sprintf(" on %s, room for %d more", r.servers(), r.Left())
	}
}

// without lists the servers that add no room, and why.
func (r *Room) without() string {
	list := make([]string, 0, manyServers+1)
	for _, idle := range r.Without[:min(len(r.Without), manyServers)] {
		list = append(list, fmt.Sprintf("%s (%s)", idle.Name, idle.Reason))
	}
	if more := len(r.Without) - manyServers; more > 0 {
		list = append(list, fmt.Sprintf("%d more", more))
	}
	return strings.Join(list, ", ")
}
