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

// askNames lists what a HAProxy has, a line "KIND NAME" each: the one whose
// address is on the command line so far, else that at its usual socket.
const askNames = "lshaproxy --list names --timeout 1s"

// sourceFlags say with their values which HAProxy that is.
var sourceFlags = []string{"-S", "--socket", "-u", "--url", "-H", "--hostname", "-p", "--port", "--stats-file"}

// kindsOf are the kinds of names that a program's --section can mean, as an
// alternative in a regular expression.
func kindsOf(p Program) string {
	switch p.Name {
	case "check_haproxy_backend", "check_haproxy_dns":
		return "backend"
	case "check_haproxy_errors":
		return "backend|server"
	case "check_haproxy_sessions":
		return "frontend|backend|server"
	default:
		return "frontend|backend"
	}
}

// function is the name of a shell function of the program's.
func (p Program) function() string { return "_" + p.Name }

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
	function := p.function()
	var b strings.Builder
	fmt.Fprintf(&b, "# bash completion of %s, made from its flags: do not edit.\n", p.Name)
	if len(names) > 0 {
		fmt.Fprintf(&b, bashSections, function, strings.Join(sourceFlags, "|"), askNames, kindsOf(p))
	}
	fmt.Fprintf(&b, "%s() {\n%s", function, bashWords)
	if len(paths) > 0 {
		fmt.Fprintf(&b, "\t%s) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- \"$word\"); return ;;\n", strings.Join(paths, "|"))
	}
	if len(names) > 0 {
		fmt.Fprintf(&b, "\t%s) mapfile -t COMPREPLY < <(compgen -W \"$(%s_sections)\" -- \"$word\"); return ;;\n", strings.Join(names, "|"), function)
	}
	b.WriteString(chosen.String())
	if len(values) > 0 {
		fmt.Fprintf(&b, "\t%s) return ;;\n", strings.Join(values, "|"))
	}
	fmt.Fprintf(&b, "\tesac\n\tmapfile -t COMPREPLY < <(compgen -W %q -- \"$word\")\n}\ncomplete -F %s %s\n", strings.Join(words, " "), function, p.Name)
	return b.String()
}

// bashSections prints the names of sections. Bash takes words apart at colons, so
// the line is split once more.
const bashSections = `%[1]s_sections() {
	local words word before= source=()
	read -ra words <<<"${COMP_LINE//[\"\']/}"
	for word in "${words[@]}"; do
		[[ $word != --*=* ]] || before=${word%%%%=*} word=${word#*=}
		case $before in
		%[2]s) source+=("$before" "$word") ;;
		esac
		before=$word
	done
	%[3]s "${source[@]}" 2>/dev/null | sed -nE 's/^(%[4]s) //p'
}
`

// bashWords has the word that is to be completed, and the one before. Bash takes
// --flag=value for three words.
const bashWords = `	local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}
	if [ "$word" = = ]; then
		word=
	elif [ "$before" = = ]; then
		before=${COMP_WORDS[COMP_CWORD-2]}
	fi
	case $before in
`

// ZshCompletion makes the completion for zsh.
func ZshCompletion(p Program) string {
	var b strings.Builder
	fmt.Fprintf(&b, "#compdef %s\n# zsh completion of %[1]s, made from its flags: do not edit.\n", p.Name)
	fmt.Fprintf(&b, zshSections, p.function(), strings.Join(sourceFlags, "|"), askNames, kindsOf(p))
	b.WriteString("_arguments -s")
	for _, f := range p.Flags {
		for _, name := range []string{f.Short, f.Long} {
			if name == "" {
				continue
			}
			value := "" // where it stands
			switch {
			case completionOf(f) == optional:
				value = "=-" // behind a "=": the next word may be a flag
			case f.Value != "" && name == f.Long:
				value = "=" // behind a "=", or the next word
			}
			spec := name + value + "[" + zshText(f.Help) + "]"
			if f.Repeatable {
				spec = "*" + spec
			}
			value = zshText(strings.ToLower(strings.Trim(f.Value, "[]")))
			switch completionOf(f) {
			case choices:
				spec += ":" + value + ":(" + strings.Join(f.Choices, " ") + ")"
			case files:
				spec += ":" + value + ":_files"
			case sections:
				spec += ":" + value + ":" + p.function() + "_sections"
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

// zshSections adds the names of sections.
const zshSections = `%[1]s_sections() {
	local -a source names
	local word before
	for word in $words; do
		[[ $word != --*=* ]] || before=${word%%%%=*} word=${word#*=}
		case $before in
		%[2]s) source+=($before ${(Q)word}) ;;
		esac
		before=$word
	done
	names=(${(f)"$(%[3]s $source 2>/dev/null | sed -nE 's/^(%[4]s) //p')"})
	compadd -a names
}
`

// FishCompletion makes the completion for fish.
func FishCompletion(p Program) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# fish completion of %s, made from its flags: do not edit.\n", p.Name)
	fmt.Fprintf(&b, fishSections, p.function(), strings.Join(sourceFlags, " "), askNames, kindsOf(p))
	fmt.Fprintf(&b, "complete -c %s -f\n", p.Name)
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
			fmt.Fprintf(&b, " -x -a %s", fishQuote("(_"+p.function()+"_sections)"))
		case free:
			if f.Value != "" {
				b.WriteString(" -x")
			}
		}
		fmt.Fprintf(&b, " -d %s\n", fishQuote(f.Help))
	}
	return b.String()
}

// fishSections prints the names of sections.
const fishSections = `function _%[1]s_sections
	command -q lshaproxy; or return
	set -l source
	set -l before
	for word in (commandline -opc)
		if string match -q -- '--*=*' $word
			set before (string split -m 1 = -- $word)
			set word $before[2]
		end
		contains -- "$before[1]" %[2]s; and set -a source $before[1] $word
		set before $word
	end
	%[3]s $source 2>/dev/null | string replace -rf -- '^(%[4]s) ' ''
end
`

// zshText escapes what ends a description or message in _arguments.
func zshText(text string) string {
	return strings.NewReplacer(`\`, `\\`, "[", `\[`, "]", `\]`, ":", `\:`).Replace(text)
}

func shellQuote(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }

func fishQuote(text string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, "'", `\'`).Replace(text) + "'"
}
