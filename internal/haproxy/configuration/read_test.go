package configuration

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestFolder holds which files of a folder HAProxy reads, and in which order.
func TestFolder(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"b.cfg", "a.cfg", ".hidden.cfg", "c.cfg.bak", "readme"} {
		write(t, filepath.Join(dir, name), name)
	}
	if err := os.Mkdir(filepath.Join(dir, "z.cfg"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("a.cfg", filepath.Join(dir, "link.cfg")); err != nil {
		t.Fatal(err)
	}
	single := filepath.Join(t.TempDir(), "haproxy.conf")
	write(t, single, "single")
	sources, err := ReadFiles([]string{single, dir})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, s := range sources {
		got = append(got, filepath.Base(s.Name)+" "+string(s.Text))
	}
	if diff := cmp.Diff([]string{"haproxy.conf single", "a.cfg a.cfg", "b.cfg b.cfg", "link.cfg a.cfg"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestUnreadableFiles holds that nothing blocks or grows without bound, and that
// the sentence names the file.
func TestUnreadableFiles(t *testing.T) {
	dir := t.TempDir()
	pipe, big, most, empty := filepath.Join(dir, "pipe"), filepath.Join(dir, "big.cfg"), filepath.Join(dir, "most.cfg"), filepath.Join(dir, "empty")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	for path, size := range map[string]int64{big: maxFile + 1, most: maxFile} {
		write(t, path, "")
		if err := os.Truncate(path, size); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(empty, 0o700); err != nil {
		t.Fatal(err)
	}
	for want, paths := range map[string][]string{
		"no such file":                   {filepath.Join(dir, "gone.cfg")},
		"not a regular file":             {pipe},
		"not a regular fil":              {"/dev/null"},
		"larger than such a file can be": {big},
		"larger than 32 MiB":             {most, most, most},
		"has no file *.cfg":              {empty},
		"":                               {most, most},
	} {
		_, err := ReadFiles(paths)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want %q", paths, err, want)
		}
	}
}
