// Command nosrv measures check_haproxy_nosrv and check_haproxy_errors beside
// Debian's halog and ripgrep on generated logs, and prints a table of ratios with
// the bounds that the project promises.
package main

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"text/tabwriter"
	"time"

	"check-haproxy/tools/bench"
)

func main() {
	bin := flag.String("bin", "bin", "folder of the plugins")
	runs := flag.Int("runs", 5, "runs of each command; the fastest counts")
	large := flag.Int64("large", 1400, "MB of the large log")
	small := flag.Int64("small", 180, "MB of the small log, which ends with the same lines")
	flag.Parse()
	if err := measure(filepath.Join(*bin, "check_haproxy_nosrv"), *runs, *large<<20, *small<<20); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// end is the end of both logs, which are a day long each.
var end = time.Date(2026, 11, 22, 20, 0, 0, 0, time.UTC)

// stretch is what a check reads by default: window and baseline.
const stretch = 65 * time.Minute

func measure(plugin string, runs int, large, small int64) error {
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	largeLog, smallLog := filepath.Join(dir, "large.log"), filepath.Join(dir, "small.log")
	// The stretch has as many lines in both logs: as the large one has there
	// where its lines are spread evenly.
	recent := int64(float64(large) * stretch.Hours() / 24)
	if err := errors.Join(generate(largeLog, large, recent), generate(smallLog, small, recent)); err != nil {
		return err
	}
	nosrv := func(name, log, stdin string, more ...string) *bench.Command {
		args := []string{plugin, "-f", log, "--timezone", "UTC", "--at", end.Format(time.DateTime), "--timeout", "5m"}
		return &bench.Command{Name: name, Args: append(args, more...), Stdin: stdin}
	}
	halog := &bench.Command{Name: "halog -srv", Args: []string{"halog", "-srv", "-q"}, Stdin: largeLog}
	whole := nosrv("nosrv, the whole log", largeLog, "", "--baseline", "48h")
	inLarge, inSmall := nosrv("nosrv, 5m + 1h", largeLog, ""), nosrv("nosrv, 5m + 1h of the small log", smallLog, "")
	spoiled := nosrv("errors, the whole log", largeLog, "", "--baseline", "48h")
	spoiled.Args[0] = filepath.Join(filepath.Dir(plugin), "check_haproxy_errors")
	commands := []*bench.Command{
		halog,
		{Name: "halog -c -hs 503", Args: []string{"halog", "-c", "-hs", "503"}, Stdin: largeLog},
		{Name: "rg -c '<NOSRV> .* SC'", Args: []string{"rg", "-c", "<NOSRV> .* SC", largeLog}},
		whole,
		nosrv("nosrv, the whole log through a pipe", "-", largeLog, "--baseline", "48h"),
		inLarge, inSmall, spoiled,
	}
	if err := bench.Run(runs, commands...); err != nil {
		return err
	}

	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	defer w.Flush()
	fmt.Fprintf(w, "on a log of %d MB\twall\tCPU\tto halog -srv\tpeak memory\n", large>>20)
	for _, c := range commands {
		fmt.Fprintf(w, "%s\t%v\t%v\t%.2f\t%.1f MiB\n", c.Name, round(c.Wall), round(c.CPU), ratio(c, halog), mebibytes(c))
	}
	fmt.Fprintln(w)
	fmt.Fprintln(w, "what\tis\tat most")
	fmt.Fprintf(w, "the whole log, to halog -srv\t%.2f\t0.33\n", ratio(whole, halog))
	fmt.Fprintf(w, "the whole log, peak memory\t%.1f MiB\t32 MiB\n", mebibytes(whole))
	fmt.Fprintf(w, "errors, the whole log, to halog -srv\t%.2f\t0.6\n", ratio(spoiled, halog))
	fmt.Fprintf(w, "errors, the whole log, peak memory\t%.1f MiB\t32 MiB\n", mebibytes(spoiled))
	fmt.Fprintf(w, "5m + 1h, large log to small log\t%.2f\t1.1\n", ratio(inLarge, inSmall))
	return nil
}

func ratio(c, to *bench.Command) float64 { return c.Wall.Seconds() / to.Wall.Seconds() }

func mebibytes(c *bench.Command) float64 { return float64(c.RSSKiB) / 1024 }

func round(d time.Duration) time.Duration { return d.Round(time.Millisecond) }

// generate writes a day's log of about so many bytes, of which the last stretch
// has recent.
func generate(path string, size, recent int64) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(file, 1<<20)
	fill(w, size-recent, end.Add(-24*time.Hour), end.Add(-stretch))
	fill(w, recent, end.Add(-stretch), end)
	return errors.Join(w.Flush(), file.Close())
}

// fill writes lines evenly over a stretch of time. They follow no pattern that a
// processor could learn, but are the same ones every time.
func fill(w io.Writer, size int64, from, to time.Time) {
	const average = 190 // bytes of a line
	count := size / average
	step := to.Sub(from) / time.Duration(max(count, 1))
	random := rand.New(rand.NewPCG(2013, uint64(size)))
	var line []byte
	for i := range count {
		line = appendLine(line[:0], random, from.Add(step*time.Duration(i)))
		_, _ = w.Write(line) // bufio keeps the error for Flush
	}
}

var servers = []string{"app/web-01", "app/web-02", "api/node-17", "static/cdn3", "v2/v2Elb", "checkout/pay-2", "search/es-11", "auth/sso-1"}

// appendLine writes a line of HAProxy's httplog through rsyslog's traditional
// template. One in 200 found no server, one in 25 is a redirect.
func appendLine(b []byte, random *rand.Rand, at time.Time) []byte {
	took := random.IntN(900)
	b = at.AppendFormat(b, "Jan _2 15:04:05")
	b = append(b, " lb1 haproxy[47212]: "...)
	b = fmt.Appendf(b, "10.0.%d.%d:%d [", random.IntN(250), random.IntN(250), 1024+random.IntN(60000))
	b = at.Add(-time.Duration(took)*time.Millisecond).AppendFormat(b, "02/Jan/2006:15:04:05.000")
	switch kind := random.IntN(200); {
	case kind == 0:
		b = fmt.Appendf(b, "] fe_main~ v2/<NOSRV> 0/-1/-1/-1/%d 503 217 - - SC-- 812/790/0/0/0 0/0 ", took)
	case kind <= 8:
		b = fmt.Appendf(b, "] fe_main~ fe_main/<NOSRV> 0/-1/-1/-1/%d 302 117 - - LR-- 812/790/0/0/0 0/0 ", took)
	default:
		b = fmt.Appendf(b, "] fe_main~ %s 0/0/1/%d/%d 200 %d - - ---- 812/790/45/12/0 0/0 ", servers[random.IntN(len(servers))], took, took, random.IntN(90000))
	}
	return fmt.Appendf(b, "\"GET /path/v%d/item?id=%d HTTP/1.1\"\n", random.IntN(9), random.IntN(10_000_000))
}
