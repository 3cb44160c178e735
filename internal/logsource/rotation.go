package logsource

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"check-haproxy/internal/advice"
	"check-haproxy/internal/sorting"
)

// A log file is rotated by logrotate or a program like it in one of these ways, while somebody reads it:
//
//   - rename and create: log.2 becomes log.3, log.1 becomes log.2, log becomes log.1, and a new log is made; its writer goes on
//     with the old one until it is told;
//   - copytruncate: log is copied to log.1, then cut to nothing; log.1 is there, whole or in part, while log still holds the
//     same lines;
//   - compress: log.1.gz grows beside log.1, then log.1 is removed.
//
// So a log's files are listed, opened, and listed again: if both lists agree on every name and every opened file is still
// the one its name stands for, then at that moment every line that was written is in an open file, and no later renaming or
// removing can take it away. Lines that come twice (two names of a file, a copy, a compressed one) are found by comparing the
// files themselves. Being cut short is noticed while reading.

// log is a log file and its rotated siblings, by name.
type log struct {
	dir  string
	base string // the name without a directory, and without what rotation puts behind it
}

func (l log) path() string { return filepath.Join(l.dir, l.base) }

// sibling is one name of a log.
type sibling struct {
	path   string
	suffix suffix
	info   fs.FileInfo
}

// suffix is what rotation put behind a log's name.
type suffix struct {
	number     int    // .1, .2; 0 for the log itself and dated ones
	date       string // the digits of -20261122 or -2026112215; empty for others
	compressed string // .gz, .xz; empty if not
}

// compressions are the endings compressing programs give a file.
var compressions = []string{".gz", ".xz", ".zst", ".bz2", ".lz4", ".Z"}

// parseSuffix reads what stands behind a log's name; not ok if that is not rotation's.
func parseSuffix(s string) (suffix, bool) {
	var parsed suffix
	if s == "" {
		return parsed, true
	}
	for _, c := range compressions {
		if rest, found := strings.CutSuffix(s, c); found {
			s, parsed.compressed = rest, c
			break
		}
	}
	if len(s) < 2 || s[0] != '.' && s[0] != '-' {
		return suffix{}, false
	}
	digits := strings.Map(func(r rune) rune {
		if strings.ContainsRune("-_T:.", r) {
			return -1
		}
		return r
	}, s)
	if digits == "" || strings.Trim(digits, "0123456789") != "" {
		return suffix{}, false
	}
	if s[0] == '.' && len(s) <= 7 && len(digits) == len(s)-1 {
		parsed.number, _ = strconv.Atoi(digits)
		return parsed, true
	}
	if len(digits) < 8 || len(digits) > 20 {
		return suffix{}, false
	}
	parsed.date = digits
	return parsed, true
}

// stems gives the names that a rotated file's name can have been made from.
func stems(name string) []string {
	var found []string
	for i := 1; i < len(name); i++ {
		if name[i] != '.' && name[i] != '-' {
			continue
		}
		if _, ok := parseSuffix(name[i:]); ok {
			found = append(found, name[:i])
		}
	}
	return found
}

// list gives the names of a log, newest first.
func (l log) list() ([]sibling, error) {
	entries, err := os.ReadDir(l.dir)
	if err != nil && !errors.Is(err, fs.ErrPermission) {
		return nil, err
	}
	names := []string{l.base} // even if the directory may be passed through and not listed
	for _, e := range entries {
		if rest, found := strings.CutPrefix(e.Name(), l.base); found && rest != "" {
			names = append(names, e.Name())
		}
	}
	var siblings []sibling
	for _, name := range names {
		parsed, ok := parseSuffix(name[len(l.base):])
		if !ok {
			continue
		}
		path := filepath.Join(l.dir, name)
		info, err := os.Stat(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue // gone meanwhile, or a link to nothing
		}
		if err != nil {
			return nil, err
		}
		if name != l.base && !info.Mode().IsRegular() {
			continue
		}
		siblings = append(siblings, sibling{path, parsed, info})
	}
	sorting.Stable(siblings, newer(siblings))
	return siblings, nil
}

// newer orders siblings newest first: by number, or by date. If somebody has changed from one to the other, only the
// time of the last change can tell.
func newer(all []sibling) func(a, b sibling) int {
	numbered := slices.ContainsFunc(all, func(s sibling) bool { return s.suffix.number > 0 })
	dated := slices.ContainsFunc(all, func(s sibling) bool { return s.suffix.date != "" })
	return func(a, b sibling) int {
		order := 0
		if (a.suffix == suffix{}) != (b.suffix == suffix{}) {
			if (a.suffix == suffix{}) {
				return -1
			}
			return 1
		}
		if numbered && dated {
			order = b.info.ModTime().Compare(a.info.ModTime())
		}
		return cmp.Or(order,
			cmp.Compare(a.suffix.number, b.suffix.number),
			cmp.Compare(b.suffix.date, a.suffix.date),
			cmp.Compare(len(a.suffix.compressed), len(b.suffix.compressed)),
			cmp.Compare(a.path, b.path))
	}
}

