package logsource

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	l, err := time.LoadLocation(name)
	if err != nil {
		t.Skip(err)
	}
	return l
}

func TestRepeatsIn(t *testing.T) {
	berlin, lordHowe := zone(t, "Europe/Berlin"), zone(t, "Australia/Lord_Howe")
	autumn := time.Date(2026, 10, 25, 1, 0, 0, 0, time.UTC)
	hour := repeat{autumn.UnixNano(), int64(time.Hour)}
	tests := map[string]struct {
		span Span
		want []repeat
	}{
		"before":     {Span{From: autumn.Add(-4 * time.Hour), To: autumn.Add(-2 * time.Hour), Location: berlin}, nil},
		"first":      {Span{From: autumn.Add(-2 * time.Hour), To: autumn.Add(-50 * time.Minute), Location: berlin}, []repeat{hour}},
		"second":     {Span{From: autumn.Add(50 * time.Minute), To: autumn.Add(2 * time.Hour), Location: berlin}, []repeat{hour}},
		"after":      {Span{From: autumn.Add(65 * time.Minute), To: autumn.Add(2 * time.Hour), Location: berlin}, nil},
		"elsewhere":  {Span{From: autumn.Add(-time.Hour), To: autumn, Location: time.UTC}, nil},
		"From's own": {Span{From: autumn.Add(-time.Hour).In(berlin), To: autumn}, []repeat{hour}},
		"spring":     {Span{From: time.Date(2026, 3, 29, 0, 0, 0, 0, time.UTC), To: time.Date(2026, 3, 29, 2, 0, 0, 0, time.UTC), Location: berlin}, nil},
		"half an hour": {Span{From: time.Date(2026, 4, 4, 12, 0, 0, 0, time.UTC), To: time.Date(2026, 4, 4, 18, 0, 0, 0, time.UTC), Location: lordHowe},
			[]repeat{{time.Date(2026, 4, 4, 15, 0, 0, 0, time.UTC).UnixNano(), int64(30 * time.Minute)}}},
	}
	for name, tt := range tests {
		if diff := cmp.Diff(tt.want, repeatsIn(tt.span), cmp.AllowUnexported(repeat{})); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	if n := len(repeatsIn(Span{Location: berlin})); n < 100 {
		t.Errorf("%d repeats in all time", n)
	}
}

// TestRepeatedHour reads a log with local times through the hour that comes twice, in one file, in siblings, compressed, and as a
// stream, and wants each line's occurrence known.
func TestRepeatedHour(t *testing.T) {
	berlin := zone(t, "Europe/Berlin")
	back := time.Date(2026, 10, 25, 1, 0, 0, 0, time.UTC) // 03:00 becomes 02:00
	begin := back.Add(-8 * time.Hour)
	for _, every := range []time.Duration{time.Second, 97 * time.Second, 13 * time.Minute} {
		padding := ""
		if every == time.Second {
			padding = strings.Repeat("x", 100) // a file that is worth searching
		}
		var texts [3]strings.Builder // rotated in the first occurrence, and in the second
		last := 0
		for n := 0; ; n++ {
			at := begin.Add(time.Duration(n) * every)
			if at.After(back.Add(4 * time.Hour)) {
				break
			}
			part := 0
			if at.After(back.Add(-20 * time.Minute)) {
				part = 1
			}
			if at.After(back.Add(25 * time.Minute)) {
				part = 2
			}
			if n%5 == 1 {
				at = at.Add(-min(every*4, 40*time.Second)) // disorder
			}
			texts[part].WriteString(strings.Replace(localLineAt(at.In(berlin), n), "haproxy", padding+"haproxy", 1))
			last = n
		}
		real := func(n int) time.Time {
			at := begin.Add(time.Duration(n) * every)
			if n%5 == 1 {
				at = at.Add(-min(every*4, 40*time.Second))
			}
			return at
		}
		whole := texts[0].String() + texts[1].String() + texts[2].String()
		one, several, packed := logPath(t), logPath(t), logPath(t)
		write(t, one, whole)
		for i, suffix := range []string{".2", ".1", ""} {
			write(t, several+suffix, texts[i].String())
		}
		write(t, packed+".2.gz", zipped(texts[0].String()))
		write(t, packed+".1.gz", zipped(texts[1].String()))
		write(t, packed, texts[2].String())
		sources := map[string]func() Source{
			"one file": func() Source { return Files([]string{one}, nil) },
			"several":  func() Source { return Files([]string{several}, nil) },
			"packed":   func() Source { return Files([]string{packed}, nil) },
			"stream":   func() Source { return Files([]string{"-"}, strings.NewReader(whole)) },
		}
		for name, source := range sources {
			for _, minutes := range []int{-200, -90, -59, -30, 0, 10, 45, 60, 61, 90, 150} {
				t.Run(fmt.Sprint(every, name, minutes), func(t *testing.T) {
					to := back.Add(time.Duration(minutes) * time.Minute)
					span := Span{From: to.Add(-65 * time.Minute), To: to, Location: berlin}
					got, _ := readWith(t, source(), span, clock(berlin))
					var want []int
					for n := range last + 1 {
						if at := real(n); !at.Before(span.From) && !at.After(span.To) {
							want = append(want, n)
							if ambiguous := at.After(back.Add(-time.Hour)) && at.Before(back.Add(time.Hour)); ambiguous && got.late[n] != !at.Before(back) {
								t.Fatalf("line %d of %v: late is %v", n, at.In(berlin), got.late[n])
							}
						}
					}
					got.wants(want...)
				})
			}
		}
	}
}

// TestZoneInTheLine wants nothing made late where lines name their zone.
func TestZoneInTheLine(t *testing.T) {
	berlin := zone(t, "Europe/Berlin")
	back := time.Date(2026, 10, 25, 1, 0, 0, 0, time.UTC)
	path := write(t, logPath(t), minutes(back.Add(-2*time.Hour), 0, 240))
	got, _ := readWith(t, Files([]string{path}, nil), Span{From: back.Add(-time.Hour), To: back.Add(time.Hour), Location: berlin}, clock(berlin))
	got.wants(numbers(60, 180)...)
	for n, late := range got.late {
		if late {
			t.Fatalf("line %d is late", n)
		}
	}
}
