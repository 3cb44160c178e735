package nosrv

import (
	"context"
	"io"
	"time"

	"check-haproxy/internal/check"
	"check-haproxy/internal/check/rates"
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
	check.SampleFlags
	Counters bool `arg:"--counters" help:"no log at all: judge what HAProxy has counted since the last runs, over a socket or a stats page"`
	dns.ResolverFlags
	Warning  []threshold.LimitRule `arg:"-w,--warning,separate" placeholder:"[PATTERN=]RANGE[,RANGE]" help:"requests without a server: per minute, with % as a share of the section's requests, or both, of which each is enough; the last PATTERN that matches wins (repeatable) [default: 1,5%]"`
	Critical []threshold.LimitRule `arg:"-c,--critical,separate" placeholder:"[PATTERN=]RANGE[,RANGE]" help:"the same for CRITICAL [default: 10,50%]"`
	rates.RiseLimits
	check.EvidenceFlags
	NoTraffic plugin.State `arg:"--no-traffic" placeholder:"STATE" default:"ok" help:"state of a section without a line in window and baseline: ok, warning, critical or unknown"`
	plugin.CommonFlags
}

// CountFlags say which kinds of lines are trouble.
type CountFlags struct {
	Count KindSet `arg:"--count" placeholder:"KINDS" default:"no-server,no-backend,queue,resource,internal" help:"kinds of lines without a server that count; there are also intercepted, client, killed and other"`
}

// Description opens the help text.
func (flags) Description() string {
	return "Is the rate of requests that find no server high, or rising, and in which backend of a HAProxy?\n"
}

// Main runs the plugin and returns its exit code.
func Main(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	var f flags
	return plugin.Run(program, check.Args(args), stdout, stderr, &f, func(ctx context.Context) (plugin.Result, error) {
		return run(ctx, &f, stdin)
	})
}

func run(ctx context.Context, f *flags, stdin io.Reader) (plugin.Result, error) {
	if f.Counters {
		return f.runCounters(ctx, stdin)
	}
	check.BoundMemory()
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
	learning := statistics.learn(ctx, f, AskedAt(stretch, now, f.StatsFile != ""))
	j := judging{flags: f, source: source, statistics: statistics, options: f.options()}
	if err := j.read(ctx, stretch); err != nil {
		return f.failure(err, statistics)
	}
	learned := <-learning
	if learned.err != nil {
		return plugin.Result{}, learned.err
	}
	j.options.Facts, j.options.Doubts = learned.known, doubtsOf(statistics.sampled)
	out, lacks := j.judge(ctx)
	for try := 0; try < lateReads && lacks > 0 && !j.log.Streamed && wait(ctx, onItsWay); try++ {
		newest, before := j.log.Own, lacks
		stretch.At = time.Now().In(stretch.At.Location())
		if err := j.read(ctx, stretch); err != nil {
			return f.failure(err, statistics)
		}
		if out, lacks = j.judge(ctx); lacks >= before && !isBehind(j.log, newest, statistics.at()) {
			break
		}
	}
	return statistics.addTo(out.Result()), nil
}

// judging is what a log is judged by, and what was read of it.
type judging struct {
	flags      *flags
	source     logsource.Source
	statistics statistics
	options    Options
	counter    *Counter
	log        check.Log
}

func (j *judging) read(ctx context.Context, stretch check.Stretch) (err error) {
	j.counter, j.log, err = Read(ctx, &j.flags.LogFlags, j.source, stretch, j.flags.Count, j.flags.Filter)
	return err
}

// judge judges what was read, and says how many requests that HAProxy has counted
// the log lacks.
func (j *judging) judge(ctx context.Context) (out *Outcome, lacks uint64) {
	options, stretch := j.options, j.counter.stretch
	if options.Facts != nil && j.log.IsSilent(stretch) {
		options.Before = j.flags.before(ctx, j.source, stretch, j.log)
	}
	out = Judge(j.counter, j.log, options)
	return out, out.compare(j.counter, j.flags.crossCheckOf(j.statistics, stretch, j.log), options)
}

// A log that lacks what HAProxy has counted is read again a second later, when
// lines that were on their way are there; and a few times more as long as those come
// late: fewer are missing then, or the newest line is still older than the count.
const (
	onItsWay  = time.Second
	lateReads = 5
)

// isBehind says whether lines of before a time still come into the log.
func isBehind(log check.Log, newest, at time.Time) bool {
	return log.Own.After(newest) && log.Own.Before(at)
}

// wait waits, if there is then as much time left again.
func wait(ctx context.Context, length time.Duration) bool {
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < 2*length {
		return false
	}
	select {
	case <-time.After(length):
		return true
	case <-ctx.Done():
		return false
	}
}

// before reads what the log has of the sections before it fell silent; nothing if
// that cannot be read.
func (f *flags) before(ctx context.Context, source logsource.Source, stretch check.Stretch, log check.Log) map[string]check.Logged {
	last := check.Stretch{At: log.Own.Add(time.Nanosecond), Window: stretch.Baseline, Baseline: stretch.Window}
	counter, _, err := Read(ctx, &f.LogFlags, source, last, f.Count, f.Filter)
	if err != nil {
		return nil
	}
	return counter.inLog(0, nil)
}

// Read counts the lines of the chosen sections in a stretch of the log.
func Read(ctx context.Context, f *check.LogFlags, source logsource.Source, stretch check.Stretch, counted KindSet, chosen check.Filter) (*Counter, check.Log, error) {
	return check.ReadLog(ctx, f, source, stretch, func() *Counter { return NewCounter(stretch, counted, chosen) })
}

func (f *flags) options() Options {
	return Options{
		Rules:         rulesOf(f.Warning, f.Critical, f.RiseLimits),
		EvidenceFlags: f.EvidenceFlags,
		NoTraffic:     f.NoTraffic,
	}
}
