// Package overview is lshaproxy: it asks as the checks do, and shows their verdicts
// with causes and commands. It judges nothing itself.
package overview

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/rs/zerolog"

	"check-haproxy/internal/advice"
	"check-haproxy/internal/check"
	"check-haproxy/internal/check/nosrv"
	"check-haproxy/internal/dns"
	"check-haproxy/internal/overview/inventory"
	"check-haproxy/internal/overview/picture"
	"check-haproxy/internal/plugin"
)

const program = "lshaproxy"

// The exit codes.
const (
	couldLook    = 0
	couldNotLook = 3 // as UNKNOWN of the plugins; bad arguments, help and version too
)

// flags are the command line, in the order of the help text.
type flags struct {
	check.Flags
	check.LogFlags
	nosrv.CountFlags
	Nameservers []dns.Nameserver `arg:"--nameserver,separate" placeholder:"ADDR[:PORT]" help:"name server to ask for the names of servers that are down, and no other; several take turns (repeatable) [default: the system's]"`
	NoLookup    bool             `arg:"--no-lookup" help:"ask no name server"`
	Watch       plugin.Duration  `arg:"--watch" placeholder:"[DURATION]" help:"on a terminal a screen to work with, that looks again so often (? shows its keys); else one picture after another; every 2s if nothing is named"`
	List        inventory.Format `arg:"--list" placeholder:"[FORMAT]" help:"list what there is to watch, for discovery: names, icinga2 (host variables), nagios (services), director (rows to import) or json; names if nothing is named"`
	Verbose     bool             `arg:"-v,--verbose" help:"every section and every server; else those in order have a line a section, and many are only counted"`
	JSON        bool             `arg:"--json" help:"print one JSON object; with --watch one a line"`
	Color       when             `arg:"--color" placeholder:"WHEN" default:"auto" help:"auto, always or never; auto is on a terminal, unless NO_COLOR is set"`
	Timeout     plugin.Timeout   `arg:"-t,--timeout" placeholder:"DURATION" default:"10s" help:"bound on one look: 10, 10s or 1m"`
	LogLevel    plugin.LogLevel  `arg:"--log-level" placeholder:"LEVEL" default:"off" help:"diagnostics on standard error: off, error, warn, info, debug or trace"`
	Version     bool             `arg:"-V,--version" help:"display the version and exit"`
}

// Description opens the help text.
func (flags) Description() string {
	return "What does a HAProxy do now, what is wrong with it, why, and how to look further?\n\n" +
		"With a stats socket of this machine, /var/log/haproxy.log is read too if it may be; --file, --journal or --ring name another log. The exit code is 0 if it could look, and 3 if not.\n"
}

// when is the value of --color.
type when string

func (w *when) UnmarshalText(text []byte) error {
	switch *w = when(text); *w {
	case "auto", "always", "never":
		return nil
	default:
		return errors.New("this is none of auto, always and never")
	}
}

// Choices are what --color takes.
func (when) Choices() []string { return []string{"auto", "always", "never"} }

func (w when) MarshalText() ([]byte, error) { return []byte(w), nil }

// Main runs lshaproxy and returns its exit code.
func Main(args []string, stdin *os.File, stdout *os.File, stderr io.Writer) int {
	var f flags
	done, err := plugin.ParseArgs(program, withDefaults(args), stdout, &f)
	if done {
		return couldNotLook
	}
	if err == nil {
		err = f.check()
	}
	if err != nil {
		complain(stderr, advice.Whole(err))
		return couldNotLook
	}
	logger := zerolog.New(stderr).Level(f.LogLevel.Level).With().Timestamp().Str("program", program).Logger()
	ctx := logger.WithContext(context.Background())
	t := newTerminal(stdin, stdout, os.Getenv, f.Color)
	if f.Watch > 0 {
		return watch(ctx, &f, t, stderr)
	}
	if f.List != "" {
		return newLooker(&f, stdin, check.DefaultFile).list(ctx, stdout, stderr)
	}
	facts, err := newLooker(&f, stdin, check.DefaultFile).look(ctx)
	if err != nil {
		complain(stderr, advice.Whole(err))
		return couldNotLook
	}
	return show(facts, &f, t, stderr)
}

// withDefaults gives --journal, --list and --watch their values where they stand alone.
func withDefaults(args []string) []string {
	args = check.Args(args)
	for i, arg := range args {
		if i < len(args)-1 && !strings.HasPrefix(args[i+1], "-") {
			continue
		}
		switch arg {
		case "--watch":
			args[i] = "--watch=2s"
		case "--list":
			args[i] = "--list=names"
		}
	}
	return args
}

// check refuses what cannot be meant together.
func (f *flags) check() error {
	fromStdin := 0
	for _, path := range append([]string{f.StatsFile}, f.Files...) {
		if path == "-" {
			fromStdin++
		}
	}
	switch {
	case fromStdin > 1:
		return errors.New("--stats-file and --file both read standard input; name a file for one of them")
	case f.List != "" && f.Watch > 0:
		return errors.New("--list lists once; leave out --watch")
	case fromStdin > 0 && f.Watch > 0:
		return errors.New("standard input can be read only once; name a file, or leave --watch away")
	default:
		return nil
	}
}

// show prints one picture, and after it, where a person expects errors, what
// could not be looked at.
func show(facts picture.Facts, f *flags, t *terminal, stderr io.Writer) int {
	failures := facts.Failures
	code := exitCode(facts)
	var err error
	if f.JSON {
		err = writeJSON(t.out, picture.Of(facts), code)
	} else if facts.Failures = nil; len(facts.Processes) > 0 || facts.Log != nil {
		err = writeLines(t.out, picture.Of(facts).Lines(t.canvas(), f.Verbose))
	}
	for _, failure := range failures {
		complain(stderr, failure)
	}
	if err != nil {
		complain(stderr, advice.Whole(err))
		return couldNotLook
	}
	return code
}

// exitCode is like that of ls: one thing that could not be looked at is enough.
func exitCode(facts picture.Facts) int {
	if len(facts.Failures) > 0 {
		return couldNotLook
	}
	return couldLook
}

func writeLines(w io.Writer, lines []string) error {
	var text []byte
	for _, l := range lines {
		text = append(append(text, l...), '\n')
	}
	_, err := w.Write(text)
	return err
}

func writeJSON(w io.Writer, p *picture.Picture, code int) error {
	object, err := plugin.FormatJSON(program, p.Result(), code)
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, object)
	return err
}

func complain(w io.Writer, sentence string) {
	_, _ = fmt.Fprintf(w, "%s: %s\n", program, plugin.Clean(sentence))
}
