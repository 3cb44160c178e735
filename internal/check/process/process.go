// Package process judges a HAProxy process itself: whether it is the one that an
// operator thinks, whether it has time and room left, and what it loses.
package process

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"check-haproxy/internal/check"
	"check-haproxy/internal/haproxy"
	"check-haproxy/internal/plugin"
	"check-haproxy/internal/plugin/threshold"
)

// What can be wrong, as output calls it.
const (
	FailedReload = "failed reload"
	NotReloaded  = "configuration not loaded"
	OldWorkers   = "old workers"
	Restarted    = "restarted"
	Busy         = "busy"
	Lost         = "lost"
	Stopping     = "stopping"
	Peers        = "peers"
	StickTables  = "stick tables"
)

// Subject is a process to judge, with what is known around it.
type Subject struct {
	check.Target
	At   time.Time // when it answered
	Info *haproxy.Info
	// Processes are the master's; nil if no master CLI was asked.
	Processes []haproxy.Process
	Peers     []haproxy.Peer
	Tables    []haproxy.StickTable
	Files     []File
	Before    haproxy.Number // Idle_pct in the run before
	Losses    []Loss
	Watched   time.Duration // in the first run: how long, between its two samples
}

// File is one of the configuration.
type File struct {
	Path    string
	Changed time.Time
	Err     error // why that is not known
}

// Loss is by how much a counter of what was lost has grown.
type Loss struct {
	Name  string // HAProxy's: "DroppedLogs"
	Count int64
	Over  time.Duration
}

// Options say when something is wrong.
type Options struct {
	FailedReload, NotReloaded, Peers plugin.State
	OldWorkers                       int           // more are too many
	OldWorkerAge, MinUptime          time.Duration // 0 is none
	IdleWarning, IdleCritical        threshold.Range
	TableWarning, TableCritical      threshold.Rules
}

// Problem is one thing that is wrong, or cannot be judged.
type Problem struct {
	What    string
	State   plugin.State
	Message string // a sentence for an operator
	Advice  string // what to try; may be empty
}

// Verdict is a judged process.
type Verdict struct {
	Subject
	State    plugin.State
	Problems []Problem
	Notes    []string // what could not be judged, for -v
}

// Judge judges a process.
func Judge(s Subject, o Options) Verdict {
	v := Verdict{Subject: s}
	v.reloads(o)
	v.configuration(o)
	v.oldWorkers(o)
	v.uptime(o)
	v.idle(o)
	v.losses()
	v.stopping()
	v.peers(o)
	v.tables(o)
	return v
}

func (v *Verdict) add(what string, state plugin.State, message, advice string) {
	if state == plugin.OK {
		v.Notes = append(v.Notes, message)
		return
	}
	v.State = plugin.Worst(v.State, state)
	v.Problems = append(v.Problems, Problem{what, state, message, advice})
}

func (v *Verdict) note(format string, values ...any) {
	v.Notes = append(v.Notes, fmt.Sprintf(format, values...))
}

// number is a value that a verdict needs. One that is no number is UNKNOWN for
// itself; one that this HAProxy does not tell is a note.
func (v *Verdict) number(what, name string) (int64, bool) {
	n, err := v.Info.Number(name)
	switch {
	case err != nil:
		v.add(what, plugin.Unknown, err.Error(), "")
	case !n.Known:
		v.note("%s is not judged: HAProxy %s does not tell %s", what, v.Info.Version, name)
	}
	return n.Value, n.Known
}

// reloads judges what the master says of its last reload.
func (v *Verdict) reloads(o Options) {
	if v.Processes == nil {
		v.note("failed reloads and old workers are not judged: only a master CLI tells of them (-S /run/haproxy-master.sock)")
		return
	}
	i := slices.IndexFunc(v.Processes, func(p haproxy.Process) bool { return p.Kind == "master" })
	switch {
	case i < 0 || !v.Processes[i].FailedReloads.Known:
		v.note("failed reloads are not judged: HAProxy tells of them from 2.5 on")
	case v.Processes[i].FailedReloads.Value > 0:
		reloads := "the last reload"
		if n := v.Processes[i].FailedReloads.Value; n > 1 {
			reloads = fmt.Sprintf("the last %d reloads", n)
		}
		v.add(FailedReload, o.FailedReload, reloads+" failed: HAProxy runs an older configuration than its file's",
			"haproxy -c -f FILE says what is wrong with it, and so does HAProxy's log")
	}
}

