package endpoint

import (
	"context"
	"fmt"
	"io"
	"os"

	"check-haproxy/internal/haproxy"
)

// file is a saved answer.
type file struct {
	path  string    // empty for standard input
	stdin io.Reader // used without a path
}

// ask reads the file. A pipe that never ends is Ask's to give up on.
func (f file) ask(ctx context.Context, _ Query) []Answer {
	stats, err := f.read()
	if err != nil {
		return []Answer{{Err: err}}
	}
	return []Answer{{Stats: stats}}
}

func (f file) read() (*haproxy.Stats, error) {
	if f.path == "" {
		stats, err := haproxy.NewReader(f.stdin).Stats(haproxy.FileEnd)
		return stats, f.explain("standard input", err)
	}
	opened, err := os.Open(f.path)
	if err != nil {
		return nil, f.explain(f.path, err)
	}
	defer opened.Close()
	stats, err := haproxy.NewReader(opened).Stats(haproxy.FileEnd)
	return stats, f.explain(f.path, err)
}

func (f file) explain(name string, err error) error {
	if err == nil {
		return nil
	}
	return &explained{fmt.Sprintf("cannot read the statistics from %s: %v", name, err), err}
}
