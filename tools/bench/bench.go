// Package bench measures commands beside each other in one run: wall time and
// peak memory of whole processes, as a user pays for them.
package bench

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// Command is a command and what its fastest run cost.
type Command struct {
	Name  string
	Args  []string
	Stdin string // path; empty for none

	Wall   time.Duration
	CPU    time.Duration
	RSSKiB int64 // the largest of all runs
}

// Run runs every command in turn, so many times: what disturbs the machine
// disturbs all of them.
func Run(times int, commands ...*Command) error {
	for range times {
		for _, c := range commands {
			if err := c.run(); err != nil {
				return err
			}
		}
	}
	return nil
}

// run measures the command once more. A plugin's WARNING and CRITICAL are no
// failures; of another program any exit code but 0 is: what gave up early is fast.
func (c *Command) run() error {
	cmd := exec.Command(c.Args[0], c.Args[1:]...)
	if c.Stdin != "" {
		file, err := os.Open(c.Stdin)
		if err != nil {
			return err
		}
		defer file.Close()
		cmd.Stdin = file
	}
	began := time.Now()
	err := cmd.Run()
	wall := time.Since(began)
	var exit *exec.ExitError
	judged := strings.HasPrefix(filepath.Base(c.Args[0]), "check_haproxy_") && errors.As(err, &exit) && exit.ExitCode() <= 2
	if err != nil && !judged {
		return fmt.Errorf("%s: %w", strings.Join(c.Args, " "), err)
	}
	usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		return errors.New("this system does not tell what a process used")
	}
	c.RSSKiB = max(c.RSSKiB, usage.Maxrss)
	if c.Wall == 0 || wall < c.Wall {
		c.Wall, c.CPU = wall, cmd.ProcessState.UserTime()+cmd.ProcessState.SystemTime()
	}
	return nil
}
