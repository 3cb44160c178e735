package endpoint

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"check-haproxy/internal/haproxy"
)

// errNoWorker is a master without a worker that serves.
var errNoWorker = errors.New("it has no worker that serves")

// askWorkers asks all workers behind a master CLI that serve (Management Guide
// 9.4), each over a connection of its own. Workers of a configuration from
// before a reload are left out: they only end their last sessions.
func (s socket) askWorkers(ctx context.Context, q Query) []Answer {
	var processes []haproxy.Process
	err := process{socket: s}.exchange(ctx, request{"show proc", func(r *haproxy.Reader) (err error) {
		processes, err = r.Processes()
		return err
	}})
	if err != nil {
		return []Answer{{Socket: true, Err: err}}
	}
	serving, err := s.serving(ctx, processes)
	if err != nil {
		return []Answer{{Socket: true, Err: err}}
	}
	answers := Ask(ctx, s.workers(serving), q)
	for i := range answers {
		// The name is the endpoint's, with a number if there are several: unlike
		// process ids, that stays the same over reloads.
		answers[i].Name, answers[i].Label = "", ""
		if len(answers) > 1 {
			answers[i].suffix = fmt.Sprintf("@%d", i+1)
		}
		if answers[i].Running != nil {
			answers[i].Running.Processes = processes
		}
		if hasFailed(processes) {
			answers[i].Notes = append(answers[i].Notes, "the last reload failed, HAProxy serves with the configuration from before; its log says why")
		}
	}
	return answers
}

// hasFailed says whether the last reload failed.
func hasFailed(processes []haproxy.Process) bool {
	return slices.ContainsFunc(processes, func(p haproxy.Process) bool { return p.FailedReloads.Value > 0 })
}

// serving are the workers that take new traffic. After a reload that failed
// the list is no help since HAProxy 3.1, in which the worker that serves is among
// the old ones: then the workers themselves are asked.
func (s socket) serving(ctx context.Context, processes []haproxy.Process) ([]haproxy.Process, error) {
	var listed, all []haproxy.Process
	for _, p := range processes {
		if p.Kind == "worker" {
			all = append(all, p)
		}
		if p.IsCurrentWorker() {
			listed = append(listed, p)
		}
	}
	if hasFailed(processes) || len(listed) == 0 {
		listed = s.notStopping(ctx, all)
	}
	if len(listed) == 0 {
		return nil, &Failure{doing: "cannot ask the workers of " + s.shown(), trouble: trouble{errNoWorker.Error(), "see HAProxy's log for why the last reload failed"}, cause: errNoWorker}
	}
	return listed, nil
}

// notStopping are those of the workers that say that they are not stopping.
func (s socket) notStopping(ctx context.Context, workers []haproxy.Process) []haproxy.Process {
	var serving []haproxy.Process
	for i, answer := range Ask(ctx, s.workers(workers), Query{Subject: ofStopping}) {
		if answer.Err == nil && answer.Info.Stopping.Known && answer.Info.Stopping.Value == 0 {
			serving = append(serving, workers[i])
		}
	}
	return serving
}

func (s socket) workers(processes []haproxy.Process) []Endpoint {
	workers := make([]Endpoint, len(processes))
	for i, p := range processes {
		name := fmt.Sprintf("%s@%d", s.shown(), i+1)
		workers[i] = Endpoint{Name: name, Label: name, source: worker{process{socket: s, prefix: fmt.Sprintf("@!%d ", p.PID)}, i + 1}}
	}
	return workers
}

// worker is a process as a source of one answer.
type worker struct {
	process
	number int // among those that serve, from 1
}

func (w worker) ask(ctx context.Context, q Query) []Answer {
	answer := w.process.ask(ctx, q)
	answer.Worker = fmt.Sprintf("@%d ", w.number)
	return []Answer{answer}
}
