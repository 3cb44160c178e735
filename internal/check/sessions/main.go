package sessions

import (
	"context"
	"io"

	"check-haproxy/internal/haproxy/endpoint"
	"check-haproxy/internal/plugin"
)

// Main runs the plugin and returns its exit code.
func Main(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	var f flags
	return plugin.Run(program, args, stdout, stderr, &f, func(ctx context.Context) (plugin.Result, error) {
		return run(ctx, &f, stdin)
	})
}

func run(ctx context.Context, f *flags, stdin io.Reader) (plugin.Result, error) {
	asked, err := f.Ask(ctx, stdin, endpoint.Query{Rows: endpoint.All, Info: f.chooses(Process)})
	if err != nil {
		return plugin.Result{}, err
	}
	report := Report{Verbose: f.Verbose, Level: f.Perfdata, JSON: f.JSON}
	notes := judge(asked, f, &report)
	result := report.Result(asked.Findings)
	result.Details = append(append(result.Details, notes...), asked.Notes()...)
	return result, nil
}
