package plugin

import (
	"encoding"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/alexflint/go-arg"

	"check-haproxy/internal/advice"
)

// option is one flag as the command line knows it.
type option struct {
	long  string
	value bool // the flag takes a value
}

// options lists the flags of a struct by "-x" and "--long", as go-arg reads
// them from its tags.
func options(flags reflect.Type) map[string]option {
	found := map[string]option{"-h": {long: "--help"}, "--help": {long: "--help"}}
	for i := range flags.NumField() {
		field := flags.Field(i)
		if field.Anonymous {
			for name, o := range options(field.Type) {
				found[name] = o
			}
			continue
		}
		tag, ok := field.Tag.Lookup("arg")
		if !ok || tag == "-" {
			continue
		}
		addOption(found, field.Type, strings.Split(tag, ","))
	}
	return found
}

func addOption(found map[string]option, kind reflect.Type, names []string) {
	o := option{value: takesValue(kind)}
	for _, name := range names {
		if strings.HasPrefix(name, "--") {
			o.long = name
		}
	}
	for _, name := range names {
		if strings.HasPrefix(name, "-") {
			found[name] = o
		}
	}
}

func takesValue(kind reflect.Type) bool {
	text := reflect.TypeFor[encoding.TextUnmarshaler]()
	return kind.Kind() != reflect.Bool || reflect.PointerTo(kind).Implements(text)
}

// normalize rewrites a command line as getopt reads it, and so as users of
// check_http type it, into the one form that go-arg reads without surprises:
//
//   - a value may begin with "-" (-w -5:), which go-arg takes for a flag
//   - a value may be glued to its flag (-p8404), flags may be bundled (-vk)
//   - a flag without its value is an error; go-arg lets a repeatable one pass,
//     so that "-s" at the end would check everything
//   - an empty value is an error (-s "", --section=): the monitoring system has
//     no value for a macro, and without the flag something else would be checked
//
// An error repeats no value: it may be a secret in the wrong place.
func normalize(args []string, known map[string]option) ([]string, error) {
	var out []string
	for i := 0; i < len(args); i++ {
		name, value, hasValue := splitArg(args[i], known)
		o, ok := known[name]
		switch {
		case args[i] == "--" && i == len(args)-1:
			continue
		case !strings.HasPrefix(name, "-") || name == "-" || args[i] == "--":
			return nil, advice.New(fmt.Sprintf("unexpected argument: number %d belongs to no flag", i+1), "everything is given by flags, and a value with blanks in quotes")
		case !ok:
			return nil, fmt.Errorf("unknown flag %s", flagName(name))
		case !o.value && hasValue && strings.HasPrefix(args[i], "--"):
			return nil, fmt.Errorf("%s takes no value", name)
		case !o.value:
			out = append(out, o.long)
			if hasValue { // a bundle: -vk
				args[i] = "-" + value
				i--
			}
			continue
		case !hasValue && (i+1 == len(args) || isFlag(args[i+1], known)):
			return nil, fmt.Errorf("%s needs a value", name)
		case !hasValue:
			i++
			value = args[i]
		}
		if strings.TrimSpace(value) == "" {
			return nil, advice.New(name+" is empty", "has the monitoring system no value for a macro? Leave the flag out, or give it a value")
		}
		out = append(out, o.long+"="+value)
	}
	return out, nil
}

// flagName is a name that is no flag, as far as it can be nothing else: a secret
// may be glued to a letter.
func flagName(name string) string {
	if !strings.HasPrefix(name, "--") {
		return string([]rune(name)[:min(2, utf8.RuneCountInString(name))])
	}
	if strings.Trim(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") != "" {
		return "--…"
	}
	return name
}

// splitArg takes "--long=value", "-x=value" and "-xvalue" apart.
func splitArg(arg string, known map[string]option) (name, value string, hasValue bool) {
	if len(arg) > 2 {
		if _, short := known[arg[:2]]; short {
			return arg[:2], strings.TrimPrefix(arg[2:], "="), true
		}
	}
	return strings.Cut(arg, "=")
}

func isFlag(arg string, known map[string]option) bool {
	name, _, _ := strings.Cut(arg, "=")
	_, ok := known[name]
	return ok || arg == "--"
}

// ParseArgs fills flags, a pointer to a struct with go-arg's tags that has a
// Version, from a command line. It is done if help or the version was asked
// for, wherever that stands, and is printed: then the program has nothing to do
// but to exit with UNKNOWN (3). An error has the advice where to read on.
func ParseArgs(program string, args []string, stdout io.Writer, flags any) (done bool, err error) {
	parser, err := parse(program, args, flags)
	switch {
	case errors.Is(err, arg.ErrHelp):
		writeHelp(stdout, program, parser)
		return true, nil
	case asksVersion(args, flags):
		_, _ = fmt.Fprintln(stdout, VersionText(program))
		return true, nil
	case err != nil:
		return false, advice.Add(err, "see "+program+" --help")
	}
	return false, nil
}

// asksVersion looks for the flag alone too: if another one is wrong, the
// flags may not have come as far as to it.
func asksVersion(args []string, flags any) bool {
	if slices.Contains(args, "-V") || slices.Contains(args, "--version") {
		return true
	}
	version := reflect.ValueOf(flags).Elem().FieldByName("Version")
	return version.IsValid() && version.Bool()
}

// parse returns arg.ErrHelp if help is asked for.
func parse(program string, args []string, flags any) (*arg.Parser, error) {
	parser, err := arg.NewParser(arg.Config{Program: program}, flags)
	if err != nil {
		return nil, err
	}
	known := options(reflect.TypeOf(flags).Elem())
	normal := append([]string{}, args...)
	if _, ok := known[extraOpts]; ok {
		normal, err = expand(program, normal)
	}
	if err == nil {
		normal, err = normalize(normal, known)
	}
	if err != nil {
		for _, a := range args {
			if a == "-h" || a == "--help" {
				return parser, arg.ErrHelp
			}
		}
		return parser, err
	}
	return parser, explain(parser.Parse(normal), normal)
}

// explain puts go-arg's message about one of the arguments into the operator's
// words, without the argument's value: the reason says enough of it.
func explain(err error, args []string) error {
	if err == nil || err == arg.ErrHelp {
		return err
	}
	text := strings.TrimPrefix(err.Error(), "error processing ")
	for _, given := range args {
		reason, ok := strings.CutPrefix(text, given+": ")
		if !ok {
			continue
		}
		if strings.HasPrefix(reason, "strconv.") {
			reason = "this is not a number in its range"
		}
		name, _, _ := strings.Cut(given, "=")
		return fmt.Errorf("%s: %s", name, reason)
	}
	return err
}

// writeHelp prints go-arg's help, with a usage line that a person can read.
func writeHelp(w io.Writer, program string, parser *arg.Parser) {
	var help strings.Builder
	parser.WriteHelp(&help)
	for line := range strings.Lines(help.String()) {
		if strings.HasPrefix(line, "Usage: ") {
			line = "Usage: " + program + " [OPTION]...\n"
		}
		_, _ = io.WriteString(w, line)
	}
}
