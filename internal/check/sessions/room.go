package sessions

import (
	"fmt"

	"check-haproxy/internal/haproxy"
)

// Room is what a backend's servers can take now.
type Room struct {
	Sessions  haproxy.Number // on the servers that requests go to now
	Limit     haproxy.Number // the sum of their maxconn; not known if one of them has none, or if there is no such server
	Serving   int            // how many they are
	Servers   int            // how many the backend has
	Unlimited string         // the first of them that has no maxconn
	Without   []Idle         // the others, which add no room
	Problem   string         // why the sums cannot be trusted; empty if they can
}

// Idle is a server that requests do not go to.
type Idle struct{ Name, Reason string }

// RoomOf returns the room that a backend has: on its active servers that are up
// with a weight, or, if none is left, on its backup servers. Of these HAProxy
// uses the first that is up, or, with "option allbackups", every one
// (Configuration Manual 4.2, "option allbackups").
func RoomOf(b *haproxy.Backend) Room {
	backup, all := onBackup(b), allBackups(b)
	room := Room{Servers: len(b.Servers), Sessions: haproxy.Number{Known: true}}
	for i := range b.Servers {
		s := &b.Servers[i]
		switch problem := problemOf(b, s); {
		case problem != "" && room.Problem == "":
			room.Problem = fmt.Sprintf("server %s %s", s.Name, problem)
		case !takesRequests(s):
			room.Without = append(room.Without, Idle{s.Name, whyIdle(s)})
		case s.Backup && (!backup || (!all && room.Serving > 0)):
			room.Without = append(room.Without, Idle{s.Name, "backup"})
		default:
			room.take(s)
		}
	}
	if room.Unlimited != "" {
		room.Limit = haproxy.Number{}
	}
	return room
}

// problemOf says why a server's part of the room is not known; empty if it is.
// Which role it has matters only beside another server that takes requests.
func problemOf(b *haproxy.Backend, s *haproxy.Server) string {
	alone := func() bool {
		for i := range b.Servers {
			if other := &b.Servers[i]; other != s && takesRequests(other) {
				return false
			}
		}
		return true
	}
	if s.NoRole && (!takesRequests(s) || alone()) {
		role := *s
		role.NoRole = false
		return role.Problem()
	}
	return s.Problem()
}

func (r *Room) take(s *haproxy.Server) {
	r.Serving++
	limit := s.SessionsAllowed()
	if problem := problemWith(s.Sessions, limit); problem != "" && r.Problem == "" {
		r.Problem = fmt.Sprintf("server %s: %s", s.Name, problem)
	}
	if r.Problem != "" {
		return
	}
	r.Sessions.Value += s.Sessions.Value
	switch {
	case isSet(limit):
		r.Limit = haproxy.Number{Value: r.Limit.Value + limit.Value, Known: true}
	case r.Unlimited == "":
		r.Unlimited = s.Name
	}
}

// Left returns how many more sessions fit; 0 if more are there than may be.
func (r *Room) Left() int64 { return max(r.Limit.Value-r.Sessions.Value, 0) }

// takesRequests says whether a server is one that the backend can send new
// requests to.
func takesRequests(s *haproxy.Server) bool { return s.IsUp() && s.TakesTraffic() }

// onBackup says whether no active server is left.
func onBackup(b *haproxy.Backend) bool {
	for i := range b.Servers {
		s := &b.Servers[i]
		if !s.Backup && takesRequests(s) {
			return false
		}
	}
	return true
}

// allBackups says whether a backend that runs on backup servers uses every one
// of them. No column says so, but the BACKEND row's weight is that of the
// servers in use (update_backend_weight in HAProxy's src/backend.c): more than
// the first one's if more than one is. Without that column it is HAProxy's
// default: the first alone.
func allBackups(b *haproxy.Backend) bool {
	for i := range b.Servers {
		s := &b.Servers[i]
		if s.Backup && takesRequests(s) {
			return b.Weight.Known && s.Weight.Known && b.Weight.Value > s.Weight.Value
		}
	}
	return false
}

func whyIdle(s *haproxy.Server) string {
	switch {
	case s.IsUp():
		return "weight 0"
	case s.Status == "":
		return "without status"
	default:
		return s.Status
	}
}
