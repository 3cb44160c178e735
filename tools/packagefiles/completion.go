package packagefiles

import (
	"fmt"
	"regexp"
	"strings"

	"check-haproxy/internal/plugin"
)

// path is what a value is called that can be the name of a file; a stats
// socket's address can.
var path = regexp.MustCompile(`^(FILE|PATH|ADDR)$`)

func takesPath(o plugin.Flag) bool { return path.MatchString(o.Value) }

// mayStandAlone says whether the value can be left out: --journal [UNIT].
func mayStandAlone(o plugin.Flag) bool {
	return strings.HasPrefix(o.Value, "[") && strings.HasSuffix(o.Value, "]")
}

// BashCompletion makes the completion for bash: flags, and files where a flag
// takes one.
func BashCompletion(p Program) string {
	var words, paths, values []string
	for _, o := range p.Flags {
		for _, name := range []string{o.Short, o.Long} {
			switch {
			case name == "":
				continue
			case takesPath(o):
				paths = append(paths, name)
			case o.Value != "" && !mayStandAlone(o):
				values = append(values, name)
			}
			words = append(words, name)
		}
	}
	function := "_" + strings.ReplaceAll(p.Name, "-", "_")
	var b strings.Builder
	fmt.Fprintf(&b, "# bash completion of %s, made from its flags: do not edit.\n%s() {\n", p.Name, function)
	b.WriteString("\tlocal word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}\n\tcase $before in\n")
	if len(paths) > 0 {
		fmt.Fprintf(&b, "\t%s) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- \"$word\"); return ;;\n", strings.Join(paths, "|"))
	}
	if len(values) > 0 {
		fmt.Fprintf(&b, "\t%s) return ;;\n", strings.Join(values, "|"))
	}
	fmt.Fprintf(&b, "\tesac\n\tmapfile -t COMPREPLY < <(compgen -W %q -- \"$word\")\n}\ncomplete -F %s %s\n", strings.Join(words, " "), function, p.Name)
	return b.String()
}

// ZshCompletion makes the completion for zsh.
func ZshCompletion(p Program) string {
	var b strings.Builder
	fmt.Fprintf(&b, "#compdef %s\n# zsh completion of %s, made from its flags: do not edit.\n_arguments -s", p.Name, p.Name)
	for _, o := range p.Flags {
		for _, name := range []string{o.Short, o.Long} {
			if name == "" {
				continue
			}
			spec := name + "[" + zshText(o.Help) + "]"
			if o.Repeatable {
				spec = "*" + spec
			}
			switch {
			case takesPath(o):
				spec += ":" + zshText(strings.ToLower(o.Value)) + ":_files"
			case mayStandAlone(o):
				spec += "::" + zshText(strings.ToLower(strings.Trim(o.Value, "[]"))) + ":"
			case o.Value != "":
				spec += ":" + zshText(strings.ToLower(o.Value)) + ":"
			}
			fmt.Fprintf(&b, " \\\n\t%s", shellQuote(spec))
		}
	}
	b.WriteString("\n")
	return b.String()
}

// FishCompletion makes the completion for fish.
func FishCompletion(p Program) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# fish completion of %s, made from its flags: do not edit.\ncomplete -c %s -f\n", p.Name, p.Name)
	for _, o := range p.Flags {
		fmt.Fprintf(&b, "complete -c %s", p.Name)
		if o.Short != "" {
			fmt.Fprintf(&b, " -s %s", strings.TrimPrefix(o.Short, "-"))
		}
		if o.Long != "" {
			fmt.Fprintf(&b, " -l %s", strings.TrimPrefix(o.Long, "--"))
		}
		switch {
		case takesPath(o):
			b.WriteString(" -r -F")
		case o.Value != "" && !mayStandAlone(o):
			b.WriteString(" -x")
		}
		fmt.Fprintf(&b, " -d %s\n", fishQuote(o.Help))
	}
	return b.String()
}

// zshText escapes what ends a description or message in _arguments.
func zshText(text string) string {
	return strings.NewReplacer(`\`, `\\`, "[", `\[`, "]", `\]`, ":", `\:`).Replace(text)
}

func shellQuote(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }

func fishQuote(text string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, "'", `\'`).Replace(text) + "'"
}
