//go:build darwin || freebsd || netbsd || openbsd

package overview

import (
	"os"

	"golang.org/x/sys/unix"
)

const (
	getTermios = unix.TIOCGETA
	setTermios = unix.TIOCSETA
)

// discardOutput throws away what the terminal has not shown yet, and lets it go
// on if it was stopped.
func discardOutput(terminal *os.File) {
	const output = 2 // FWRITE
	_ = unix.IoctlSetPointerInt(int(terminal.Fd()), unix.TIOCFLUSH, output)
	_ = unix.IoctlSetInt(int(terminal.Fd()), unix.TIOCSTART, 0)
}
