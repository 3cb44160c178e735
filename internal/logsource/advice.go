package logsource

import (
	"errors"
	"io/fs"

	"check-haproxy/internal/advice"
	"check-haproxy/internal/argument"
)

// cannotRead is the error for a file that cannot be read.
func cannotRead(path string, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nothingMatches(path)
	}
	return advice.CannotRead(path, err)
}

func nothingMatches(pattern string) error {
	if argument.HasSecret(pattern) {
		return advice.New("nothing matches this", "give the path of a log file")
	}
	return advice.New("nothing matches "+pattern, "check the path and where HAProxy logs to (its log lines, rsyslog's rules), or read the journal with --journal")
}
