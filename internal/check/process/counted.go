package process

import (
	"time"

	"check-haproxy/internal/check"
	"check-haproxy/internal/haproxy"
	"check-haproxy/internal/haproxy/endpoint"
	"check-haproxy/internal/samples"
)

// What is kept between two runs stands in two rows: what HAProxy counts, and how
// idle it was. That is no count, it rises and falls; only its last value is of
// use, and in a row of its own it disturbs no growth.
var (
	counts = samples.Key{Section: "process"}
	idle   = samples.Key{Section: "process", Server: "Idle_pct"}
)

const idleColumn = 2

func (f *flags) counting() check.Counting {
	columns := make([]string, 0, idleColumn+1)
	for _, loss := range losses {
		columns = append(columns, loss.name)
	}
	return check.Counting{
		Check:    "process",
		Settings: samples.Settings{Columns: append(columns, idle.Server), Window: time.Duration(f.Window)},
		Rows:     rows,
		Before:   idle,
	}
}

// rows are what there is to keep of an answer. What is no number is kept as not
// known; judging says so.
func rows(_ *check.Asked, answer *endpoint.Answer) []samples.Row {
	var counted, level [idleColumn + 1]haproxy.Number
	for i, loss := range losses {
		counted[i], _ = answer.Info.Number(loss.name)
	}
	level[idleColumn], _ = answer.Info.Number(idle.Server)
	return []samples.Row{
		check.SampledRow(answer, counts.Section, counts.Server, haproxy.Number{}, counted[:]...),
		check.SampledRow(answer, idle.Section, idle.Server, haproxy.Number{}, level[:]...),
	}
}

// lost is by how much the counters have grown in the stretches to judge.
func lost(sampled check.Sampled) []Loss {
	var found []Loss
	for _, stretch := range sampled.Judge {
		var sums [idleColumn]int64
		sampled.Series.Visit(stretch.Window, func(_ samples.Span, _ int, growth []int64) {
			for i := range sums {
				sums[i] += growth[i]
			}
		})
		for i, n := range sums {
			found = append(found, Loss{losses[i].name, n, stretch.Window.Length()})
		}
	}
	return found
}
