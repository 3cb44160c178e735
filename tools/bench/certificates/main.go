// Command certificates measures check_haproxy_certs beside socat, which asks for
// the same certificates and does nothing else, on a HAProxy that has 1,000 of
// them, and prints a table of ratios with the bounds that the project promises.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"check-haproxy/test/rig"
	"check-haproxy/tools/bench"
)

const certificates = 1000

// wholeBuffer has HAProxy read socat's line of commands into one buffer, and socat
// write it at once: of a line that comes in pieces HAProxy may not read the end, and
// half an answer is the fastest.
const (
	wholeBuffer = "131072"
	wholeLine   = " tune.bufsize " + wholeBuffer + "\n"
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
	query, err := write(dir)
	if err != nil {
		return err
	}
	socket, stop, err := bench.StartHAProxy(dir, "certificates", wholeLine, "frontend fe\n bind unix@"+filepath.Join(dir, "fe.sock")+" ssl crt "+filepath.Join(dir, "certs")+"/\n")
	if err != nil {
		return err
	}
	defer stop()

	socat := &bench.Command{Args: []string{"socat", "-b", wholeBuffer, "-t60", "-", "UNIX-CONNECT:" + socket}, Stdin: query}
	ours := &bench.Command{Args: []string{filepath.Join(bin, "check_haproxy_certs"), "-S", socket}}
	bare := &bench.Command{Args: append(ours.Args, "--no-disk")}
	if err := bench.Run(runs, socat, ours, bare); err != nil {
		return err
	}
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	defer w.Flush()
	fmt.Fprintln(w, "what\tours\ttheirs\tratio\tat most")
	row := func(what string, ours *bench.Command) {
		fmt.Fprintf(w, "check_haproxy_certs, %s\t%v\t%v\t%.2f\t1.5\n", what, ours.Wall.Round(10*time.Microsecond), socat.Wall.Round(10*time.Microsecond), ours.Wall.Seconds()/socat.Wall.Seconds())
	}
	row("1,000 certificates and their files, to socat", ours)
	row("--no-disk, to socat", bare)
	fmt.Fprintf(w, "check_haproxy_certs, 1,000 certificates, peak memory\t%.1f MiB\n", float64(ours.RSSKiB)/1024)
	return nil
}

// write writes the certificates, and a line of commands that ask for them.
func write(dir string) (query string, err error) {
	folder := filepath.Join(dir, "certs")
	if err := os.Mkdir(folder, 0o700); err != nil {
		return "", err
	}
	commands := []string{"show ssl cert"}
	for i := range certificates {
		name := fmt.Sprintf("site%04d.example.com", i)
		text, err := rig.Certificate{Names: []string{name, "www." + name}}.Make()
		if err != nil {
			return "", err
		}
		path := filepath.Join(folder, name+".pem")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			return "", err
		}
		commands = append(commands, "show ssl cert "+path)
	}
	query = filepath.Join(dir, "query")
	return query, os.WriteFile(query, []byte(strings.Join(commands, ";")+"\n"), 0o600)
}
