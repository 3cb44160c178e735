package overview

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"check-haproxy/internal/advice"
	"check-haproxy/internal/check"
	"check-haproxy/internal/overview/picture"
	"check-haproxy/internal/panics"
)

// seen is what one look came to.
type seen struct {
	facts picture.Facts
	err   error
}

// watch looks again and again until it is told to stop, and returns the last
// look's exit code. On a terminal it is a screen to work with; else one picture,
// or one JSON object, comes after the other.
func watch(ctx context.Context, f *flags, t *terminal, stderr io.Writer) int {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if t.isScreen() && !f.JSON {
		return watchOnScreen(ctx, f, t, stderr)
	}
	return watchPlainly(ctx, f, t, stderr)
}

// repeat looks at once and then every f.Watch or, if a look takes longer, as
// soon as it is done, and calls take with each. An error of the first look is
// one in the arguments; of a later one it is something to show.
func repeat(ctx context.Context, f *flags, take func(seen)) {
	looker := newLooker(f, nil, check.DefaultFile)
	next := time.NewTicker(time.Duration(f.Watch))
	defer next.Stop()
	for first := true; ; first = false {
		var s seen
		func() {
			defer panics.Catch(&s.err)
			s.facts, s.err = looker.look(ctx)
		}()
		if s.err != nil && !first {
			s = seen{facts: picture.Facts{At: time.Now(), Failures: []string{s.err.Error()}}}
		}
		if ctx.Err() != nil {
			return
		}
		take(s)
		select {
		case <-next.C:
		case <-ctx.Done():
			return
		}
	}
}

// watchPlainly is for a pipe, a file, or a terminal that cannot draw in place.
func watchPlainly(ctx context.Context, f *flags, t *terminal, stderr io.Writer) int {
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	defer signal.Stop(signals)
	looks := make(chan seen)
	go repeat(ctx, f, func(s seen) {
		select {
		case looks <- s:
		case <-ctx.Done():
		}
	})
	code := couldNotLook
	for first := true; ; first = false {
		select {
		case <-signals:
			return code
		case s := <-looks:
			if s.err != nil {
				complain(stderr, advice.Whole(s.err))
				return couldNotLook
			}
			if !first && !f.JSON {
				_, _ = fmt.Fprintln(t.out)
			}
			code = show(s.facts, f, t, stderr)
		}
	}
}
