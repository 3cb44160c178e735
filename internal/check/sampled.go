package check

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"check-haproxy/internal/haproxy"
	"check-haproxy/internal/haproxy/endpoint"
	"check-haproxy/internal/plugin"
	"check-haproxy/internal/samples"
)

// SampleFlags say how a check keeps what HAProxy has counted until its next run.
type SampleFlags struct {
	StateDir string          `arg:"--state-dir" placeholder:"DIR" help:"folder for what is kept between two runs [default: $MP_STATE_PATH, else /var/tmp/check-haproxy-UID]"`
	Sample   plugin.Duration `arg:"--sample" placeholder:"DURATION" default:"2s" help:"time between the two samples that a first run takes"`
}

// folder opens the folder for samples.
func (f SampleFlags) folder() (*samples.Folder, error) {
	if f.StateDir != "" {
		return samples.Open(f.StateDir)
	}
	return samples.Open(samples.DefaultFolder(os.Getenv))
}

// Counting is what a check counts between two runs.
type Counting struct {
	Check    string // "nosrv"
	Settings samples.Settings
	Rows     func(asked *Asked, answer *endpoint.Answer) []samples.Row
	// Before is a row of which the run before is of interest by itself.
	Before samples.Key
}

// Sampled is what one HAProxy has counted until now.
type Sampled struct {
	Answer *endpoint.Answer
	Series *samples.Series
	// Judge are the stretches to judge: one, or after a long gap that and the
	// moment since the answer before. The worse counts. There is none if only
	// one sample was taken.
	Judge []SampledStretch
	Note  string // what became of an older file; mostly empty
	// Before is what the row Counting.Before had in the sample before the last;
	// nil if there is none.
	Before []int64
	First  bool // nothing was kept of it before
}

// SampledStretch is a window between two samples, and the baseline before it, as
// much as there is of them.
type SampledStretch struct{ Window, Baseline samples.Span }

// RateWindow is the length of time that rates are per minute of: what happened in
// a moment is not taken for what goes on all minute.
func (s SampledStretch) RateWindow() time.Duration { return max(s.Window.Length(), time.Minute) }

// Sample asks all endpoints for what they have counted, and keeps it for the next
// run. Where that has nothing to be compared with (a first run, a long gap, a
// section that is new) it asks a second time after a moment, unless once is set.
// An error says why nothing could be sampled; what could not be kept is a
// finding.
func (f *Flags) Sample(ctx context.Context, stdin io.Reader, flags SampleFlags, query endpoint.Query, counting Counting, once bool) (*Asked, []Sampled, error) {
	folder, err := flags.folder()
	if err != nil {
		return nil, nil, err
	}
	defer folder.Close()
	query.Counters, query.Info = true, true
	s := sampler{flags: f, counting: counting, folder: folder, stores: map[string]*kept{}}
	asked, err := f.Ask(ctx, stdin, query)
	if err != nil {
		return nil, nil, err
	}
	again, err := s.add(asked)
	if err != nil {
		return nil, nil, err
	}
	if again && !once {
		if err := pause(ctx, time.Duration(flags.Sample)); err != nil {
			return nil, nil, err
		}
		if asked, err = f.Ask(ctx, stdin, query); err != nil {
			return nil, nil, err
		}
		if _, err = s.add(asked); err != nil {
			return nil, nil, err
		}
	}
	return asked, s.keep(asked), nil
}

// pause waits between two samples.
func pause(ctx context.Context, length time.Duration) error {
	select {
	case <-time.After(length):
		return nil
	case <-ctx.Done():
		return fmt.Errorf("a first run takes two samples %s apart, and there is no time for that; raise --timeout, or lower --sample", plugin.FormatDuration(length))
	}
}

// sampler adds answers to the samples of their endpoints.
type sampler struct {
	flags    *Flags
	counting Counting
	folder   *samples.Folder
	stores   map[string]*kept // by the endpoint's name
}

