package overview

import (
	"io"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"check-haproxy/internal/overview/draw"
	"check-haproxy/internal/overview/picture"
)

// terminal is where the picture is shown; it may be none.
type terminal struct {
	in, out *os.File
	is      bool // standard output is a terminal
	getenv  func(string) string
	color   bool
	restore func() // of the keyboard
}

func newTerminal(in, out *os.File, getenv func(string) string, color when) *terminal {
	t := &terminal{in: in, out: out, is: isTerminal(out), getenv: getenv}
	t.color = color == "always" || color == "auto" && t.is && getenv("NO_COLOR") == "" && getenv("TERM") != "dumb"
	return t
}

func isTerminal(file *os.File) bool {
	_, err := unix.IoctlGetTermios(int(file.Fd()), getTermios)
	return err == nil
}

// options describes the terminal as it is now. A pipe has no width, unless
// COLUMNS says so.
func (t *terminal) options(verbose bool) picture.Options {
	o := picture.Options{Canvas: draw.Canvas{Color: t.color, ASCII: !t.speaksUnicode()}, Verbose: verbose}
	if columns, err := strconv.Atoi(t.getenv("COLUMNS")); err == nil && columns > 0 {
		o.Width = columns
	}
	if !t.is {
		return o
	}
	if o.Width == 0 {
		o.Width = 80
	}
	if size, err := unix.IoctlGetWinsize(int(t.out.Fd()), unix.TIOCGWINSZ); err == nil && size.Col > 0 {
		o.Width, o.Height = int(size.Col), int(size.Row)
	}
	return o
}

// speaksUnicode goes by the locale, as programs in C do; where there is none at
// all, like in many a container, by what terminals can do nowadays.
func (t *terminal) speaksUnicode() bool {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if locale := strings.ToLower(t.getenv(name)); locale != "" {
			return strings.Contains(locale, "utf-8") || strings.Contains(locale, "utf8")
		}
	}
	return true
}

// Control sequences of xterm, which every terminal of today knows: the alternate
// screen, the cursor, and clearing.
const (
	enterScreen = "\x1b[?1049h\x1b[?25l"
	leaveScreen = "\x1b[?25h\x1b[?1049l"
	home        = "\x1b[H"
	clearRight  = "\x1b[K"
	clearBelow  = "\x1b[J"
)

// enter begins to draw in place: on a screen of its own, so that what was there
// comes back afterwards, without echo and with keys that come at once.
func (t *terminal) enter() {
	_, _ = io.WriteString(t.out, enterScreen)
	t.restore = quietKeyboard(t.in)
}

// leave gives the terminal back as it was.
func (t *terminal) leave() {
	t.restore()
	_, _ = io.WriteString(t.out, leaveScreen)
}

// draw shows lines in place of those before.
func (t *terminal) draw(lines []string) error {
	_, err := io.WriteString(t.out, home+strings.Join(lines, clearRight+"\r\n")+clearRight+clearBelow)
	return err
}

// quietKeyboard switches echo and waiting for whole lines off. What it returns
// switches them on again.
func quietKeyboard(in *os.File) (restore func()) {
	fd := int(in.Fd())
	before, err := unix.IoctlGetTermios(fd, getTermios)
	if err != nil {
		return func() {}
	}
	quiet := *before
	quiet.Lflag &^= unix.ECHO | unix.ICANON
	quiet.Cc[unix.VMIN], quiet.Cc[unix.VTIME] = 1, 0
	_ = unix.IoctlSetTermios(fd, setTermios, &quiet)
	return func() { _ = unix.IoctlSetTermios(fd, setTermios, before) }
}
