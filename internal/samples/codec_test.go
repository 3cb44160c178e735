package samples

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// lived is a history of three processes and some hours.
func lived(settings Settings) *History {
	h := New(settings)
	for i := range 90 {
		x := float64(60 * i)
		h.Add(sample(x, process(int64(1+i%3), float64(-1000*(i%3)-500)), fmt.Sprintf("api/s1 %d %d -90,api/s2 ? 3,api %d %d -70,web %d 0", i*i, i, 2*i*i, 3*i, i/20)))
	}
	return h
}

// TestEveryCutIsSeen: of a file that was cut anywhere nothing is continued.
func TestEveryCutIsSeen(t *testing.T) {
	data := lived(testSettings).Encode()
	for n := range data {
		if _, err := Decode(data[:n], testSettings, at(1e6)); err == nil {
			t.Fatalf("%d of %d bytes pass", n, len(data))
		}
	}
}

// TestDamageIsSeen: neither is anything of a file that was damaged.
func TestDamageIsSeen(t *testing.T) {
	whole := lived(testSettings).Encode()
	random := rand.New(rand.NewPCG(12, 500))
	for i := range 500 {
		data := slices.Clone(whole)
		switch i % 4 {
		case 0: // a bit
			data[random.IntN(len(data))] ^= 1 << random.IntN(8)
		case 1: // a block
			from := random.IntN(len(data))
			for j := range data[from:min(from+512, len(data))] {
				data[from+j] ^= byte(1 + random.IntN(255))
			}
		case 2: // zeros, as after a crash
			n := 1 + random.IntN(len(data)-1)
			clear(data[len(data)-n:])
		case 3: // something before or after
			at := random.IntN(len(data))
			data = slices.Insert(data, at, byte(random.IntN(256)))
		}
		if _, err := Decode(data, testSettings, at(1e6)); err == nil {
			t.Fatalf("damage %d passes", i)
		}
	}
}

func TestDecodeRefuses(t *testing.T) {
	data := lived(testSettings).Encode()
	resealed := func(data []byte) []byte {
		return binary.LittleEndian.AppendUint32(data, crc32.Checksum(data, castagnoli))
	}
	other := testSettings
	other.Columns = []string{"requests", "failed", "retried"}
	version := slices.Clone(data)
	version[len(magic)-1]++
	for _, test := range []struct {
		name     string
		data     []byte
		settings Settings
		now      time.Time
		want     error
	}{
		{"empty", nil, testSettings, at(1e6), errForeign},
		{"another program's", []byte("#!/bin/sh\n" + string(data)), testSettings, at(1e6), errForeign},
		{"another version's", version, testSettings, at(1e6), errVersion},
		{"other columns", data, other, at(1e6), errColumns},
		{"from the future", data, testSettings, at(60*89 - 61), errFuture},
		{"from a moment ahead", data, testSettings, at(60*89 - 59), nil},
		{"more than its own", resealed(append(slices.Clone(data[:len(data)-4]), 0)), testSettings, at(1e6), errDamaged},
		{"sealed, but cut", resealed(slices.Clone(data[:len(data)-20])), testSettings, at(1e6), errDamaged},
	} {
		if _, err := Decode(test.data, test.settings, test.now); !errors.Is(err, test.want) {
			t.Errorf("%s: the error is %v, want %v", test.name, err, test.want)
		}
	}
}

// FuzzDecode: whatever a file holds that is sealed, it is refused or it is a
// history that can be used and written.
func FuzzDecode(f *testing.F) {
	settings := testSettings
	sealed := lived(settings).Encode()
	f.Add(sealed[len(magic) : len(sealed)-4])
	f.Add([]byte{2, 8, 'r', 'e', 'q', 'u', 'e', 's', 't', 's', 6, 'f', 'a', 'i', 'l', 'e', 'd', 0})
	f.Fuzz(func(t *testing.T, body []byte) {
		now := at(1e9)
		h, err := decodeBody(body, settings, now)
		if err != nil {
			return
		}
		for _, s := range h.series {
			s.Visit(everything, func(_ Span, row int, growth []int64) {
				if row >= len(s.rows) || slices.Min(growth) < 0 {
					t.Fatalf("row %d grew %d", row, growth)
				}
			})
			s.NeedsAnother()
		}
		h.Add(sample(1e9, process(1, 0), "api/s1 5 1,api 5 1"))
		h.Add(sample(1e9+60, Process{}, "api/s1 5 1,api 5 1"))
		if _, err := Decode(h.Encode(), settings, at(1e9+60)); err != nil {
			t.Fatalf("what was read cannot be written and read again: %v", err)
		}
	})
}

