package check

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"check-haproxy/internal/advice"
	"check-haproxy/internal/haproxy"
	"check-haproxy/internal/haproxy/endpoint"
	"check-haproxy/internal/plugin"
	"check-haproxy/internal/samples"
)

// SampleFlags say how a check keeps what HAProxy has counted until its next run.
type SampleFlags struct {
	StateDir string          `arg:"--state-dir" placeholder:"DIR" help:"folder for what is kept between two runs [default: $MP_STATE_PATH, else /var/lib/check-haproxy if it is the user's own, else /var/tmp/check-haproxy-UID]"`
	Sample   plugin.Duration `arg:"--sample" placeholder:"DURATION" default:"2s" help:"time between the two samples that a first run takes"`
}

// folder opens the folder for samples.
func (f SampleFlags) folder() (*samples.Folder, error) {
	if f.StateDir != "" {
		return samples.Open(f.StateDir)
	}
	return samples.Open(samples.DefaultFolder(os.Getenv, samples.Packaged))
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
	Anew  bool   // nothing older could be compared: two samples a moment apart are judged
	Note  string // what became of an older file; mostly empty
	// Before is what the row Counting.Before had in the sample before the last;
	// nil if there is none.
	Before []int64
	First  bool // nothing was kept of it before
}

// Notes say how far the samples reach, if not as far as was asked for.
func (s Sampled) Notes(settings samples.Settings) []string {
	var notes []string
	if s.Note != "" {
		notes = append(notes, s.Note)
	}
	if len(s.Judge) == 0 {
		return append(notes, "nothing older can be compared with what "+s.Answer.Name+" has counted: from the next run on it is")
	}
	latest := s.Judge[len(s.Judge)-1]
	length, baseline := latest.Window.Length(), latest.Baseline.Length()
	of := fmt.Sprintf("what %s counted in %s is judged", s.Answer.Name, plugin.FormatDuration(length))
	switch {
	case s.Anew:
		notes = append(notes, of+": nothing older can be compared with it (a first run)")
	case len(s.Judge) > 1:
		notes = append(notes, fmt.Sprintf("%s, and in the %s before, in which nobody asked; the worse counts", of, plugin.FormatDuration(s.Judge[0].Window.Length())))
	case length < settings.Window*3/4:
		notes = append(notes, of+": the samples reach back no further")
	case length > settings.Window*5/4:
		notes = append(notes, of+": there is no sample in between")
	}
	if baseline == 0 {
		notes = append(notes, "no rise to judge: the samples reach back less than one window before the window")
	} else if baseline < settings.Baseline*3/4 {
		notes = append(notes, "the samples reach back "+plugin.FormatDuration(baseline)+" before the window: that is the baseline")
	}
	return notes
}

// SampledStretch is a window between two samples, and the baseline before it, as
// much as there is of them.
type SampledStretch struct{ Window, Baseline samples.Span }

// RateWindow is the length of time that rates are per minute of: what happened in
// a moment is not taken for what goes on all minute.
func (s SampledStretch) RateWindow() time.Duration { return max(s.Window.Length(), time.Minute) }

// Sample asks all endpoints for what they have counted, and keeps it for the next
// run. If that has nothing to be compared with (a first run, a long gap, a
// section that is new) it asks a second time after a moment.
//
// If aside is set, samples are only a help: nobody waits for a second one, and
// what cannot be kept is a note. Otherwise an error says why nothing could be
// sampled, and what could not be kept is a finding.
func (f *Flags) Sample(ctx context.Context, stdin io.Reader, flags SampleFlags, query endpoint.Query, counting Counting, aside bool) (*Asked, []Sampled, error) {
	query.Counters, query.Info = true, true
	folder, err := flags.folder()
	if err != nil && aside {
		asked, askErr := f.Ask(ctx, stdin, query)
		if askErr == nil {
			asked.notes = append(asked.notes, err.Error())
		}
		return asked, nil, askErr
	}
	if err != nil {
		return nil, nil, err
	}
	defer folder.Close()
	s := sampler{flags: f, counting: counting, aside: aside, folder: folder, stores: map[string]*kept{}}
	asked, err := f.Ask(ctx, stdin, query)
	if err != nil {
		return nil, nil, err
	}
	again, err := s.add(asked)
	if err == nil && again && !aside {
		if err = pause(ctx, time.Duration(flags.Sample)); err == nil {
			asked, err = f.Ask(ctx, stdin, query)
		}
		if err == nil {
			_, err = s.add(asked)
		}
	}
	switch {
	case err == nil:
		return asked, s.keep(asked), nil
	case aside:
		asked.notes = append(asked.notes, err.Error())
		return asked, nil, nil
	default:
		return nil, nil, err
	}
}

// pause waits between two samples. Without the time for that it returns at once:
// whoever asks for something else instead needs what is left.
func pause(ctx context.Context, length time.Duration) error {
	if deadline, ok := ctx.Deadline(); !ok || time.Until(deadline) > length {
		select {
		case <-time.After(length):
			return nil
		case <-ctx.Done():
		}
	}
	return advice.New(fmt.Sprintf("a first run takes two samples %s apart, and there is no time for that", plugin.FormatDuration(length)), "raise --timeout, or lower --sample")
}

// sampler adds answers to the samples of their endpoints.
type sampler struct {
	flags    *Flags
	counting Counting
	aside    bool
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
	anew    bool
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
		k.anew = k.anew || len(k.judge) == 0
		again = again || k.series.NeedsAnother()
	}
	return again, nil
}

// judgeLatest has the newest samples judged. A stretch of over three windows,
// long before which nobody looked, is judged beside those that follow. A baseline
// of less than a window tells nothing.
func (k *kept) judgeLatest(window time.Duration) {
	if len(k.judge) > 0 && k.judge[0].Window.Length() <= 3*window {
		k.judge = nil
	}
	latest, baseline := k.series.Spans()
	if baseline.Length() < window {
		baseline = samples.Span{}
	}
	if latest != (samples.Span{}) {
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
			s.complain(asked, err)
		}
		if len(k.judge) == 0 && !s.aside {
			s.complain(asked, errors.New("nothing older can be compared with what "+answer.Name+" has counted"))
		}
		all = append(all, Sampled{answer, k.series, k.judge, k.anew, k.note, k.before, k.first})
	}
	s.folder.Sweep(time.Now())
	return all
}

// complain says what is wrong with the samples.
func (s *sampler) complain(asked *Asked, err error) {
	if s.aside {
		asked.notes = append(asked.notes, advice.Whole(err))
		return
	}
	asked.Complain(err)
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