// kept is what is kept of one endpoint.
type kept struct {
	store   *samples.Store
	history *samples.History
	note    string
	series  *samples.Series
	judge   []SampledStretch
	before  []int64
	first   bool
}

// add adds the answers, and says whether they have to be compared with others
// after a moment.
func (s *sampler) add(asked *Asked) (again bool, err error) {
	for i := range asked.Answers {
		answer := &asked.Answers[i]
		k := s.stores[answer.Name]
		if k == nil {
			if k, err = s.load(answer.Name, answer.At); err != nil {
				return false, err
			}
			s.stores[answer.Name] = k
		}
		process := processOf(answer)
		k.before = k.history.Latest(process, s.counting.Before)
		k.series = k.history.Add(samples.Sample{Asked: answer.Asked, At: answer.At, Process: process, Rows: s.counting.Rows(asked, answer)})
		k.judgeLatest(s.counting.Settings.Window)
		again = again || k.series.NeedsAnother()
	}
	return again, nil
}

// judgeLatest has the newest samples judged. A stretch of over three windows,
// long before which nobody looked, is judged beside those that follow.
func (k *kept) judgeLatest(window time.Duration) {
	if len(k.judge) > 0 && k.judge[0].Window.Length() <= 3*window {
		k.judge = nil
	}
	if latest, baseline := k.series.Spans(); latest != (samples.Span{}) {
		k.judge = append(k.judge, SampledStretch{latest, baseline})
	}
}

// load reads what is kept of an endpoint. What was asked of it tells its file
// from others.
func (s *sampler) load(name string, now time.Time) (*kept, error) {
	settings := s.counting.Settings
	question := []string{settings.Window.String(), settings.Baseline.String()}
	for _, pattern := range s.flags.Sections {
		question = append(question, "+"+pattern.String())
	}
	for _, pattern := range s.flags.Excludes {
		question = append(question, "-"+pattern.String())
	}
	k := &kept{store: s.folder.Store(s.counting.Check, name, question...)}
	var err error
	if k.history, k.note, err = k.store.Load(settings, now); err == nil {
		k.first = k.history.IsEmpty()
	}
	return k, err
}

// keep keeps all samples, and returns those of the endpoints that answered.
func (s *sampler) keep(asked *Asked) []Sampled {
	var all []Sampled
	for i := range asked.Answers {
		answer := &asked.Answers[i]
		k := s.stores[answer.Name]
		if err := k.store.Save(k.history); err != nil {
			asked.Findings = append(asked.Findings, plugin.Finding{State: plugin.Unknown, One: err.Error(), Line: fmt.Sprintf("%s %s", plugin.Unknown, err)})
		}
		all = append(all, Sampled{answer, k.series, k.judge, k.note, k.before, k.first})
	}
	s.folder.Sweep(time.Now())
	return all
}

// SampledRow is a row of an answer with what it has counted. HAProxy says how
// long ago the status of the row changed, which tells one process's page from
// another's.
func SampledRow(answer *endpoint.Answer, section, server string, lastChange haproxy.Number, counts ...haproxy.Number) samples.Row {
	row := samples.Row{Section: section, Server: server, Counts: make([]int64, len(counts))}
	if answer.Info == nil && lastChange.Known {
		row.Changed = answer.At.Unix() - lastChange.Value
	}
	for i, n := range counts {
		row.Counts[i] = samples.NotKnown
		if n.Known {
			row.Counts[i] = n.Value
		}
	}
	return row
}

// processOf tells which process has answered; a page does not.
func processOf(answer *endpoint.Answer) samples.Process {
	if answer.Info == nil || !answer.Info.Pid.Known || !answer.Info.UptimeSec.Known {
		return samples.Process{}
	}
	p := samples.Process{PID: answer.Info.Pid.Value, Started: answer.At.Add(-time.Duration(answer.Info.UptimeSec.Value) * time.Second)}
	if start, err := answer.Info.Number("Start_time_sec"); err == nil && start.Known {
		p.StartID = start.Value
	}
	return p
}
