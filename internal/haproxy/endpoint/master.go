package endpoint

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"check-haproxy/internal/haproxy"
)

// askWorkers asks all current workers behind a master CLI (Management Guide
// 9.4), each over a connection of its own. Workers of a configuration from
// before a reload are left out: they only end their last sessions.
func (s socket) askWorkers(ctx context.Context, q Query) []Answer {
	var answers []Answer
	// A reload between the list and the questions replaces the workers.
	for range 2 {
		workers, processes, err := s.workers(ctx)
		if err != nil {
			return []Answer{{Socket: true, Err: err}}
		}
		answers = Ask(ctx, workers, q)
		for i := range answers {
			if answers[i].Running != nil {
				answers[i].Running.Processes = processes
			}
		}
		if !anyGone(answers) {
			break
		}
	}
	return answers
}

// workers lists the current workers, and all processes of the master. If there
// are several workers they are numbered: unlike process ids, that stays the same
// over reloads.
func (s socket) workers(ctx context.Context) ([]Endpoint, []haproxy.Process, error) {
	var processes []haproxy.Process
	err := process{socket: s}.exchange(ctx, request{"show proc", func(r *haproxy.Reader) (err error) {
		processes, err = r.Processes()
		return err
	}})
	if err != nil {
		return nil, nil, err
	}
	var workers []Endpoint
	for _, p := range processes {
		if p.IsCurrentWorker() {
			number := len(workers) + 1
			name := fmt.Sprintf("%s@%d", s.address, number)
			workers = append(workers, Endpoint{name, worker{process{s, fmt.Sprintf("@!%d ", p.PID)}, number}})
		}
	}
	switch len(workers) {
	case 0:
		return nil, nil, fmt.Errorf("the master process behind %s has no current worker; see HAProxy's log for why the last reload failed", s.address)
	case 1:
		workers[0].Name = s.address
	}
	return workers, processes, nil
}

// worker is a process as a source of one answer.
type worker struct {
	process
	number int // among the current ones, from 1
}

func (w worker) ask(ctx context.Context, q Query) []Answer {
	answer := w.process.ask(ctx, q)
	answer.Worker = fmt.Sprintf("@%d ", w.number)
	return []Answer{answer}
}

// anyGone says whether a worker had ended before it was asked.
func anyGone(answers []Answer) bool {
	for _, a := range answers {
		var refused *haproxy.Refused
		if errors.As(a.Err, &refused) && strings.HasPrefix(refused.Answer, "Can't find the target PID") {
			return true
		}
	}
	return false
}
