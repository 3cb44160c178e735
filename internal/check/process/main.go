package process

import (
	"context"
	"io"
	"slices"
	"time"

	"check-haproxy/internal/advice"
	"check-haproxy/internal/check"
	"check-haproxy/internal/haproxy"
	"check-haproxy/internal/haproxy/endpoint"
	"check-haproxy/internal/plugin"
)

// Main runs the plugin and returns its exit code.
func Main(args []string, _ io.Reader, stdout, stderr io.Writer) int {
	var f flags
	return plugin.Run(program, args, stdout, stderr, &f, func(ctx context.Context) (plugin.Result, error) {
		return run(ctx, &f)
	})
}

func run(ctx context.Context, f *flags) (plugin.Result, error) {
	if slices.Contains(f.Config, "") {
		return plugin.Result{}, advice.New("--config is empty", "give the path of a file or folder, or leave it out")
	}
	asked, sampled, err := f.ask(ctx)
	if err != nil {
		return plugin.Result{}, err
	}
	if err := f.awaitPeers(ctx, asked); err != nil {
		return plugin.Result{}, err
	}
	selection, options, files := asked.Select(), f.options(), files(f.Config)
	var verdicts []Verdict
	for i := range asked.Answers {
		subject := subjectOf(asked, &asked.Answers[i], selection)
		subject.Files = files
		if sampled != nil {
			subject.addSampled(sampled[i])
		}
		verdicts = append(verdicts, Judge(subject, options))
	}
	if len(f.Sections) > 0 {
		selection.Finish("stick table or section of peers")
	}
	return f.report(asked, verdicts), nil
}

// ask asks for everything, and keeps what was counted. If it cannot be kept
// all else is judged.
func (f *flags) ask(ctx context.Context) (*check.Asked, []check.Sampled, error) {
	query := endpoint.Query{Subject: endpoint.OfProcess}
	asked, sampled, err := f.SocketFlags.Sample(ctx, f.SampleFlags, query, f.counting())
	if err == nil {
		return asked, sampled, nil
	}
	asked, failed := f.Ask(ctx, query)
	if failed != nil {
		return nil, nil, failed
	}
	asked.Findings = append(asked.Findings, plugin.Finding{State: plugin.Unknown, One: err.Error(), Line: plugin.Unknown.String() + " " + err.Error()})
	return asked, nil, nil
}

// How often, and for how long, peers are looked for that are not connected: after
// a reload they connect again within 5 s (PEER_RECONNECT_TIMEOUT in src/peers.c).
const (
	peersPause    = 250 * time.Millisecond
	peersPatience = 5 * time.Second
)

// awaitPeers asks again while a peer is away that is wanted, and keeps half of
// the time for what comes after.
func (f *flags) awaitPeers(ctx context.Context, asked *check.Asked) error {
	left := peersPatience
	if deadline, ok := ctx.Deadline(); ok {
		left = min(left, time.Until(deadline)/2)
	}
	for ; left > 0 && f.Peers != plugin.OK && anyAway(asked); left -= peersPause {
		time.Sleep(peersPause)
		again, err := f.Ask(ctx, endpoint.Query{Subject: endpoint.OfProcess})
		if err != nil {
			return err
		}
		for i := range asked.Answers {
			for _, answer := range again.Answers {
				if answer.Name == asked.Answers[i].Name {
					asked.Answers[i].Running.Peers = answer.Running.Peers
				}
			}
		}
	}
	return nil
}

func anyAway(asked *check.Asked) bool {
	for _, answer := range asked.Answers {
		if len((&Subject{Peers: answer.Running.Peers}).away()) > 0 {
			return true
		}
	}
	return false
}

// subjectOf is what an answer tells, with the stick tables and peers that were
// chosen.
func subjectOf(asked *check.Asked, answer *endpoint.Answer, selection *check.Selection) Subject {
	s := Subject{Target: asked.Target(answer, "process"), At: answer.At, Info: answer.Info, Processes: answer.Running.Processes}
	for _, peer := range answer.Running.Peers {
		if selection.Takes(asked.Target(answer, peer.Section).Names...) {
			s.Peers = append(s.Peers, peer)
		}
	}
	for _, table := range answer.Running.Tables {
		if selection.Takes(asked.Target(answer, table.Name).Names...) {
			s.Tables = append(s.Tables, table)
		}
	}
	return s
}

// addSampled adds what was kept of the runs before.
func (s *Subject) addSampled(sampled check.Sampled) {
	s.Losses = lost(sampled)
	if before := sampled.Before; len(before) > idleColumn && before[idleColumn] >= 0 {
		s.Before = haproxy.Number{Value: before[idleColumn], Known: true}
	}
	if sampled.First && len(sampled.Judge) > 0 {
		s.Watched = sampled.Judge[0].Window.Length()
	}
}
