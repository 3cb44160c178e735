package config

import (
	"context"
	"io"

	"check-haproxy/internal/check"
	"check-haproxy/internal/haproxy/configuration"
	"check-haproxy/internal/haproxy/endpoint"
	"check-haproxy/internal/plugin"
)

// flags are the command line, in the order of the help text.
type flags struct {
	Config      []string      `arg:"--config,separate" placeholder:"PATH" help:"haproxy.cfg, or a folder of *.cfg as haproxy -f takes it; several are one configuration (repeatable) [default: /etc/haproxy/haproxy.cfg]"`
	Ignore      []Ignore      `arg:"--ignore,separate" placeholder:"RULE[=SECTION]" help:"leave out what a rule finds, everywhere or in one section; both are patterns (repeatable)"`
	Only        []RulePattern `arg:"--only,separate" placeholder:"RULE" help:"judge by these rules alone (repeatable)"`
	Critical    []RulePattern `arg:"-c,--critical,separate" placeholder:"RULE" help:"what this rule finds is CRITICAL (repeatable)"`
	Socket      []string      `arg:"-S,--socket,separate" placeholder:"ADDR" help:"stats socket of the HAProxy that runs with this configuration: compare its servers with the file (repeatable) [default: ask nothing]"`
	Unreachable plugin.State  `arg:"--unreachable" placeholder:"STATE" default:"unknown" help:"state if the HAProxy of --socket cannot be reached: ok, warning, critical or unknown"`
	check.Filter
	plugin.CommonFlags
}

// Description opens the help text.
func (flags) Description() string {
	return "Does a haproxy.cfg invite the next outage?\nReads the file as HAProxy does and says what will go wrong, in which line, and\nwhat to write instead. A comment \"# check_haproxy: ignore RULE\" on a line does\nthe same as --ignore where it stands.\n"
}

// defaultConfig is where packages put the file.
const defaultConfig = "/etc/haproxy/haproxy.cfg"

// Main runs the plugin and returns its exit code.
func Main(args []string, _ io.Reader, stdout, stderr io.Writer) int {
	var f flags
	return plugin.Run(program, args, stdout, stderr, &f, func(ctx context.Context) (plugin.Result, error) {
		return run(ctx, &f)
	})
}

func run(ctx context.Context, f *flags) (plugin.Result, error) {
	paths := f.Config
	if len(paths) == 0 {
		paths = []string{defaultConfig}
	}
	sources, err := configuration.ReadFiles(paths)
	if err != nil {
		return plugin.Result{}, err
	}
	vocabulary, err := configuration.NewVocabulary()
	if err != nil {
		return plugin.Result{}, err
	}
	c, err := configuration.Parse(sources, vocabulary)
	if err != nil {
		return plugin.Result{}, err
	}
	if err := f.CheckMatched("section", sectionNames(c)); err != nil {
		return plugin.Result{}, err
	}
	running, trouble, err := f.running(ctx)
	if err != nil {
		return plugin.Result{}, err
	}
	found := Judge(Subject{Configuration: c, Running: running}, f.options())
	result := report(c, found, f.Verbose)
	result.Add(plugin.Sentences(trouble...))
	return result, nil
}

func (f *flags) options() Options {
	return Options{Only: f.Only, Ignore: f.Ignore, Critical: f.Critical, Selects: func(section string) bool { return f.Selects(section) }}
}

func sectionNames(c *configuration.Configuration) [][]string {
	var names [][]string
	for _, section := range c.Sections {
		names = append(names, []string{section.Title()})
	}
	return names
}

// running asks what runs now, if there is a socket to ask. What could not be
// asked is a finding: nothing is known of drift then.
func (f *flags) running(ctx context.Context) ([]Running, []plugin.Finding, error) {
	endpoints, err := endpoint.Sockets(f.Socket)
	if err != nil {
		return nil, nil, err
	}
	var running []Running
	var trouble []plugin.Finding
	for _, answer := range endpoint.Ask(ctx, endpoints, endpoint.Query{Rows: endpoint.BackendsAndServers, Servers: endpoint.Always}) {
		switch {
		case answer.Err != nil:
			reach := check.ReachFlags{Unreachable: f.Unreachable, Refused: f.Unreachable}
			trouble = append(trouble, reach.Unanswered(&answer, false))
			continue
		case answer.Nameless != nil:
			trouble = append(trouble, check.Trouble(plugin.Unknown, answer.Nameless))
		}
		running = append(running, Running{Endpoint: answer.Name, Backends: answer.Stats.Backends})
	}
	return running, trouble, nil
}
