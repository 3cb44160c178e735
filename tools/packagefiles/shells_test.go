package packagefiles

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"check-haproxy/internal/plugin"
	"check-haproxy/test/rig"
)

func TestManPagesHaveNoWarnings(t *testing.T) {
	rig.Need(t, "man")
	pages := currentPages(t)
	for _, p := range append(Programs(), tool) {
		file := filepath.Join(t.TempDir(), p.page())
		if err := os.WriteFile(file, []byte(ManPage(p, pages[p.docs()])), 0o644); err != nil {
			t.Fatal(err)
		}
		command := exec.Command("man", "--warnings=w", "-l", file)
		command.Env = append(os.Environ(), "LC_ALL=C.UTF-8", "MANPAGER=cat", "MANWIDTH=80")
		var complaints strings.Builder
		command.Stderr = &complaints
		page, err := command.Output()
		if err != nil || complaints.Len() > 0 {
			t.Errorf("man complains of %s: %v\n%s", p.page(), err, complaints.String())
		}
		for _, o := range p.Flags {
			if !strings.Contains(string(page), o.Long) {
				t.Errorf("the man page of %s does not show %s", p.Name, o.Long)
			}
		}
	}
}

// tool stands for a program that a person runs, with help texts that would
// break careless quoting.
var tool = Program{plugin.Manual{Name: "lshaproxy", Summary: "What is wrong?", Flags: []plugin.Flag{
	{Long: "--socket", Short: "-S", Value: "ADDR", Help: "it's a \"path\" [default: `none`]: $HOME \\ or so", Repeatable: true},
	{Long: "--watch", Value: "TIME", Help: "again and again"},
	{Long: "--journal", Value: "[UNIT]", Help: "the journal"},
	{Long: "--section", Short: "-s", Value: "PATTERN", Help: "a section", Repeatable: true},
	{Long: "--state", Value: "STATE", Help: "a state", Choices: []string{"ok", "critical"}},
	{Long: "--json", Help: "print JSON"},
}}}

// fakeLshaproxy lists what a HAProxy has, another one's at another socket.
const fakeLshaproxy = `#!/bin/sh
case "$*" in
"--list names --timeout 1s") printf 'frontend v1\nbackend v2\nserver v2/a\nbackend v2e\n' ;;
"--list names --timeout 1s -S other.sock" | "--list names --timeout 1s --socket other.sock") echo backend v2other ;;
esac
`

