package dns

import (
	"context"
	"io"
	"slices"

	"check-haproxy/internal/check"
	"check-haproxy/internal/dns"
	"check-haproxy/internal/haproxy"
	"check-haproxy/internal/haproxy/endpoint"
	"check-haproxy/internal/plugin"
)

// flags are the command line, in the order of the help text.
type flags struct {
	check.Flags
	dns.ResolverFlags
	plugin.CommonFlags
}

// Description opens the help text.
func (flags) Description() string {
	return "Do the names behind the servers of a HAProxy still mean what it thinks?\n"
}

// Main runs the plugin and returns its exit code.
func Main(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	var f flags
	return plugin.Run(program, args, stdout, stderr, &f, func(ctx context.Context) (plugin.Result, error) {
		return run(ctx, &f, stdin)
	})
}

func run(ctx context.Context, f *flags, stdin io.Reader) (plugin.Result, error) {
	asked, err := f.Ask(ctx, stdin, endpoint.Query{Rows: endpoint.BackendsAndServers, Servers: endpoint.Always, Resolvers: true})
	if err != nil {
		return plugin.Result{}, err
	}
	backends := asked.Backends()
	names := check.Lookup(ctx, f.Resolver(), backends, func(*haproxy.Server) bool { return true })
	var verdicts []Verdict
	for _, target := range backends {
		if v, ok := Judge(target, names); ok {
			verdicts = append(verdicts, v)
		}
	}
	// What does not tell the names behind the servers is no answer to this
	// check's question.
	for _, answer := range asked.Answers {
		if answer.Nameless != nil {
			asked.Lacks(answer.Label, answer.Nameless)
		}
	}
	return report(asked, verdicts, len(names.Names)+len(names.Services) > 0), nil
}

func report(asked *check.Asked, verdicts []Verdict, looked bool) plugin.Result {
	found := plugin.Findings{Noun: "section", Total: len(verdicts)}
	var perfdata []plugin.Metric
	for _, v := range verdicts {
		found.List = append(found.List, v.Finding())
		perfdata = append(perfdata, v.Perfdata()...)
	}
	result := plugin.Combine(found, plugin.Sentences(asked.Findings...))
	// Where a pattern matched nothing there is nothing in order to tell of.
	if len(asked.Answers) > 0 && (len(verdicts) > 0 || len(asked.Findings) == 0) {
		result.Rest = []string{Rest(verdicts, looked, tellsNames(asked))}
	}
	counters, metrics := counters(asked)
	if result.State == plugin.OK {
		result.Details = append(result.Details, counters...)
	} else {
		result.Problems = append(result.Problems, counters...)
	}
	result.Details = append(result.Details, notes(asked)...)
	result.Perfdata = append(append(perfdata, Totals(verdicts)...), metrics...)
	result.Sections = Sections(verdicts)
	return result
}

// tellsNames says whether any answer can tell the names behind the servers.
func tellsNames(asked *check.Asked) bool {
	return slices.ContainsFunc(asked.Answers, func(a endpoint.Answer) bool { return a.Socket })
}

// counters are those of HAProxy's own resolvers.
func counters(asked *check.Asked) (lines []string, metrics []plugin.Metric) {
	for _, answer := range asked.Answers {
		l, m := Counters(answer.Resolvers, func(name string) string { return asked.Label(answer.Label, name) })
		lines, metrics = append(lines, l...), append(metrics, m...)
	}
	return lines, metrics
}

// notes tell what could not be looked at.
func notes(asked *check.Asked) []string {
	notes := asked.Notes()
	for _, answer := range asked.Answers {
		if !answer.Socket {
			notes = append(notes, answer.Name+": only a socket tells the names behind the servers (-S); this one only which have no address")
		}
	}
	return notes
}
