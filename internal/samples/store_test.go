package samples

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"check-haproxy/internal/advice"
)

func open(t *testing.T, path string) *Folder {
	t.Helper()
	f, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Close)
	return f
}

// load loads what a store has at a time, and fails the test if it cannot.
func load(t *testing.T, s *Store, seconds float64) (*History, string) {
	t.Helper()
	h, note, err := s.Load(testSettings, at(seconds))
	if err != nil {
		t.Fatal(err)
	}
	return h, note
}

// TestDefaultFolder: where samples are kept if no flag says so. A packaged folder
// is for its owner alone.
func TestDefaultFolder(t *testing.T) {
	environment := map[string]string{}
	getenv := func(name string) string { return environment[name] }
	dir := t.TempDir()
	own, link, file, foreign := filepath.Join(dir, "own"), filepath.Join(dir, "link"), filepath.Join(dir, "file"), "/"
	must(t, os.Mkdir(own, 0o700))
	must(t, os.Symlink(own, link))
	must(t, os.WriteFile(file, nil, 0o600))
	if os.Geteuid() == 0 {
		foreign = filepath.Join(dir, "foreign")
		must(t, os.Mkdir(foreign, 0o700))
		must(t, os.Chown(foreign, 65534, 65534))
	}
	temporary := fmt.Sprintf("/var/tmp/check-haproxy-%d", os.Geteuid())
	for packaged, want := range map[string]string{own: own, link: temporary, file: temporary, foreign: temporary, filepath.Join(dir, "none"): temporary} {
		if got := DefaultFolder(getenv, packaged); got != want {
			t.Errorf("beside %s the folder is %s, want %s", packaged, got, want)
		}
	}
	environment["MP_STATE_PATH"] = "/var/lib/monitoring-plugins"
	if got := DefaultFolder(getenv, own); got != "/var/lib/monitoring-plugins" {
		t.Errorf("the folder is %s", got)
	}
}

// TestStore: what one run keeps the next one finds, in a folder and a file that
// nobody else can read.
func TestStore(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new", "folder")
	for run := range 3 {
		f := open(t, path)
		store := f.Store("nosrv", "/run/haproxy/admin.sock")
		h, note := load(t, store, float64(60*run))
		series := h.Add(sample(float64(60*run), process(7, -100), fmt.Sprintf("api %d 0", 10*run)))
		if got, want := len(series.intervals), run; got != want || note != "" {
			t.Errorf("run %d has %d intervals, note %q", run, got, note)
		}
		if err := store.Save(h); err != nil {
			t.Fatal(err)
		}
		for name, want := range map[string]fs.FileMode{path: fs.ModeDir | 0o700, store.Path(): 0o600} {
			if info, err := os.Stat(name); err != nil || info.Mode() != want {
				t.Errorf("%s: %v, %v", name, info.Mode(), err)
			}
		}
	}
}

// TestQuestionsApart: each question has its own file.
func TestQuestionsApart(t *testing.T) {
	f := open(t, t.TempDir())
	seen := map[string]string{}
	for _, q := range [][]string{
		{"nosrv", "/run/a.sock"}, {"nosrv", "/run/b.sock"}, {"errors", "/run/a.sock"}, {"nosrv", "/run/a.sock", "api"}, {"nosrv", "/run/a.sock", "web"},
		{"nosrv", "/run/a.sock", "api", "web"}, {"nosrv", "/run/a.sock", "api web"}, {"nosrv", "/run/a_sock"}, {"nosrv", "/run/a.sock", ""},
	} {
		name := f.Store(q[0], q[1], q[2:]...).name
		if other, twice := seen[name]; twice {
			t.Errorf("%q and %q share %s", q, other, name)
		}
		seen[name] = fmt.Sprint(q)
		if strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789_.-") != "" {
			t.Errorf("the name %q is not fit for a file", name)
		}
	}
	if name := f.Store("nosrv", strings.Repeat("../é\n", 100)).name; len(name) > 150 || filepath.Base(name) != name || strings.ContainsAny(name, "\n") {
		t.Errorf("the name is %q", name)
	}
}

