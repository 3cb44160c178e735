package screen

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/google/go-cmp/cmp"

	"check-haproxy/internal/check"
	"check-haproxy/internal/haproxy"
	"check-haproxy/internal/overview/draw"
	"check-haproxy/internal/overview/picture"
)

// noon is when the first look of these tests is.
var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// user is somebody who sits before the screen.
type user struct {
	*testing.T
	*Model
	quit bool
}

// sit opens the screen on a terminal of a size.
func sit(t *testing.T, width, height int) *user {
	u := &user{T: t, Model: New(Options{Every: 2 * time.Second, Canvas: draw.Canvas{}})}
	u.send(tea.WindowSizeMsg{Width: width, Height: height})
	return u
}

func (u *user) send(message tea.Msg) {
	_, command := u.Update(message)
	if command != nil {
		_, u.quit = command().(tea.QuitMsg)
	}
}

// press presses keys by their names; a text is typed.
func (u *user) press(keys ...string) {
	for _, key := range keys {
		u.send(keyNamed(key))
	}
}

func keyNamed(name string) tea.KeyPressMsg {
	special := map[string]rune{
		"up": tea.KeyUp, "down": tea.KeyDown, "pgup": tea.KeyPgUp, "pgdown": tea.KeyPgDown, "home": tea.KeyHome, "end": tea.KeyEnd,
		"enter": tea.KeyEnter, "esc": tea.KeyEscape, "backspace": tea.KeyBackspace,
	}
	if code, ok := special[name]; ok {
		return tea.KeyPressMsg{Code: code}
	}
	if letter, ok := strings.CutPrefix(name, "ctrl+"); ok {
		return tea.KeyPressMsg{Code: []rune(letter)[0], Mod: tea.ModCtrl}
	}
	return tea.KeyPressMsg{Code: []rune(name)[0], Text: name}
}

// write types a text.
func (u *user) write(text string) {
	for _, letter := range text {
		u.press(string(letter))
	}
}

// text is what the window shows.
func (u *user) text() string { return u.View().Content }

// lines are those of the window.
func (u *user) lines() []string { return strings.Split(u.text(), "\n") }

// sees fails unless every part is there.
func (u *user) sees(parts ...string) {
	u.Helper()
	for _, part := range parts {
		if !strings.Contains(u.text(), part) {
			u.Errorf("there is no %q in\n%s", part, u.text())
		}
	}
}

func (u *user) seesNot(parts ...string) {
	u.Helper()
	for _, part := range parts {
		if strings.Contains(u.text(), part) {
			u.Errorf("there is %q in\n%s", part, u.text())
		}
	}
}

// pointed is the line that the pointer is on; empty if none is.
func (u *user) pointed() string {
	for _, line := range u.lines() {
		if strings.HasPrefix(line, "▸") || strings.HasPrefix(line, ">") {
			return line
		}
	}
	return ""
}

// golden holds the window against a file; UPDATE_GOLDEN=1 writes it.
func (u *user) golden(name string) {
	u.Helper()
	path := filepath.Join("testdata", name)
	got := u.text() + "\n"
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			u.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		u.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		u.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

// situation is what HAProxy says at some time.
type situation struct {
	at        time.Time
	pid       int64
	frontends []haproxy.Frontend
	backends  []haproxy.Backend
	failures  []string
	second    bool  // another HAProxy answered too
	age       int64 // seconds since HAProxy was started; a day if it is 0
}

func (s situation) uptime() int64 {
	if s.age > 0 {
		return s.age
	}
	return 86400
}

const endpoint = "/run/haproxy/admin.sock"

func (s situation) look() Look {
	facts := picture.Facts{At: s.at, Failures: s.failures}
	if s.failures == nil {
		facts.Processes = []picture.Process{{Endpoint: endpoint, Info: &haproxy.Info{Version: "3.2.4", Pid: known(s.pid), UptimeSec: known(s.uptime()), CurrConns: known(12), Maxconn: known(2000)}}}
	}
	if s.second {
		facts.Processes = append(facts.Processes, picture.Process{Endpoint: "/run/b.sock"})
	}
	target := func(name string) check.Target {
		return check.Target{Name: name, Label: name, Names: []string{name}, Endpoint: endpoint, Address: endpoint, Uptime: known(s.uptime())}
	}
	for i := range s.frontends {
		t := target(s.frontends[i].Name)
		t.Frontend = &s.frontends[i]
		facts.Frontends = append(facts.Frontends, t)
	}
	for i := range s.backends {
		t := target(s.backends[i].Name)
		t.Backend = &s.backends[i]
		facts.Backends = append(facts.Backends, t)
	}
	return Look{picture.Of(facts)}
}

func known(n int64) haproxy.Number { return haproxy.Number{Value: n, Known: true} }

// serving is a backend of servers with these statuses. Each server's counters
// are the number of requests so far.
func serving(name string, requests int64, statuses ...string) haproxy.Backend {
	b := haproxy.Backend{
		Name: name, Status: "UP", Mode: "http", Sessions: known(3), Queue: known(0), LastChange: known(3600),
		Counters: &haproxy.Counters{Sessions: known(requests), FailedConnections: known(0)},
		Traffic:  &haproxy.Traffic{Requests: known(requests), BytesIn: known(100 * requests), BytesOut: known(900 * requests)},
	}
	for i, status := range statuses {
		b.Servers = append(b.Servers, haproxy.Server{
			Name: fmt.Sprintf("s%d", i+1), Status: status, Weight: known(1), Sessions: known(1), Queue: known(0), LastChange: known(3600),
			CheckStatus: map[bool]string{true: "L4OK", false: "L4CON"}[status == "UP"],
			Counters:    &haproxy.Counters{FailedConnections: known(0), ServerErrors: known(0)},
		})
	}
	return b
}

func front(name string, requests int64) haproxy.Frontend {
	return haproxy.Frontend{
		Name: name, Status: "OPEN", Sessions: known(12), SessionLimit: known(2000), SessionRate: known(5),
		Traffic: &haproxy.Traffic{Requests: known(requests), BytesIn: known(100 * requests), BytesOut: known(900 * requests)},
	}
}

// crowd is so many backends, each with a server down if its number ends in 7.
func crowd(at time.Time, backends int) situation {
	s := situation{at: at, pid: 1}
	for i := range backends {
		second := "UP"
		if i%10 == 7 {
			second = "DOWN"
		}
		s.backends = append(s.backends, serving(fmt.Sprintf("app%04d", i), 0, "UP", second))
	}
	return s
}
