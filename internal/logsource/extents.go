package logsource

import (
	"errors"
	"io/fs"
	"os"
)

// maxExtents bounds the parts of a file that are told apart.
const maxExtents = 10_000

// extents are the parts of a file that are no holes, in order; nil if it has none, or the system does not tell. A hole is
// what a program leaves that goes on writing behind the end of a file that was cut short: gigabytes of NUL bytes that are on
// no disk, and take as long to read as if they were.
func extents(f *os.File, info fs.FileInfo) []piece {
	if allocated(info) >= info.Size() {
		return nil
	}
	data := []piece{} // not nil: it may all be a hole
	for at := int64(0); at < info.Size(); {
		from, to, err := nextExtent(f, at)
		if errors.Is(err, errNoMoreData) {
			break
		}
		if err != nil || len(data) == maxExtents {
			return nil
		}
		data = append(data, piece{from, min(to, info.Size())})
		at = to
	}
	return data
}

// within are the parts of a piece that are data; all of it for nil.
func within(data []piece, p piece) []piece {
	if data == nil {
		return []piece{p}
	}
	var parts []piece
	for _, d := range data {
		if part := (piece{max(d.from, p.from), min(d.to, p.to)}); part.from < part.to {
			parts = append(parts, part)
		}
	}
	return parts
}
