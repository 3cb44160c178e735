// Package regular reads regular files: a device or a pipe in the place of a
// certificate or a configuration would keep a check waiting, or never end.
package regular

import (
	"errors"
	"io"
	"os"
	"syscall"

	"check-haproxy/internal/advice"
)

// What a file may be that is there.
var (
	ErrNotRegular = errors.New("it is not a regular file")
	ErrTooLarge   = errors.New("it is larger than such a file can be")
)

// Read reads a regular file of at most so many bytes. The error is the reason
// alone; advice.CannotRead makes a sentence of it.
func Read(path string, most int64) ([]byte, error) {
	// Without waiting: to open a pipe would wait for its other end.
	file, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, advice.Reason(err)
	}
	defer file.Close()
	if info, err := file.Stat(); err != nil {
		return nil, advice.Reason(err)
	} else if !info.Mode().IsRegular() {
		return nil, ErrNotRegular
	}
	content, err := io.ReadAll(io.LimitReader(file, most+1))
	if err != nil {
		return nil, advice.Reason(err)
	}
	if int64(len(content)) > most {
		return nil, ErrTooLarge
	}
	return content, nil
}
