package nosrv

import (
	"context"
	"fmt"
	"io"
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

// sample asks for the statistics, and keeps how many log lines HAProxy has
// dropped until now for the next run. Only a socket tells that.
func (f *flags) sample(ctx context.Context, stdin io.Reader, query endpoint.Query) (*check.Asked, []check.Sampled, error) {
	if len(f.Socket) == 0 || f.At != "" {
		asked, err := f.Ask(ctx, stdin, query)
		return asked, nil, err
	}
	return f.Flags.Sample(ctx, stdin, f.SampleFlags, query, check.Counting{
		Check:    program.Check + "-log",
		Settings: samples.Settings{Columns: []string{droppedLogs}, Window: time.Duration(f.Window)},
		Rows:     rowOfDropped,
	}, true)
}

func rowOfDropped(_ *check.Asked, answer *endpoint.Answer) []samples.Row {
	if answer.Info == nil {
		return nil
	}
	dropped, err := answer.Info.Number(droppedLogs)
	if err != nil || !dropped.Known {
		return nil
	}
	return []samples.Row{check.SampledRow(answer, "process", "", haproxy.Number{}, dropped)}
}

// doubtsOf are the HAProxys that have dropped lines of their logs in the window.
func doubtsOf(sampled []check.Sampled) []check.Doubt {
	var doubts []check.Doubt
	for _, s := range sampled {
		for _, stretch := range s.Judge {
			var lines int64
			s.Series.Visit(stretch.Window, func(_ samples.Span, _ int, growth []int64) { lines += max(growth[0], 0) })
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
