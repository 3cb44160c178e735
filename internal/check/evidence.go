package check

import (
	"fmt"
	"strings"
	"time"

	"check-haproxy/internal/plugin"
)

// EvidenceFlags say when a log that is silent is no evidence any more.
type EvidenceFlags struct {
	Stale  Age          `arg:"--stale" placeholder:"DURATION" default:"24h" help:"HAProxy's newest line is older than this: UNKNOWN, logging has stopped; 0 is off"`
	Silent plugin.State `arg:"--silent" placeholder:"STATE" default:"unknown" help:"state of a log that is silent for longer than its own rhythm explains: ok, warning, critical or unknown"`
}

// DefaultEvidence is what the flags are if none is given.
func DefaultEvidence() EvidenceFlags {
	return EvidenceFlags{Stale: Age(24 * time.Hour), Silent: plugin.Unknown}
}

// Age is a length of time as a flag that may be zero.
type Age time.Duration

// UnmarshalText reads a length of time.
func (a *Age) UnmarshalText(text []byte) error {
	parsed, err := plugin.ParseDuration(string(text))
	*a = Age(parsed)
	return err
}

// MarshalText prints the length of time, for the help text.
func (a Age) MarshalText() ([]byte, error) {
	return []byte(plugin.FormatDuration(time.Duration(a))), nil
}

// Doubt is a reason why a log is no evidence that all is well.
type Doubt struct {
	State  plugin.State
	Reason string // a sentence
	Advice string // what to try
	// Quiet says that nothing was logged. If HAProxy's statistics show that
	// nothing was served either, there is no doubt.
	Quiet bool
}

// String is the reason, and what to try.
func (d Doubt) String() string {
	if d.Advice == "" {
		return d.Reason
	}
	return d.Reason + "; " + d.Advice
}

// How silent a log has to be, and how much has to be known of its rhythm.
const (
	silenceFactor  = 3   // times the longest silence before
	silenceLines   = 100 // lines in a baseline's length before the newest one
	unreadableTail = 10  // unreadable lines in the window before their share says anything
	clockSkew      = 5 * time.Minute
)

// Doubts are the reasons why the log is no evidence about a stretch of time.
// What is bad in it is bad all the same.
func (l Log) Doubts(s Stretch, f EvidenceFlags) []Doubt {
	var doubts []Doubt
	for _, reason := range l.missing(s) {
		doubts = append(doubts, Doubt{State: plugin.Unknown, Reason: "a part of the window could not be read: " + reason})
	}
	for _, doubt := range []func(Stretch, EvidenceFlags) Doubt{l.nothing, l.skewed, l.silent, l.ahead, l.illegible, l.connections, l.dropped, l.doubted} {
		if d := doubt(s, f); d.Reason != "" {
			doubts = append(doubts, d)
		}
	}
	return doubts
}

// missing tells why the window was not read as a whole, if it was not.
func (l Log) missing(s Stretch) []string {
	var reasons []string
	for _, unread := range l.Unread {
		if unread.touches(s.Begin()) {
			reasons = append(reasons, unread.Reason)
		}
	}
	return reasons
}

// Lost are the reasons why a part of the baseline was not read, though not one
// of the window.
func (l Log) Lost(s Stretch) []string {
	var reasons []string
	for _, unread := range l.Unread {
		if unread.touches(s.From()) && !unread.touches(s.Begin()) {
			reasons = append(reasons, unread.Reason)
		}
	}
	return reasons
}

// nothing: the log has no line of HAProxy's that could be read.
func (l Log) nothing(s Stretch, _ EvidenceFlags) Doubt {
	at := s.At.Format(time.DateTime)
	unreadable := l.Lines.Unreadable + l.Lines.Foreign + l.Overlong
	switch {
	case l.Streamed && l.Lines.All > 0 && l.Lines.InStretch == 0 && l.Lines.Untimed == 0:
		return Doubt{plugin.Unknown, fmt.Sprintf("no line of standard input was written in the %s before %s", plugin.FormatDuration(s.Window+s.Baseline), at), "check --timezone, --at and what is piped in", true}
	case l.Lines.Readable > 0 && !l.Own.IsZero():
		return Doubt{}
	case l.Lines.Readable == 0 && unreadable > 0 && (l.Own.IsZero() || l.Lines.Tagged[0].Unreadable > 0):
		return Doubt{plugin.Unknown, fmt.Sprintf("none of %d lines is a HAProxy line in a known format (%s)", unreadable, l.quotedShape()),
			"name the format with --log-format or --config, or check that this is HAProxy's log", false}
	case !l.Own.IsZero():
		return Doubt{}
	case l.Lines.Untimed > 0:
		return Doubt{plugin.Unknown, "no line tells when it was written", "log through syslog, or put the time (%t) into the log-format", false}
	case l.Searched > 0:
		return Doubt{plugin.Unknown, fmt.Sprintf("none of the newest %d lines was written by HAProxy", l.Searched), "check that this is HAProxy's log, and its \"log\" lines", false}
	case l.Lines.AtEnd > 0 || !l.Earliest.IsZero():
		return Doubt{plugin.Unknown, "every line is later than " + at, "check --at, --timezone and the clock of the machine that wrote the log", false}
	default:
		return Doubt{plugin.Unknown, "the log is empty", "check that HAProxy logs here (its \"log\" lines, and \"option httplog\")", true}
	}
}

