package nosrv

import (
	"slices"
	"time"

	"check-haproxy/internal/check"
	"check-haproxy/internal/check/rates"
	"check-haproxy/internal/haproxy"
	"check-haproxy/internal/haproxy/endpoint"
	"check-haproxy/internal/samples"
)

// HAProxy counts what its log would show: of a backend, the failed connections
// of its BACKEND row less those of its servers are the requests that got no
// server: there was none to take them (kind no-server), or they waited for one in
// vain (kind queue). Denials, redirects and refused connections are not among
// them. That was held against the log of the same traffic, on HAProxy 1.7 to 3.4.

// The columns of what is sampled.
const (
	sessions = iota // stot
	failed          // econ
)

// Samples says what is sampled between two runs.
func Samples(window, baseline time.Duration) samples.Settings {
	return samples.Settings{Columns: []string{"stot", "econ"}, Window: window, Baseline: baseline, Doubt: doubtful}
}

// doubtful says of a section of which a server came or vanished whether that one
// may have had some of the failed connections that the others do not explain.
func doubtful(others []samples.Growth) bool { return unserved(others) > 0 }

// unserved is how many of the failed connections of a section's BACKEND row are
// not its servers'.
func unserved(rows []samples.Growth) (n int64) {
	for _, row := range rows {
		if row.Server == "" {
			n += row.Counts[failed]
		} else {
			n -= row.Counts[failed]
		}
	}
	return max(n, 0)
}

// Rows are the rows of targets that are sampled. One without the counts that are
// needed is none: its section is judged as if it was not there. A server's sessions
// tell a server that was deleted and added again, which counts from zero.
func Rows(answer *endpoint.Answer, targets []check.Target) []samples.Row {
	var rows []samples.Row
	for _, target := range targets {
		b := target.Backend
		for i := range b.Servers {
			if s, c := &b.Servers[i], b.Servers[i].Counters; c.FailedConnections.Known {
				rows = append(rows, check.SampledRow(answer, b.Name, s.Name, s.LastChange, c.Sessions, c.FailedConnections))
			}
		}
		if c := b.Counters; c.FailedConnections.Known && c.Sessions.Known {
			rows = append(rows, check.SampledRow(answer, b.Name, "", b.LastChange, c.Sessions, c.FailedConnections))
		}
	}
	return rows
}

// sampledCount is what HAProxy has counted of one section in a stretch.
type sampledCount struct {
	target   check.Target
	requests uint64
	nosrv    uint64
	before   []rates.Span
	problem  string // why nothing can be said; mostly empty
}

// countSampled counts what the chosen sections of one HAProxy, the targets, have
// counted in a stretch.
func countSampled(series *samples.Series, stretch check.SampledStretch, targets []check.Target) []sampledCount {
	all := make([]sampledCount, len(targets))
	sections := make(map[string]int, len(targets))
	for i, target := range targets {
		all[i] = sampledCount{target: target, problem: problemOf(target.Backend)}
		sections[target.Name] = i
	}
	rows := make([]int, len(series.Rows())) // the number of each row's section; -1 if it was not chosen
	for i, key := range series.Rows() {
		rows[i] = -1
		if section, chosen := sections[key.Section]; chosen {
			rows[i] = section
		}
	}
	count := func(span samples.Span, visit func(at samples.Span, section int, requests, nosrv int64)) {
		series.Visit(span, func(at samples.Span, row int, growth []int64) {
			switch section := rows[row]; {
			case section < 0:
			case series.Rows()[row].Server == "":
				visit(at, section, growth[sessions], growth[failed])
			case growth[failed] > 0:
				visit(at, section, 0, -growth[failed])
			}
		})
	}
	requests, nosrv, judged := make([]int64, len(all)), make([]int64, len(all)), make([]bool, len(all))
	count(stretch.Window, func(_ samples.Span, section int, r, n int64) {
		requests[section] += r
		nosrv[section] += n
		judged[section] = true
	})
	for i := range all {
		all[i].nosrv = uint64(max(nosrv[i], 0))
		all[i].requests = max(uint64(requests[i]), all[i].nosrv) // some came before the window and waited
		if !judged[i] && all[i].problem == "" {
			all[i].problem = "its servers were others in each two samples of the window"
		}
	}
	countBefore(all, stretch.Baseline, count)
	return all
}

// countBefore adds what was counted before the window, sample by sample.
func countBefore(all []sampledCount, baseline samples.Span, count func(samples.Span, func(samples.Span, int, int64, int64))) {
	nosrv := make([]int64, len(all)) // in the interval that is visited
	var last samples.Span
	flush := func() {
		for i, n := range nosrv {
			if last != (samples.Span{}) {
				all[i].before = append(all[i].before, rates.Span{Length: last.Length(), Spoiled: uint64(max(n, 0))})
			}
		}
		clear(nosrv)
	}
	count(baseline, func(at samples.Span, section int, _, n int64) {
		if at != last {
			flush()
			last = at
		}
		nosrv[section] += n
	})
	flush()
	for i := range all {
		slices.Reverse(all[i].before)
	}
}

// problemOf says which counter of a backend is not known; empty if all are.
func problemOf(b *haproxy.Backend) string {
	switch {
	case !b.Counters.FailedConnections.Known:
		return "column econ of its BACKEND row is no count"
	case !b.Counters.Sessions.Known:
		return "column stot of its BACKEND row is no count"
	}
	for _, s := range b.Servers {
		if !s.Counters.FailedConnections.Known {
			return "column econ of server " + s.Name + " is no count"
		}
	}
	return ""
}
