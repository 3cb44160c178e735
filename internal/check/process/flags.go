package process

import (
	"fmt"
	"time"

	"check-haproxy/internal/check"
	"check-haproxy/internal/plugin"
	"check-haproxy/internal/plugin/threshold"
)

// flags are the command line, in the order of the help text.
type flags struct {
	check.SocketFlags
	FailedReload  plugin.State            `arg:"--failed-reload" placeholder:"STATE" default:"warning" help:"state when the last reload failed, which a master CLI tells: ok, warning, critical or unknown"`
	Config        []string                `arg:"--config,separate" placeholder:"PATH" help:"file that HAProxy reads its configuration from, or a folder of *.cfg: was it changed and not loaded? (repeatable)"`
	NotReloaded   plugin.State            `arg:"--not-reloaded" placeholder:"STATE" default:"warning" help:"state when a file of --config was changed over 10 minutes ago and not loaded since"`
	OldWorkers    uint                    `arg:"--old-workers" placeholder:"N" default:"5" help:"workers from before a reload that may still serve sessions; more are WARNING"`
	OldWorkerAge  plugin.OptionalDuration `arg:"--old-worker-age" placeholder:"DURATION" default:"24h" help:"how long ago such a worker may have been replaced; longer is WARNING; none switches it off"`
	MinUptime     plugin.OptionalDuration `arg:"--min-uptime" placeholder:"DURATION" default:"none" help:"a process that started more recently is WARNING"`
	IdleWarning   idleRange               `arg:"--idle-warning" placeholder:"RANGE" default:"20:" help:"percent of the time that HAProxy has to be idle (Idle_pct), in this run or the one before"`
	IdleCritical  idleRange               `arg:"--idle-critical" placeholder:"RANGE" default:"5:" help:"the same for CRITICAL"`
	Peers         plugin.State            `arg:"--peers" placeholder:"STATE" default:"warning" help:"state when a remote peer is not connected"`
	TableWarning  []threshold.PercentRule `arg:"--table-warning,separate" placeholder:"[PATTERN=]RANGE" help:"percent of a stick table's size that may be used; the last PATTERN that matches wins (repeatable) [default: none]"`
	TableCritical []threshold.PercentRule `arg:"--table-critical,separate" placeholder:"[PATTERN=]RANGE" help:"the same for CRITICAL (repeatable) [default: none]"`
	Window        plugin.Duration         `arg:"--window" placeholder:"DURATION" default:"5m" help:"how long log lines and allocations that were lost are WARNING"`
	check.SampleFlags
	plugin.CommonFlags
}

// Description opens the help text.
func (flags) Description() string {
	return "Is a HAProxy process itself well: is it the one that its file describes, and does it lose anything?\n" +
		"Asks a stats socket, or better a master CLI. A section is a stick table or a section of peers.\n"
}

func (f *flags) options() Options {
	return Options{
		FailedReload: f.FailedReload, NotReloaded: f.NotReloaded, Peers: f.Peers,
		OldWorkers: int(f.OldWorkers), OldWorkerAge: time.Duration(f.OldWorkerAge), MinUptime: time.Duration(f.MinUptime),
		IdleWarning: f.IdleWarning.Range, IdleCritical: f.IdleCritical.Range,
		TableWarning: threshold.PercentRules("none", f.TableWarning), TableCritical: threshold.PercentRules("none", f.TableCritical),
	}
}

// idleRange is a range of percentages, with or without "%", of which more is
// better.
type idleRange struct{ threshold.Range }

// UnmarshalText reads a range. One that alerts while HAProxy has little to do is
// a slip.
func (r *idleRange) UnmarshalText(text []byte) error {
	parsed, err := threshold.ParseRange(string(text))
	if err != nil {
		return err
	}
	if parsed.IsCeiling() {
		return fmt.Errorf("this alerts when HAProxy is idle for more than %s%% of the time; write %[1]s: for at least so much", parsed.Only(parsed.Percent()))
	}
	r.Range, err = parsed.InPercent()
	return err
}

// MarshalText prints the range, for the help text.
func (r idleRange) MarshalText() ([]byte, error) { return []byte(r.String()), nil }
