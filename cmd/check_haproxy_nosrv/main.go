// Command check_haproxy_nosrv answers one question of a HAProxy outage: is the
// rate of requests that find no server high, or rising, and in which backend?
package main

import (
	"context"
	"io"
	"os"
	"time"

	"check-haproxy/internal/lookup"
	"check-haproxy/internal/nosrv"
	"check-haproxy/internal/nosrv/reading"
	"check-haproxy/internal/plugin"
	"check-haproxy/internal/survey"
	"check-haproxy/internal/threshold"
)

func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }

// flags are the command line, in the order of the help text.
type flags struct {
	reading.LogFlags
	survey.Flags
	lookup.ResolverFlags
	Warning      []threshold.Rule `arg:"-w,--warning,separate" placeholder:"[PATTERN=]RANGE" help:"requests without a server per minute, or as % of the section's requests; the last PATTERN that matches wins (repeatable) [default: 1]"`
	Critical     []threshold.Rule `arg:"-c,--critical,separate" placeholder:"[PATTERN=]RANGE" help:"the same for CRITICAL [default: 10]"`
	RiseWarning  nosrv.Factor     `arg:"--rise-warning" placeholder:"FACTOR" default:"3" help:"how many times the baseline's rate is too much; none switches it off"`
	RiseCritical nosrv.Factor     `arg:"--rise-critical" placeholder:"FACTOR" default:"10" help:"the same for CRITICAL"`
	MinCount     uint64           `arg:"--min-count" placeholder:"NUMBER" default:"5" help:"fewer requests without a server in the window are no rise"`
	Stale        age              `arg:"--stale" placeholder:"DURATION" default:"24h" help:"the newest line is older than this: UNKNOWN, logging has stopped; 0 is off"`
	NoTraffic    plugin.State     `arg:"--no-traffic" placeholder:"STATE" default:"ok" help:"state of a section without a line in window and baseline: ok, warning, critical or unknown"`
	plugin.CommonFlags
}

// Description opens the help text.
func (flags) Description() string {
	return "Is the rate of requests that find no server high, or rising, and in which backend of a HAProxy?\n"
}

// age is a length of time that may be zero.
type age time.Duration

func (a *age) UnmarshalText(text []byte) error {
	parsed, err := plugin.ParseDuration(string(text))
	*a = age(parsed)
	return err
}

func (a age) MarshalText() ([]byte, error) { return []byte(time.Duration(a).String()), nil }

func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	var f flags
	program := plugin.Program{Name: "check_haproxy_nosrv", Check: "nosrv"}
	return plugin.Run(program, reading.Args(args), stdout, stderr, &f, func(ctx context.Context) (plugin.Result, error) {
		return check(ctx, &f, stdin)
	})
}

func check(ctx context.Context, f *flags, stdin io.Reader) (plugin.Result, error) {
	now := time.Now()
	stretch, err := f.Stretch(now)
	if err != nil {
		return plugin.Result{}, err
	}
	source, err := f.Source(stdin, f.endpoints(stdin))
	if err != nil {
		return plugin.Result{}, err
	}
	statistics, err := f.askStatistics(ctx, stdin)
	if err != nil {
		return plugin.Result{}, err
	}
	explaining := statistics.explanations(ctx, f, stretch, now)
	counter, log, err := f.Read(ctx, source, stretch)
	if err != nil {
		return f.failure(err)
	}
	options := f.options()
	explained := <-explaining
	if explained.err != nil {
		return plugin.Result{}, explained.err
	}
	options.Known = explained.known
	outcome, err := nosrv.Judge(counter, log, options)
	if err != nil {
		return plugin.Result{}, err
	}
	return statistics.addTo(outcome.Result()), nil
}

func (f *flags) options() nosrv.Options {
	return nosrv.Options{
		Warning:      threshold.Rules(f.Warning).WithDefault(nosrv.DefaultWarning),
		Critical:     threshold.Rules(f.Critical).WithDefault(nosrv.DefaultCritical),
		RiseWarning:  f.RiseWarning,
		RiseCritical: f.RiseCritical,
		MinCount:     f.MinCount,
		Stale:        time.Duration(f.Stale),
		NoTraffic:    f.NoTraffic,
		Sections:     f.Filter,
	}
}
