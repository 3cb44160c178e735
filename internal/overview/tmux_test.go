package overview

import (
	"fmt"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"check-haproxy/test/rig"
)

// crowded is a HAProxy with so many backends of two servers; those of every
// tenth are down.
func crowded(t *testing.T, backends int) *rig.HAProxy {
	t.Helper()
	origin, nobody := rig.Origin(t, nil), rig.Port(t)
	var b strings.Builder
	fmt.Fprintf(&b, "frontend web\n\tbind 127.0.0.1:%s\n\tdefault_backend app000\n", rig.Port(t))
	for i := range backends {
		fmt.Fprintf(&b, "backend app%03d\n\tserver s1 %s\n", i, origin)
		if i%10 == 7 {
			fmt.Fprintf(&b, "\tserver s2 127.0.0.1:%s check inter 100ms fall 1\n", nobody)
		}
	}
	h := rig.Start(t, b.String())
	for i := 7; i < backends; i += 10 {
		h.AwaitStatus(t, fmt.Sprintf("app%03d", i), "s2", "DOWN")
	}
	return h
}

// lshaproxy is the program under test, as a terminal's shell can start it.
func lshaproxy(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// watchIn starts the program on a terminal, and returns when it shows the list.
func watchIn(t *testing.T, term *rig.Terminal, h *rig.HAProxy) {
	t.Helper()
	term.Command(lshaproxy(t) + " --watch 200ms -S " + h.Socket)
	term.Shows("SECTION", "q quit")
}

// TestWatch works with the keys, on terminals of several sizes, and gives them
// back.
func TestWatch(t *testing.T) {
	h := crowded(t, 40)
	for _, size := range []struct{ columns, rows int }{{40, 12}, {80, 24}, {200, 60}} {
		t.Run(fmt.Sprintf("%dx%d", size.columns, size.rows), func(t *testing.T) {
			term := rig.StartTerminal(t, size.columns, size.rows)
			watchIn(t, term, h)
			term.Shows("▸! app007", "1 of 41")
			term.Press("Down", "Down")
			term.Shows("▸! app027", "3 of 41")
			term.Press("End")
			term.Shows("41 of 41")
			term.Press("Home", "Enter")
			term.Shows("! app007: health checks fail", "Esc back")
			term.Press("Escape")
			term.Shows("1 of 41")
			term.Press("/")
			term.Type("app01")
			term.Shows("/app01_")
			term.Press("Enter")
			term.Shows("1 of 10")
			term.Press("Escape")
			term.Shows(" of 41")
			term.Press("Home", "e")
			term.Shows("1 of 4 ")
			term.Press("?")
			term.Shows("move the pointer")
			term.Press("q")
			term.Prompts()
			if state := term.State(); state != "alternate=0 cursor=1 mouse=0 keypad=0" {
				t.Errorf("the terminal is left as %s", state)
			}
		})
	}
}

// TestResize follows the size of the terminal while looks come in, and uses
// every line of it.
func TestResize(t *testing.T) {
	h := crowded(t, 200)
	term := rig.StartTerminal(t, 100, 30)
	watchIn(t, term, h)
	for _, size := range []struct{ columns, rows int }{{200, 60}, {40, 12}, {120, 20}, {60, 50}, {80, 24}} {
		term.Resize(size.columns, size.rows)
		term.Press("Down", "Down")
		rig.Eventually(t, fmt.Sprintf("the screen is %dx%d", size.columns, size.rows), func() bool {
			lines := strings.Split(strings.TrimSuffix(term.Text(), "\n"), "\n")
			if len(lines) != size.rows || !strings.HasSuffix(lines[len(lines)-1], "q quit") || len([]rune(lines[len(lines)-1])) != size.columns {
				return false
			}
			for _, line := range lines {
				if line == "" {
					return false
				}
			}
			return true
		})
	}
	term.Press("q")
	term.Prompts()
}

// TestEnds gives the terminal back however it ends, with the settings it had.
func TestEnds(t *testing.T) {
	h := crowded(t, 10)
	term := rig.StartTerminal(t, 100, 30)
	before := term.Modes()
	signal := func(s syscall.Signal) func() {
		return func() { _ = syscall.Kill(term.Process(program), s) }
	}
	for _, end := range []struct {
		name string
		do   func()
		code string
	}{
		{"q", func() { term.Press("q") }, "0"},
		{"Ctrl-C", func() { term.Press("C-c") }, "0"},
		{`Ctrl-\`, func() { term.Press(`C-\`) }, "0"},
		{"SIGINT", signal(syscall.SIGINT), "0"},
		{"SIGTERM", signal(syscall.SIGTERM), "0"},
		{"SIGHUP", signal(syscall.SIGHUP), "0"},
		{"SIGQUIT", signal(syscall.SIGQUIT), "0"},
	} {
		t.Run(end.name, func(t *testing.T) {
			term.Command("clear")
			watchIn(t, term, h)
			end.do()
			term.Prompts()
			term.Command("echo code=$?")
			term.Shows("code=" + end.code)
			if state := term.State(); state != "alternate=0 cursor=1 mouse=0 keypad=0" {
				t.Errorf("the terminal is left as %s", state)
			}
			if after := term.Modes(); after != before {
				t.Errorf("the terminal's modes were\n%s\nand are\n%s", before, after)
			}
		})
	}
}

// TestSuspend gives the terminal to the shell on Ctrl-Z, and comes back with fg;
// likewise when another program stops it.
func TestSuspend(t *testing.T) {
	h := crowded(t, 10)
	for name, stop := range map[string]func(*rig.Terminal){
		"Ctrl-Z":  func(term *rig.Terminal) { term.Press("C-z") },
		"SIGTSTP": func(term *rig.Terminal) { _ = syscall.Kill(term.Process(program), syscall.SIGTSTP) },
		"SIGSTOP": func(term *rig.Terminal) { _ = syscall.Kill(term.Process(program), syscall.SIGSTOP) },
	} {
		t.Run(name, func(t *testing.T) {
			term := rig.StartTerminal(t, 100, 30)
			watchIn(t, term, h)
			stop(term)
			term.Shows("Stopped")
			if state := term.State(); name != "SIGSTOP" && state != "alternate=0 cursor=1 mouse=0 keypad=0" {
				t.Errorf("the shell gets the terminal as %s", state)
			}
			term.Command("stty sane; clear; echo; echo typed")
			term.Shows("\ntyped")
			term.Resize(90, 20)
			term.Command("fg")
			term.Shows("SECTION", "1 of 11", "q quit")
			term.Press("Down")
			term.Shows("2 of 11")
			term.Press("q")
			term.Prompts()
		})
	}
}

// TestSuspendWithoutShell: where there is no shell to come back to, Ctrl-Z does
// not stop it for ever.
func TestSuspendWithoutShell(t *testing.T) {
	h := crowded(t, 10)
	term := rig.StartTerminal(t, 100, 30)
	term.Command("exec " + lshaproxy(t) + " --watch 200ms -S " + h.Socket)
	term.Shows("1 of 11")
	term.Press("C-z", "Down")
	term.Shows("2 of 11")
}

// TestWithoutColour: NO_COLOR, an ASCII locale, and a terminal that cannot be
// drawn on in place.
func TestWithoutColour(t *testing.T) {
	h := crowded(t, 10)
	term := rig.StartTerminal(t, 80, 24, "NO_COLOR=1")
	watchIn(t, term, h)
	if styled := term.Styled(); strings.Contains(styled, "\x1b[") {
		t.Errorf("there is colour:\n%q", styled)
	}
	term.Shows("▸! app007")

	term = rig.StartTerminal(t, 80, 24, "LC_ALL=C")
	watchIn(t, term, h)
	term.Shows(">! app007")
	if text := term.Text(); strings.Trim(text, "\n"+ascii) != "" {
		t.Errorf("not all of it is ASCII:\n%s", text)
	}

	term = rig.StartTerminal(t, 80, 24)
	term.Command("clear; TERM=dumb " + lshaproxy(t) + " --watch 200ms -s web -S " + h.Socket)
	rig.Eventually(t, "there are several pictures", func() bool { return strings.Count(term.Text(), "1 section: ") >= 2 })
	if state := term.State(); !strings.HasPrefix(state, "alternate=0") {
		t.Errorf("on a dumb terminal: %s", state)
	}
	term.Press("C-c")
	term.Prompts()
}

const ascii = " !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~"

// TestGoneAndBack shows that HAProxy went away, keeps what it said last, and goes
// on when it is back.
func TestGoneAndBack(t *testing.T) {
	h := crowded(t, 10)
	term := rig.StartTerminal(t, 120, 30)
	watchIn(t, term, h)
	h.Stop(t)
	term.Shows("no answer for", "app007", "HAProxy no longer answers")
	h.Restart(t)
	term.Shows("HAProxy answers again, after")
	rig.Eventually(t, "the answer is new", func() bool { return !strings.Contains(term.Text(), "no answer for") })
	term.Press("q")
	term.Prompts()
}
