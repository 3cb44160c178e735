package samples

import (
	"encoding/hex"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/google/renameio/v2"
	"golang.org/x/sys/unix"

	"check-haproxy/internal/advice"
)

// Variable is the environment variable that names the Monitoring Plugins' folder
// for what they keep.
const Variable = "MP_STATE_PATH"

// Packaged is the folder that the Debian package makes for the monitoring user. In
// /var/tmp a service with PrivateTmp=, as NRPE is, loses what it has kept when it is
// restarted, and any user can take the folder's name.
const Packaged = "/var/lib/check-haproxy"

// DefaultFolder is where samples are kept if no flag names a folder: in the one
// that the environment names; in the packaged one, if it is the user's own; else
// in one of the user's own in /var/tmp.
func DefaultFolder(getenv func(string) string, packaged string) string {
	if path := getenv(Variable); path != "" {
		return path
	}
	if info, err := os.Lstat(packaged); err == nil && refusal(info) == "" {
		return packaged
	}
	return fmt.Sprintf("/var/tmp/check-haproxy-%d", os.Geteuid())
}

// Folder is a folder of the user's own that samples are kept in. Nothing in it
// leads out of it.
type Folder struct{ root *os.Root }

// Open opens the folder, and makes it if it is not there. It is refused, with a
// sentence, if it belongs to somebody else, is a link, or cannot be written:
// what somebody else can change is no evidence.
func Open(path string) (*Folder, error) {
	if err := os.MkdirAll(path, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, unusable(path, "it cannot be made: "+reason(err).Error())
	}
	info, err := os.Lstat(path)
	if err != nil {
		return nil, unusable(path, reason(err).Error())
	}
	if trouble := refusal(info); trouble != "" {
		return nil, unusable(path, trouble)
	}
	if err := unix.Access(path, unix.W_OK|unix.X_OK); err != nil {
		return nil, unusable(path, "it cannot be written: "+err.Error())
	}
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, unusable(path, reason(err).Error())
	}
	// Somebody may have put another one in its place since.
	if opened, err := root.Stat("."); err != nil || !os.SameFile(info, opened) {
		_ = root.Close()
		return nil, unusable(path, "it was replaced while it was opened")
	}
	return &Folder{root}, nil
}

func unusable(path, why string) error {
	return advice.New("the folder "+path+" is not used for samples: "+why, "name a folder of the user's own with --state-dir")
}

func refusal(folder fs.FileInfo) string {
	switch {
	case folder.Mode()&fs.ModeSymlink != 0:
		return "it is a link"
	case !folder.IsDir():
		return "it is not a folder"
	case !isOwn(folder):
		return "it belongs to another user"
	}
	return ""
}

func isOwn(info fs.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(stat.Uid) == os.Geteuid()
}

// reason is an error without what it was about: "permission denied".
func reason(err error) error {
	var errno syscall.Errno
	if errors.As(err, &errno) {
		return errno
	}
	return err
}

// Close closes the folder.
func (f *Folder) Close() { _ = f.root.Close() }

// Store is the file of one question: samples of others do not mix with its own.
type Store struct {
	folder *Folder
	name   string
}

// prefix and suffix of the files' names. renameio puts a dot before those that
// are not whole yet.
const (
	prefix = "check_haproxy_"
	suffix = ".samples"
)

// Store returns the store of a question: which check asks, whom, and what. Place
// is for people, who find the file by it; all of the question tells it from
// others.
func (f *Folder) Store(check, place string, question ...string) *Store {
	hash := fnv.New128a()
	for _, part := range append([]string{check, place}, question...) {
		fmt.Fprintf(hash, "%d %s ", len(part), part)
	}
	return &Store{f, prefix + check + "_" + readable(place) + "_" + hex.EncodeToString(hash.Sum(nil)) + suffix}
}

// readable is what can be read of a place in a file's name.
func readable(place string) string {
	const most = 40
	text := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '.', r == '-':
			return r
		}
		return '_'
	}, place)
	return strings.Trim(text[max(len(text)-most, 0):], "_")
}

// Path is where the file is.
func (s *Store) Path() string { return filepath.Join(s.folder.root.Name(), s.name) }

// Load reads the history; a new one if there is none yet. A file that cannot be
// continued is set aside, and note says so.
func (s *Store) Load(settings Settings, now time.Time) (h *History, note string, err error) {
	data, err := s.read()
	if errors.Is(err, fs.ErrNotExist) {
		return New(settings), "", nil
	}
	if err == nil {
		if h, err = Decode(data, settings, now); err == nil {
			return h, "", nil
		}
	}
	aside := s.name + ".aside"
	if moved := s.folder.root.Rename(s.name, aside); moved != nil && !errors.Is(moved, fs.ErrNotExist) {
		return nil, "", fmt.Errorf("the samples in %s cannot be continued: %w; it cannot be moved away either: %w", s.Path(), reason(err), reason(moved))
	}
	return New(settings), explain(s.Path(), reason(err)), nil
}

// read reads the file, if it is one of the user's own.
func (s *Store) read() ([]byte, error) {
	info, err := s.folder.root.Lstat(s.name)
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, errors.New("it is not a regular file")
	case !isOwn(info):
		return nil, errors.New("it belongs to another user")
	case info.Size() > maxRead:
		return nil, fmt.Errorf("it has more than %d MiB", maxRead>>20)
	}
	file, err := s.folder.root.Open(s.name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	// Another run may have put a new one in its place since, perhaps a larger.
	return io.ReadAll(io.LimitReader(file, maxRead))
}

// Save replaces the file as a whole: whoever reads it meanwhile, and a plugin
// that is killed meanwhile, find the old one or the new one.
func (s *Store) Save(h *History) error {
	file, err := renameio.NewPendingFile(s.name, renameio.WithRoot(s.folder.root), renameio.WithStaticPermissions(0o600))
	if err == nil {
		defer func() { _ = file.Cleanup() }()
		if _, err = file.Write(h.Encode()); err == nil {
			err = file.CloseAtomicallyReplace()
		}
	}
	if err != nil {
		return fmt.Errorf("cannot keep the samples in %s: %w; the next run has nothing to compare with", s.Path(), reason(err))
	}
	return nil
}

// abandoned is the age from which a temporary file belongs to no plugin that
// still runs.
const abandoned = time.Hour

// Sweep removes temporary files that killed plugins left.
func (f *Folder) Sweep(now time.Time) {
	entries, err := fs.ReadDir(f.root.FS(), ".")
	if err != nil {
		return // they do no harm
	}
	for _, entry := range entries {
		if !strings.HasPrefix(entry.Name(), "."+prefix) {
			continue
		}
		if info, err := entry.Info(); err == nil && info.Mode().IsRegular() && now.Sub(info.ModTime()) > abandoned {
			_ = f.root.Remove(entry.Name())
		}
	}
}
