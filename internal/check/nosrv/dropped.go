package nosrv

import (
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	"check-haproxy/internal/check"
	"check-haproxy/internal/haproxy"
	"check-haproxy/internal/haproxy/endpoint"
	"check-haproxy/internal/plugin"
	"check-haproxy/internal/samples"
)

// droppedLogs is HAProxy's own count of log lines that it could not get rid of
// (Management Guide 9.3, "show info").
const droppedLogs = "DroppedLogs"

// sample asks for the statistics, and keeps what HAProxy has counted until now for
// the next run. Of a time that is over, and from a saved answer, there is nothing
// to keep.
func (f *flags) sample(ctx context.Context, stdin io.Reader, query endpoint.Query) (*check.Asked, []check.Sampled, error) {
	if f.At != "" || f.StatsFile != "" {
		asked, err := f.Ask(ctx, stdin, query)
		return asked, nil, err
	}
	return f.Flags.Sample(ctx, stdin, f.SampleFlags, query, f.countingForCrossCheck(), true)
}

// countingForCrossCheck is what is sampled beside a log: what the chosen backends count,
// unless only a part of that is to count, and the log lines that were dropped.
func (f *flags) countingForCrossCheck() check.Counting {
	settings := Samples(time.Duration(f.Window), time.Duration(f.Baseline))
	settings.Columns = append(settings.Columns, droppedLogs)
	return check.Counting{
		Check: program.Check + "-log", Settings: settings,
		Rows: func(asked *check.Asked, answer *endpoint.Answer) []samples.Row {
			var rows []samples.Row
			if f.Count&counterKinds == counterKinds {
				_, backends := asked.Targets(answer)
				rows = Rows(answer, slices.DeleteFunc(backends, func(t check.Target) bool { return !f.Selects(t.Name) }))
			}
			for i := range rows {
				rows[i].Counts = append(rows[i].Counts, samples.NotKnown)
			}
			return append(rows, rowOfDropped(answer)...)
		},
	}
}

// dropped is the column of dropped log lines, behind those of backends, and the
// row that has it.
const dropped = failed + 1

var droppedRow = samples.Key{Server: droppedLogs}

// rowOfDropped is that row, if HAProxy tells; a page does not.
func rowOfDropped(answer *endpoint.Answer) []samples.Row {
	if answer.Info == nil {
		return nil
	}
	lines, err := answer.Info.Number(droppedLogs)
	if err != nil || !lines.Known {
		return nil
	}
	return []samples.Row{check.SampledRow(answer, droppedRow.Section, droppedRow.Server, haproxy.Number{}, haproxy.Number{}, haproxy.Number{}, lines)}
}

// doubtsOf are the HAProxys that have dropped lines of their logs in the window.
func doubtsOf(sampled []check.Sampled) []check.Doubt {
	var doubts []check.Doubt
	for _, s := range sampled {
		for _, stretch := range s.Judge {
			var lines int64
			s.Series.Visit(stretch.Window, func(_ samples.Span, row int, growth []int64) {
				if s.Series.Rows()[row] == droppedRow {
					lines += growth[dropped]
				}
			})
			if lines == 0 {
				continue
			}
			doubts = append(doubts, check.Doubt{
				State:  plugin.Unknown,
				Reason: fmt.Sprintf("HAProxy has dropped %s in %s", plugin.Count(lines, "log line"), plugin.FormatDuration(stretch.Window.Length())),
				Advice: "its log server or ring takes them too slowly",
			})
			break
		}
	}
	return doubts
}
