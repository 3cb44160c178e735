package haproxy

import (
	"bytes"
	"fmt"
	"strings"
)

// Process is one process of a HAProxy in master-worker mode, as "show proc" of
// the master CLI tells (Management Guide 9.4.1).
type Process struct {
	PID  int64
	Kind string // "master", "worker", or the name of a program
	Old  bool   // it belongs to a configuration from before a reload, and only ends its last sessions
}

// IsCurrentWorker says whether the process takes new traffic.
func (p Process) IsCurrentWorker() bool { return p.Kind == "worker" && !p.Old }

// Processes reads an answer to "show proc". Only the first two columns are
// read: the others differ between 1.9 and 3.2. Comments head the groups:
// "# workers", "# old workers", "# programs", "# old programs".
func (r *Reader) Processes() ([]Process, error) {
	line, err := r.first(func(line []byte) bool { return bytes.HasPrefix(line, []byte("#<PID>")) })
	if err != nil {
		return nil, err
	}
	var processes []Process
	old := false
	for more := true; more; line, more, err = r.next() {
		if group, ok := bytes.CutPrefix(line, []byte("#")); ok {
			old = bytes.HasPrefix(bytes.TrimSpace(group), []byte("old "))
			continue
		}
		fields := strings.Fields(string(line))
		if len(fields) < 3 {
			return nil, fmt.Errorf("the list of processes has a line of no known form: %s", quoted(line))
		}
		pid, err := parseNumber([]byte(fields[0]))
		if err != nil || !pid.Known {
			return nil, fmt.Errorf("the list of processes has a line without a process id: %s", quoted(line))
		}
		if processes = append(processes, Process{PID: pid.Value, Kind: fields[1], Old: old}); len(processes) > maxProcesses {
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
