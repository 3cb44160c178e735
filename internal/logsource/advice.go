package logsource

import (
	"errors"
	"io/fs"

	"check-haproxy/internal/advice"
)

// cannotRead is the error for a file that cannot be read.
func cannotRead(path string, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nothingMatches(path)
	}
	return advice.CannotRead(path, err)
}

func nothingMatches(pattern string) error {
	return advice.New("nothing matches "+pattern, "check the path and where HAProxy logs to (its log lines, rsyslog's rules), or read the journal with --journal")
}
