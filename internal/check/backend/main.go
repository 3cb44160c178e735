package backend

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"check-haproxy/internal/check"
	"check-haproxy/internal/dns"
	"check-haproxy/internal/plugin"
	"check-haproxy/internal/plugin/threshold"
)

// flags are the command line, in the order of the help text.
type flags struct {
	check.Flags
	Warning      []serverRule            `arg:"-w,--warning,separate" placeholder:"[PATTERN=]RANGE" help:"servers that have to be up, as a number or as % of up + down; the last PATTERN that matches wins (repeatable) [default: 100%:]"`
	Critical     []serverRule            `arg:"-c,--critical,separate" placeholder:"[PATTERN=]RANGE" help:"the same for CRITICAL (repeatable) [default: 1:]"`
	ActiveOnly   bool                    `arg:"--active-only" help:"leave backup servers out of the count"`
	MaintOK      bool                    `arg:"--maint-ok" help:"a backend whose servers are all taken out on purpose, or that is unpublished, is OK"`
	MaintWarning plugin.OptionalDuration `arg:"--maint-warning" placeholder:"DURATION" default:"none" help:"a server that is taken out for longer is a WARNING: 1h, 7d"`
	Unresolved   unresolved              `arg:"--unresolved" placeholder:"STANDING" default:"down" help:"down or out: what a server without an address counts as, if the statistics cannot tell an unfilled slot of a server-template"`
	NoServers    givenState              `arg:"--no-servers" placeholder:"STATE" help:"state of a backend without servers that has lost them, or that has answered nothing but 5xx: ok, warning, critical or unknown [default: critical; warning if it never had any]"`
	plugin.CommonFlags
}

// Description opens the help text.
func (flags) Description() string {
	return "Is there a server left that can answer, in every backend of a HAProxy?\n"
}

// serverRule is a threshold on servers that have to be up.
type serverRule struct{ threshold.Rule }

// UnmarshalText reads a rule. One without a colon alerts when more servers are
// up, and nobody wants to be called for that.
func (r *serverRule) UnmarshalText(text []byte) error {
	if err := r.Rule.UnmarshalText(text); err != nil {
		return err
	}
	given := string(text[strings.LastIndexByte(string(text), '=')+1:])
	if r.Range.IsCeiling() && !strings.Contains(given, ":") {
		return fmt.Errorf("%s alerts when more servers than that are up; write %[1]s: for at least so many", given)
	}
	return nil
}

func rules(given []serverRule) threshold.Rules {
	var rules threshold.Rules
	for _, r := range given {
		rules = append(rules, r.Rule)
	}
	return rules
}

// unresolved is the value of --unresolved.
type unresolved struct{ Standing }

// Choices are the standings that --unresolved takes.
func (unresolved) Choices() []string { return []string{string(Down), string(Out)} }

func (u *unresolved) UnmarshalText(text []byte) error {
	switch u.Standing = Standing(text); u.Standing {
	case Down, Out:
		return nil
	default:
		return errors.New("this is neither down nor out")
	}
}

// givenState is a state that has several defaults if none is given.
type givenState struct {
	plugin.State
	given bool
}

// UnmarshalText reads a state.
func (s *givenState) UnmarshalText(text []byte) error {
	s.given = true
	return s.State.UnmarshalText(text)
}

// Main runs the plugin and returns its exit code.
func Main(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	var f flags
	return plugin.Run(program, args, stdout, stderr, &f, func(ctx context.Context) (plugin.Result, error) {
		return run(ctx, &f, stdin)
	})
}

func run(ctx context.Context, f *flags, stdin io.Reader) (plugin.Result, error) {
	asked, err := f.ask(ctx, stdin)
	if err != nil {
		return plugin.Result{}, err
	}
	verdicts, leftOut := judge(asked, f.options())
	return f.report(asked, verdicts, leftOut), nil
}

func (f *flags) options() Options {
	o := Defaults()
	o.Warning, o.Critical = append(o.Warning, rules(f.Warning)...), append(o.Critical, rules(f.Critical)...)
	o.ActiveOnly, o.MaintOK, o.UnresolvedOut = f.ActiveOnly, f.MaintOK, f.Unresolved.Standing == Out
	o.MaintWarning = time.Duration(f.MaintWarning)
	if f.NoServers.given {
		o.NoServers, o.LostServers = f.NoServers.State, f.NoServers.State
	}
	return o
}

// judge returns the verdicts on the chosen backends, and how many of them have
// no servers and are left out.
func judge(asked *check.Asked, options Options) (verdicts []Verdict, leftOut int) {
	targets := asked.Backends()
	verdicts = make([]Verdict, 0, len(targets))
	for _, target := range targets {
		verdict, ok := Judge(target, dns.Answers{}, options)
		if !ok {
			leftOut++
			continue
		}
		verdicts = append(verdicts, verdict)
	}
	return verdicts, leftOut
}

func (f *flags) report(asked *check.Asked, verdicts []Verdict, leftOut int) plugin.Result {
	found := plugin.Findings{Noun: "backend", Total: len(verdicts)}
	perfdata := slices.Grow(Totals(verdicts), 3*len(verdicts))
	for _, v := range verdicts {
		found.List = append(found.List, v.Finding(f.Verbose))
		perfdata = append(perfdata, v.Perfdata(f.Perfdata)...)
	}
	result := plugin.Combine(found, plugin.Sentences(asked.Findings...))
	if len(asked.Answers) > 0 {
		result.Rest = []string{Rest(verdicts, leftOut)}
	}
	result.Details = append(result.Details, asked.Notes()...)
	result.Perfdata = perfdata
	if f.JSON {
		result.Sections = Sections(verdicts)
	}
	return result
}
