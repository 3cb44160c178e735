// Package manual makes what describes the programs' flags to others out of the
// programs' own --help, so that none of it can drift: the man pages, Icinga 2's
// CheckCommands, the basket for Icinga Director, and the shell completions.
package packagefiles

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// Program is a program as its --help describes it.
type Program struct {
	Name    string   // "check_haproxy_backend"
	Summary string   // one line, what it answers, with its full stop or question mark
	About   string   // what the help says beyond the summary; may be empty
	Options []Option // in the order of the help
}

// Option is one flag.
type Option struct {
	Long, Short string // "--section", "-s"; either may be empty
	Value       string // what stands for its value in the help; empty for a switch
	Help        string // with the default, if it has one
	Env         string // the environment variable that can give the value, kept out of the process list
	Repeatable  bool
}

// IsPlugin says whether the program is run by a monitoring system and not by a
// person.
func (p Program) IsPlugin() bool { return strings.HasPrefix(p.Name, "check_") }

// Command is the plugin's name in Icinga 2: "haproxy_backend".
func (p Program) Command() string { return strings.TrimPrefix(p.Name, "check_") }

// Variable is the custom variable of Icinga 2 that gives an option its value:
// "haproxy_backend_max_output".
func (p Program) Variable(o Option) string {
	return p.Command() + "_" + strings.ReplaceAll(o.word(), "-", "_")
}

// word is the option without dashes.
func (o Option) word() string {
	if o.Long == "" {
		return strings.TrimPrefix(o.Short, "-")
	}
	return strings.TrimPrefix(o.Long, "--")
}

// name is the option as it is best written: in its long form.
func (o Option) name() string {
	if o.Long == "" {
		return o.Short
	}
	return o.Long
}

// checks says whether the option makes sense in a check: --help and --version
// do not.
func (o Option) checks() bool { return o.Long != "--help" && o.Long != "--version" }

// Programs builds every command below root/cmd and asks each for its help.
func Programs(root string) ([]Program, error) {
	bin, err := os.MkdirTemp("", "check-haproxy-manual")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(bin) }()

	build := exec.Command("go", "build", "-o", bin+"/", "./cmd/...")
	build.Dir = root
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if output, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("cannot build the commands: %w\n%s", err, output)
	}
	return Ask(bin)
}

// Ask asks every program in a folder for its help, in the order of their names.
func Ask(bin string) ([]Program, error) {
	files, err := filepath.Glob(filepath.Join(bin, "*"))
	if err != nil {
		return nil, err
	}
	var programs []Program
	for _, file := range files {
		// --help exits 3, as a plugin must when it has not checked anything.
		help, err := exec.Command(file, "--help").Output()
		if _, exited := err.(*exec.ExitError); err != nil && !exited {
			return nil, err
		}
		program, err := Parse(filepath.Base(file), string(help))
		if err != nil {
			return nil, err
		}
		programs = append(programs, program)
	}
	return programs, nil
}

// Parse reads a help text: what the program answers, the usage line, and under
// "Options:" each option as "  --long VALUE, -s VALUE   help", where the help
// may stand on the next line, further to the right.
func Parse(name, help string) (Program, error) {
	program := Program{Name: name}
	about, rest, ok := strings.Cut(help, "Usage: ")
	if !ok {
		return program, fmt.Errorf("the help of %s has no line that begins with Usage", name)
	}
	program.Summary, program.About, _ = strings.Cut(strings.TrimSpace(about), "\n")
	program.About = strings.TrimSpace(program.About)

	_, list, ok := strings.Cut(rest, "\nOptions:\n")
	if !ok {
		return program, fmt.Errorf("the help of %s lists no options", name)
	}
	for line := range strings.Lines(list) {
		line = strings.TrimRight(line, "\n")
		left, right := splitColumns(line)
		if strings.HasPrefix(left, "-") {
			program.Options = append(program.Options, parseNames(left))
		}
		if len(program.Options) == 0 {
			return program, fmt.Errorf("the help of %s has a line among its options that is none: %q", name, line)
		}
		last := &program.Options[len(program.Options)-1]
		last.Help = strings.TrimSpace(last.Help + " " + right)
	}
	for i := range program.Options {
		o := &program.Options[i]
		o.Env = environment.FindString(o.Help)
		// "the same for CRITICAL" is the same in this too.
		o.Repeatable = strings.Contains(o.Help, "repeatable") ||
			strings.HasPrefix(o.Help, "the same ") && i > 0 && program.Options[i-1].Repeatable
	}
	return program, nil
}

// splitColumns parts a line at the help's second column.
func splitColumns(line string) (left, right string) {
	if !strings.HasPrefix(line, "  -") {
		return "", strings.TrimSpace(line)
	}
	left, right, _ = strings.Cut(line[2:], "  ")
	return left, strings.TrimSpace(right)
}

// parseNames reads "--section PATTERN, -s PATTERN".
func parseNames(text string) Option {
	var o Option
	for way := range strings.SplitSeq(text, ", -") {
		name, value, _ := strings.Cut(way, " ")
		if !strings.HasPrefix(name, "-") {
			name = "-" + name
		}
		if o.Value = value; strings.HasPrefix(name, "--") {
			o.Long = name
		} else {
			o.Short = name
		}
	}
	return o
}

var environment = regexp.MustCompile(`\bHAPROXY_[A-Z_]+\b`)
