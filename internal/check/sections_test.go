package check

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func addCounts(into, from *int) { *into += *from }

func everySection(string) bool { return true }

// counts are what is counted of each section in the end, and of the others.
func counts(s *Sections[int]) (sections map[string]int, others int) {
	sections = map[string]int{}
	settled, rest := s.Settled()
	for _, section := range settled {
		sections[section.Name] = *section.Counted
	}
	if rest != nil {
		others = *rest.Counted
	}
	return sections, others
}

// The quick way to a section and the plain one agree, whatever stands behind the
// name in its buffer.
func TestSectionTwins(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	quick, plain := NewSections(everySection, addCounts), NewSections(everySection, addCounts)
	for range 50_000 {
		line := fmt.Appendf(make([]byte, 0, 40), "%03d-backend-%02d/web%d", random.IntN(40), random.IntN(3), random.IntN(9))
		name := line[random.IntN(3):]
		name = name[:random.IntN(len(name)+1)]
		*quick.Of(name).Counted++
		*plain.find(name).Counted++
	}
	got, _ := counts(quick)
	want, _ := counts(plain)
	if !maps.Equal(got, want) {
		t.Errorf("%d sections, want %d", len(got), len(want))
	}
}

// However the names are dealt to tables, and in whatever order, the same sections
// have a place, each counted whole, and the rest is counted together.
func TestSectionsAreBounded(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for _, n := range []int{100, maxSections, maxSections + 1, maxSections + sectionsSlack + 1, 2*maxSections + 3*sectionsSlack} {
		var names []string
		for i := range n {
			names = append(names, fmt.Sprintf("app-%06d", i), fmt.Sprintf("app-%06d", i))
		}
		one := NewSections(everySection, addCounts)
		for _, name := range names {
			*one.Of([]byte(name)).Counted++
		}
		want, wantOthers := counts(one)
		if len(want) != min(n, maxSections) || wantOthers != 2*(n-len(want)) {
			t.Fatalf("%d sections: %d have a place, %d are counted as others", n, len(want), wantOthers)
		}
		for name, count := range want {
			if count != 2 {
				t.Fatalf("%d sections: %s is counted %d times, want 2", n, name, count)
			}
		}
		random.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
		tables := []*Sections[int]{NewSections(everySection, addCounts), NewSections(everySection, addCounts), NewSections(everySection, addCounts)}
		for _, name := range names {
			*tables[random.IntN(3)].Of([]byte(name)).Counted++
		}
		tables[0].Merge(tables[1])
		tables[0].Merge(tables[2])
		if got, others := counts(tables[0]); !maps.Equal(got, want) || others != wantOthers {
			t.Errorf("%d sections dealt to three tables: %d have a place, %d are others; want %d, %d", n, len(got), others, len(want), wantOthers)
		}
	}
}

// A section that was looked up before there were too many still leads to the
// right count.
func TestSectionStaysRight(t *testing.T) {
	s := NewSections(everySection, addCounts)
	var held []*Section[int]
	for i := range 2 * maxSections {
		held = append(held, s.Of(fmt.Appendf(nil, "app-%06d", i)))
	}
	for _, section := range held {
		*section.Counted++
	}
	sections, others := counts(s)
	sum := others
	for name, n := range sections {
		if n != 1 {
			t.Fatalf("%s is counted %d times", name, n)
		}
		sum += n
	}
	if sum != 2*maxSections {
		t.Errorf("%d counted, want %d", sum, 2*maxSections)
	}
}

// Those that were chosen have their place whatever else there is.
func TestChosenSectionsHaveAPlace(t *testing.T) {
	s := NewSections(func(name string) bool { return strings.HasPrefix(name, "shop") }, addCounts)
	for i := range 3 * maxSections {
		if section := s.Of(fmt.Appendf(nil, "app-%06d", i)); section.Counted != nil {
			t.Fatalf("%s is counted", section.Name)
		}
	}
	*s.Of([]byte("shop-1")).Counted++
	*s.Of([]byte("shop-2")).Counted++
	got, others := counts(s)
	if names := slices.Sorted(maps.Keys(got)); others != 0 || strings.Join(names, " ") != "shop-1 shop-2" {
		t.Errorf("%v, %d others", names, others)
	}
	if len(s.byName) > maxSections+2 {
		t.Errorf("%d names are remembered", len(s.byName))
	}
}

// A name that is too long is cut, not refused; and what is kept is a copy.
func TestSectionNames(t *testing.T) {
	s := NewSections(everySection, addCounts)
	long := []byte(strings.Repeat("a", 70_000))
	*s.Of(long).Counted++
	*s.Of(long[:maxName]).Counted++
	short := []byte("shop")
	*s.Of(short).Counted++
	copy(short, "XXXX")
	got, _ := counts(s)
	if len(got) != 2 || got[strings.Repeat("a", maxName)] != 2 || got["shop"] != 1 {
		t.Errorf("%d sections", len(got))
	}
}

func BenchmarkSections(b *testing.B) {
	for _, n := range []int{1, 8, 20, 200, 2000} {
		random := rand.New(rand.NewPCG(1, 2))
		stems := []string{"v2", "app", "auth", "static", "checkout", "search-api", "www.example.org"}
		names := make([][]byte, 4096)
		for i := range names {
			n := random.IntN(n)
			names[i] = fmt.Appendf(make([]byte, 0, 32), "%s%d", stems[n%len(stems)], n/len(stems))
		}
		s := NewSections(everySection, addCounts)
		b.Run(fmt.Sprintf("sections=%d", n), func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				s.Of(names[i%len(names)])
			}
		})
		b.Run(fmt.Sprintf("sections=%d/map", n), func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				s.find(names[i%len(names)])
			}
		})
	}
}