// TestFolderRefused: a folder that is a link, a file, or somebody else's.
func TestFolderRefused(t *testing.T) {
	dir := t.TempDir()
	own, link, file := filepath.Join(dir, "own"), filepath.Join(dir, "link"), filepath.Join(dir, "file")
	dangling, foreign := filepath.Join(dir, "dangling"), filepath.Join(dir, "foreign")
	must(t, os.Mkdir(own, 0o700))
	must(t, os.Symlink(own, link))
	must(t, os.Symlink(filepath.Join(dir, "nowhere"), dangling))
	must(t, os.WriteFile(file, nil, 0o600))
	refused := map[string]string{link: "it is a link", dangling: "", file: "", filepath.Join(file, "below"): ""}
	if os.Geteuid() == 0 {
		must(t, os.Mkdir(foreign, 0o777))
		must(t, os.Chown(foreign, 65534, 65534))
		refused[foreign] = "it belongs to another user"
	} else {
		refused["/"] = "it belongs to another user"
	}
	for path, why := range refused {
		f, err := Open(path)
		if err == nil {
			f.Close()
			t.Errorf("%s is taken", path)
			continue
		}
		if !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), why) || !strings.Contains(advice.Of(err), "--state-dir") {
			t.Errorf("%s: the error is %q", path, err)
		}
	}
	if _, err := os.Lstat(filepath.Join(dir, "nowhere")); !errors.Is(err, fs.ErrNotExist) {
		t.Error("a dangling link was followed")
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestAsUser runs what follows as nobody if the tests run as root, to whom no
// folder is read-only.
func TestAsUser(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("the tests below do not need another user")
	}
	dir, err := os.MkdirTemp("/tmp", "samples")
	must(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	must(t, os.Chmod(dir, 0o777))
	binary, err := os.ReadFile("/proc/self/exe")
	must(t, err)
	program := filepath.Join(dir, "samples.test")
	must(t, os.WriteFile(program, binary, 0o755))
	command := exec.Command(program, "-test.run", "^TestReadOnly$", "-test.v")
	command.Dir = dir
	command.Env = append(os.Environ(), "TMPDIR="+dir)
	command.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	output, err := command.CombinedOutput()
	if err != nil || !strings.Contains(string(output), "--- PASS: TestReadOnly") {
		t.Errorf("as nobody: %v\n%s", err, output)
	}
}

func TestReadOnly(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("TestAsUser runs this")
	}
	dir := t.TempDir()
	f := open(t, dir)
	store := f.Store("nosrv", "x")
	h := New(testSettings)
	h.Add(sample(0, process(7, -100), "api 1 0"))
	must(t, os.Chmod(dir, 0o500))
	t.Cleanup(func() { _ = os.Chmod(dir, 0o700) })
	if _, err := Open(dir); err == nil || !strings.Contains(err.Error(), "cannot be written") {
		t.Errorf("opening a folder that cannot be written: %v", err)
	}
	if _, err := Open(filepath.Join(dir, "below")); err == nil || !strings.Contains(err.Error(), "permission denied") {
		t.Errorf("making a folder below: %v", err)
	}
	if err := store.Save(h); err == nil || !strings.Contains(err.Error(), "permission denied") {
		t.Errorf("saving: %v", err)
	}
}