// TestJoin: an interval of two has the growth of both.
func TestJoin(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 3))
	type row struct {
		judged bool
		growth [2]int64
	}
	make := func() (rows []row) {
		for range random.IntN(30) {
			r := row{judged: random.IntN(3) > 0}
			if r.judged && random.IntN(2) == 0 {
				r.growth = [2]int64{random.Int64N(300), random.Int64N(2)}
			}
			rows = append(rows, r)
		}
		return rows
	}
	write := func(rows []row) []byte {
		var w writer
		for _, r := range rows {
			w.add(r.judged, r.growth[:])
		}
		return w.finish()
	}
	for range 5000 {
		a, b := make(), make()
		joined := join(interval{1, 2, write(a)}, interval{2, 5, write(b)}, 40, 2)
		c := newCursor(joined.growth, 2)
		for i := range 40 {
			var want row
			for _, rows := range [][]row{a, b} {
				if i < len(rows) && rows[i].judged {
					want.judged = true
					want.growth[0] += rows[i].growth[0]
					want.growth[1] += rows[i].growth[1]
				}
			}
			if judged := c.next(); judged != want.judged || judged && [2]int64(c.growth) != want.growth {
				t.Fatalf("row %d of %v and %v is %v %v, want %v", i, a, b, judged, c.growth, want)
			}
		}
		if joined.from != 1 || joined.to != 5 {
			t.Fatalf("it lasts from %d to %d", joined.from, joined.to)
		}
	}
}

// busy is a sample of 1,000 sections of ten servers that are all in use, after
// so many runs.
func busy(settings Settings, run int) Sample {
	s := sample(float64(60*run), process(7, -100_000), "first 0 0")
	s.Rows = nil
	for i := range 1000 {
		for j := range 11 {
			row := Row{Section: fmt.Sprintf("backend-%d", i), Server: fmt.Sprintf("server-%d", j), Counts: make([]int64, len(settings.Columns))}
			if j == 10 {
				row.Server = ""
			}
			for c := range row.Counts {
				if c < 2 || (i+j+c)%3 == 0 { // not every column of every row grows
					row.Counts[c] = int64(1_000_000*c + run*(100+(i*7+j*31+c*13)%900))
				}
			}
			s.Rows = append(s.Rows, row)
		}
	}
	return s
}

var busySettings = Settings{
	Columns: []string{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"},
	Window:  5 * time.Minute, Baseline: time.Hour,
}

// TestSize: the samples of 11,000 busy rows stay within their bound, and
// something is left out of more.
func TestSize(t *testing.T) {
	h := New(busySettings)
	for run := range 80 {
		h.Add(busy(busySettings, run))
	}
	data := h.Encode()
	if len(data) > maxSize {
		t.Errorf("%d bytes, more than %d", len(data), maxSize)
	}
	window, baseline := h.series[0].Spans()
	if window.Length() != 5*time.Minute || baseline.Length() < 55*time.Minute {
		t.Errorf("window and baseline are %s and %s", window.Length(), baseline.Length())
	}
	large := busySettings
	large.Columns = append(slices.Clone(large.Columns), large.Columns...)
	h = New(large)
	for run := range 80 {
		h.Add(busy(large, run))
	}
	if data := h.Encode(); len(data) > maxSize+1<<20 {
		t.Errorf("%d bytes, far more than %d", len(data), maxSize)
	}
	if window, _ := h.series[0].Spans(); window.Length() < 5*time.Minute {
		t.Errorf("the window is only %s long", window.Length())
	}
}

func BenchmarkRun(b *testing.B) {
	h := New(busySettings)
	for run := range 80 {
		h.Add(busy(busySettings, run))
	}
	data, next := h.Encode(), busy(busySettings, 80)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		h, err := Decode(data, busySettings, next.At)
		if err != nil {
			b.Fatal(err)
		}
		s := h.Add(next)
		window, baseline := s.Spans()
		var all int64
		for _, span := range []Span{window, baseline} {
			s.Visit(span, func(_ Span, _ int, growth []int64) { all += growth[1] })
		}
		h.Encode()
	}
}
