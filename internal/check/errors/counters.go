package errors

import (
	"slices"
	"time"

	"check-haproxy/internal/check"
	"check-haproxy/internal/check/rates"
	"check-haproxy/internal/haproxy"
	"check-haproxy/internal/haproxy/endpoint"
	"check-haproxy/internal/samples"
)

// The columns of what is sampled of each server.
const (
	attempts = iota // stot
	failed          // econ
	broken          // eresp
	answered        // hrsp_1xx … hrsp_other
	errors5xx
	serverAborts
	retried // wretr
	moved   // wredis
	clientAborts
	downs
	columns
)

// Samples says what is sampled between two runs.
func Samples(window, baseline time.Duration) samples.Settings {
	return samples.Settings{
		Columns: []string{"stot", "econ", "eresp", "answers", "hrsp_5xx", "srv_abrt", "wretr", "wredis", "cli_abrt", "chkdown"},
		Window:  window, Baseline: baseline,
	}
}

// Rows are the rows of targets that are sampled: the servers, but for those without
// the counts that are needed, and the BACKEND rows, whose counts fall if counters are
// cleared.
func Rows(answer *endpoint.Answer, targets []check.Target) []samples.Row {
	var rows []samples.Row
	for _, target := range targets {
		b := target.Backend
		for i := range b.Servers {
			s, c := &b.Servers[i], b.Servers[i].Counters
			if missing(c) != "" {
				continue
			}
			rows = append(rows, check.SampledRow(answer, b.Name, s.Name, s.LastChange, c.Sessions, c.FailedConnections, c.FailedResponses,
				c.Answers, c.ServerErrors, c.ServerAborts, c.Retries, c.Redispatches, c.ClientAborts, c.Downs))
		}
		counts := [columns]haproxy.Number{attempts: b.Counters.Sessions}
		rows = append(rows, check.SampledRow(answer, b.Name, "", b.LastChange, counts[:]...))
	}
	return rows
}

// growth is by how much a server's counters grew.
type growth [columns]int64

func (g *growth) add(other []int64) {
	for i, n := range other {
		g[i] += n
	}
}

// tally tells what a server did to its requests. HAProxy counts attempts, and
// some things more than once: a reset before the answer (eresp 6 for 3 requests in
// 2.6), a retry after an answer (wretr 12 for 6 with "retry-on 500"). So there are
// at least as many requests as ended in a known way; and responses are held
// against the requests that the server was given and has not answered with a
// status, of which some are only on their way. A response that broke off within
// its body has a status.
func (g *growth) tally(name string, c Counting, isTunnel, isSlow bool) ServerTally {
	given := g[attempts] - g[retried] - g[moved]
	requests := max(given, g[answered]+g[failed])
	unanswered := given - g[failed] - g[answered] + g[serverAborts]
	kinds := [...]int64{
		Connect:     g[failed],
		Response:    min(g[broken], unanswered),
		ServerError: g[errors5xx],
		Retry:       g[retried] + g[moved],
		Abort:       g[clientAborts],
	}
	t := ServerTally{Name: name, Requests: uint64(max(requests, 0)), Downs: uint64(g[downs])}
	counted := c.of(isTunnel)
	for kind, n := range kinds {
		if !isTunnel || counted.Has(Kind(kind)) {
			t.Kinds[kind] = uint64(max(n, 0))
		}
	}
	t.Counted = min(t.Kinds.Of(counted), t.Requests)
	if isSlow && counted.Has(Slow) {
		t.Kinds[Slow] = t.Requests - t.Counted
		t.Counted = t.Requests
	}
	return t
}

// isQuiet says that the server did nothing that could count.
func (g *growth) isQuiet() bool {
	return g[failed]|g[broken]|g[errors5xx]|g[retried]|g[moved]|g[clientAborts]|g[downs] == 0
}

