package overview

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/rs/zerolog"
	"golang.org/x/sys/unix"

	"check-haproxy/internal/advice"
	"check-haproxy/internal/overview/picture"
	"check-haproxy/internal/overview/screen"
	"check-haproxy/internal/panics"
)

// watchOnScreen runs the screen until it is quit. However it ends, the terminal
// is as it was before.
func watchOnScreen(ctx context.Context, f *flags, t *terminal, stderr io.Writer) int {
	run := &running{in: t.in, code: couldNotLook, signals: make(chan os.Signal, 8), told: make(chan struct{})}
	run.out = newOutput(t.out, func() { run.program.Send(tea.ClearScreen()) })
	model := screen.New(screen.Options{Canvas: t.canvas(), Every: time.Duration(f.Watch), Suspend: run.suspend})
	profile := colorprofile.ASCII
	if t.color {
		profile = colorprofile.ANSI
	}
	options := []tea.ProgramOption{
		tea.WithOutput(run.out), tea.WithoutSignalHandler(), tea.WithColorProfile(profile), tea.WithFPS(framesPerSecond),
	}
	if isTerminal(t.in) {
		options = append(options, tea.WithInput(t.in))
	}
	run.program = tea.NewProgram(&guarded{model, run.fail}, options...)

	settings := settingsOf(t.in)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_, err := run.program.Run()
		run.fail(err)
	}()
	signal.Notify(run.signals, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT, syscall.SIGTSTP, syscall.SIGCONT)
	defer signal.Stop(run.signals)
	go run.listen(ctx)
	go repeat(ctx, f, run.take)
	go run.tick(ctx)
	run.await(ended)
	settings.restore()
	run.out.finish(leaveScreen)
	return run.result(ctx, stderr)
}

// framesPerSecond bounds how often the screen is drawn: a key shows within a
// thirtieth of a second.
const framesPerSecond = 30

// leaveScreen gives back a terminal that did not take the last of the screen: it
// ends a sequence that was cut, synchronized output, the mouse, pasting and
// keyboard modes, shows the cursor, and leaves the alternate screen (xterm's
// control sequences; kitty's for the keyboard).
const leaveScreen = "\x18\x1b[?2026l\x1b[m\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?2004l\x1b[>4m\x1b[<1u\x1b[?25h\x1b[?1049l"

// running is the program around the screen: looks, time and signals go in.
type running struct {
	program    *tea.Program
	in         *os.File
	out        *output
	signals    chan os.Signal
	told       chan struct{} // closed when a signal tells it to end
	suspending atomic.Bool

	once sync.Once
	raw  settings // of the terminal while the screen is on it

	lock sync.Mutex
	code int   // of the last look
	err  error // why it ended, if not by being told to
}

// take hands a look over to the screen. Judging it is done here, not where keys
// wait for it.
func (r *running) take(s seen) {
	if s.err != nil {
		r.fail(s.err)
		r.program.Send(tea.Quit())
		return
	}
	r.lock.Lock()
	r.code = exitCode(s.facts)
	r.lock.Unlock()
	r.program.Send(screen.Look{Picture: picture.Of(s.facts)})
	r.once.Do(func() { r.raw = settingsOf(r.in) }) // the screen took the look, so it is set up
}

// fail notes why the program ends; the first reason counts.
func (r *running) fail(err error) {
	r.lock.Lock()
	defer r.lock.Unlock()
	if r.err == nil {
		r.err = err
	}
}

// tick tells the screen the time.
func (r *running) tick(ctx context.Context) {
	seconds := time.NewTicker(time.Second)
	defer seconds.Stop()
	for {
		select {
		case now := <-seconds.C:
			r.program.Send(screen.Tick{At: now})
		case <-ctx.Done():
			return
		}
	}
}

// listen handles signals.
func (r *running) listen(ctx context.Context) {
	for told := false; ; {
		var s os.Signal
		select {
		case s = <-r.signals:
		case <-ctx.Done():
			return
		}
		switch {
		case r.suspending.Load() && (s == syscall.SIGTSTP || s == syscall.SIGCONT):
		case s == syscall.SIGTSTP:
			go r.program.Send(r.suspend())
		case s == syscall.SIGCONT:
			go r.resume()
		case !told:
			told = true
			close(r.told)
			go r.program.Send(tea.Quit())
		}
	}
}

