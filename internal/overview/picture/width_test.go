package picture

import (
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"check-haproxy/internal/check/nosrv"
	"check-haproxy/internal/check/rates"
	"check-haproxy/internal/haproxy"
	"check-haproxy/internal/overview/draw"
	"check-haproxy/internal/plugin"
)

// hostile are names and texts that want to be wider than they look, end the
// line, or speak to the terminal.
var hostile = []string{
	"plain", "", "日本語のサーバー", "🐘🐘🐘 elephants", "e\u0301\u0301\u0301\u0301", "\x1b[2J\x1b]0;owned\a", "two\nlines\r\n", "tab\tbed",
	"\u202eright to left", "zero\u200bwidth", "\xff\xfe", "a|b'c\"d", strings.Repeat("long", 80), "각", "👨‍👩‍👧", "…━█",
}

// odd are facts with such texts everywhere.
func odd(t testing.TB, texts []string) Facts {
	facts := recorded(t, "3.2")
	for i, text := range texts {
		b := haproxy.Backend{Name: text, Sessions: known(int64(i) * 999_999_999_999), Queue: known(int64(i - 1)), LastChange: known(int64(i-2) * 1e12)}
		for _, status := range []string{"UP", "DOWN", text, "MAINT (" + text + ")"} {
			b.Servers = append(b.Servers, haproxy.Server{
				Name: text + status, Status: status, CheckStatus: text, LastCheck: text, Backup: i%2 == 0,
				Sessions: known(int64(i)), SessionLimit: known(int64(1) << (4 * i)), Queue: known(1),
			})
		}
		facts.Backends = append(facts.Backends, backendAt(text, b))
		facts.Frontends = append(facts.Frontends, frontendAt(text, haproxy.Frontend{Name: text, Status: text, Sessions: known(-1), SessionLimit: known(1)}))
		facts.Processes = append(facts.Processes, Process{Endpoint: text, Info: &haproxy.Info{Version: text, Node: text, CurrConns: known(1), Maxconn: known(2)}})
		facts.Failures = append(facts.Failures, text)
		facts.Notes = append(facts.Notes, text)
		if facts.Log != nil {
			facts.Log.Sections = append(facts.Log.Sections, nosrv.Section{Name: text, Verdict: rates.Verdict{State: plugin.Critical}, NOSRV: 1, Example: text})
		}
	}
	return facts
}

// checkLines holds what must hold of every picture.
func checkLines(t *testing.T, lines []string, c draw.Canvas) {
	t.Helper()
	for _, l := range lines {
		shown := l
		if c.Color {
			shown = visible(l)
		}
		if c.Width > 0 && columnsOf(shown) > c.Width {
			t.Errorf("%+v: %d columns: %q", c, columnsOf(shown), shown)
		}
		if i := strings.IndexFunc(shown, func(r rune) bool { return !unicode.IsPrint(r) }); i >= 0 {
			t.Errorf("%+v: unprintable at %d: %q", c, i, shown)
		}
		if strings.HasSuffix(shown, " ") {
			t.Errorf("%+v: blanks at the end: %q", c, shown)
		}
	}
}

// columnsOf is widthOf's plain twin: whatever may be wide is.
func columnsOf(text string) int {
	n := 0
	for _, r := range text {
		switch {
		case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul) && (r < 0x1160 || r > 0x11FF), r >= 0x1F300 && r <= 0x1FAFF, r == 'ー':
			n += 2
		default:
			n++
		}
	}
	return n
}

func TestNoLineIsWiderThanTheTerminal(t *testing.T) {
	p := Of(odd(t, hostile))
	for width := 20; width <= 300; width++ {
		c := draw.Canvas{Width: width, Color: width%2 == 0, ASCII: width%3 == 0}
		checkLines(t, p.Lines(c, width%5 == 0), c)
	}
	checkLines(t, p.Lines(draw.Canvas{}, false), draw.Canvas{})
}

// TestTinyTerminal does not break where nothing can be shown.
func TestTinyTerminal(t *testing.T) {
	p := Of(odd(t, hostile[:3]))
	for width := 1; width < 20; width++ {
		c := draw.Canvas{Width: width}
		checkLines(t, p.Lines(c, false), c)
	}
}

// FuzzLines holds the same for texts that nobody has thought of.
func FuzzLines(f *testing.F) {
	for i, text := range hostile {
		f.Add(text, 20+17*i, i%2 == 0)
	}
	f.Fuzz(func(t *testing.T, text string, width int, color bool) {
		facts := odd(t, []string{text, text + "2"})
		facts.Log = nil
		c := draw.Canvas{Width: min(max(width, 0), 400), Color: color}
		for _, l := range Of(facts).Lines(c, false) {
			if color {
				l = visible(l)
			}
			if c.Width > 0 && draw.Width(l) > c.Width || draw.Clean(l) != l {
				t.Errorf("%+v: %q", c, l)
			}
		}
	})
}

// timeline makes minutes that end at the hour of these tests.
func timeline(counts ...uint64) []rates.Minute {
	minutes := make([]rates.Minute, len(counts))
	for i, n := range counts {
		minutes[i] = rates.Minute{From: afternoon.Add(time.Duration(i-len(counts)) * time.Minute), Count: n}
	}
	return minutes
}

// TestChart shows a request among many, and the whole height for the highest
// minute.
func TestChart(t *testing.T) {
	for _, test := range []struct {
		width  int
		counts []uint64
		want   []string
	}{
		{30, []uint64{0, 1, 12, 24}, []string{
			"24       ##",
			"       ==##",
			"     ..####",
			"      14:09"}},
		{7, []uint64{24, 0, 1, 12, 24}, []string{
			"24    #",
			"     =#",
			"    .##",
			"   14:0"}},
		{18, []uint64{9, 1000, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, []string{ // the highest is not shown
			"   1             #",
			"                 #",
			"                 #",
			"     13:57 - 14:09"}},
		{3, []uint64{1, 2}, []string{"2 #", "  #", "  #", "  1"}},
	} {
		var got []string
		for _, l := range chart(draw.Canvas{Width: test.width, ASCII: true}, timeline(test.counts...), afternoon, draw.Red) {
			got = append(got, l.Render(false))
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%v in %d columns (-want +got):\n%s", test.counts, test.width, diff)
		}
	}
}
