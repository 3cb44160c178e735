package overview

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"check-haproxy/internal/check"
	"check-haproxy/internal/check/config"
	"check-haproxy/internal/check/nosrv"
	"check-haproxy/internal/dns"
	"check-haproxy/internal/haproxy/configuration"
	"check-haproxy/internal/haproxy/endpoint"
	"check-haproxy/internal/logsource"
	"check-haproxy/internal/overview/picture"
	"check-haproxy/internal/panics"
	"check-haproxy/internal/plugin"
)

// look asks once, the statistics and the log at the same time. An error is one
// in the arguments; what did not answer is one of the facts.
func (f *flags) look(ctx context.Context, stdin io.Reader) (picture.Facts, error) {
	return plugin.Within(ctx, time.Duration(f.Timeout), func(ctx context.Context) (picture.Facts, error) {
		now := time.Now()
		reading, err := f.startReading(ctx, now, stdin)
		if err != nil {
			return picture.Facts{}, err
		}
		asked, err := f.Ask(ctx, stdin, endpoint.Query{Rows: endpoint.All, Counters: f.Watch > 0, Info: true, Servers: endpoint.Always})
		if err != nil {
			return picture.Facts{}, err
		}
		facts := f.statistics(asked)
		facts.At = now
		facts.Names = check.LookupDown(ctx, f.resolver(), facts.Backends)
		f.addLog(&facts, reading)
		f.addConfiguration(&facts)
		return facts, nil
	})
}

// statistics are the facts that the endpoints told.
func (f *flags) statistics(asked *check.Asked) picture.Facts {
	facts := picture.Facts{Notes: asked.Notes()}
	selection := asked.Select()
	for i := range asked.Answers {
		answer := &asked.Answers[i]
		facts.Processes = append(facts.Processes, picture.Process{Endpoint: answer.Name, Info: answer.Info})
		frontends, backends := asked.Targets(answer)
		for _, t := range frontends {
			if selection.Takes(t.Names...) {
				facts.Frontends = append(facts.Frontends, t)
			}
		}
		for _, t := range backends {
			if selection.Takes(t.Names...) {
				facts.Backends = append(facts.Backends, t)
			}
		}
	}
	selection.Finish("section")
	for _, finding := range asked.Findings {
		facts.Failures = append(facts.Failures, finding.Sentence())
	}
	return facts
}

// logAnswer is what reading the log came to.
type logAnswer struct {
	outcome *nosrv.Outcome
	err     error
}

// startReading reads the log, where the user named one, while the statistics
// are asked; the channel is nil where nobody did. An error is one in the
// arguments.
func (f *flags) startReading(ctx context.Context, now time.Time, stdin io.Reader) (<-chan logAnswer, error) {
	if !f.Given() {
		return nil, nil
	}
	stretch, err := f.Stretch(now)
	if err != nil {
		return nil, err
	}
	source, err := f.Source(stdin, func() ([]endpoint.Endpoint, error) { return f.Endpoints(stdin, os.Getenv) })
	if err != nil {
		return nil, err
	}
	answer := make(chan logAnswer, 1)
	go func() {
		var a logAnswer
		defer func() { answer <- a }()
		defer panics.Catch(&a.err)
		a.outcome, a.err = f.readLog(ctx, source, stretch)
	}()
	return answer, nil
}

// readLog counts and judges the log with the defaults of check_haproxy_nosrv.
func (f *flags) readLog(ctx context.Context, source logsource.Source, stretch check.Stretch) (*nosrv.Outcome, error) {
	counter, log, err := nosrv.Read(ctx, &f.LogFlags, source, stretch, f.Count, f.Filter)
	if err != nil {
		return nil, err
	}
	outcome := nosrv.Judge(counter, log, nosrv.Defaults())
	if len(outcome.Sections) == 0 && len(outcome.Doubts) > 0 {
		return nil, errors.New(outcome.Doubts[0].String())
	}
	return outcome, nil
}

func (f *flags) addLog(facts *picture.Facts, reading <-chan logAnswer) {
	if reading == nil {
		return
	}
	a := <-reading
	if a.err != nil {
		facts.Failures = append(facts.Failures, a.err.Error())
		return
	}
	facts.Log = a.outcome
	facts.LogCommand = f.logCommand()
}

// addConfiguration reads what --config names, for what stands behind the
// trouble; the log's formats are read out of it by themselves.
func (f *flags) addConfiguration(facts *picture.Facts) {
	if len(f.Configs) == 0 {
		return
	}
	sources, err := configuration.ReadFiles(f.Configs)
	if err == nil {
		var c *configuration.Configuration
		if c, err = configuration.Parse(sources, nil); err == nil {
			facts.Configured = config.PointInto(c)
		}
	}
	if err != nil {
		facts.Notes = append(facts.Notes, err.Error())
	}
}

// isHarmless says whether a word needs no quoting in a shell, a glob aside, which
// it may expand.
func isHarmless(word string) bool {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./*?@:%+=,-"
	return word != "" && strings.Trim(word, letters) == ""
}

// logCommand prints the newest of the log's lines in a shell; empty where the
// flags name nothing that one can simply print.
func (f *flags) logCommand() string {
	switch {
	case f.At != "" || f.JournalFile != "":
		return ""
	case isHarmless(f.Journal):
		return fmt.Sprintf("journalctl -o cat -u %s --since -%.0fmin", f.Journal, time.Duration(f.Window).Minutes())
	case f.Ring != "" && len(f.Socket) == 1 && isHarmless(f.Ring+f.Socket[0]):
		return fmt.Sprintf("echo 'show events %s' | socat stdio %s", f.Ring, f.Socket[0])
	case len(f.Files) == 1 && f.Files[0] != "-" && isHarmless(f.Files[0]):
		return "tail -n 10000 " + f.Files[0]
	default:
		return ""
	}
}

// resolver is the one that the flags name; nil if nobody is to be asked.
func (f *flags) resolver() *dns.Resolver {
	return (&dns.ResolverFlags{Nameservers: f.Nameservers, NoLookup: f.NoLookup}).Resolver()
}