// await waits for the program's end; no longer than a moment after a signal told
// it to end.
func (r *running) await(ended <-chan struct{}) {
	select {
	case <-ended:
		return
	case <-r.told:
	}
	select {
	case <-ended:
	case <-time.After(patience):
	}
}

// patience is how long the screen may take to end when it is told to.
const patience = time.Second

// result is the exit code, and what there is to complain about.
func (r *running) result(ctx context.Context, stderr io.Writer) int {
	r.lock.Lock()
	defer r.lock.Unlock()
	if r.err == nil {
		return r.code
	}
	var caught *panics.Error
	if errors.As(r.err, &caught) {
		zerolog.Ctx(ctx).Error().Str("stack", string(caught.Stack)).Msg(caught.Error())
	}
	complain(stderr, advice.Whole(r.err))
	return couldNotLook
}

// suspend stops the program until the shell lets it go on, with the terminal
// given back meanwhile. If there is no shell that could, it does nothing.
func (r *running) suspend() tea.Msg {
	if !underShell() {
		return nil
	}
	return tea.Exec(&pause{running: r}, nil)()
}

// underShell says whether the process group has a parent in its session: only
// that can let it go on (POSIX, "orphaned process group").
func underShell() bool {
	parent, err := unix.Getsid(os.Getppid())
	own, ownErr := unix.Getsid(0)
	return err == nil && ownErr == nil && parent == own
}

// resume is for a program that SIGSTOP has stopped, which cannot give the
// terminal back: the shell may have changed its settings since, has written on
// it, and was told of another size in its place.
func (r *running) resume() {
	r.once.Do(func() {}) // raw is written once, by now or never
	r.raw.restore()
	r.program.Send(tea.RequestWindowSize())
	r.program.Send(tea.ClearScreen())
}

// pause is what the screen runs while it has given the terminal back.
type pause struct{ *running }

// Run stops the program and the others of its process group, as Ctrl-Z does, and
// is back when the shell lets it go on. SIGTSTP stops the others, of a script
// say, and not the program itself, which catches it (and Go cannot give up a
// signal's handler again): SIGSTOP does.
func (p *pause) Run() error {
	p.suspending.Store(true)
	defer time.AfterFunc(drainTime, func() { p.suspending.Store(false) })
	p.out.drain(drainTime)
	time.Sleep(settleTime)
	resumed := make(chan os.Signal, 1)
	signal.Notify(resumed, syscall.SIGCONT)
	defer signal.Stop(resumed)
	_ = syscall.Kill(0, syscall.SIGTSTP)
	_ = syscall.Kill(os.Getpid(), syscall.SIGSTOP)
	<-resumed // a stop takes hold a little after it is asked for
	return nil
}

// settleTime is how long bubbletea's renderer may need to be stopped after it is
// said to be: its ticker, stopped after it was started again, would never draw.
const settleTime = 50 * time.Millisecond

// SetStdin, SetStdout and SetStderr are part of tea.ExecCommand; nothing is run
// that would need them.
func (*pause) SetStdin(io.Reader)  {}
func (*pause) SetStdout(io.Writer) {}
func (*pause) SetStderr(io.Writer) {}

// guarded is a model whose panics end the program in good order.
type guarded struct {
	tea.Model
	fail func(error)
}

func (g *guarded) Update(message tea.Msg) (_ tea.Model, command tea.Cmd) {
	var caught error
	defer func() {
		if caught != nil {
			g.fail(caught)
			command = tea.Quit
		}
	}()
	defer panics.Catch(&caught)
	_, command = g.Model.Update(message)
	return g, command
}

func (g *guarded) View() (v tea.View) {
	var caught error
	defer func() {
		if caught != nil {
			g.fail(caught)
		}
	}()
	defer panics.Catch(&caught)
	return g.Model.View()
}
