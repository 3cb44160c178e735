// Command statistics measures the statistics checks beside socat, which does
// the same query and nothing else, on HAProxys of 15 and of 11,000 rows, and
// prints a table of ratios with the bounds that the project promises.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"check-haproxy/tools/bench"
)

func main() {
	bin := flag.String("bin", "bin", "folder of the plugins")
	runs := flag.Int("runs", 100, "runs of each command; the fastest counts")
	flag.Parse()
	if err := measure(*bin, *runs); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func measure(bin string, runs int) error {
	dir, err := os.MkdirTemp("/tmp", "bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	query := filepath.Join(dir, "query")
	if err := os.WriteFile(query, []byte("show stat\n"), 0o600); err != nil {
		return err
	}
	small, stopSmall, err := startHAProxy(dir, "small", 5, 2)
	if err != nil {
		return err
	}
	defer stopSmall()
	large, stopLarge, err := startHAProxy(dir, "large", 1000, 10)
	if err != nil {
		return err
	}
	defer stopLarge()

	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	defer w.Flush()
	fmt.Fprintln(w, "what\tours\ttheirs\tratio\tat most")
	for _, check := range []string{"backend", "sessions"} {
		if err := measureCheck(w, filepath.Join(bin, "check_haproxy_"+check), query, small, large, runs); err != nil {
			return err
		}
	}
	if err := measureCounters(w, bin, filepath.Join(dir, "state"), large, runs); err != nil {
		return err
	}
	return sizes(w, bin)
}

// measureCounters measures what it costs to keep samples between two runs: beside
// check_haproxy_backend, which asks for the same rows and keeps none.
func measureCounters(w *tabwriter.Writer, bin, state, large string, runs int) error {
	without := &bench.Command{Args: []string{filepath.Join(bin, "check_haproxy_backend"), "-S", large}}
	for _, name := range []string{"check_haproxy_nosrv", "check_haproxy_errors"} {
		args := []string{filepath.Join(bin, name), "--counters", "-S", large, "--state-dir", filepath.Join(state, name)}
		first, next := &bench.Command{Args: args}, &bench.Command{Args: args}
		if err := errors.Join(os.MkdirAll(state, 0o700), bench.Run(1, first), bench.Run(runs, without, next)); err != nil {
			return err
		}
		size, err := sizeOf(filepath.Join(state, name))
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "%s from counters, 11,000 rows, to without samples\t%v\t%v\t%.2f\t1.5\n", name, round(next.Wall), round(without.Wall), next.Wall.Seconds()/without.Wall.Seconds())
		fmt.Fprintf(w, "%s from counters, 11,000 rows, peak memory\t%.1f MiB\t\t\t32 MiB\n", name, float64(max(first.RSSKiB, next.RSSKiB))/1024)
		fmt.Fprintf(w, "%s from counters, 11,000 rows, state\t%.1f MiB\t\t\t4 MiB\n", name, float64(size)/(1<<20))
	}
	return nil
}

// sizeOf is how many bytes the files of a folder have together.
func sizeOf(folder string) (size int64, err error) {
	entries, err := os.ReadDir(folder)
	for _, entry := range entries {
		info, infoErr := entry.Info()
		if infoErr != nil {
			return 0, infoErr
		}
		size += info.Size()
	}
	return size, err
}

func measureCheck(w *tabwriter.Writer, plugin, query, small, large string, runs int) error {
	socatSmall := &bench.Command{Args: []string{"socat", "-", "UNIX-CONNECT:" + small}, Stdin: query}
	socatLarge := &bench.Command{Args: []string{"socat", "-", "UNIX-CONNECT:" + large}, Stdin: query}
	ourSmall := &bench.Command{Args: []string{plugin, "-S", small}}
	ourLarge := &bench.Command{Args: []string{plugin, "-S", large}}
	ourOne := &bench.Command{Args: []string{plugin, "-S", large, "-s", "b500"}}
	if err := bench.Run(runs, socatSmall, ourSmall, socatLarge, ourLarge, ourOne); err != nil {
		return err
	}
	name := filepath.Base(plugin)
	row := func(what string, ours, theirs *bench.Command, most float64) {
		fmt.Fprintf(w, "%s, %s\t%v\t%v\t%.2f\t%.1f\n", name, what, round(ours.Wall), round(theirs.Wall), ours.Wall.Seconds()/theirs.Wall.Seconds(), most)
	}
	row("15 rows, to socat", ourSmall, socatSmall, 1.2)
	row("11,000 rows, to socat", ourLarge, socatLarge, 1.2)
	row("one exact name, to all rows", ourOne, ourLarge, 0.1)
	fmt.Fprintf(w, "%s, 11,000 rows, peak memory\t%.1f MiB\t\t\t24 MiB\n", name, float64(ourLarge.RSSKiB)/1024)
	return nil
}

func round(d time.Duration) time.Duration { return d.Round(10 * time.Microsecond) }

func sizes(w *tabwriter.Writer, bin string) error {
	entries, err := os.ReadDir(bin)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		info, err := entry.Info()
		if err != nil {
			return err
		}
		most := 8
		if entry.Name() == "lshaproxy" {
			most = 12
		}
		fmt.Fprintf(w, "%s, size\t%.1f MB\t\t\t%d MB\n", entry.Name(), float64(info.Size())/1e6, most)
	}
	return nil
}

// startHAProxy starts a HAProxy of backends with servers and returns its socket.
func startHAProxy(dir, name string, backends, servers int) (socket string, stop func(), err error) {
	var config strings.Builder
	for b := range backends {
		fmt.Fprintf(&config, "backend b%d\n", b+1)
		for s := range servers {
			fmt.Fprintf(&config, " server s%d 127.0.0.1:9\n", s+1)
		}
	}
	return bench.StartHAProxy(dir, name, "", config.String())
}
