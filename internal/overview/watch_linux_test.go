package overview

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"check-haproxy/test/rig"
)

const stats = "../../testdata/captures/3.2/stat.csv"

// screen is a terminal whose user is the test.
type screen struct {
	keyboard, tty *os.File
	lock          sync.Mutex
	shown         strings.Builder
}

// newScreen opens a pseudo terminal of a size.
func newScreen(t *testing.T, columns, rows uint16) *screen {
	t.Helper()
	keyboard, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skipf("there are no pseudo terminals here: %v", err)
	}
	if err := unix.IoctlSetPointerInt(int(keyboard.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	number, err := unix.IoctlGetInt(int(keyboard.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	tty, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	s := &screen{keyboard: keyboard, tty: tty}
	s.resize(t, columns, rows)
	go func() {
		_, _ = io.Copy(s, keyboard)
	}()
	t.Cleanup(func() {
		_ = tty.Close()
		_ = keyboard.Close()
	})
	return s
}

func (s *screen) resize(t *testing.T, columns, rows uint16) {
	t.Helper()
	if err := unix.IoctlSetWinsize(int(s.tty.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Col: columns, Row: rows}); err != nil {
		t.Fatal(err)
	}
}

func (s *screen) Write(p []byte) (int, error) {
	s.lock.Lock()
	defer s.lock.Unlock()
	return s.shown.Write(p)
}

func (s *screen) text() string {
	s.lock.Lock()
	defer s.lock.Unlock()
	return s.shown.String()
}

func (s *screen) settings(t *testing.T) unix.Termios {
	t.Helper()
	settings, err := unix.IoctlGetTermios(int(s.tty.Fd()), unix.TCGETS)
	if err != nil {
		t.Fatal(err)
	}
	return *settings
}

// run runs the command on the screen, until it ends.
func (s *screen) run(args ...string) (ended <-chan int, stderr *bytes.Buffer) {
	code := make(chan int, 1)
	stderr = &bytes.Buffer{}
	go func() { code <- Main(args, s.tty, s.tty, stderr) }()
	return code, stderr
}

// TestWatch draws in place, follows the size of the terminal, and gives it back
// as it was, however it ends.
func TestWatch(t *testing.T) {
	for name, end := range map[string]func(s *screen) error{
		"q":       func(s *screen) error { _, err := s.keyboard.WriteString("xq"); return err },
		"SIGINT":  func(*screen) error { return syscall.Kill(os.Getpid(), syscall.SIGINT) },
		"SIGTERM": func(*screen) error { return syscall.Kill(os.Getpid(), syscall.SIGTERM) },
	} {
		t.Run(name, func(t *testing.T) {
			s := newScreen(t, 80, 24)
			before := s.settings(t)
			ended, stderr := s.run("--stats-file", stats, "--watch", "20ms")
			rig.Eventually(t, "there are two pictures", func() bool { return strings.Count(s.text(), home) >= 2 })
			if quiet := s.settings(t); quiet.Lflag&unix.ECHO != 0 {
				t.Error("what is typed is shown")
			}
			s.resize(t, 120, 24)
			if err := syscall.Kill(os.Getpid(), syscall.SIGWINCH); err != nil {
				t.Fatal(err)
			}
			rig.Eventually(t, "the picture is as wide as the terminal", func() bool { return widest(s.text()) == 120 })
			if err := end(s); err != nil {
				t.Fatal(err)
			}
			if code := <-ended; code != 0 {
				t.Errorf("exit code %d: %s", code, stderr)
			}
			rig.Eventually(t, "the screen from before is back", func() bool { return strings.HasSuffix(s.text(), leaveScreen) })
			if text := s.text(); !strings.HasPrefix(text, enterScreen) || strings.Count(text, enterScreen) != 1 {
				t.Errorf("it begins with %q", text[:min(len(text), 40)])
			}
			if diff := cmp.Diff(before, s.settings(t)); diff != "" {
				t.Errorf("the terminal is not as it was (-before +after):\n%s", diff)
			}
		})
	}
}

var controls = regexp.MustCompile("\x1b\\[[0-9;?]*[a-zA-Z]")

// widest is the width of the widest line, without colour.
func widest(text string) int {
	most := 0
	for line := range strings.Lines(strings.ReplaceAll(text, home, "\n")) {
		line = strings.TrimRight(controls.ReplaceAllString(line, ""), "\r\n")
		most = max(most, utf8.RuneCountInString(line))
	}
	return most
}

// TestTerminal has colour on a terminal, and its width; it scrolls.
func TestTerminal(t *testing.T) {
	s := newScreen(t, 50, 5)
	ended, _ := s.run("--stats-file", stats, "-s", "down")
	if code := <-ended; code != 0 {
		t.Fatalf("exit code %d", code)
	}
	rig.Eventually(t, "the whole picture is there", func() bool { return strings.Contains(s.text(), "erver down/d1") })
	if text := s.text(); !strings.Contains(text, "\x1b[31mDOWN\x1b[m") || widest(text) > 50 {
		t.Errorf("in 50 columns:\n%q", text)
	}
}