func TestCompletions(t *testing.T) {
	folder := t.TempDir()
	file := filepath.Join(folder, "a path")
	for name, content := range map[string]string{
		"lshaproxy": fakeLshaproxy, "a path": "",
		"lshaproxy.bash": BashCompletion(tool), "_lshaproxy": ZshCompletion(tool), "lshaproxy.fish": FishCompletion(tool),
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(content), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, test := range []struct{ shell, script, want string }{
		{"bash", bashTry("lshaproxy --js", "lshaproxy", "--js"), "--json"},
		{"bash", bashTry("lshaproxy --journal --js", "lshaproxy", "--journal", "--js"), "--json"},
		{"bash", bashTry("lshaproxy -S a p", "lshaproxy", "-S", "a p"), filepath.Base(file)},
		{"bash", bashTry("lshaproxy -s v2", "lshaproxy", "-s", "v2"), "v2\nv2e"},
		{"bash", bashTry("lshaproxy -S 'other.sock' -s v", "lshaproxy", "-S", "'other.sock'", "-s", "v"), "v2other"},
		{"bash", bashTry("lshaproxy --state=x --socket=other.sock -s v", "lshaproxy", "--state", "=", "x", "--socket", "=", "other.sock", "-s", "v"), "v2other"},
		{"bash", bashTry("lshaproxy --state c", "lshaproxy", "--state", "c"), "critical"},
		{"bash", bashTry("lshaproxy --state=c", "lshaproxy", "--state", "=", "c"), "critical"},
		{"bash", bashTry("lshaproxy --state=", "lshaproxy", "--state", "="), "ok\ncritical"},
		{"fish", fishTry("lshaproxy -s v2"), "v2\ta section\nv2e\ta section"},
		{"fish", fishTry("lshaproxy -S other.sock -s v"), "v2other\ta section"},
		{"fish", fishTry("lshaproxy --state=x --socket=other.sock -s v"), "v2other\ta section"},
		{"fish", fishTry("lshaproxy --state c"), "critical\ta state"},
		{"fish", fishTry("lshaproxy --js"), "--json\tprint JSON"},
		{"fish", fishTry("lshaproxy --journal --js"), "--json\tprint JSON"},
		{"zsh", `_arguments() { print -rl -- "$@" }; . ./_lshaproxy`, "*-S[" + `it's a "path" \[default\: ` + "`none`" + `\]\: $HOME \\ or so]:addr:_files`},
		{"zsh", zshTry("lshaproxy --state c"), "lshaproxy --state critical "},
		{"zsh", zshTry("lshaproxy --state=c"), "lshaproxy --state=critical "},
		{"zsh", zshTry("lshaproxy --js"), "lshaproxy --json "},
		{"zsh", zshTry("lshaproxy --journal --js"), "lshaproxy --journal --json "},
		{"zsh", zshTry("lshaproxy -S a"), `lshaproxy -S a\ path `},
		{"zsh", zshTry("lshaproxy -s v2e"), "lshaproxy -s v2e "},
		{"zsh", zshTry("lshaproxy -S other.sock -s v"), "lshaproxy -S other.sock -s v2other "},
		{"zsh", zshTry("lshaproxy --state=x --socket=other.sock -s v"), "lshaproxy --state=x --socket=other.sock -s v2other "},
	} {
		t.Run(test.shell, func(t *testing.T) {
			command := exec.Command(rig.Need(t, test.shell), "-c", test.script)
			command.Dir = folder
			command.Env = append(os.Environ(), "HOME="+folder)
			got, err := command.CombinedOutput()
			if err != nil || !strings.Contains("\n"+string(got), "\n"+test.want+"\n") {
				t.Errorf("completes with %v\n%s\nwant %s", err, got, test.want)
			}
		})
	}
}

// bashTry prints what bash offers for the last of its words.
func bashTry(line string, words ...string) string {
	quoted := make([]string, len(words))
	for i, word := range words {
		quoted[i] = shellQuote(word)
	}
	return fmt.Sprintf(`PATH=.:$PATH; compopt() { :; }; . ./lshaproxy.bash; COMP_LINE=%s; COMP_WORDS=(%s); COMP_CWORD=%d; _lshaproxy; printf '%%s\n' "${COMPREPLY[@]}"`,
		shellQuote(line), strings.Join(quoted, " "), len(words)-1)
}

// fishTry prints what fish offers for a line.
func fishTry(line string) string {
	return "set PATH . $PATH; source lshaproxy.fish; complete -C " + fishQuote(line)
}

// zshTry types a line and a tab into a real zsh, and prints what the line is then.
// What is typed before the line editor runs it does not see.
func zshTry(line string) string {
	return `zmodload zsh/zpty
zpty z 'exec zsh -f -i'
zpty -w z 'PATH=$PWD:$PATH; fpath=($PWD $fpath); autoload -Uz compinit; compinit -u -D; zle-line-init() { print REA""DY }; zle -N zle-line-init; show() { print -r -- "LINE:$BUFFER:LINE" }; zle -N show; bindkey "^X" show'
zpty -r -m z got '*READY*'
zpty -w -n z ` + shellQuote(line) + `$'\t\C-x'
zpty -r -m z got '*LINE:*:LINE*'
got=${got##*LINE:}; print; print -r -- "${${got%:LINE*}#LINE:}"; zpty -d z`
}
