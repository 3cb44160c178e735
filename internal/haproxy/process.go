package haproxy

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Process is one process of a HAProxy in master-worker mode, as "show proc" of
// the master CLI tells (Management Guide 9.4.1). What a version does not tell is
// unknown.
type Process struct {
	PID  int64
	Kind string // "master", "worker", or the name of a program
	// Old says that HAProxy lists the process as one from before a reload. Since
	// 3.1 the worker that serves is listed so after a reload that failed, too.
	Old bool

	Reloads       Number // how often the master was reloaded since the process started
	FailedReloads Number // of the master (2.5+): reloads that failed since the last good one
	UptimeSec     Number // seconds since the process started
	Version       string // "2.6.12-1+deb12u4"; empty for a program, and before 2.0
}

// IsCurrentWorker says whether HAProxy lists the process among those that take
// new traffic.
func (p Process) IsCurrentWorker() bool { return p.Kind == "worker" && !p.Old }

// Processes reads an answer to "show proc". Columns go by the names in the
// header; those that a version does not have, or has not had yet, do no harm.
// Comments head the groups: "# workers", "# old workers", "# programs", "# old
// programs".
func (r *Reader) Processes() ([]Process, error) {
	line, err := r.first(func(line []byte) bool { return bytes.HasPrefix(line, []byte("#<PID>")) })
	if err != nil {
		return nil, err
	}
	columns := processColumns(string(line))
	var processes []Process
	old := false
	for more := true; more; line, more, err = r.next() {
		if group, ok := bytes.CutPrefix(line, []byte("#")); ok {
			old = bytes.HasPrefix(bytes.TrimSpace(group), []byte("old "))
			continue
		}
		p, err := parseProcess(columns, strings.Fields(string(line)))
		if err != nil {
			return nil, fmt.Errorf("the list of processes has a line %w: %s", err, quoted(line))
		}
		p.Old = old
		if processes = append(processes, p); len(processes) > maxProcesses {
			return nil, fmt.Errorf("there are more than %d processes: this is not HAProxy's answer", maxProcesses)
		}
	}
	if err != nil {
		return nil, err
	}
	return processes, nil
}

// maxProcesses bounds what one master may make the plugin ask; old workers and
// programs count.
const maxProcesses = 4096

// processColumns are the names in a header like "#<PID> <type> <relative PID>",
// without the first two, which are always those.
func processColumns(header string) []string {
	var names []string
	for _, part := range strings.Split(header, "<")[1:] {
		name, _, _ := strings.Cut(part, ">")
		names = append(names, name)
	}
	return names[min(2, len(names)):]
}

// parseProcess reads a row. Two columns hold blanks, so that the row is read
// word by word: "[was: 1]" and "0 [failed: 2]", and in HAProxy 1.9 "0d 0h02m07s".
func parseProcess(columns, words []string) (Process, error) {
	if len(words) < 3 {
		return Process{}, errNoKnownForm
	}
	pid, err := parseNumber([]byte(words[0]))
	if err != nil || !pid.Known {
		return Process{}, errNoProcessID
	}
	p := Process{PID: pid.Value, Kind: words[1]}
	words = words[2:]
	for _, name := range columns {
		if len(words) == 0 {
			break
		}
		var column []string
		column, words = takeColumn(name, words)
		if err := p.set(name, column); err != nil {
			return Process{}, err
		}
	}
	return p, nil
}

var (
	errNoKnownForm = errors.New("of no known form")
	errNoProcessID = errors.New("without a process id")
)

// takeColumn takes the words of the next column.
func takeColumn(name string, words []string) (column, rest []string) {
	n := 1
	switch {
	case strings.HasPrefix(words[0], "["):
		n = throughBracket(words)
	case len(words) > 1 && strings.HasPrefix(words[1], "[failed:"):
		n = 1 + throughBracket(words[1:])
	case name == "uptime" && len(words) > 1 && strings.HasSuffix(words[0], "d"):
		n = 2
	}
	return words[:n], words[n:]
}

// throughBracket is the number of words up to the one that closes a bracket.
func throughBracket(words []string) int {
	for i, word := range words {
		if strings.HasSuffix(word, "]") {
			return i + 1
		}
	}
	return len(words)
}

func (p *Process) set(name string, column []string) error {
	var err error
	switch name {
	case "reloads":
		p.Reloads, err = parseNumber([]byte(column[0]))
		if err == nil && len(column) > 2 {
			p.FailedReloads, err = parseNumber([]byte(strings.TrimSuffix(column[2], "]")))
		}
	case "uptime":
		p.UptimeSec, err = parseUptime(strings.Join(column, ""))
	case "version":
		if column[0] != "-" {
			p.Version = column[0]
		}
	}
	if err != nil {
		return errNoKnownForm
	}
	return nil
}

// parseUptime reads "12d04h05m06s" as seconds.
func parseUptime(text string) (Number, error) {
	days, clock, ok := strings.Cut(text, "d")
	if !ok {
		return Number{}, errNoKnownForm
	}
	whole, err := parseNumber([]byte(days))
	if err != nil || !whole.Known || len(days) > maxDaysDigits {
		return Number{}, errNoKnownForm
	}
	part, err := time.ParseDuration(clock)
	if err != nil || part < 0 {
		return Number{}, errNoKnownForm
	}
	return Number{Value: whole.Value*24*60*60 + int64(part/time.Second), Known: true}, nil
}

// maxDaysDigits keeps an uptime's seconds within an int64.
const maxDaysDigits = 9
