package overview

import (
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"check-haproxy/internal/overview/draw"
)

// terminal is where the picture is shown; it may be none.
type terminal struct {
	in, out *os.File
	is      bool // standard output is a terminal
	getenv  func(string) string
	color   bool
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

// canvas describes the terminal as it is now. A pipe has no width, unless
// COLUMNS says so.
func (t *terminal) canvas() draw.Canvas {
	o := draw.Canvas{Color: t.color, ASCII: !t.speaksUnicode()}
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

// speaksUnicode goes by the locale, as programs in C do; if there is none at
// all, like in many a container, by what terminals can do nowadays.
func (t *terminal) speaksUnicode() bool {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if locale := strings.ToLower(t.getenv(name)); locale != "" {
			return strings.Contains(locale, "utf-8") || strings.Contains(locale, "utf8")
		}
	}
	return true
}

// isScreen says whether the terminal can be drawn on in place.
func (t *terminal) isScreen() bool { return t.is && t.getenv("TERM") != "dumb" }

// settings are a terminal's modes: echo, and whether keys come at once.
type settings struct {
	file  *os.File
	modes *unix.Termios // nil if it is no terminal
}

func settingsOf(file *os.File) settings {
	modes, err := unix.IoctlGetTermios(int(file.Fd()), getTermios)
	if err != nil {
		modes = nil
	}
	return settings{file, modes}
}

// restore brings the modes back.
func (s settings) restore() {
	if s.modes != nil {
		_ = unix.IoctlSetTermios(int(s.file.Fd()), setTermios, s.modes)
	}
}