// Tallies are what the chosen sections of one HAProxy have counted in a stretch;
// targets are those sections.
func Tallies(series *samples.Series, stretch check.SampledStretch, targets []check.Target, c Counting) []Tally {
	tallies := make([]Tally, len(targets))
	sections := make(map[string]*Tally, len(targets))
	slow := map[samples.Key]bool{}
	for i, target := range targets {
		tallies[i] = Tally{
			Target: target, Window: stretch.RateWindow(), Unjudged: c.unjudged(target.Backend),
			Servers: make([]ServerTally, 0, len(target.Backend.Servers)),
		}
		sections[target.Name] = &tallies[i]
		for _, s := range target.Backend.Servers {
			if c.Slow > 0 && time.Duration(s.Counters.ResponseTime.Value)*time.Millisecond > c.Slow {
				slow[samples.Key{Section: target.Name, Server: s.Name}] = true
			}
		}
	}
	rows := make([]*Tally, len(series.Rows())) // of servers alone
	for i, key := range series.Rows() {
		if key.Server != "" {
			rows[i] = sections[key.Section]
		}
	}
	c.countWindow(series, stretch.Window, rows, slow)
	for i := range tallies {
		if t := &tallies[i]; t.Unjudged == "" && len(t.Servers) == 0 && len(t.Target.Backend.Servers) > 0 {
			t.Unjudged = "none of its servers is in two samples of the window"
		}
	}
	c.countBaseline(series, stretch.Baseline, rows, tallies)
	return tallies
}

// countWindow adds what each server did in the window.
func (c Counting) countWindow(series *samples.Series, window samples.Span, rows []*Tally, slow map[samples.Key]bool) {
	grown := make([]growth, len(rows))
	judged := make([]bool, len(rows))
	series.Visit(window, func(_ samples.Span, row int, counts []int64) {
		judged[row] = true
		grown[row].add(counts)
	})
	for i, section := range rows {
		if key := series.Rows()[i]; section != nil && judged[i] {
			section.Servers = append(section.Servers, grown[i].tally(key.Server, c, section.isTunnel(), slow[key]))
		}
	}
}

// countBaseline adds what all servers of a section did before the window, sample
// by sample.
func (c Counting) countBaseline(series *samples.Series, baseline samples.Span, rows []*Tally, tallies []Tally) {
	var last samples.Span
	series.Visit(baseline, func(at samples.Span, row int, counts []int64) {
		if at != last {
			last = at
			for i := range tallies {
				tallies[i].Before = append(tallies[i].Before, rates.Span{Length: at.Length()})
			}
		}
		g := growth(counts)
		if section := rows[row]; section != nil && !g.isQuiet() {
			section.Before[len(section.Before)-1].Spoiled += g.tally("", c, section.isTunnel(), false).Counted
		}
	})
	for i := range tallies {
		slices.Reverse(tallies[i].Before)
	}
}

// isTunnel says whether the section is in TCP mode, as far as is known.
func (t *Tally) isTunnel() bool { return t.Target.Backend.Mode == "tcp" }

// unjudged says which needed counter of a backend's servers is not known; empty
// if all are.
func (c Counting) unjudged(b *haproxy.Backend) string {
	counted := c.Kinds | c.Tunnelled
	for _, s := range b.Servers {
		column := missing(s.Counters)
		switch {
		case column != "":
		case s.Counters.ClientAborts.Damaged && counted.Has(Abort):
			column = "cli_abrt"
		case s.Counters.ResponseTime.Damaged && c.Slow > 0:
			column = "rtime"
		default:
			continue
		}
		return "column " + column + " of server " + s.Name + " is no count"
	}
	return ""
}

// missing is the column of a counter that is always needed and not known; empty if
// there is none. Some are not told in TCP mode, and by old versions; but a damaged
// one is none.
func missing(c *haproxy.Counters) string {
	for _, needed := range []struct {
		column string
		missed bool
	}{
		{"stot", !c.Sessions.Known},
		{"econ", !c.FailedConnections.Known},
		{"eresp", !c.FailedResponses.Known},
		{"wretr", c.Retries.Damaged},
		{"wredis", c.Redispatches.Damaged},
		{"hrsp_1xx … hrsp_other", c.Answers.Damaged},
		{"srv_abrt", c.ServerAborts.Damaged},
		{"chkdown", c.Downs.Damaged},
	} {
		if needed.missed {
			return needed.column
		}
	}
	return ""
}
