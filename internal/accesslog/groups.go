package accesslog

import "slices"

// groups are requests of a piece that went well and are visited together: nearly
// all of a log, of which nobody wants to know more than how many there are. Each
// group is of one route and of one period of time (Options.Periods), so that a
// visitor counts it as it would count each one.
type groups struct {
	periods []int64
	details bool   // as in Options
	from    int64  // where the period begins of which the groups are
	width   uint64 // of the period; 0 for none
	open    int    // how many groups are not empty

	table  [1 << groupBits]group // by route
	record Record                // what a visitor is handed
}

const groupBits = 8

// group is some requests of one route. Its names are its own.
type group struct {
	route    uint64
	requests int
	newest   int64 // when the newest was written
	frontend []byte
	names    []byte // of backend and server, with a slash between them
	slash    int
}

// at is the place of a route's group, which may be another one's.
func (g *groups) at(route uint64) *group {
	return &g.table[route*0x9E3779B97F4A7C15>>(64-groupBits)]
}

// add counts a request if there is a group for it.
func (g *groups) add(route uint64, written int64) bool {
	at := g.at(route)
	if at.requests == 0 || at.route != route || uint64(written-g.from) >= g.width {
		return false
	}
	at.requests++
	at.newest = max(at.newest, written)
	return true
}

// take counts the request in rec, too, if that is the first of its group. It reports
// false if no group is for it.
func (g *groups) take(rec *Record, visit func(*Record)) bool {
	if g.add(rec.Route, rec.Written) {
		return true
	}
	if rec.Route == 0 || uint64(rec.Written-g.from) >= g.width && !g.enter(rec.Written, visit) {
		return false
	}
	at := g.at(rec.Route)
	g.hand(at, visit)
	g.open++
	at.requests, at.newest = 1, rec.Written
	if at.route != rec.Route {
		at.route, at.slash = rec.Route, len(rec.Backend)
		at.frontend = append(at.frontend[:0], rec.Frontend...)
		at.names = append(append(append(at.names[:0], rec.Backend...), '/'), rec.Server...)
	}
	return true
}

// enter goes on with the period that a time lies in. It reports false if there is
// none.
func (g *groups) enter(written int64, visit func(*Record)) bool {
	g.close(visit)
	g.width = 0
	next := slices.IndexFunc(g.periods, func(from int64) bool { return written < from })
	if next <= 0 {
		return false
	}
	g.from = g.periods[next-1]
	g.width = uint64(g.periods[next] - g.from)
	return true
}

// close visits all groups, which are empty then.
func (g *groups) close(visit func(*Record)) {
	for i := range g.table {
		if g.open == 0 {
			return
		}
		g.hand(&g.table[i], visit)
	}
}

// hand visits a group, unless it is empty.
func (g *groups) hand(one *group, visit func(*Record)) {
	if one.requests == 0 {
		return
	}
	rec := &g.record
	rec.clear()
	rec.Class, rec.Own, rec.Written, rec.Times, rec.Route = Request, true, one.newest, one.requests, one.route
	if g.details {
		rec.Flags, rec.Details.Known = [2]byte{'-', '-'}, true
	}
	rec.Frontend, rec.Backend, rec.Server = one.frontend, one.names[:one.slash], one.names[one.slash+1:]
	visit(rec)
	one.requests = 0
	g.open--
}
