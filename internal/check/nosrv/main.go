package nosrv

import (
	"context"
	"io"
	"time"

	"check-haproxy/internal/check"
	"check-haproxy/internal/dns"
	"check-haproxy/internal/logsource"
	"check-haproxy/internal/plugin"
	"check-haproxy/internal/plugin/threshold"
)

// flags are the command line, in the order of the help text.
type flags struct {
	check.LogFlags
	CountFlags
	check.Flags
	dns.ResolverFlags
	Warning      []threshold.Rule `arg:"-w,--warning,separate" placeholder:"[PATTERN=]RANGE" help:"requests without a server per minute, or as % of the section's requests; the last PATTERN that matches wins (repeatable) [default: 1]"`
	Critical     []threshold.Rule `arg:"-c,--critical,separate" placeholder:"[PATTERN=]RANGE" help:"the same for CRITICAL [default: 10]"`
	RiseWarning  Factor           `arg:"--rise-warning" placeholder:"FACTOR" default:"3" help:"how many times the baseline's rate is too much; none switches it off"`
	RiseCritical Factor           `arg:"--rise-critical" placeholder:"FACTOR" default:"10" help:"the same for CRITICAL"`
	MinCount     uint64           `arg:"--min-count" placeholder:"NUMBER" default:"5" help:"fewer requests without a server in the window are no rise"`
	Stale        age              `arg:"--stale" placeholder:"DURATION" default:"24h" help:"the newest line is older than this: UNKNOWN, logging has stopped; 0 is off"`
	NoTraffic    plugin.State     `arg:"--no-traffic" placeholder:"STATE" default:"ok" help:"state of a section without a line in window and baseline: ok, warning, critical or unknown"`
	plugin.CommonFlags
}

// CountFlags say which kinds of lines are trouble.
type CountFlags struct {
	Count KindSet `arg:"--count" placeholder:"KINDS" default:"no-server,queue,resource,internal" help:"kinds of lines without a server that count; there are also intercepted, client, killed and other"`
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

// Main runs the plugin and returns its exit code.
func Main(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	var f flags
	return plugin.Run(program, check.Args(args), stdout, stderr, &f, func(ctx context.Context) (plugin.Result, error) {
		return run(ctx, &f, stdin)
	})
}

func run(ctx context.Context, f *flags, stdin io.Reader) (plugin.Result, error) {
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
	counter, log, err := Read(ctx, &f.LogFlags, source, stretch, f.Count)
	if err != nil {
		return f.failure(err)
	}
	options := f.options()
	explained := <-explaining
	if explained.err != nil {
		return plugin.Result{}, explained.err
	}
	options.Known = explained.known
	outcome, err := Judge(counter, log, options)
	if err != nil {
		return plugin.Result{}, err
	}
	return statistics.addTo(outcome.Result()), nil
}

// Read counts the lines of a stretch of the log.
func Read(ctx context.Context, f *check.LogFlags, source logsource.Source, stretch check.Stretch, counted KindSet) (*Counter, check.Log, error) {
	return check.ReadLog(ctx, f, source, stretch, func() *Counter { return NewCounter(stretch, counted) })
}

func (f *flags) options() Options {
	return Options{
		Warning:      threshold.Rules(f.Warning).WithDefault(DefaultWarning),
		Critical:     threshold.Rules(f.Critical).WithDefault(DefaultCritical),
		RiseWarning:  f.RiseWarning,
		RiseCritical: f.RiseCritical,
		MinCount:     f.MinCount,
		Stale:        time.Duration(f.Stale),
		NoTraffic:    f.NoTraffic,
		Sections:     f.Filter,
	}
}
