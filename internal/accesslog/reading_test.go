package accesslog

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"
)

// everyKind is a stream with every kind of line that can stand at an edge.
func everyKind(t testing.TB) []byte {
	at := time.Date(2026, 11, 22, 14, 15, 33, 0, time.UTC)
	cri := func(flag, text string) string {
		return at.Format(time.RFC3339Nano) + " stdout " + flag + " " + text + "\n"
	}
	long := plainRequest[:len(plainRequest)-1] + strings.Repeat("x", dockerFragment-len(plainRequest)+1)
	var b bytes.Buffer
	b.WriteString("[WARNING]  (31) : Server v2/s0 is DOWN.\n")
	b.WriteString("Server v2/s1 is DOWN.\n")
	for i := range 30 {
		at = at.Add(time.Duration(i%3) * time.Second)
		b.WriteString(cri("F", lostRequest))
		b.WriteString(cri("P", plainRequest[:70]) + cri("P", lostRequest) + cri("F", lostRequest))
		b.WriteString(docker(at, long) + "\n" + docker(at, lostRequest+"\n") + "\n" + docker(at, plainRequest) + "\n")
		b.WriteString(fmt.Sprintf("Server v2/s%d is DOWN, reason: Layer4 timeout.\n", i))
		b.WriteString(cri("P", lostRequest) + rfc3164(at) + lostRequest + "\n")
		b.WriteString(rfc3164(at) + plainRequest + "\n" + rfc3164(at) + lostRequest + "\n\n" + iso8601(at) + "what?\n")
		b.WriteString("Server v2/t is UP.\n" + docker(at, "Server v2/u is UP.\n") + "\n" + cri("F", "Proxy fe started."))
		b.WriteString("\n\n" + lostRequest + "\n" + rfc3164(at) + "Server v2/w is DOWN.\n")
		if i == 20 {
			b.WriteString(strings.Repeat(rfc3164(at)+plainRequest+"\n", 20)) // enough for the fast path
		}
	}
	return b.Bytes()
}

// inPieces reads a stream in pieces that end at the given offsets, in a random
// order, by three goroutines.
func inPieces(o Options, data []byte, ends []int, random *rand.Rand) []snapshot {
	const workers = 3
	var pieces []Piece
	from := 0
	for _, end := range append(ends, len(data)) {
		pieces = append(pieces, Piece{Data: data[from:end], From: int64(from), To: int64(end)})
		from = end
	}
	random.Shuffle(len(pieces), func(i, j int) { pieces[i], pieces[j] = pieces[j], pieces[i] })
	got := make([][]snapshot, workers)
	var visits []func(*Record)
	for i := range workers {
		visits = append(visits, func(r *Record) { got[i] = append(got[i], snap(r)) })
	}
	reading := NewReading(o, visits)
	var all sync.WaitGroup
	for i := range workers {
		all.Go(func() {
			for n := i; n < len(pieces); n += workers {
				reading.Piece(i, pieces[n])
			}
		})
	}
	all.Wait()
	reading.Close()
	return append(append(got[0], got[1]...), got[2]...)
}

// What is read does not depend on where a stream is cut, on who reads which
// piece, nor on which is read first.
func TestPiecesDoNotMatter(t *testing.T) {
	data := everyKind(t)
	var lines []int // their ends
	for i, c := range data {
		if c == '\n' {
			lines = append(lines, i+1)
		}
	}
	want := plainly(New(testOptions), data, false)
	random := rand.New(rand.NewPCG(1, 2))
	try := func(ends []int) {
		t.Helper()
		sameRecords(t, append([]snapshot(nil), want...), inPieces(testOptions, data, ends, random))
	}
	try(nil)
	try(lines[:len(lines)-1]) // a piece for each line
	for _, end := range lines {
		try([]int{end})
	}
	for range 100 {
		var ends []int
		for _, end := range lines {
			if random.IntN(4) == 0 {
				ends = append(ends, end)
			}
		}
		try(ends)
	}
}

// Streams are apart, and so are pieces with something between them.
func TestPiecesApart(t *testing.T) {
	const fragment, rest = "2026-11-22T14:15:25Z stdout P " + lostRequest + "\n", "2026-11-22T14:15:25Z stdout F " + lostRequest + "\n"
	size := int64(len(fragment))
	for name, tt := range map[string]struct {
		second Piece
		want   string
	}{
		"behind it":      {Piece{From: size, To: 2 * size}, "message"},
		"another stream": {Piece{From: size, To: 2 * size, Stream: 1}, "request"},
		"a gap":          {Piece{From: size + 1, To: 2 * size}, "request"},
	} {
		got := map[string]int{}
		reading := NewReading(testOptions, []func(*Record){func(r *Record) { got[r.Class.String()]++ }})
		tt.second.Data = []byte(rest)
		reading.Piece(0, tt.second)
		reading.Piece(0, Piece{Data: []byte(fragment), To: size})
		reading.Close()
		if got["request"]+got["message"] != 2 || got["message"] > 0 != (tt.want == "message") {
			t.Errorf("%s: %v, want a %s", name, got, tt.want)
		}
	}
}
