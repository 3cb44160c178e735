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
	client := 0 // another one in each line, unless it is said again
	of := func(request string) string {
		return strings.Replace(request, "1.2.3.4:5 ", fmt.Sprintf("10.0.%d.%d:%d ", client/250, client%250, 1024+client*7919%60000), 1)
	}
	plain := func() string { client++; return of(plainRequest) }
	lost := func() string { client++; return of(lostRequest) }
	again := func() string { return of(lostRequest) }
	cri := func(flag, text string) string {
		return at.Format(time.RFC3339Nano) + " stdout " + flag + " " + text + "\n"
	}
	var b bytes.Buffer
	b.WriteString("[WARNING]  (31) : Server v2/s0 is DOWN.\n")
	b.WriteString("Server v2/s1 is DOWN.\n")
	for i := range 30 {
		at = at.Add(time.Duration(i%3) * time.Second)
		b.WriteString(cri("F", lost()) + cri("F", again()))
		b.WriteString(cri("P", plain()[:70]) + cri("P", lost()) + cri("F", again()) + cri("F", again()))
		b.WriteString(inParts(cri, lost(), 20, 50) + inParts(cri, again(), 70) + inParts(cri, plain(), 1, 2, 3))
		b.WriteString(cri("P", lost()[:40]) + strings.ReplaceAll(cri("P", plain()[:30])+cri("F", "what?"), "stdout", "stderr") + cri("F", again()[40:]))
		short := func(_, text string) string { return docker(at, text) + "\n" }
		b.WriteString(inParts(short, lost()+"\n", 20, 50) + inParts(short, again()+"\n", 70) + docker(at, "what?") + "\n" + docker(at, plain()) + "\n" + docker(at, "oh\n") + "\n")
		long := plain()
		b.WriteString(docker(at, long[:len(long)-1]+strings.Repeat("x", dockerFragment-len(long)+1)) + "\n" + docker(at, lost()+"\n") + "\n")
		b.WriteString(docker(at, plain()) + "\n" + docker(at, lost()+"\n") + "\n" + docker(at, "<131>"+again()+"\n") + "\n")
		b.WriteString(fmt.Sprintf("Server v2/s%d is DOWN, reason: Layer4 timeout.\n", i))
		b.WriteString(cri("P", lost()) + rfc3164(at) + lost() + "\n")
		b.WriteString(rfc3164(at) + plain() + "\n" + rfc3164(at) + lost() + "\n\n" + iso8601(at) + again() + "\n")
		b.WriteString(iso8601(at) + "what?\n" + rfc3164(at.Add(2*time.Second)) + again() + "\n")
		b.WriteString(rfc3164(at) + lost()[:60] + "\n" + iso8601(at) + again()[:60] + "\n")
		b.WriteString("Server v2/t is UP.\n" + docker(at, "Server v2/u is UP.\n") + "\n" + cri("F", "Proxy fe started."))
		b.WriteString("\n\n" + lost() + "\n" + again() + "\n" + rfc3164(at) + "Server v2/w is DOWN.\n")
		if i == 10 || i == 11 { // more parts than belong together, and as many as may
			b.WriteString(strings.Repeat(cri("P", "x"), maxParts+1-i+10) + cri("F", "y") + strings.Repeat(docker(at, "x")+"\n", maxParts-i+10) + docker(at, "y\n") + "\n")
		}
		if i == 20 { // enough for the fast path, and for doubles that are not near
			double := rfc3164(at) + lost() + "\n"
			b.WriteString(double)
			for range 998 {
				b.WriteString(rfc3164(at) + plain() + "\n")
			}
			b.WriteString(double + double + double)
			other := rfc3164(at) + lost() + "\n"
			b.WriteString(other)
			for range 500 {
				b.WriteString(rfc3164(at) + lost() + "\n" + rfc3164(at) + plain() + "\n")
			}
			b.WriteString(other + rfc3164(at) + again() + "\n")
		}
	}
	return b.Bytes()
}

// inParts is a line that a container runtime has cut at the given offsets.
func inParts(line func(flag, text string) string, text string, ends ...int) string {
	var b strings.Builder
	from := 0
	for _, end := range ends {
		b.WriteString(line("P", text[from:end]))
		from = end
	}
	return b.String() + line("F", text[from:])
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
	for i, end := range lines {
		if i < 400 || i%50 < 3 {
			try([]int{end})
		}
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
	const first, rest = "2026-11-22T14:15:25Z stdout P " + lostRequest + "\n", "2026-11-22T14:15:25Z stdout F " + lostRequest + "\n"
	size := int64(len(first))
	for name, tt := range map[string]struct {
		second Piece
		want   int
	}{
		"behind it":      {Piece{From: size, To: 2 * size}, 1},
		"another stream": {Piece{From: size, To: 2 * size, Stream: 1}, 2},
		"a gap":          {Piece{From: size + 1, To: 2 * size}, 2},
	} {
		got := 0
		reading := NewReading(testOptions, []func(*Record){func(r *Record) {
			if r.Class == Request {
				got++
			}
		}})
		tt.second.Data = []byte(rest)
		reading.Piece(0, tt.second)
		reading.Piece(0, Piece{Data: []byte(first), To: size})
		reading.Close()
		if got != tt.want {
			t.Errorf("%s: %d requests, want %d", name, got, tt.want)
		}
	}
}