// How far the start of a process is known, how long an editor may take from a
// change to the reload, and how far two clocks may be apart.
const (
	startSlack  = 2 * time.Second
	reloadGrace = 10 * time.Minute
	clockSlack  = time.Minute
)

// configuration judges whether the files were changed after the worker had
// started.
func (v *Verdict) configuration(o Options) {
	if len(v.Files) == 0 {
		return
	}
	started := v.started()
	if started.IsZero() {
		v.add(NotReloaded, plugin.Unknown, "HAProxy does not tell when it started", "")
		return
	}
	for _, f := range v.Files {
		switch {
		case f.Err != nil:
			v.add(NotReloaded, plugin.Unknown, fmt.Sprintf("cannot look at --config %s: %s", f.Path, f.Err), "the monitoring user has to be allowed to look into its folder")
		case f.Changed.After(v.At.Add(clockSlack)):
			v.add(NotReloaded, o.NotReloaded, fmt.Sprintf("%s has a change from the future, %s: whether HAProxy has loaded it cannot be told", f.Path, plugin.FormatClock(f.Changed, v.At)),
				"set the clock right and reload HAProxy")
		case f.Changed.After(started.Add(startSlack)) && v.At.Sub(f.Changed) > reloadGrace:
			v.add(NotReloaded, o.NotReloaded, fmt.Sprintf("%s was changed %s ago and not loaded since", f.Path, plugin.FormatDuration(v.At.Sub(f.Changed))),
				"reload HAProxy, after haproxy -c has found nothing wrong")
		}
	}
}

// started is when the process started; zero if HAProxy does not tell.
func (v *Verdict) started() time.Time {
	if start, err := v.Info.Number("Start_time_sec"); err == nil && start.Known {
		return time.Unix(start.Value, 0)
	}
	if v.Info.UptimeSec.Known {
		return v.At.Add(-time.Duration(v.Info.UptimeSec.Value) * time.Second)
	}
	return time.Time{}
}

// oldWorkers judges workers that only end their last sessions. The one that
// answered is none, whatever the master's list says.
func (v *Verdict) oldWorkers(o Options) {
	old := v.old()
	if len(old) > o.OldWorkers {
		v.add(OldWorkers, plugin.Warning, fmt.Sprintf("%s from before a reload still %s sessions", plugin.Count(len(old), "worker"), serve(len(old))),
			"hard-stop-after in the global section ends them")
	}
	if o.OldWorkerAge == 0 {
		return
	}
	var oldest time.Duration
	n := 0
	for _, p := range old {
		if age := v.replaced(p); age > o.OldWorkerAge {
			oldest = max(oldest, age)
			n++
		}
	}
	if n > 0 {
		v.add(OldWorkers, plugin.Warning, fmt.Sprintf("%s from before a reload still %s sessions after %s", plugin.Count(n, "worker"), serve(n), plugin.FormatDuration(oldest)),
			"hard-stop-after in the global section ends them")
	}
}

func serve(n int) string {
	if n == 1 {
		return "serves"
	}
	return "serve"
}

// old are the workers that only end their last sessions.
func (s *Subject) old() []haproxy.Process {
	var old []haproxy.Process
	for _, p := range s.Processes {
		if p.Kind == "worker" && p.Old && p.PID != s.Info.Pid.Value {
			old = append(old, p)
		}
	}
	return old
}

// replaced is how long ago a worker was replaced, at least: since the next one
// started, as far as that still runs.
func (s *Subject) replaced(old haproxy.Process) time.Duration {
	var since int64
	for _, p := range s.Processes {
		if p.Kind == "worker" && p.Reloads.Value < old.Reloads.Value {
			since = max(since, p.UptimeSec.Value)
		}
	}
	return time.Duration(since) * time.Second
}

func (v *Verdict) uptime(o Options) {
	if o.MinUptime == 0 {
		return
	}
	if uptime, ok := v.number(Restarted, "Uptime_sec"); ok && time.Duration(uptime)*time.Second < o.MinUptime {
		v.add(Restarted, plugin.Warning, fmt.Sprintf("HAProxy started %s ago", plugin.FormatSeconds(uptime)), "HAProxy's log says why, if it ended by itself")
	}
}

