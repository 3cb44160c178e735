package samples

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math"
	"slices"
	"time"
)

// A file is magic, its version in the last byte, then varints and texts with
// their length before them, then the CRC-32C of all that.
const magic = "check_haproxy samples\n\x01"

// maxSize is how large a file becomes before samples are left out of it. Rows
// of which the last sample alone is larger still have that one.
const maxSize = 4 << 20

// What no HAProxy's rows make: the file was not written here.
const (
	maxRead      = 64 << 20
	maxRows      = 1_000_000
	maxIntervals = 4_096
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// What can be wrong with a file.
var (
	errForeign = errors.New("it is not a file of samples")
	errVersion = errors.New("another version of the plugin wrote it")
	errDamaged = errors.New("it is damaged")
	errColumns = errors.New("it counts something else")
	errFuture  = errors.New("its last sample is from the future; the clock was set back")
)

// futureSlack is how far ahead a sample may be: a clock is adjusted now and then.
const futureSlack = time.Minute

// Encode writes the history as a file. If it has become too large, samples
// are left out.
func (h *History) Encode() []byte {
	var bases [][]byte
	size := 0
	for _, s := range h.series {
		base := s.encodeBase(nil)
		bases = append(bases, base)
		size += len(base) + s.growthSize()
	}
	for size > maxSize {
		largest := slices.MaxFunc(h.series, func(a, b *Series) int { return a.growthSize() - b.growthSize() })
		before := largest.growthSize()
		if largest.coarsen() {
			size += largest.growthSize() - before
			continue
		}
		if len(h.series) <= 1 {
			break
		}
		n := len(h.series) - 1
		size -= len(bases[n]) + h.series[n].growthSize()
		h.series, bases = h.series[:n], bases[:n]
	}
	data := make([]byte, 0, size+1<<10)
	data = append(data, magic...)
	data = binary.AppendUvarint(data, uint64(len(h.settings.Columns)))
	for _, name := range h.settings.Columns {
		data = appendText(data, name)
	}
	data = binary.AppendUvarint(data, uint64(len(h.series)))
	for i, s := range h.series {
		data = append(data, bases[i]...)
		data = s.encodeIntervals(data)
	}
	return binary.LittleEndian.AppendUint32(data, crc32.Checksum(data, castagnoli))
}

func (s *Series) growthSize() int {
	size := 0
	for _, iv := range s.intervals {
		size += len(iv.growth) + 16
	}
	return size
}

// encodeBase writes all but the intervals.
func (s *Series) encodeBase(data []byte) []byte {
	started := int64(0)
	if !s.process.Started.IsZero() {
		started = s.process.Started.UnixMilli()
	}
	for _, n := range []int64{s.process.PID, s.process.StartID, started, s.asked, s.at} {
		data = binary.AppendVarint(data, n)
	}
	data = binary.AppendUvarint(data, uint64(len(s.rows)))
	section := ""
	for row, key := range s.rows {
		data = append(data, rowFlags(s.last[row].there, key.Section == section))
		if key.Section != section {
			data = appendText(data, key.Section)
		}
		section = key.Section
		data = appendText(data, key.Server)
		if !s.last[row].there {
			continue
		}
		data = binary.AppendVarint(data, s.last[row].changed)
		for _, n := range s.countsOf(row) {
			data = binary.AppendUvarint(data, uint64(n+1)) // NotKnown is 0
		}
	}
	return data
}

const (
	flagThere = 1 << iota
	flagSameSection
	allFlags = flagThere | flagSameSection
)

func rowFlags(there, sameSection bool) (flags byte) {
	if there {
		flags |= flagThere
	}
	if sameSection {
		flags |= flagSameSection
	}
	return flags
}

func (s *Series) encodeIntervals(data []byte) []byte {
	data = binary.AppendUvarint(data, uint64(len(s.intervals)))
	for _, iv := range s.intervals {
		data = binary.AppendVarint(data, iv.from)
		data = binary.AppendVarint(data, iv.to)
		data = binary.AppendUvarint(data, uint64(len(iv.growth)))
		data = append(data, iv.growth...)
	}
	return data
}

func appendText(data []byte, text string) []byte {
	return append(binary.AppendUvarint(data, uint64(len(text))), text...)
}

// Decode reads a file that was written until now. An error says what is wrong
// with it.
func Decode(data []byte, settings Settings, now time.Time) (*History, error) {
	switch {
	case len(data) < len(magic)-1 || !bytes.HasPrefix(data, []byte(magic[:len(magic)-1])):
		return nil, errForeign
	case len(data) < len(magic)+crc32.Size:
		return nil, errDamaged
	case data[len(magic)-1] != magic[len(magic)-1]:
		return nil, errVersion
	}
	end := len(data) - crc32.Size
	if crc32.Checksum(data[:end], castagnoli) != binary.LittleEndian.Uint32(data[end:]) {
		return nil, errDamaged
	}
	return decodeBody(data[len(magic):end], settings, now)
}

func decodeBody(body []byte, settings Settings, now time.Time) (*History, error) {
	r := reader{data: body}
	columns := make([]string, r.count(1, maxColumns))
	for i := range columns {
		columns[i] = r.text()
	}
	if r.bad {
		return nil, errDamaged
	}
	if !slices.Equal(columns, settings.Columns) {
		return nil, errColumns
	}
	h := New(settings)
	for range r.count(1, maxSeries) {
		h.series = append(h.series, r.series(settings))
	}
	switch {
	case r.bad || len(r.data) > 0:
		return nil, errDamaged
	case h.last().After(now.Add(futureSlack)):
		return nil, errFuture
	}
	return h, nil
}

// reader reads varints and texts. After the first that is not there, all are
// zero.
type reader struct {
	data []byte
	bad  bool
}

func (r *reader) fail() {
	r.data, r.bad = nil, true
}

func (r *reader) uvarint() uint64 { return decoded(r, binary.Uvarint) }
func (r *reader) varint() int64   { return decoded(r, binary.Varint) }

func decoded[T int64 | uint64](r *reader, decode func([]byte) (T, int)) T {
	n, size := decode(r.data)
	if size <= 0 {
		r.fail()
		return 0
	}
	r.data = r.data[size:]
	return n
}

// count reads a number of things, of which each has so many bytes at least.
func (r *reader) count(bytes, most int) int {
	n := r.uvarint()
	if n > uint64(min(len(r.data)/bytes, most)) {
		r.fail()
		return 0
	}
	return int(n)
}

func (r *reader) bytes() []byte {
	n := r.count(1, maxRead)
	data := r.data[:n:n]
	r.data = r.data[n:]
	return data
}

func (r *reader) text() string { return string(r.bytes()) }

func (r *reader) series(settings Settings) *Series {
	s := &Series{settings: settings}
	s.process.PID, s.process.StartID = r.varint(), r.varint()
	if started := r.varint(); started != 0 {
		s.process.Started = time.UnixMilli(started)
	}
	s.asked, s.at = r.varint(), r.varint()
	if s.asked > s.at {
		r.fail()
	}
	r.rows(s)
	for range r.count(3, maxIntervals) {
		iv := interval{from: r.varint(), to: r.varint(), growth: r.bytes()}
		if n := len(s.intervals); iv.from > iv.to || iv.to > s.at || n > 0 && iv.from < s.intervals[n-1].to {
			r.fail()
		}
		s.intervals = append(s.intervals, iv)
	}
	return s
}

func (r *reader) rows(s *Series) {
	n, columns := r.count(2, maxRows), len(s.settings.Columns)
	s.rows, s.last, s.counts = make([]Key, n), make([]lastRow, n), make([]int64, n*columns)
	section := ""
	for row := range n {
		flags := r.flags()
		if flags&flagSameSection == 0 {
			section = r.text()
		}
		s.rows[row] = Key{section, r.text()}
		if flags&flagThere == 0 {
			continue
		}
		s.last[row] = lastRow{there: true, changed: r.varint()}
		for i := range columns {
			count := r.uvarint()
			if count > math.MaxInt64 {
				r.fail()
			}
			s.counts[row*columns+i] = int64(count) - 1
		}
	}
}

func (r *reader) flags() byte {
	if len(r.data) == 0 || r.data[0] > allFlags {
		r.fail()
		return 0
	}
	flags := r.data[0]
	r.data = r.data[1:]
	return flags
}

// explain is what became of a file that cannot be continued, in a sentence.
func explain(path string, err error) string {
	return fmt.Sprintf("the samples in %s cannot be continued: %s; it was set aside, and counting begins anew", path, err)
}
