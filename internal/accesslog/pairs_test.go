package accesslog

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// What is remembered is what looking at the names byte by byte gives, in any
// order, also where names are alike at both ends.
func TestPairsTwins(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	parts := []string{"", "a", "v2", "app", "backend-", "01234567", "<NOSRV>", "<", ">", "-", "\"", "é", "~", "\n", "<STATS>"}
	some := func() string {
		if random.IntN(4) == 0 {
			return parts[random.IntN(len(parts))] + parts[random.IntN(len(parts))]
		}
		return parts[1+random.IntN(6)] + parts[random.IntN(6)] + parts[random.IntN(6)]
	}
	var remembered pairs
	known := 0
	for range 200_000 {
		text := some() + "/" + some()
		names := []byte(text + " " + strings.Repeat("x", 200))
		var want pair
		ok := want.learn(names, strings.IndexAny(string(names), " \n"))
		got := remembered.find(names, 0)
		if ok != (got != nil) {
			t.Fatalf("%q: found %v, want %v", text, got, ok)
		}
		if !ok {
			continue
		}
		known++
		if got.slash != want.slash || got.server != want.server || got.noServer != want.noServer || string(got.text) != string(want.text) {
			t.Fatalf("%q is taken for %q", text, got.text)
		}
	}
	if known < 50_000 {
		t.Errorf("only %d names were good", known)
	}
}

// The first blank or control character, wherever it is and whatever is around it.
func TestBlankIn(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for range 100_000 {
		var w [48]byte
		from, want := random.IntN(16), 32
		for i := range w[from:] {
			i += from
			w[i] = byte(random.IntN(256))
			if random.IntN(16) > 0 {
				w[i] |= 0x21
			}
			if i-from < 32 && want == 32 && w[i] < 0x21 {
				want = i - from
			}
		}
		if got := blankIn(w[:], from); got != want {
			t.Fatalf("%q: %d, want %d", w, got, want)
		}
	}
}

func BenchmarkPairs(b *testing.B) {
	random := rand.New(rand.NewPCG(1, 2))
	servers := []string{"app/web-01", "api/node-17", "static/cdn3", "v2/v2Elb", "checkout/pay-2", "search/es-11", "auth/sso-1", "www.example.org/host-17"}
	lines := make([][]byte, 4096)
	for i := range lines {
		lines[i] = fmt.Appendf(nil, "%s %0200d", servers[random.IntN(len(servers))], 0)
	}
	b.Run("remembered", func(b *testing.B) {
		var remembered pairs
		for i := 0; b.Loop(); i++ {
			remembered.find(lines[i%len(lines)], 0)
		}
	})
	b.Run("byte by byte", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			slash := nameLen(lines[i%len(lines)])
			nameLen(lines[i%len(lines)][slash+1:])
		}
	})
}