// sameNames tells whether two lists name the same files.
func sameNames(a, b []sibling) bool {
	return slices.EqualFunc(a, b, func(a, b sibling) bool { return a.path == b.path && os.SameFile(a.info, b.info) })
}

const (
	// attempts is how often a log is listed and opened anew because it was rotated in between, pause how long to wait then. A
	// rotation takes far less.
	attempts = 50
	pause    = 2 * time.Millisecond

	// maxSiblings bounds the number of files that are open at once.
	maxSiblings = 500
)

// open opens the files of a log that can hold lines written since from, and one older than that to tell how far the log
// reaches back; newest first. hook is called between the steps.
func (l log) open(j *job, from int64, hook func(step string)) ([]*logFile, error) {
	for range attempts {
		hook("listing")
		before, err := l.list()
		if err != nil {
			return nil, err
		}
		hook("listed")
		files := openAll(before, from)
		hook("opened")
		after, err := l.list()
		if err == nil && sameNames(before, after) && unchanged(files) {
			return distinct(files), nil
		}
		closeAll(files)
		select {
		case <-j.ctx.Done():
			return nil, j.ctx.Err()
		case <-time.After(pause):
		}
	}
	return nil, errors.New("it is being rotated again and again; see what logrotate does to it")
}

// openAll opens siblings, which are in order, up to the first one that was last written to before from. If not even the log
// itself was written to since, the times of the files are not those of the lines (a copied log), and nothing is left out.
func openAll(siblings []sibling, from int64) []*logFile {
	usable := slices.ContainsFunc(siblings, func(s sibling) bool { return s.info.ModTime().UnixNano() >= from })
	var files []*logFile
	for _, s := range siblings {
		if len(files) == maxSiblings {
			break
		}
		f := openLog(s)
		f.quiet = usable && s.info.ModTime().UnixNano() < from
		files = append(files, f)
		if f.quiet {
			break
		}
	}
	return files
}

func closeAll(files []*logFile) {
	for _, f := range files {
		f.close()
	}
}

// unchanged tells whether the opened files are the listed ones and still hold what they held then.
func unchanged(files []*logFile) bool {
	return !slices.ContainsFunc(files, func(f *logFile) bool { return f.moved() || f.err == nil && !f.intact() })
}

// distinct leaves out, and closes, files that hold what another one holds. It keeps the uncompressed one and the longer one.
func distinct(files []*logFile) []*logFile {
	var kept []*logFile
	for _, f := range files {
		i := slices.IndexFunc(kept, f.sameAs)
		switch {
		case i < 0:
			kept = append(kept, f)
		case kept[i].compressed() && !f.compressed(), kept[i].compressed() == f.compressed() && kept[i].size < f.size:
			kept[i].close()
			kept[i] = f
		default:
			f.close()
		}
	}
	return kept
}

// recover reads the pieces of a file that were lost because it was cut short, from the copy that was made of it before: the
// same bytes are at the same offsets there.
func (j *job) recover(l log, f *logFile, lost []piece, late *lateness) (result, error) {
	sorting.Stable(lost, func(a, b piece) int { return cmp.Compare(a.from, b.from) })
	siblings, err := l.list()
	if err != nil {
		return result{}, err
	}
	var candidates []*logFile
	for _, s := range siblings {
		candidates = append(candidates, openLog(s))
	}
	defer closeAll(candidates)
	for _, c := range candidates {
		if c.err != nil || !f.copiedTo(c) {
			continue
		}
		if c.gz {
			r, err := c.unzip()
			if err != nil {
				return result{}, err
			}
			got, err := j.stream(r, f.stream, lost, &lateness{repeats: j.repeats})
			return got.result, err
		}
		var there []piece
		for _, p := range lost {
			if p.to = min(p.to, c.size); p.from < p.to {
				there = append(there, p)
			}
		}
		if c.size < f.size {
			j.unreadEnd(f.path, f.size-c.size)
		}
		return j.readPieces(content{c.f, c.size, f.stream, c.intact}, there, late.turns), nil
	}
	j.unreadEnd(f.path, f.size-lost[0].from)
	return result{}, nil
}

func (j *job) unreadEnd(path string, bytes int64) {
	j.unread(path, advice.New(
		fmt.Sprintf("%s was cut short while it was read, and the last %d bytes of it are in no copy beside it", path, bytes),
		"check again, or rotate by renaming (logrotate: create) instead of copytruncate"), maxTime)
}
