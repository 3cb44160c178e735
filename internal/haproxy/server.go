package haproxy

import (
	"net/netip"
	"strings"
)

// IsUp says whether HAProxy takes the server for working: UP, going down but
// not yet ("UP 1/2"), or unchecked ("no check"). A server that is up takes
// traffic only with a weight.
func (s *Server) IsUp() bool {
	if s.Status == "UP" || s.Status == "no check" {
		return true
	}
	health, ok := strings.CutPrefix(s.Status, "UP ")
	return ok && isFraction(health)
}

// isFraction recognises the "n/m" of "UP n/m".
func isFraction(text string) bool {
	n, m, slash := strings.Cut(text, "/")
	return slash && isNumber(n) && isNumber(m)
}

func isNumber(text string) bool {
	return text != "" && strings.Trim(text, "0123456789") == ""
}

// TakesTraffic says whether the server's weight lets it take new requests. A
// weight that HAProxy does not tell counts as one.
func (s *Server) TakesTraffic() bool { return !s.Weight.Known || s.Weight.Value > 0 }

// IsOut says whether the server was taken out on purpose: maintenance, drained,
// not load-balanced, or weight 0, whatever became of it after that. A name that
// does not resolve is nobody's purpose, though HAProxy calls it maintenance.
func (s *Server) IsOut() bool {
	switch {
	case s.IsUp():
		return !s.TakesTraffic()
	case hasWord(s.Status, "DOWN"):
		return !s.TakesTraffic() || s.Place().AdminState.IsDrained()
	default:
		return !s.IsUnresolved() && (hasWord(s.Status, "MAINT") || hasWord(s.Status, "DRAIN") || hasWord(s.Status, "NOLB"))
	}
}

// Problem says why the row cannot tell whether the server takes requests; empty
// if it can. It is a predicate: "has no status".
func (s *Server) Problem() string {
	switch {
	case s.Status == "":
		return "has no status"
	case s.Weight.Damaged:
		return "has an impossible weight"
	case s.NoRole:
		return "is neither an active nor a backup server"
	default:
		return ""
	}
}

// IsUnchecked says whether nobody checks the server: it is up whatever it does.
func (s *Server) IsUnchecked() bool { return s.Status == "no check" }

// IsStarting says whether the server is up because it has not been checked yet.
func (s *Server) IsStarting() bool { return s.IsUp() && s.CheckResult() == "INI" }

// hasWord says whether status is the word, or the word and something in
// brackets or a count: "MAINT (via px/srv)", "NOLB 1/2", and "MAINT(via)" as
// HAProxy 1.5 wrote it.
func hasWord(status, word string) bool {
	rest, ok := strings.CutPrefix(status, word)
	return ok && (rest == "" || rest[0] == ' ' || rest[0] == '(')
}

// IsUnresolved says whether HAProxy has no address for the server's name.
func (s *Server) IsUnresolved() bool { return s.Status == "MAINT (resolution)" }

// CheckResult is CheckStatus without the mark of a check in progress.
func (s *Server) CheckResult() string { return strings.TrimPrefix(s.CheckStatus, "* ") }

// Checked is the server whose checks decide over this one: itself, or the one
// that it tracks, however many steps away, if the answer has that.
func (s *Server) Checked() *Server {
	const most = 16 // HAProxy allows no circle, but an answer may hold one
	for range most {
		if s.Tracks == nil {
			break
		}
		s = s.Tracks
	}
	return s
}

// SessionsAllowed is how many sessions HAProxy allows the server now; unknown or
// 0 without a limit. While it starts slowly ("slowstart") that is a part of its
// maxconn, rounded down, and at least one (srv_dynamic_maxconn in src/queue.c).
func (s *Server) SessionsAllowed() Number {
	limit, part := s.SessionLimit, s.Throttle
	switch {
	case !limit.Known, limit.Value == 0, !part.Known && !part.Damaged:
		return limit
	case part.Damaged:
		return part
	default:
		return Number{Value: max(limit.Value*min(part.Value, 100)/100, 1), Known: true}
	}
}

// Place is where HAProxy believes the server to be, and by which name it knows
// it: its row of "show servers state", else as much as column addr tells.
func (s *Server) Place() ServerState {
	if s.State != nil {
		return *s.State
	}
	address, err := netip.ParseAddrPort(s.Address)
	if err != nil {
		return ServerState{}
	}
	return ServerState{Address: address.Addr().String(), Port: int64(address.Port())}
}
