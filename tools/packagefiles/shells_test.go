package packagefiles

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"check-haproxy/internal/plugin"
)

// need skips a test whose program is missing; in CI it fails.
func need(t *testing.T, program string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	switch {
	case err == nil:
	case os.Getenv("CI") == "true":
		t.Fatalf("%s is not installed", program)
	default:
		t.Skipf("%s is not installed", program)
	}
	return path
}

func TestManPagesHaveNoWarnings(t *testing.T) {
	need(t, "man")
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

func TestCompletions(t *testing.T) {
	folder := t.TempDir()
	file := filepath.Join(folder, "a path")
	for name, content := range map[string]string{
		"lshaproxy": "#!/bin/sh\necho v2\necho v2e\n", "a path": "",
		"lshaproxy.bash": BashCompletion(tool), "_lshaproxy": ZshCompletion(tool), "lshaproxy.fish": FishCompletion(tool),
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(content), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, test := range []struct{ shell, script, want string }{
		{"bash", `compopt() { :; }; . ./lshaproxy.bash; COMP_WORDS=(lshaproxy --js); COMP_CWORD=1; _lshaproxy; printf '%s\n' "${COMPREPLY[@]}"`, "--json"},
		{"bash", `compopt() { :; }; . ./lshaproxy.bash; COMP_WORDS=(lshaproxy --journal --js); COMP_CWORD=2; _lshaproxy; printf '%s\n' "${COMPREPLY[@]}"`, "--json"},
		{"bash", `compopt() { :; }; . ./lshaproxy.bash; COMP_WORDS=(lshaproxy -S "a p"); COMP_CWORD=2; _lshaproxy; printf '%s\n' "${COMPREPLY[@]}"`, filepath.Base(file)},
		{"bash", `PATH=.:$PATH; compopt() { :; }; . ./lshaproxy.bash; COMP_WORDS=(lshaproxy -s v2); COMP_CWORD=2; _lshaproxy; printf '%s\n' "${COMPREPLY[@]}"`, "v2\nv2e"},
		{"bash", `compopt() { :; }; . ./lshaproxy.bash; COMP_WORDS=(lshaproxy --state c); COMP_CWORD=2; _lshaproxy; printf '%s\n' "${COMPREPLY[@]}"`, "critical"},
		{"fish", `set PATH . $PATH; source lshaproxy.fish; complete -C 'lshaproxy -s v2'`, "v2\ta section\nv2e\ta section"},
		{"fish", `set PATH . $PATH; source lshaproxy.fish; complete -C 'lshaproxy --state c'`, "critical\ta state"},
		{"zsh", `_arguments() { print -rl -- "$@" }; . ./_lshaproxy`, "--state[a state]:state:(ok critical)"},
		{"zsh", `PATH=.:$PATH; compadd() { shift; print -rl -- "$@" }; _arguments() { for a in "$@"; do case $a in (*--section*) eval "${${a##*:\{}%\}}";; esac; done }; . ./_lshaproxy`, "v2\nv2e"},
		{"fish", `set PATH . $PATH; source lshaproxy.fish; complete -C 'lshaproxy --js'`, "--json\tprint JSON"},
		{"fish", `set PATH . $PATH; source lshaproxy.fish; complete -C 'lshaproxy --journal --js'`, "--json\tprint JSON"},
		{"zsh", `_arguments() { print -rl -- "$@" }; . ./_lshaproxy`, "--journal[the journal]::unit:"},
		{"zsh", `_arguments() { print -rl -- "$@" }; . ./_lshaproxy`, "*-S[" + `it's a "path" \[default\: ` + "`none`" + `\]\: $HOME \\ or so]:addr:_files`},
	} {
		t.Run(test.shell, func(t *testing.T) {
			command := exec.Command(need(t, test.shell), "-c", test.script)
			command.Dir = folder
			command.Env = append(os.Environ(), "HOME="+folder)
			got, err := command.CombinedOutput()
			if err != nil || !strings.Contains("\n"+string(got), "\n"+test.want+"\n") {
				t.Errorf("completes with %v\n%s\nwant %s", err, got, test.want)
			}
		})
	}
}
