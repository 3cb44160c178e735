package rig

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

// cpuTime is what a process and the children that it has waited for have used
// (proc(5), "/proc/pid/stat": utime, stime, cutime, cstime).
func cpuTime(t testing.TB, pid int) time.Duration {
	t.Helper()
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		t.Fatal(err)
	}
	_, after, _ := strings.Cut(string(stat), ") ")
	var ticks int64
	for _, field := range strings.Fields(after)[11:15] {
		n, _ := strconv.ParseInt(field, 10, 64)
		ticks += n
	}
	const perSecond = 100 // sysconf(_SC_CLK_TCK) of every Linux
	return time.Duration(ticks) * time.Second / perSecond
}

// CPU is the time that the daemon and its children have used.
func (i *Icinga) CPU(t testing.TB) time.Duration {
	t.Helper()
	var all time.Duration
	for _, pid := range family(i.daemon.Process.Pid) {
		all += cpuTime(t, pid)
	}
	return all
}

// CPU is the time that HAProxy has used.
func (h *HAProxy) CPU(t testing.TB) time.Duration {
	t.Helper()
	return cpuTime(t, h.command.Process.Pid)
}

// family lists a process and its descendants.
func family(pid int) []int {
	all := []int{pid}
	children, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%[1]d/children", pid))
	for _, child := range strings.Fields(string(children)) {
		if n, err := strconv.Atoi(child); err == nil {
			all = append(all, family(n)...)
		}
	}
	return all
}

// Status is what Icinga says of its own checks ("CIB" of the API).
func (i *Icinga) Status(t testing.TB) map[string]any {
	t.Helper()
	var answer struct {
		Results []struct {
			Status map[string]any `json:"status"`
		} `json:"results"`
	}
	if err := i.ask("/v1/status/CIB", &answer); err != nil || len(answer.Results) != 1 {
		t.Fatalf("the status of %s: %v, %d results", i.Name, err, len(answer.Results))
	}
	return answer.Results[0].Status
}
