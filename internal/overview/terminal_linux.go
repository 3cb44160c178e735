package overview

import (
	"os"

	"golang.org/x/sys/unix"
)

const (
	getTermios = unix.TCGETS
	setTermios = unix.TCSETS
)

// discardOutput throws away what the terminal has not shown yet, and lets it go
// on if it was stopped. It is stopped before that: only then does Linux wake who
// waits to write.
func discardOutput(terminal *os.File) {
	_ = unix.IoctlSetInt(int(terminal.Fd()), unix.TCFLSH, unix.TCOFLUSH)
	_ = unix.IoctlSetInt(int(terminal.Fd()), unix.TCXONC, unix.TCOOFF)
	_ = unix.IoctlSetInt(int(terminal.Fd()), unix.TCXONC, unix.TCOON)
}
