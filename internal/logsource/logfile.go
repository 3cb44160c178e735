package logsource

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"io/fs"
	"os"
	"slices"
)

// sample is how many bytes of a file are kept to recognise it by.
const sample = 1 << 10

// logFile is an opened file of a log, or why it could not be opened.
type logFile struct {
	sibling
	quiet bool  // last written to before the stretch
	err   error // why it cannot be read; all below is then worth nothing

	f      *os.File
	size   int64   // when it was opened: lines that come later are not read
	stream int     // its number, if it is read
	until  int64   // when the next newer file begins
	data   []piece // the parts of a file with holes that are none; nil for all of it
	gz     bool    // compressed
	head   []byte  // its first bytes, after decompression
	tail   []byte  // its last bytes
}

var (
	errMoved   = errors.New("it was replaced or cut short while it was being opened")
	errNotFile = errors.New("it is not a regular file")
	errEmpty   = errors.New("it is empty, though it is called compressed")
)

// damaged is an error of a compressed file's contents.
type damaged struct{ error }

func (d damaged) Error() string { return "it is damaged (" + d.error.Error() + ")" }

func (d damaged) Unwrap() error { return d.error }

// errCompressed says that a file is compressed in a way the standard library cannot undo; it is the program that can.
type errCompressed string

func (e errCompressed) Error() string {
	return "only gzip is read here; rotate with gzip (logrotate: compresscmd), or pipe it in with " + string(e) + " and -f -"
}

func openLog(s sibling) *logFile {
	f := &logFile{sibling: s}
	if !s.info.Mode().IsRegular() {
		f.err = errNotFile
		return f
	}
	if f.f, f.err = os.Open(s.path); f.err != nil {
		return f
	}
	if f.err = f.recognise(); f.err != nil {
		f.close()
	}
	return f
}

func (f *logFile) close() {
	if f.f != nil {
		f.f.Close()
	}
}

// recognise takes size and samples, and finds out how the file is compressed.
func (f *logFile) recognise() error {
	info, err := f.f.Stat()
	if err != nil {
		return err
	}
	if !os.SameFile(info, f.info) {
		return errMoved
	}
	f.size = info.Size()
	f.head, f.tail = f.sample(0), f.sample(f.size-sample)
	if now, err := f.f.Stat(); err != nil || now.Size() < f.size {
		return errors.Join(errMoved, err)
	}
	f.gz = f.suffix.compressed == ".gz" || bytes.HasPrefix(f.head, []byte("\x1f\x8b"))
	if f.gz {
		if f.size == 0 {
			return errEmpty
		}
		if _, err := f.unzip(); err != nil {
			return damaged{err}
		}
		f.head = f.unzipped(sample)
		return nil
	}
	f.data = extents(f.f, info)
	return unreadable(f.head, f.suffix.compressed)
}

// unreadable tells from its first bytes, or its name, that a file is compressed in a way that is not read.
func unreadable(head []byte, ending string) error {
	for _, c := range []struct{ magic, ending, program string }{
		{"\xfd7zXZ\x00", ".xz", "xzcat"},
		{"\x28\xb5\x2f\xfd", ".zst", "zstdcat"},
		{"BZh", ".bz2", "bzcat"},
		{"\x04\x22\x4d\x18", ".lz4", "lz4cat"},
		{"\x1f\x9d", ".Z", "zcat"},
	} {
		if ending == c.ending || bytes.HasPrefix(head, []byte(c.magic)) {
			return errCompressed(c.program)
		}
	}
	return nil
}

// sample reads up to a sample's bytes at an offset; fewer at the file's end.
func (f *logFile) sample(at int64) []byte {
	at = max(at, 0)
	b := make([]byte, min(sample, f.size-at))
	n, _ := f.f.ReadAt(b, at)
	return b[:n]
}

// intact tells whether the file still holds what it held when it was opened, more lines perhaps behind it. A file that was cut
// short and has grown again has other lines in the place of its former last ones. So what was read before intact says yes was
// read from the file that was opened.
func (f *logFile) intact() bool {
	return bytes.Equal(f.tail, f.sample(f.size-sample))
}

// unzip gives the decompressed stream, from the beginning.
func (f *logFile) unzip() (io.Reader, error) {
	return gzip.NewReader(io.NewSectionReader(f.f, 0, f.size))
}

// unzipped gives the first n bytes of the decompressed stream, fewer if there are not so many, or not yet.
func (f *logFile) unzipped(n int) []byte {
	r, err := f.unzip()
	if err != nil {
		return nil
	}
	b := make([]byte, n)
	n, _ = io.ReadFull(r, b)
	return b[:n]
}

// sameAs tells whether two files hold the same lines: one is the other, a copy of it (whole or as far as it has come), or
// compressed from it.
func (f *logFile) sameAs(g *logFile) bool {
	if os.SameFile(f.info, g.info) {
		return true
	}
	if f.compressed() != g.compressed() {
		if f.suffix.number != g.suffix.number || f.suffix.date != g.suffix.date {
			return false
		}
		if f.err != nil || g.err != nil || len(f.head) == 0 || len(g.head) == 0 {
			return true // .1 and .1.xz, or a .1.gz that is just being begun: the names have to do
		}
		return sameStart(f.head, g.head)
	}
	if f.err != nil || g.err != nil || f.compressed() {
		return false
	}
	if f.size > g.size {
		f, g = g, f
	}
	return sameStart(f.head, g.head) && bytes.HasPrefix(g.sample(f.size-sample), f.tail)
}

func (f *logFile) compressed() bool {
	return f.gz || f.suffix.compressed != ""
}

// sameStart tells whether two beginnings are the same as far as both go.
func sameStart(a, b []byte) bool {
	n := min(len(a), len(b))
	return n > 0 && bytes.Equal(a[:n], b[:n])
}

// earliest gives the times the file begins with, see search.
func (f *logFile) earliest(j *job) (first, settled int64, ok bool) {
	var r io.ReaderAt = f.f
	size := f.size
	if f.gz {
		b := f.unzipped(fine)
		r, size = bytes.NewReader(b), int64(len(b))
	}
	s := newSearch(j.ctx, r, size, j.clock)
	s.data = f.data
	return s.earliest()
}

// moved tells that the file was listed and could not be opened any more as it was.
func (f *logFile) moved() bool {
	return errors.Is(f.err, errMoved) || errors.Is(f.err, fs.ErrNotExist)
}

// copiedTo tells whether g is a copy of what f was when it was opened, made before f was cut short.
func (f *logFile) copiedTo(g *logFile) bool {
	if os.SameFile(f.info, g.info) || !sameStart(f.head, g.head) {
		return false
	}
	return g.gz || g.size < f.size || bytes.HasPrefix(g.sample(f.size-sample), f.tail)
}

// in tells whether one of the others is the same file, by another name.
func (f *logFile) in(others []*logFile) bool {
	return slices.ContainsFunc(others, func(o *logFile) bool { return os.SameFile(f.info, o.info) })
}
