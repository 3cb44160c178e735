package nosrv

import (
	"fmt"
	"testing"
	"time"

	"check-haproxy/internal/check"
	"check-haproxy/internal/haproxy"
	"check-haproxy/internal/haproxy/endpoint"
	"check-haproxy/internal/plugin"
	"check-haproxy/internal/samples"
)

// Log lines that HAProxy dropped in the window make its log no evidence; those
// before it, and those of a process that is gone, are nobody's business.
func TestDroppedLogs(t *testing.T) {
	f := &flags{}
	f.Window, f.Baseline, f.Count = plugin.Duration(DefaultWindow), plugin.Duration(DefaultBaseline), DefaultKinds
	settings := f.countingForCrossCheck().Settings
	for name, test := range map[string]struct {
		counts []int64 // one a minute
		want   string
	}{
		"none":              {[]int64{7, 7, 7, 7, 7, 7, 7, 7}, "[]"},
		"some":              {[]int64{7, 7, 7, 7, 7, 7, 9, 10}, "[HAProxy has dropped 3 log lines in 5m]"},
		"before the window": {[]int64{0, 7, 7, 7, 7, 7, 7, 7}, "[]"},
		"only one sample":   {[]int64{7}, "[]"},
	} {
		t.Run(name, func(t *testing.T) {
			history := samples.New(settings)
			var s check.Sampled
			for i, n := range test.counts {
				at := evening.Add(time.Duration(i) * time.Minute)
				answer := &endpoint.Answer{At: at, Info: &haproxy.Info{Values: map[string]string{droppedLogs: fmt.Sprint(n)}}}
				rows := rowOfDropped(answer)
				s.Series = history.Add(samples.Sample{Asked: at, At: at, Process: samples.Process{PID: 1, Started: evening}, Rows: rows})
			}
			if window, _ := s.Series.Spans(); window != (samples.Span{}) {
				s.Judge = []check.SampledStretch{{Window: window}}
			}
			var got []string
			for _, d := range doubtsOf([]check.Sampled{s}) {
				got = append(got, d.Reason)
				if d.State != plugin.Unknown || d.Advice == "" || d.Quiet {
					t.Errorf("%+v", d)
				}
			}
			if fmt.Sprint(got) != test.want {
				t.Errorf("%s, want %s", got, test.want)
			}
		})
	}
	if rows := rowOfDropped(&endpoint.Answer{}); rows != nil {
		t.Errorf("a page has %v", rows)
	}
	if rows := rowOfDropped(&endpoint.Answer{Info: &haproxy.Info{}}); rows != nil {
		t.Errorf("HAProxy 1.8 has %v", rows)
	}
}