func (l Log) quotedShape() string {
	if l.Lines.Shape == "" {
		return "they are too long"
	}
	return fmt.Sprintf("the first looks like %q", l.Lines.Shape)
}

// silent: HAProxy has written nothing for longer than is usual.
func (l Log) silent(s Stretch, f EvidenceFlags) Doubt {
	if l.Own.IsZero() {
		return Doubt{}
	}
	silence := s.At.Sub(l.Own)
	newest := fmt.Sprintf("the newest line was written at %s, %s before %s", plugin.FormatClock(l.Own, s.At), plugin.FormatDuration(silence), s.At.Format(time.DateTime))
	const advice = "check the syslog daemon, the disk, HAProxy's \"log\" lines and --timezone"
	switch {
	case f.Stale > 0 && silence > time.Duration(f.Stale):
		return Doubt{plugin.Unknown, "logging has stopped: " + newest, advice + " (--stale)", true}
	case silence < s.Window, l.Silence.Lines < silenceLines, silence <= silenceFactor*l.Silence.Longest, l.Silence.Before != "":
		return Doubt{}
	default:
		return Doubt{f.Silent, fmt.Sprintf("the log is silent: %s; lines came at least every %s before", newest, plugin.FormatDuration(l.Silence.Longest)), advice + " (--silent)", true}
	}
}

// skewed: the file changes, but its newest line is old.
func (l Log) skewed(s Stretch, _ EvidenceFlags) Doubt {
	if !l.Live || l.Changed.IsZero() || l.Changed.Sub(l.Last) <= clockSkew {
		return Doubt{}
	}
	return Doubt{plugin.Unknown, fmt.Sprintf("the log was written to at %s, but its newest line is of %s", plugin.FormatClock(l.Changed, s.At), plugin.FormatClock(l.Last, s.At)),
		"check --timezone and the clock of the machine that wrote the log", false}
}

// ahead: lines are later than now, so that somebody's clock or zone is another.
func (l Log) ahead(s Stretch, _ EvidenceFlags) Doubt {
	hosts := l.Lines.hosts()
	if len(hosts) == 0 {
		return Doubt{}
	}
	host := hosts[0]
	ahead := time.Duration(l.Lines.later[host] - s.At.UnixNano())
	who := "lines"
	if hosts = named(hosts); len(hosts) > 0 {
		who = "lines of " + strings.Join(hosts, ", ")
	}
	return Doubt{plugin.Unknown, fmt.Sprintf("%s are later than now, by %s", who, plugin.FormatDuration(ahead)), "check --timezone and the clock there", false}
}

func named(hosts []string) []string {
	if hosts[0] == "" {
		return hosts[1:]
	}
	return hosts
}

// illegible: most of what HAProxy wrote could not be read.
func (l Log) illegible(Stretch, EvidenceFlags) Doubt {
	for i, r := range l.Lines.Tagged {
		inWindow := i == 1
		if r.Unreadable <= r.Readable || r.Readable == 0 && !inWindow || inWindow && r.Unreadable < unreadableTail {
			continue
		}
		return Doubt{plugin.Unknown, fmt.Sprintf("%d of HAProxy's %d lines could not be read (%s)", r.Unreadable, r.Unreadable+r.Readable, l.quotedShape()), "name their format with --log-format or --config", false}
	}
	return Doubt{}
}

// connections: HAProxy logs that clients connect, but not how requests end.
func (l Log) connections(Stretch, EvidenceFlags) Doubt {
	if l.Lines.Connections == 0 || l.Lines.Requests > 0 {
		return Doubt{}
	}
	return Doubt{plugin.Unknown, fmt.Sprintf("%s, and not one tells how it ended", plugin.Count(l.Lines.Connections, "connection")), "put \"option httplog\" (TCP: \"option tcplog\") into the frontends", false}
}

// dropped: a syslog daemon says that it dropped lines in the window.
func (l Log) dropped(s Stretch, _ EvidenceFlags) Doubt {
	var text string
	messages := 0
	for _, loss := range l.Losses {
		if !loss.Written.IsZero() && (loss.Written.Before(s.Begin()) || !loss.Written.Before(s.At)) {
			continue
		}
		text, messages = loss.Text, messages+max(loss.Messages, 1)
	}
	if text == "" {
		return Doubt{}
	}
	return Doubt{plugin.Unknown, fmt.Sprintf("syslog has dropped %s in the window (%q)", plugin.Count(messages, "line"), text), "raise its rate limit (journald: RateLimitBurst=, rsyslog: SysSock.RateLimit.Interval)", false}
}

// doubted: the program that reads the log left something out.
func (l Log) doubted(Stretch, EvidenceFlags) Doubt {
	if l.Doubted == "" {
		return Doubt{}
	}
	return Doubt{plugin.Unknown, "the journal could not be read whole: " + l.Doubted, "look at it with journalctl --verify, and remove a file that is damaged", false}
}