// TestSetAside: a file that cannot be continued does not stand in the way, and
// is said.
func TestSetAside(t *testing.T) {
	whole := lived(testSettings).Encode()
	const now = 60 * 90
	for name, test := range map[string]struct {
		make func(path string) error
		want string
	}{
		"damaged":  {func(path string) error { return os.WriteFile(path, whole[:len(whole)-9], 0o600) }, "it is damaged"},
		"empty":    {func(path string) error { return os.WriteFile(path, nil, 0o600) }, "not a file of samples"},
		"a link":   {func(path string) error { return os.Symlink("/etc/passwd", path) }, "not a regular file"},
		"a pipe":   {func(path string) error { return syscall.Mkfifo(path, 0o600) }, "not a regular file"},
		"a folder": {func(path string) error { return os.Mkdir(path, 0o700) }, "not a regular file"},
		"foreign": {func(path string) error {
			return errors.Join(os.WriteFile(path, whole, 0o600), os.Chown(path, 65534, 65534))
		}, "another user"},
		"very long": {func(path string) error {
			return errors.Join(os.WriteFile(path, nil, 0o600), os.Truncate(path, maxRead+1))
		}, "more than 64 MiB"},
	} {
		t.Run(name, func(t *testing.T) {
			store := open(t, t.TempDir()).Store("nosrv", "x")
			if err := test.make(store.Path()); errors.Is(err, fs.ErrPermission) {
				t.Skip("only root can make such a file")
			} else {
				must(t, err)
			}
			h, note := load(t, store, now)
			if len(h.series) > 0 || !strings.Contains(note, test.want) || !strings.Contains(note, store.Path()) {
				t.Errorf("%d series, note %q", len(h.series), note)
			}
			h.Add(sample(now, process(7, -100), "api 1 0"))
			must(t, store.Save(h))
			if h, note := load(t, store, now); len(h.series) != 1 || note != "" {
				t.Errorf("afterwards %d series, note %q", len(h.series), note)
			}
			if _, err := os.Lstat(store.Path() + ".aside"); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestCrowd: twenty runs at once leave a whole file, and no run finds another.
func TestCrowd(t *testing.T) {
	dir := t.TempDir()
	var crowd sync.WaitGroup
	for i := range 20 {
		crowd.Go(func() {
			f, err := Open(dir)
			if err != nil {
				t.Error(err)
				return
			}
			defer f.Close()
			store := f.Store("nosrv", "x")
			for j := range 10 {
				h, note, err := store.Load(testSettings, at(1e6))
				if err != nil || note != "" {
					t.Errorf("loading: %q, %v", note, err)
					return
				}
				x := float64(60*j + i)
				h.Add(sample(x, process(7, -100), fmt.Sprintf("api %d 0", int(x))))
				if err := store.Save(h); err != nil {
					t.Error(err)
				}
			}
		})
	}
	crowd.Wait()
	h, note := load(t, open(t, dir).Store("nosrv", "x"), 1e6)
	if len(h.series) != 1 || note != "" {
		t.Errorf("%d series are left, note %q", len(h.series), note)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Errorf("%d files are left, %v", len(entries), err)
	}
}

// TestKilled: a run that is killed at any moment leaves a whole file.
func TestKilled(t *testing.T) {
	dir := t.TempDir()
	if os.Getenv("SAMPLES_TO_WRITE") != "" {
		store := open(t, os.Getenv("SAMPLES_TO_WRITE")).Store("nosrv", "x")
		h := New(busySettings)
		for run := 0; ; run++ {
			h.Add(busy(busySettings, run))
			must(t, store.Save(h))
		}
	}
	store := open(t, dir).Store("nosrv", "x")
	for range 8 {
		command := exec.Command(os.Args[0], "-test.run", "^TestKilled$")
		command.Env = append(os.Environ(), "SAMPLES_TO_WRITE="+dir)
		must(t, command.Start())
		for deadline := time.Now().Add(20 * time.Second); ; {
			if _, err := os.Stat(store.Path()); err == nil || time.Now().After(deadline) {
				break
			}
			time.Sleep(time.Millisecond)
		}
		time.Sleep(time.Duration(rand.IntN(100)) * time.Millisecond)
		must(t, command.Process.Kill())
		_ = command.Wait()
		if h, note, err := store.Load(busySettings, at(1e9)); err != nil || note != "" || len(h.series) != 1 {
			t.Fatalf("after a kill: %q, %v", note, err)
		}
	}
}

// TestSweep: what killed runs left is removed once it is old, and nothing else.
func TestSweep(t *testing.T) {
	dir := t.TempDir()
	f := open(t, dir)
	name := f.Store("nosrv", "x").name
	old, young, theirs := "."+name+"1234", "."+name+"5678", ".bashrc"
	for _, file := range []string{name, old, young, theirs} {
		must(t, os.WriteFile(filepath.Join(dir, file), nil, 0o600))
		if file != young {
			must(t, os.Chtimes(filepath.Join(dir, file), at(0), at(0)))
		}
	}
	must(t, os.Chtimes(filepath.Join(dir, young), at(3600), at(3600)))
	f.Sweep(at(3601))
	for file, want := range map[string]bool{name: true, old: false, young: true, theirs: true} {
		if _, err := os.Stat(filepath.Join(dir, file)); (err == nil) != want {
			t.Errorf("%s: %v", file, err)
		}
	}
}

// TestReadable: what a person finds a file by. The end of a place tells most.
func TestReadable(t *testing.T) {
	for place, want := range map[string]string{
		"/run/haproxy/monitor.sock":    "run_haproxy_monitor.sock",
		"lb1.example.com:9999":         "lb1.example.com_9999",
		"http://lb1/stats?a=b&c='d'":   "http___lb1_stats_a_b_c__d",
		"AZaz-09.":                     "AZaz-09.",
		"@[`{/:":                       "",
		"":                             "",
		strings.Repeat("a", 40):        strings.Repeat("a", 40),
		"b" + strings.Repeat("a", 40):  strings.Repeat("a", 40),
		"b/" + strings.Repeat("a", 39): strings.Repeat("a", 39),
	} {
		if got := readable(place); got != want {
			t.Errorf("%q is %q, want %q", place, got, want)
		}
	}
}
