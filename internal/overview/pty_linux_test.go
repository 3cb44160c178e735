package overview

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"check-haproxy/test/rig"
)

// pty is a terminal whose user is the test.
type pty struct {
	*testing.T
	user, tty *os.File
	lock      sync.Mutex
	shown     strings.Builder
	reading   bool
}

// newPty opens a pseudo terminal.
func newPty(t *testing.T) *pty {
	t.Helper()
	user, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skipf("there are no pseudo terminals here: %v", err)
	}
	if err := unix.IoctlSetPointerInt(int(user.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	number, err := unix.IoctlGetInt(int(user.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	tty, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = tty.Close()
		_ = user.Close()
	})
	p := &pty{T: t, user: user, tty: tty}
	p.resize(120, 40)
	return p
}

func (p *pty) resize(columns, rows uint16) {
	p.Helper()
	if err := unix.IoctlSetWinsize(int(p.tty.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Col: columns, Row: rows}); err != nil {
		p.Fatal(err)
	}
}

// read reads from now on what is shown, or no longer.
func (p *pty) read(on bool) {
	p.lock.Lock()
	defer p.lock.Unlock()
	if p.reading = on; !on {
		return
	}
	go func() {
		part := make([]byte, 1024)
		for {
			n, err := p.user.Read(part)
			p.lock.Lock()
			p.shown.Write(part[:n])
			stop := err != nil || !p.reading
			p.lock.Unlock()
			if stop {
				return
			}
		}
	}()
}

func (p *pty) text() string {
	p.lock.Lock()
	defer p.lock.Unlock()
	return p.shown.String()
}

func (p *pty) settings() unix.Termios {
	p.Helper()
	settings, err := unix.IoctlGetTermios(int(p.tty.Fd()), unix.TCGETS)
	if err != nil {
		p.Fatal(err)
	}
	return *settings
}

// start runs the program on the terminal.
func (p *pty) start(args ...string) *exec.Cmd {
	p.Helper()
	command := exec.Command(lshaproxy(p.T), args...)
	command.Stdin, command.Stdout, command.Stderr = p.tty, p.tty, p.tty
	command.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	command.Env = append(os.Environ(), "TERM=xterm", "LC_ALL=C.UTF-8")
	if err := command.Start(); err != nil {
		p.Fatal(err)
	}
	p.Cleanup(func() { _ = command.Process.Kill() })
	return command
}

// TestBlockedTerminal ends by a key or a signal though the terminal takes no
// text, because it was stopped or its reader hangs, and gives it back.
func TestBlockedTerminal(t *testing.T) {
	stopped := func(p *pty) { _ = unix.IoctlSetInt(int(p.tty.Fd()), unix.TCXONC, unix.TCOOFF) }
	hung := func(p *pty) { p.read(false) }
	key := func(text string) func(*pty, *exec.Cmd) {
		return func(p *pty, _ *exec.Cmd) { _, _ = io.WriteString(p.user, text) }
	}
	signal := func(s syscall.Signal) func(*pty, *exec.Cmd) {
		return func(_ *pty, command *exec.Cmd) { _ = command.Process.Signal(s) }
	}
	for _, test := range []struct {
		name  string
		block func(*pty)
		end   func(*pty, *exec.Cmd)
	}{
		{`stopped, Ctrl-\`, stopped, key("\x1c")},
		{"stopped, q", stopped, key("q")},
		{"stopped, SIGTERM", stopped, signal(syscall.SIGTERM)},
		{`hung, Ctrl-\`, hung, key("\x1c")},
		{"hung, Ctrl-C", hung, key("\x03")},
		{"hung, SIGHUP", hung, signal(syscall.SIGHUP)},
		{"hung, SIGQUIT", hung, signal(syscall.SIGQUIT)},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := newPty(t)
			before := p.settings()
			p.read(true)
			command := p.start("--stats-file", "../../testdata/captures/3.2/stat.csv", "--watch", "50ms")
			rig.Eventually(t, "the list is there", func() bool { return strings.Contains(p.text(), "SECTION") })
			test.block(p)
			for i := range 40 { // each draws the whole screen
				p.resize(uint16(200+i), 60)
				time.Sleep(20 * time.Millisecond)
			}
			test.end(p, command)
			ended := make(chan error, 1)
			go func() { ended <- command.Wait() }()
			select {
			case err := <-ended:
				if err != nil {
					t.Errorf("it ended with %v", err)
				}
			case <-time.After(20 * time.Second):
				t.Fatal("it does not end")
			}
			if diff := cmp.Diff(before, p.settings()); diff != "" {
				t.Errorf("the terminal's settings (-before +after):\n%s", diff)
			}
			p.read(true)
			rig.Eventually(t, "the screen from before is back", func() bool { return strings.Contains(p.text(), "\x1b[?1049l") })
			if text := p.text(); strings.LastIndex(text, "\x1b[?1049h") > strings.LastIndex(text, "\x1b[?1049l") || !strings.Contains(text, "\x1b[?25h") {
				t.Errorf("the terminal is left with %q", text[max(len(text)-200, 0):])
			}
		})
	}
}

// TestHangUp ends when the terminal goes away.
func TestHangUp(t *testing.T) {
	p := newPty(t)
	p.read(true)
	command := p.start("--stats-file", "../../testdata/captures/3.2/stat.csv", "--watch", "50ms")
	rig.Eventually(t, "the list is there", func() bool { return strings.Contains(p.text(), "SECTION") })
	_ = p.user.Close()
	ended := make(chan struct{})
	go func() {
		_ = command.Wait()
		close(ended)
	}()
	select {
	case <-ended:
	case <-time.After(20 * time.Second):
		t.Fatal("it goes on without a terminal")
	}
}

// TestOneLookOnTerminal has colour on a terminal, and its width; it scrolls.
func TestOneLookOnTerminal(t *testing.T) {
	p := newPty(t)
	p.resize(50, 5)
	p.read(true)
	command := p.start("--stats-file", "../../testdata/captures/3.2/stat.csv", "-s", "down")
	if err := command.Wait(); err != nil {
		t.Fatal(err)
	}
	rig.Eventually(t, "the whole picture is there", func() bool { return strings.Contains(p.text(), "erver down/d1") })
	if text := p.text(); !strings.Contains(text, "\x1b[31mDOWN\x1b[m") {
		t.Errorf("in 50 columns:\n%q", text)
	}
}
