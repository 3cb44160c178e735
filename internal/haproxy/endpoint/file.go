package endpoint

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"

	"check-haproxy/internal/advice"
	"check-haproxy/internal/haproxy"
)

// file is a saved answer.
type file struct {
	path  string    // empty for standard input
	stdin io.Reader // used without a path
}

// ask reads the file. A pipe that never ends is Ask's to give up on.
func (f file) ask(ctx context.Context, q Query) []Answer {
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
	return &Failure{doing: "cannot read the statistics from " + name, trouble: ofFile(name, err), cause: err}
}

func ofFile(name string, err error) trouble {
	const wanted = "it should be an answer to \"show stat\", or a stats page with \";csv\""
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return trouble{"there is no such file", "save one with: echo \"show stat\" | socat - /run/haproxy/admin.sock"}
	case errors.Is(err, fs.ErrPermission):
		owner, try := advice.Denied(name, advice.Read)
		return trouble{"permission denied, " + owner, try}
	case errors.Is(err, haproxy.ErrCutShort), errors.Is(err, haproxy.ErrEmpty):
		return trouble{err.Error(), "save the whole of it, once more"}
	case errors.Is(err, haproxy.ErrHTML):
		return trouble{"it is an HTML page", "save the one with \";csv\" at the end of its address"}
	case errors.Is(err, haproxy.ErrOther):
		// Not a word of it: the file may be another than was meant, and read
		// with more rights than its reader has.
		return trouble{"it is not what HAProxy answers", wanted}
	}
	return trouble{advice.Reason(err).Error(), wanted}
}
