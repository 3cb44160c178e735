package endpoint

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"check-haproxy/internal/haproxy"
)

// file is a saved answer.
type file struct {
	path  string    // empty for standard input
	stdin io.Reader // used without a path
}

// ask reads the file. A pipe that never ends is Ask's to give up on.
func (f file) ask(_ context.Context, q Query) []Answer {
	stats, err := f.read(q)
	if err != nil {
		return []Answer{{Err: err}}
	}
	stats.Join(nil)
	return []Answer{{Stats: stats}}
}

func (f file) read(q Query) (*haproxy.Stats, error) {
	if f.path == "" {
		stats, err := statsIn(f.stdin, q)
		return stats, explainFile("standard input", err)
	}
	opened, err := os.Open(f.path)
	if err != nil {
		return nil, explainFile(f.path, err)
	}
	defer opened.Close()
	stats, err := statsIn(opened, q)
	return stats, explainFile(f.path, err)
}

func statsIn(r io.Reader, q Query) (*haproxy.Stats, error) {
	reader := haproxy.NewReader(r)
	reader.Counters = q.Counters
	return reader.Stats(haproxy.FileEnd)
}

// explainFile says why a file gives no statistics, and what to try.
func explainFile(name string, err error) error {
	if err == nil {
		return nil
	}
	return &explained{fmt.Sprintf("cannot read the statistics from %s: %s", name, whyFile(err)), err}
}

func whyFile(err error) string {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "there is no such file; save one with: echo \"show stat\" | socat - /run/haproxy/admin.sock"
	case errors.Is(err, fs.ErrPermission):
		return "permission denied; let the monitoring user read it"
	case errors.Is(err, haproxy.ErrCutShort), errors.Is(err, haproxy.ErrEmpty):
		return err.Error() + "; save the whole of it, once more"
	case errors.Is(err, haproxy.ErrHTML):
		return "it is an HTML page; save the one with \";csv\" at the end of its address"
	case errors.Is(err, haproxy.ErrOther):
		// Not a word of it: the file may be another than was meant, and read
		// with more rights than its reader has.
		return "it is not what HAProxy answers; it should be an answer to \"show stat\", or a stats page with \";csv\""
	}
	return reason(err).Error() + "; it should be an answer to \"show stat\", or a stats page with \";csv\""
}