// idle judges the time that HAProxy has left: only what is so in two runs.
func (v *Verdict) idle(o Options) {
	idle, ok := v.number(Busy, "Idle_pct")
	if !ok {
		return
	}
	if !v.Before.Known {
		v.note("busy is not judged: nothing is known of a run before")
		return
	}
	better := min(severity(o, idle), severity(o, v.Before.Value))
	if better == plugin.OK {
		return
	}
	v.add(Busy, better, fmt.Sprintf("HAProxy is idle %d%% of the time, %d%% the run before", idle, v.Before.Value),
		"show activity, show profiling and top say what it is busy with; nbthread gives it more cores")
}

// severity judges one Idle_pct: OK, WARNING or CRITICAL.
func severity(o Options, idle int64) plugin.State {
	switch value := float64(idle); {
	case o.IdleCritical.Alerts(value, value):
		return plugin.Critical
	case o.IdleWarning.Alerts(value, value):
		return plugin.Warning
	}
	return plugin.OK
}

// losses are HAProxy's counters of what was lost, in words.
var losses = []struct{ name, noun, verb, advice string }{
	{"DroppedLogs", "log line", "dropped", "a log server or a ring takes them too slowly: see what it does, or give HAProxy a ring with a larger size"},
	{"PoolFailed", "memory allocation", "failed", "HAProxy is short of memory: see its limits (-m, MemoryMax, ulimit) and the machine's"},
}

func (v *Verdict) losses() {
	for _, words := range losses {
		if _, ok := v.number(Lost, words.name); !ok {
			continue
		}
		for _, loss := range v.Losses {
			if loss.Name == words.name && loss.Count > 0 {
				v.add(Lost, plugin.Warning, fmt.Sprintf("%s %s in the last %s (%s)", plugin.Count(loss.Count, words.noun), words.verb, plugin.FormatDuration(loss.Over), loss.Name), words.advice)
			}
		}
	}
}

func (v *Verdict) stopping() {
	if stopping, ok := v.number(Stopping, "Stopping"); ok && stopping > 0 {
		v.add(Stopping, plugin.Warning, "HAProxy is stopping: it takes no new connections", "it ends with its last session")
	}
	if n := v.Info.Nbproc.Value; n > 1 {
		v.note("this is process %d of %d (nbproc): each answers for itself alone", v.Info.ProcessNum.Value, n)
	}
}

// peers judges whether the remote peers are connected. Those of a section that
// is disabled are not meant to be.
func (v *Verdict) peers(o Options) {
	away, remote := v.away(), 0
	for _, p := range v.Peers {
		if p.Disabled {
			v.note("peer %s/%s is not judged: its section is disabled", p.Section, p.Name)
		} else if !p.Local {
			remote++
		}
	}
	if len(away) == 0 {
		return
	}
	var names []string
	for _, p := range away {
		names = append(names, fmt.Sprintf("%s/%s (%s, %s)", p.Section, p.Name, p.Address, p.Status))
	}
	v.add(Peers, o.Peers, fmt.Sprintf("%d of %d remote %s not connected: %s", len(away), remote, plugin.Plural(remote, "peer"), strings.Join(names, ", ")),
		"is HAProxy running there, with this one's name and address in its peers section, and does a firewall let it through?")
}

// away are the remote peers that should be connected and are not.
func (s *Subject) away() []haproxy.Peer {
	var away []haproxy.Peer
	for _, p := range s.Peers {
		if !p.Local && !p.Disabled && !p.Connected() {
			away = append(away, p)
		}
	}
	return away
}

func (v *Verdict) tables(o Options) {
	for _, t := range v.Tables {
		state := plugin.OK
		percent := used(t)
		switch {
		case o.TableCritical.For(t.Name).Alerts(float64(t.Used), percent):
			state = plugin.Critical
		case o.TableWarning.For(t.Name).Alerts(float64(t.Used), percent):
			state = plugin.Warning
		default:
			continue
		}
		v.add(StickTables, state, fmt.Sprintf("stick table %s is %s full (%d of %d)", t.Name, plugin.FormatPercent(percent), t.Used, t.Size),
			"a full table forgets its oldest entries, or takes no new ones (nopurge): raise its size, or lower its expire")
	}
}

// used is how full a stick table is, in percent.
func used(t haproxy.StickTable) float64 {
	if t.Size == 0 {
		return 0
	}
	return float64(t.Used) * 100 / float64(t.Size)
}
