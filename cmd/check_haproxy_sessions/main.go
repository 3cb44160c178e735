// Command check_haproxy_sessions warns before a HAProxy runs out of room: how
// near are its process, frontends, servers and backends to the limits that are
// really enforced?
package main

import (
	"context"
	"io"
	"os"

	"check-haproxy/internal/endpoint"
	"check-haproxy/internal/plugin"
	"check-haproxy/internal/saturation"
)

func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }

func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	var f flags
	program := plugin.Program{Name: "check_haproxy_sessions", Check: "sessions"}
	return plugin.Run(program, args, stdout, stderr, &f, func(ctx context.Context) (plugin.Result, error) {
		return check(ctx, &f, stdin)
	})
}

func check(ctx context.Context, f *flags, stdin io.Reader) (plugin.Result, error) {
	asked, err := f.Ask(ctx, stdin, endpoint.Query{Rows: endpoint.All, Info: f.chooses(saturation.Process)})
	if err != nil {
		return plugin.Result{}, err
	}
	report := saturation.Report{Verbose: f.Verbose, Level: f.Perfdata, JSON: f.JSON}
	notes := judge(asked, f, &report)
	result := report.Result(asked.Findings)
	result.Details = append(append(result.Details, notes...), asked.Notes()...)
	return result, nil
}
