package plugin

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"time"

	"github.com/rs/zerolog"

	"check-haproxy/internal/panics"
)

// version and commit are set by the linker (see the Makefile).
var (
	version = "development"
	commit  = "unknown"
)

// Program is which plugin runs.
type Program struct {
	Name  string // "check_haproxy_backend": for help and version
	Check string // "backend": for the first line and the JSON
}

// flagSet is a pointer to a struct that embeds CommonFlags.
type flagSet interface{ common() *CommonFlags }

// Check asks and judges. Its context ends a little before the deadline, so that
// what is known by then can still be printed, and carries the logger
// (zerolog.Ctx). An error is UNKNOWN with its text.
type Check func(ctx context.Context) (Result, error)

// Run is a plugin as an ordinary function: it fills flags from args, calls
// check and writes its result to stdout, once. The exit code is the state's;
// UNKNOWN (3) for bad arguments, help, version, an error, a panic in check, and
// a check that is not back at the deadline.
func Run(p Program, args []string, stdout, stderr io.Writer, flags flagSet, check Check) int {
	started := time.Now()
	tuneMemory()
	common := flags.common()
	done, err := ParseArgs(p.Name, args, stdout, flags)
	if done {
		return int(Unknown)
	}
	if err == nil {
		err = common.check()
	}
	if err != nil {
		common.JSON = common.JSON || slices.Contains(args, "--json")
		common.Perfdata = None
		return report(p, unknown(err), common, timedWriter{stdout, leastWriting})
	}

	logger := zerolog.New(stderr).Level(common.LogLevel.Level).With().Timestamp().Str("plugin", p.Name).Logger()
	result, err := Within(logger.WithContext(context.Background()), time.Duration(common.Timeout), check)
	if err != nil {
		result = unknown(err)
	}
	result.Perfdata = append(bySection(result.Perfdata), timeMetric(time.Since(started), time.Duration(common.Timeout)))
	left := time.Duration(common.Timeout) - time.Since(started)
	return report(p, result, common, timedWriter{stdout, max(left, leastWriting)})
}

// leastWriting is the time that there always is for writing the output.
const leastWriting = 250 * time.Millisecond

// timedWriter gives up after a time: it may be that nobody reads the other end.
type timedWriter struct {
	io.Writer
	timeout time.Duration
}

func (w timedWriter) Write(p []byte) (int, error) {
	written := make(chan error, 1)
	go func() {
		_, err := w.Writer.Write(p)
		written <- err
	}()
	select {
	case err := <-written:
		return len(p), err
	case <-time.After(w.timeout):
		return 0, os.ErrDeadlineExceeded
	}
}

// tuneMemory puts off collecting garbage: a check lives for milliseconds, and
// the statistics of 11,000 servers, in 8 MiB, need none of it. Only what is much
// larger is collected as usual.
func tuneMemory() {
	debug.SetGCPercent(400)        // the first time at 16 MiB
	debug.SetMemoryLimit(64 << 20) // and often enough to stay around this
}

// VersionText is what --version prints.
func VersionText(program string) string {
	return fmt.Sprintf("%s %s (commit %s, %s)", program, version, commit, runtime.Version())
}

// Within runs work and is back after timeout even if work is not; a panic in it
// is an error.
func Within[T any](ctx context.Context, timeout time.Duration, work func(context.Context) (T, error)) (T, error) {
	// A tenth of the time, at most a quarter of a second, is kept for stopping
	// in good order.
	soft, cancel := context.WithTimeout(ctx, timeout-min(timeout/10, 250*time.Millisecond))
	defer cancel()
	hard := time.NewTimer(timeout)
	defer hard.Stop()

	type outcome struct {
		value T
		err   error
	}
	finished := make(chan outcome, 1)
	go func() {
		value, err := safely(soft, work)
		finished <- outcome{value, err}
	}()
	select {
	case o := <-finished:
		return o.value, o.err
	case <-hard.C:
		var none T
		return none, fmt.Errorf("no answer within %s; raise --timeout, or find out what is slow with --log-level debug", timeout)
	}
}

// safely runs work; a panic is an error.
func safely[T any](ctx context.Context, work func(context.Context) (T, error)) (value T, err error) {
	defer func() {
		var caught *panics.Error
		if errors.As(err, &caught) {
			zerolog.Ctx(ctx).Error().Str("stack", string(caught.Stack)).Msg(caught.Error())
		}
	}()
	defer panics.Catch(&err)
	return work(ctx)
}

func timeMetric(took, timeout time.Duration) Metric {
	return Metric{Label: "time", Value: took.Seconds(), Unit: "s", Min: LimitOf(0), Max: LimitOf(timeout.Seconds()), Level: Summary}
}

// report writes the result and returns the exit code. If nothing can be
// written nobody has seen the state, so it is UNKNOWN.
func report(p Program, r Result, f *CommonFlags, stdout io.Writer) int {
	var output string
	var err error
	if f.JSON {
		output, err = FormatJSON(p.Check, r, int(r.State))
	} else {
		output = formatText(p.Check, r, f.Perfdata, f.Verbose, f.MaxOutput)
	}
	if err != nil {
		r = unknown(err)
		output = formatText(p.Check, r, None, false, f.MaxOutput)
	}
	if _, err := io.WriteString(stdout, output); err != nil {
		return int(Unknown)
	}
	return int(r.State)
}
