package rig

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// Terminal is a real terminal, tmux, with a shell in it.
type Terminal struct {
	testing.TB
	socket string
}

// prompt is what the shell in a Terminal shows when it waits for a command.
const prompt = "ready$"

// StartTerminal opens a terminal of a size. The environment is the test's own,
// with more variables ("NO_COLOR=1") added.
func StartTerminal(t testing.TB, columns, rows int, environment ...string) *Terminal {
	t.Helper()
	tmux := Need(t, "tmux")
	shell := Need(t, "bash")
	term := &Terminal{t, filepath.Join(Dir(t), "tmux.sock")}
	command := exec.Command(tmux, "-S", term.socket, "-f", "/dev/null", "new-session", "-d",
		"-x", strconv.Itoa(columns), "-y", strconv.Itoa(rows), shell, "--norc", "--noprofile")
	command.Env = append(os.Environ(), "PS1="+prompt+" ", "LC_ALL=C.UTF-8", "SHELL="+shell, "HISTFILE=")
	command.Env = append(command.Env, environment...)
	if output, err := command.CombinedOutput(); err != nil {
		t.Fatalf("tmux: %v: %s", err, output)
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the terminal shows\n%s", term.Text())
		}
		_ = exec.Command(tmux, "-S", term.socket, "kill-server").Run()
	})
	term.Shows(prompt)
	return term
}

// run runs a command of tmux and returns what it prints.
func (term *Terminal) run(args ...string) string {
	term.Helper()
	output, err := exec.Command("tmux", append([]string{"-S", term.socket}, args...)...).CombinedOutput()
	if err != nil {
		term.Fatalf("tmux %s: %v: %s", strings.Join(args, " "), err, output)
	}
	return string(output)
}

// Type types a text, as it is.
func (term *Terminal) Type(text string) { term.Helper(); term.run("send-keys", "-l", text) }

// Press presses keys by tmux's names: Enter, Down, PPage, C-z, Escape.
func (term *Terminal) Press(keys ...string) {
	term.Helper()
	term.run(append([]string{"send-keys"}, keys...)...)
}

// Command types a command and Enter.
func (term *Terminal) Command(line string) { term.Helper(); term.Type(line); term.Press("Enter") }

// Resize makes the terminal another size.
func (term *Terminal) Resize(columns, rows int) {
	term.Helper()
	term.run("resize-window", "-x", strconv.Itoa(columns), "-y", strconv.Itoa(rows))
}

// Text is what the terminal shows, without blanks at the ends of lines.
func (term *Terminal) Text() string { term.Helper(); return term.run("capture-pane", "-p") }

// Styled is the same with escape sequences for its colours.
func (term *Terminal) Styled() string { term.Helper(); return term.run("capture-pane", "-p", "-e") }

// Shows waits until every part is shown.
func (term *Terminal) Shows(parts ...string) {
	term.Helper()
	for _, part := range parts {
		Eventually(term, "the terminal shows \""+part+"\"", func() bool { return strings.Contains(term.Text(), part) })
	}
}

// Prompts waits until the shell is back, and nothing of the program is left: its
// last line is the prompt.
func (term *Terminal) Prompts() {
	term.Helper()
	Eventually(term, "the shell prompts", func() bool {
		return strings.HasSuffix(strings.TrimRight(term.Text(), " \n"), prompt)
	})
}

// Modes are the terminal's settings, as stty prints them.
func (term *Terminal) Modes() string {
	term.Helper()
	term.Command("clear; stty -a; echo done.")
	term.Shows("\ndone.")
	return term.Text()
}

// State is what the terminal says of itself: the alternate screen, the cursor
// and the mouse, by tmux's format.
func (term *Terminal) State() string {
	term.Helper()
	return strings.TrimSpace(term.run("display-message", "-p", "alternate=#{alternate_on} cursor=#{cursor_flag} mouse=#{mouse_any_flag} keypad=#{keypad_flag}"))
}

// Process is the process id of the shell's foreground command, whose name is
// known.
func (term *Terminal) Process(name string) int {
	term.Helper()
	shell := strings.TrimSpace(term.run("display-message", "-p", "#{pane_pid}"))
	pid := 0
	Eventually(term, name+" runs", func() bool {
		output, _ := exec.Command("ps", "-o", "pid=,comm=", "--ppid", shell).Output()
		for line := range strings.Lines(string(output)) {
			if fields := strings.Fields(line); len(fields) == 2 && strings.HasPrefix(fields[1], name[:min(len(name), 15)]) {
				pid, _ = strconv.Atoi(fields[0])
			}
		}
		return pid > 0
	})
	return pid
}
