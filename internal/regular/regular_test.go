package regular

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

func TestRead(t *testing.T) {
	dir := t.TempDir()
	file, fifo := filepath.Join(dir, "file"), filepath.Join(dir, "fifo")
	if err := errors.Join(os.WriteFile(file, []byte("12345"), 0o600), syscall.Mkfifo(fifo, 0o600), os.Symlink(file, filepath.Join(dir, "link"))); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		path string
		most int64
		want error
	}{
		{file, 5, nil},
		{filepath.Join(dir, "link"), 5, nil},
		{file, 4, ErrTooLarge},
		{fifo, 5, ErrNotRegular},
		{dir, 5, ErrNotRegular},
		{"/dev/zero", 5, ErrNotRegular},
		{"/proc/self/status", 5, ErrTooLarge}, // of size 0, it says
		{filepath.Join(dir, "no"), 5, fs.ErrNotExist},
	} {
		content, err := Read(test.path, test.most)
		if !errors.Is(err, test.want) || err == nil && string(content) != "12345" {
			t.Errorf("%s, at most %d: %q, %v; want %v", test.path, test.most, content, err, test.want)
		}
	}
}
