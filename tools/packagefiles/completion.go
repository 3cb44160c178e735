package packagefiles

import (
	"fmt"
	"regexp"
	"strings"

	"check-haproxy/internal/plugin"
)

// path is what a value is called that can be the name of a file; a stats
// socket's address can.
var path = regexp.MustCompile(`^(FILE|PATH|ADDR|DIR)$`)

// The kinds of values that a shell can complete.
type completion int

const (
	free     completion = iota // nothing is known of the value
	files                      // a file or folder
	choices                    // one of a few
	sections                   // a section of HAProxy, asked from it
	optional                   // it may be left out: --journal [UNIT]
)

func completionOf(f plugin.Flag) completion {
	switch {
	case len(f.Choices) > 0:
		return choices
	case path.MatchString(f.Value):
		return files
	case f.Long == "--section" || f.Long == "--exclude":
		return sections
	case strings.HasPrefix(f.Value, "[") && strings.HasSuffix(f.Value, "]"):
		return optional
	default:
		return free
	}
}

// sectionNames asks the HAProxy at its usual socket for its sections.
const sectionNames = "lshaproxy --list names --timeout 1s 2>/dev/null"

// BashCompletion makes the completion for bash: flags, and the values of those
// that take files, sections or one of a few words.
func BashCompletion(p Program) string {
	var words, paths, names, values []string
	var chosen strings.Builder
	for _, f := range p.Flags {
		ways := strings.TrimPrefix(f.Short+"|"+f.Long, "|")
		words = append(words, strings.Split(ways, "|")...)
		switch completionOf(f) {
		case choices:
			fmt.Fprintf(&chosen, "\t%s) mapfile -t COMPREPLY < <(compgen -W %q -- \"$word\"); return ;;\n", ways, strings.Join(f.Choices, " "))
		case files:
			paths = append(paths, ways)
		case sections:
			names = append(names, ways)
		case free:
			if f.Value != "" {
				values = append(values, ways)
			}
		}
	}
	function := "_" + strings.ReplaceAll(p.Name, "-", "_")
	var b strings.Builder
	fmt.Fprintf(&b, "# bash completion of %s, made from its flags: do not edit.\n%s() {\n", p.Name, function)
	b.WriteString("\tlocal word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}\n\tcase $before in\n")
	if len(paths) > 0 {
		fmt.Fprintf(&b, "\t%s) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- \"$word\"); return ;;\n", strings.Join(paths, "|"))
	}
	if len(names) > 0 {
		fmt.Fprintf(&b, "\t%s) mapfile -t COMPREPLY < <(compgen -W \"$(%s)\" -- \"$word\"); return ;;\n", strings.Join(names, "|"), sectionNames)
	}
	b.WriteString(chosen.String())
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
	for _, f := range p.Flags {
		for _, name := range []string{f.Short, f.Long} {
			if name == "" {
				continue
			}
			spec := name + "[" + zshText(f.Help) + "]"
			if f.Repeatable {
				spec = "*" + spec
			}
			value := zshText(strings.ToLower(strings.Trim(f.Value, "[]")))
			switch completionOf(f) {
			case choices:
				spec += ":" + value + ":(" + strings.Join(f.Choices, " ") + ")"
			case files:
				spec += ":" + value + ":_files"
			case sections:
				spec += ":" + value + `:{compadd -- ${(f)"$(` + sectionNames + `)"}}`
			case optional:
				spec += "::" + value + ":"
			case free:
				if f.Value != "" {
					spec += ":" + value + ":"
				}
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
	for _, f := range p.Flags {
		fmt.Fprintf(&b, "complete -c %s", p.Name)
		if f.Short != "" {
			fmt.Fprintf(&b, " -s %s", strings.TrimPrefix(f.Short, "-"))
		}
		if f.Long != "" {
			fmt.Fprintf(&b, " -l %s", strings.TrimPrefix(f.Long, "--"))
		}
		switch completionOf(f) {
		case choices:
			fmt.Fprintf(&b, " -x -a %s", fishQuote(strings.Join(f.Choices, " ")))
		case files:
			b.WriteString(" -r -F")
		case sections:
			fmt.Fprintf(&b, " -x -a %s", fishQuote("("+sectionNames+")"))
		case free:
			if f.Value != "" {
				b.WriteString(" -x")
			}
		}
		fmt.Fprintf(&b, " -d %s\n", fishQuote(f.Help))
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
