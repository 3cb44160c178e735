package screen

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"check-haproxy/internal/haproxy"
	"check-haproxy/internal/overview/draw"
)

// recorded is what the HAProxy of testdata/captures said.
func recorded(t testing.TB, at time.Time) situation {
	t.Helper()
	file, err := os.Open(filepath.Join("../../../testdata/captures/3.2/stat.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	reader := haproxy.NewReader(file)
	reader.Counters = true
	stats, err := reader.Stats(haproxy.FileEnd)
	if err != nil {
		t.Fatal(err)
	}
	return situation{at: at, pid: 1, frontends: stats.Frontends, backends: stats.Backends}
}

// TestWindows draws the list of a recorded HAProxy in windows of several sizes.
// Every line of them is used as long as there is something to show.
func TestWindows(t *testing.T) {
	for _, size := range []struct{ width, height int }{{80, 24}, {120, 40}, {200, 60}, {40, 12}} {
		u := sit(t, size.width, size.height)
		u.canvas.ASCII = size.width == 40
		u.send(recorded(t, noon).look())
		u.send(recorded(t, noon.Add(2*time.Second)).look())
		u.golden(fmt.Sprintf("list-%dx%d.txt", size.width, size.height))
		if lines := u.lines(); len(lines) != size.height {
			t.Errorf("%dx%d: %d lines", size.width, size.height, len(lines))
		}
	}
}

// TestEveryRowIsUsed: the list has all the lines that the window has for it.
func TestEveryRowIsUsed(t *testing.T) {
	for height := 6; height <= 80; height++ {
		u := sit(t, 80, height)
		u.send(crowd(noon, 200).look())
		for i, line := range u.lines() {
			if strings.TrimSpace(line) == "" {
				t.Errorf("line %d of %d is empty:\n%s", i+1, height, u.text())
			}
		}
	}
}

// TestAnySize never draws more than the window has, nor breaks.
func TestAnySize(t *testing.T) {
	situations := []situation{crowd(noon, 40), {at: noon.Add(2 * time.Second), failures: []string{"cannot connect to " + strings.Repeat("x", 300)}}}
	for _, page := range []string{"", "enter", "?", "/"} {
		for width := 0; width <= 130; width += 13 {
			for height := 0; height <= 20; height++ {
				u := sit(t, width, height)
				u.canvas.Color = width%2 == 0
				if page != "" {
					u.press(page)
				}
				for _, s := range situations {
					u.send(s.look())
					if page != "" {
						u.press(page)
					}
					checkWindow(t, u, width, height)
				}
			}
		}
	}
}

func checkWindow(t *testing.T, u *user, width, height int) {
	t.Helper()
	lines := u.lines()
	if height > 0 && len(lines) > height {
		t.Fatalf("%dx%d: %d lines", width, height, len(lines))
	}
	for _, line := range lines {
		if shown := visible(line); width > 0 && draw.Width(shown) > width || draw.Clean(shown) != shown {
			t.Fatalf("%dx%d: %q", width, height, shown)
		}
	}
}

// visible is a line without its colour.
func visible(line string) string {
	var b strings.Builder
	for {
		before, after, found := strings.Cut(line, "\x1b[")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		_, line, _ = strings.Cut(after, "m")
	}
}

// TestMoving moves the pointer through a list that is longer than the window.
func TestMoving(t *testing.T) {
	u := sit(t, 80, 20)
	u.send(crowd(noon, 100).look())
	u.press("s") // by name
	step := func(want string, keys ...string) {
		t.Helper()
		u.press(keys...)
		if got := u.pointed(); !strings.Contains(got, want) {
			t.Errorf("after %q the pointer is on %q, want %s", keys, got, want)
		}
	}
	step("app0000")
	step("app0001", "down")
	step("app0002", "j")
	step("app0001", "k")
	step("app0000", "up", "up", "up")
	step("app0099", "end")
	step("app0099", "pgdown")
	step("app0000", "home")
	step("app0099", "G")
	step("app0000", "g")
	rows := u.list.height
	step(fmt.Sprintf("app%04d", rows), "pgdown")
	step("app0000", "pgup")
	u.sees("1 of 100 ↓")
	u.press("end")
	u.sees("100 of 100 ↑")
	u.send(tea.MouseWheelMsg{Button: tea.MouseWheelUp})
	step("app0096")
	u.send(tea.MouseWheelMsg{Button: tea.MouseWheelDown})
	step("app0099")
}

// TestPointerStays with its section when the list is sorted anew, and with the
// first one as long as nobody has moved it.
func TestPointerStays(t *testing.T) {
	u := sit(t, 80, 20)
	u.send(crowd(noon, 10).look())
	if !strings.Contains(u.pointed(), "app0007") {
		t.Errorf("the pointer is on %q", u.pointed())
	}
	worse := crowd(noon.Add(2*time.Second), 10)
	worse.backends[3] = serving("app0003", 0, "DOWN", "DOWN")
	u.send(worse.look())
	if !strings.Contains(u.pointed(), "app0003") {
		t.Errorf("before anybody moved it, the pointer is on %q", u.pointed())
	}
	u.press("down", "down")
	if !strings.Contains(u.pointed(), "app0000") {
		t.Fatalf("the pointer is on %q", u.pointed())
	}
	better := crowd(noon.Add(4*time.Second), 10)
	u.send(better.look())
	if !strings.Contains(u.pointed(), "app0000") {
		t.Errorf("the pointer is on %q", u.pointed())
	}
	better.backends = better.backends[1:]
	u.send(better.look())
	if u.pointed() == "" {
		t.Error("the pointer went with its section")
	}
}

func TestFilter(t *testing.T) {
	u := sit(t, 100, 20)
	u.send(crowd(noon, 100).look())
	u.press("/")
	u.sees("/_  Enter keeps the filter")
	u.write("APP005x")
	u.sees(`no section's name has "APP005x" in it`)
	u.press("backspace")
	u.sees("app0050", "app0057", "/APP005_")
	u.seesNot("app0060", "app0004")
	u.press("enter")
	u.sees("of 10", "filter: APP005")
	u.write("q") // no longer typed
	if !u.quit {
		t.Error("q did not quit after the filter was kept")
	}
	u.press("/")
	u.write("q")
	u.sees("/APP005q_")
	u.press("esc")
	u.sees("of 100")
	u.press("/")
	u.write("s2") // a server's
	u.press("enter")
	u.sees("of 100")
	u.press("esc")
	u.seesNot("filter:")
	u.press("/")
	u.send(tea.PasteMsg{Content: "app\x1b[2J\n0001" + strings.Repeat("x", 1000)})
	checkWindow(t, u, 100, 20)
	if len(u.filter) > 100 {
		t.Errorf("the filter has %d characters", len(u.filter))
	}
}

func TestTroubleOnly(t *testing.T) {
	u := sit(t, 100, 40)
	u.send(crowd(noon, 100).look())
	u.press("e")
	u.sees("of 10", "trouble only", "app0007", "app0097")
	u.seesNot("app0001")
	u.press("e")
	u.sees("of 100")
	u.press("e")
	u.send(crowd(noon, 5).look())
	u.sees("no section is in trouble; e shows all")
	u.press("esc")
	u.sees("of 5")
}

// TestSorting goes through the orders, and back.
func TestSorting(t *testing.T) {
	at := noon
	s := func(lost int64) situation {
		a, b, c := serving("alpha", 0, "UP"), serving("beta", 0, "DOWN"), serving("gamma", 0, "UP")
		a.Sessions, b.Sessions, c.Sessions = known(1), known(2), known(9)
		a.LastChange, b.LastChange, c.LastChange = known(500), known(400), known(10)
		a.Counters.FailedConnections = known(lost)
		return situation{at: at, pid: 1, backends: []haproxy.Backend{c, a, b}}
	}
	u := sit(t, 100, 20)
	u.send(s(0).look())
	at = at.Add(2 * time.Second)
	u.send(s(50).look())
	orders := []string{"beta gamma alpha", "alpha beta gamma", "gamma beta alpha", "alpha beta gamma", "gamma beta alpha"}
	names := []string{"state", "name", "sessions", "lost", "since"}
	for i, want := range orders {
		u.sees("sort: " + names[i])
		var got []string
		for _, section := range u.list.sections {
			got = append(got, section.Label)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("by %s it is %v, want %s", names[i], got, want)
		}
		u.press("s")
	}
	u.sees("sort: state")
	u.press("S")
	u.sees("sort: since")
}

// TestOpening opens the section that the pointer is on, scrolls in it, and goes
// back.
func TestOpening(t *testing.T) {
	u := sit(t, 90, 24)
	u.send(recorded(t, noon).look())
	u.send(recorded(t, noon.Add(2*time.Second)).look())
	u.press("enter")
	u.golden("section-90x24.txt")
	u.sees("✗ down: health checks fail", "$ curl", "d1", "The last 2s", "Esc back")
	if u.View().MouseMode != tea.MouseModeNone {
		t.Error("the mouse cannot mark a command")
	}
	u.press("esc", "down", "enter")
	u.sees("✗ bkpdown")
	u.press("esc")
	u.sees("of 26")

	u = sit(t, 60, 10)
	u.send(recorded(t, noon).look())
	u.press("enter")
	first := u.text()
	u.press("down")
	if u.text() == first {
		t.Error("down did not scroll")
	}
	u.press("end")
	u.seesNot("health check: d1")
	u.press("home")
	if u.text() != first {
		t.Errorf("home did not go back:\n%s", u.text())
	}
}

// TestOpenSectionVanishes, by a reload without it, and comes back.
func TestOpenSectionVanishes(t *testing.T) {
	u := sit(t, 90, 24)
	u.send(crowd(noon, 8).look())
	u.press("enter")
	u.sees("app0007: ")
	u.send(crowd(noon.Add(2*time.Second), 3).look())
	u.sees("gone", "The section is not there any more")
	u.send(crowd(noon.Add(4*time.Second), 8).look())
	u.sees("app0007: ")
}

// TestPause keeps the window, while rates and events go on.
func TestPause(t *testing.T) {
	u := sit(t, 100, 20)
	u.send(crowd(noon, 3).look())
	u.press("p")
	u.sees("PAUSED at 12:00:00")
	worse := crowd(noon.Add(2*time.Second), 3)
	worse.backends[1] = serving("app0001", 0, "DOWN", "UP")
	u.send(worse.look())
	u.sees("PAUSED at 12:00:00", "3 OK")
	u.press("down")
	u.press("p")
	u.seesNot("PAUSED")
	u.sees("1 WARNING", "app0001/s1 went DOWN")
}

func TestHelp(t *testing.T) {
	u := sit(t, 80, 40)
	u.press("?")
	u.sees("quit", "only sections in trouble")
	u.press("?")
	u.sees("asking HAProxy")
	u = sit(t, 80, 8)
	u.send(crowd(noon, 3).look())
	u.press("?", "end")
	u.sees("SINCE")
	u.press("esc")
	u.sees("of 3")
}

// TestQuitting: by keys, on every page, and while the filter is typed only by
// Ctrl-C.
func TestQuitting(t *testing.T) {
	for _, key := range []string{"q", "Q", "ctrl+c", "ctrl+\\"} {
		for _, page := range []string{"", "?", "enter"} {
			u := sit(t, 80, 24)
			u.send(crowd(noon, 3).look())
			if page != "" {
				u.press(page)
			}
			u.press(key)
			if !u.quit {
				t.Errorf("%s on page %q does not quit", key, page)
			}
		}
	}
	u := sit(t, 80, 24)
	u.press("/", "q")
	if u.quit {
		t.Error("q quits while a filter is typed")
	}
	u.press("ctrl+c")
	if !u.quit {
		t.Error("Ctrl-C does not quit while a filter is typed")
	}
}

// TestClick points, and opens what is pointed at.
func TestClick(t *testing.T) {
	u := sit(t, 100, 20)
	u.send(crowd(noon, 30).look())
	y := 0
	for i, line := range u.lines() {
		if strings.Contains(line, "app0001") {
			y = i
		}
	}
	click := tea.MouseClickMsg{X: 10, Y: y, Button: tea.MouseLeft}
	u.send(click)
	if !strings.Contains(u.pointed(), "app0001") {
		t.Errorf("the pointer is on %q", u.pointed())
	}
	u.send(tea.MouseClickMsg{X: 10, Y: 19, Button: tea.MouseLeft})
	u.send(tea.MouseClickMsg{X: 10, Y: 0, Button: tea.MouseLeft})
	u.send(click)
	u.sees("Esc back", "app0001")
}

// TestNoAnswer keeps the last answer, and says how old it is and why, until
// HAProxy answers again.
func TestNoAnswer(t *testing.T) {
	u := sit(t, 110, 20)
	gone := situation{failures: []string{"nobody listens on /run/haproxy/admin.sock: HAProxy is not running"}}
	gone.at = noon
	u.send(gone.look())
	u.sees("? nobody listens on /run/haproxy/admin.sock")
	u.seesNot("asking HAProxy")
	u.send(crowd(noon.Add(2*time.Second), 3).look())
	u.seesNot("nobody listens")
	gone.at = noon.Add(4 * time.Second)
	u.send(gone.look())
	u.send(Tick{noon.Add(10 * time.Second)})
	u.sees("? no answer for 6s, this is of 12:00:02: nobody listens", "app0001", "HAProxy no longer answers: nobody listens")
	u.send(crowd(noon.Add(14*time.Second), 3).look())
	u.sees("HAProxy answers again, after 10s")
	u.seesNot("no answer for")
}

// TestOneOfTwoGone says which, and keeps the other.
func TestOneOfTwoGone(t *testing.T) {
	u := sit(t, 110, 20)
	both := crowd(noon, 3)
	both.second = true
	u.send(both.look())
	one := crowd(noon.Add(2*time.Second), 3).look()
	one.Picture.Facts().Failures = []string{"cannot connect to /run/b.sock"}
	u.send(one)
	u.sees("? cannot connect to /run/b.sock", "HAProxy at /run/b.sock no longer answers", "app0001")
	both.at = noon.Add(4 * time.Second)
	u.send(both.look())
	u.sees("HAProxy at /run/b.sock answers again")
}

// TestMarkedWithoutColour: where colour cannot tell, a character does.
func TestMarkedWithoutColour(t *testing.T) {
	u := sit(t, 80, 20)
	u.canvas.ASCII = true
	u.send(crowd(noon, 10).look())
	if got := u.pointed(); !strings.HasPrefix(got, ">! app0007") {
		t.Errorf("the pointer's line is %q", got)
	}
	u.canvas.Color = true
	if text := u.text(); !strings.Contains(text, "\x1b[7;33m! \x1b[m") {
		t.Errorf("with colour there is no marked line: %q", text)
	}
}

// TestManyLooks: five thousand looks at a HAProxy that changes all the time take
// no more memory than a few hundred.
func TestManyLooks(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	u := sit(t, 120, 40)
	var early uint64
	for i := range 5000 {
		s := crowd(noon.Add(time.Duration(i)*2*time.Second), 40)
		for j := range s.backends {
			if (i+j)%3 == 0 {
				s.backends[j].Servers[0].Status = "DOWN"
			}
			s.backends[j].Name = fmt.Sprintf("app%04d-%d", j, i/50)
		}
		u.send(s.look())
		_ = u.View()
		if i == 500 {
			early = heap()
		}
	}
	if late := heap(); late > early+early/2 {
		t.Errorf("after 500 looks %d KiB were in use, after 5000 %d KiB", early>>10, late>>10)
	}
	if len(u.events) > mostEvents || len(u.trends.series) > 80 {
		t.Errorf("%d events and %d series are kept", len(u.events), len(u.trends.series))
	}
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// BenchmarkKey is a key in a list of a thousand backends.
func BenchmarkKey(b *testing.B) {
	m := New(Options{Canvas: draw.Canvas{Width: 200, Height: 60, Color: true}})
	m.Update(crowd(noon, 1000).look())
	m.Update(crowd(noon.Add(2*time.Second), 1000).look())
	for b.Loop() {
		m.Update(keyNamed("down"))
		_ = m.View()
	}
}

// BenchmarkLook is a look at a thousand backends.
func BenchmarkLook(b *testing.B) {
	m := New(Options{Canvas: draw.Canvas{Width: 200, Height: 60, Color: true}})
	at := noon
	for b.Loop() {
		at = at.Add(2 * time.Second)
		b.StopTimer()
		look := crowd(at, 1000).look()
		b.StartTimer()
		m.Update(look)
		_ = m.View()
	}
}
