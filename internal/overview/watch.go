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
	"check-haproxy/internal/overview/draw"
	"check-haproxy/internal/overview/picture"
	"check-haproxy/internal/panics"
)

// seen is what one look came to.
type seen struct {
	facts picture.Facts
	err   error
}

// watch looks again and again until it is told to stop, and returns the last
// look's exit code. On a terminal it draws in place; else one picture, or one
// JSON object, comes after the other.
func watch(ctx context.Context, f *flags, t *terminal, stderr io.Writer) int {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	defer signal.Stop(signals)
	looks := make(chan seen)
	go repeat(ctx, f, looks)

	if !t.is || f.JSON {
		return watchPlainly(f, t, stderr, looks, signals)
	}
	return watchInPlace(f, t, stderr, looks, signals)
}

// repeat looks at once and then every f.Watch, or, where a look takes longer,
// as soon as it is done. An error of the first look is one in the arguments;
// of a later one it is something to show.
func repeat(ctx context.Context, f *flags, looks chan<- seen) {
	next := time.NewTicker(time.Duration(f.Watch))
	defer next.Stop()
	for first := true; ; first = false {
		var s seen
		func() {
			defer panics.Catch(&s.err)
			s.facts, s.err = f.look(ctx, nil)
		}()
		if s.err != nil && !first {
			s = seen{facts: picture.Facts{At: time.Now(), Failures: []string{s.err.Error()}}}
		}
		select {
		case looks <- s:
		case <-ctx.Done():
			return
		}
		select {
		case <-next.C:
		case <-ctx.Done():
			return
		}
	}
}

// watchPlainly is for a pipe or a file.
func watchPlainly(f *flags, t *terminal, stderr io.Writer, looks <-chan seen, signals <-chan os.Signal) int {
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

func watchInPlace(f *flags, t *terminal, stderr io.Writer, looks <-chan seen, signals <-chan os.Signal) int {
	changed, stopped := make(chan os.Signal, 1), make(chan os.Signal, 1)
	signal.Notify(changed, syscall.SIGWINCH)
	signal.Notify(stopped, syscall.SIGTSTP)
	defer signal.Stop(changed)
	defer signal.Stop(stopped)
	keys := readKeys(t.in)
	code, err := couldNotLook, error(nil)
	// After the terminal is as it was: what is written before goes with the screen.
	defer func() {
		if err != nil {
			complain(stderr, advice.Whole(err))
		}
	}()
	t.enter()
	defer t.leave()

	var last *picture.Picture
	var at time.Time
	for {
		select {
		case <-signals:
			return code
		case key := <-keys:
			if key == 'q' || key == 'Q' {
				return code
			}
		case <-stopped:
			t.leave()
			pause()
			t.enter()
		case <-changed:
		case s := <-looks:
			if err = s.err; err != nil {
				return couldNotLook
			}
			code, last, at = exitCode(s.facts), picture.Of(s.facts), s.facts.At
		}
		if last == nil {
			continue
		}
		options := t.options(f.Verbose)
		corner := fmt.Sprintf("%s, every %s, q quits", at.Format(time.TimeOnly), time.Duration(f.Watch))
		lines := append(options.Render([]draw.Line{options.Sides(nil, draw.Text(draw.Faint, corner))}), last.Lines(options)...)
		if err = t.draw(lines[:min(len(lines), max(options.Height, 1))]); err != nil {
			return couldNotLook
		}
	}
}

// pause stops the program, as Ctrl-Z does to others, until the shell lets it go
// on. It waits for that to be said: a stop takes hold a little after it is
// asked for.
func pause() {
	resumed := make(chan os.Signal, 1)
	signal.Notify(resumed, syscall.SIGCONT)
	defer signal.Stop(resumed)
	_ = syscall.Kill(os.Getpid(), syscall.SIGSTOP)
	<-resumed
}

// readKeys hands over what is typed. It ends with the program: nothing else can
// end a read from a terminal.
func readKeys(in io.Reader) <-chan byte {
	keys := make(chan byte)
	go func() {
		var key [1]byte
		for {
			if n, err := in.Read(key[:]); n == 0 || err != nil {
				return
			}
			keys <- key[0]
		}
	}()
	return keys
}
