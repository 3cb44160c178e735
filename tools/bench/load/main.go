// Command load measures what a check costs the machine that runs it: how many of
// them a core does in a second, the memory of each, and its threads while it
// waits for a HAProxy that does not answer. docs/scaling.md counts with these.
package main

import (
	"flag"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"check-haproxy/tools/bench"
)

func main() {
	bin := flag.String("bin", "bin", "folder of the plugins")
	runs := flag.Int("runs", 50, "runs of each plugin")
	flag.Parse()
	if err := measure(*bin, *runs); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func measure(bin string, runs int) error {
	dir, err := os.MkdirTemp("/tmp", "load")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	socket, stop, err := bench.StartHAProxy(dir, "small", "", backends())
	if err != nil {
		return err
	}
	defer stop()
	silent, err := net.Listen("unix", filepath.Join(dir, "silent.sock"))
	if err != nil {
		return err
	}
	defer silent.Close()

	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	defer w.Flush()
	fmt.Fprintln(w, "check of 15 rows\ta second and core\tCPU time\tpeak memory\tthreads while waiting")
	state := filepath.Join(dir, "state")
	for _, check := range []struct {
		name string
		args []string
	}{
		{"backend", nil},
		{"sessions", nil},
		{"nosrv", []string{"--counters", "--state-dir", state}},
		{"errors", []string{"--state-dir", state}},
		{"dns", []string{"--no-lookup"}},
		{"process", []string{"--state-dir", state}},
	} {
		plugin := filepath.Join(bin, "check_haproxy_"+check.name)
		c := &bench.Command{Args: append([]string{plugin, "-S", socket}, check.args...)}
		if err := bench.Run(runs, c); err != nil {
			return err
		}
		threads, err := threadsOf(append([]string{plugin, "-S", silent.Addr().String()}, check.args...))
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "check_haproxy_%s\t%.0f\t%.1f ms\t%.1f MiB\t%s\n", check.name, 1/c.CPU.Seconds(), c.CPU.Seconds()*1000, float64(c.RSSKiB)/1024, threads)
	}
	return nil
}

func backends() string {
	var b strings.Builder
	for n := range 5 {
		fmt.Fprintf(&b, "backend b%d\n\tserver s1 127.0.0.1:9\n\tserver s2 127.0.0.1:9\n", n)
	}
	return b.String()
}

// threadsOf starts a plugin that will wait, and counts its threads once it does.
func threadsOf(args []string) (string, error) {
	cmd := exec.Command(args[0], args[1:]...)
	if err := cmd.Start(); err != nil {
		return "", err
	}
	defer func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }()
	time.Sleep(300 * time.Millisecond)
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", cmd.Process.Pid))
	if err != nil {
		return "", err
	}
	_, after, _ := strings.Cut(string(status), "Threads:\t")
	threads, _, _ := strings.Cut(after, "\n")
	return threads, nil
}
