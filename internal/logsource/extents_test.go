package logsource

import (
	"bytes"
	"os"
	"strings"
	"testing"
	"time"
)

// withHole makes a log of an hour's lines, then nothing but a hole, then an hour's lines more, one a minute.
func withHole(t testing.TB, hole int64) string {
	t.Helper()
	path := write(t, logPath(t), minutes(noon, 0, 60))
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteAt([]byte(minutes(noon.Add(time.Hour), 60, 60)), hole); err != nil {
		t.Fatal(err)
	}
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	if extents(f, info) == nil {
		t.Skip("this file system has no holes")
	}
	return path
}

// TestHole wants the lines around a hole of many gigabytes, which nobody has time to read.
func TestHole(t *testing.T) {
	for _, size := range []int64{3 << 20, 500 << 30} {
		path := withHole(t, size)
		for from := -5; from < 120; from += 7 {
			for to := max(from, 0); to < 125; to += 11 {
				span := Span{From: noon.Add(time.Duration(from) * time.Minute), To: noon.Add(time.Duration(to) * time.Minute)}
				got, report := readAll(t, Files([]string{path}, nil), span)
				got.wants(numbers(max(from, 0), min(to, 119))...)
				if want := noon.Add(time.Duration(min(to, 119)) * time.Minute); report.Newest.Before(want) || !report.Earliest.Equal(noon) || report.Bytes > 1<<20 {
					t.Errorf("%d to %d: newest %v, earliest %v, %d bytes", from, to, report.Newest, report.Earliest, report.Bytes)
				}
			}
		}
	}
}

// TestHoleAtTheEnds wants what is between holes, and of nothing but a hole nothing.
func TestHoleAtTheEnds(t *testing.T) {
	path := withHole(t, 1<<40)
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := f.Truncate(1 << 42); err != nil {
		t.Fatal(err)
	}
	got, report := readAll(t, Files([]string{path}, nil), Span{From: noon, To: noon.Add(3 * time.Hour)})
	got.wants(numbers(0, 119)...)
	if want := noon.Add(119 * time.Minute); !report.Newest.Equal(want) || !report.Last.Equal(want) {
		t.Errorf("newest %v, last %v, want %v", report.Newest, report.Last, want)
	}
	if err := f.Truncate(0); err != nil {
		t.Fatal(err)
	}
	if err := f.Truncate(1 << 42); err != nil {
		t.Fatal(err)
	}
	got, _ = readAll(t, Files([]string{path}, nil), Span{From: noon, To: noon.Add(3 * time.Hour)})
	got.only()
}

// TestSearchAroundHoles wants the same lines from a search that skips holes as from one that reads them.
func TestSearchAroundHoles(t *testing.T) {
	var text []byte
	var data []piece
	for i := range 6 {
		from := len(text)
		text = append(text, minutes(noon.Add(time.Duration(i)*time.Hour), 60*i, 60)...)
		text = append(text, make([]byte, 4096-len(text)%4096)...) // a file system has no smaller holes
		data = append(data, piece{int64(from), int64(len(text))})
		text = append(text, make([]byte, 4096*(1+i*7))...)
	}
	size := int64(len(text))
	for from := int64(0); from < size; from += 9999 {
		for limit := from; limit < size+5000; limit += 7919 {
			var lines [2][]string
			for i, extents := range [][]piece{nil, data} {
				s := newSearch(t.Context(), bytes.NewReader(text), size, utc)
				s.data, s.left = extents, patience
				s.lines(from, limit, func(_ int64, line []byte) bool {
					lines[i] = append(lines[i], string(line))
					return true
				})
			}
			if strings.Join(lines[0], "|") != strings.Join(lines[1], "|") {
				t.Fatalf("from %d to %d: %d lines, skipping holes %d", from, limit, len(lines[0]), len(lines[1]))
			}
		}
	}
}
