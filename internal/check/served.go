package check

import (
	"fmt"
	"slices"
	"time"

	"check-haproxy/internal/plugin"
)

// Served is when a section was served, as HAProxy's statistics tell.
type Served struct {
	Section string
	Last    time.Time // when a server last got a session; zero if none ever did
	Known   bool      // Last is told
	Now     bool      // it has sessions now; they are logged at their end
}

// Logged is what a log has of a section.
type Logged struct {
	Newest time.Time     // its newest line
	Usual  time.Duration // between two of its lines, on average
}

// logDelay is how long a line may need from HAProxy into the log.
const logDelay = time.Minute

// Unlogged is the doubt of a log that lacks what the statistics show: HAProxy has
// served a section some time after its newest line. A section without a line is
// no evidence: probes and "option dontlognull" leave none.
func (l Log) Unlogged(s Stretch, served []Served, logged map[string]Logged) (doubt Doubt, ok bool) {
	var worst Served
	for _, one := range served {
		log, has := logged[one.Section]
		missing := one.Last.Sub(log.Newest)
		if !has || !one.Known || one.Now || missing <= logDelay || missing <= silenceFactor*log.Usual {
			continue
		}
		if order := one.Last.Compare(worst.Last); worst.Section == "" || order > 0 || order == 0 && one.Section < worst.Section {
			worst = one
		}
	}
	if worst.Section == "" {
		return Doubt{}, false
	}
	return Doubt{
		State: plugin.Unknown,
		Reason: fmt.Sprintf("HAProxy served %s at %s, but its newest line is of %s", worst.Section,
			plugin.FormatClock(worst.Last, s.At), plugin.FormatClock(logged[worst.Section].Newest, s.At)),
		Advice: "check the syslog daemon, the disk, HAProxy's \"log\" lines and --timezone",
	}, true
}

// ServedNothing says whether the statistics show that nothing was served since
// the log's newest line, or since the start if it has none: then a silent or
// empty log lacks nothing. It needs to know that of every section.
func (l Log) ServedNothing(served []Served) bool {
	return len(served) > 0 && !slices.ContainsFunc(served, func(one Served) bool {
		return !one.Known || one.Now || one.Last.After(l.Own.Add(logDelay))
	})
}

// WithoutQuiet leaves out the doubts that nothing was logged.
func WithoutQuiet(doubts []Doubt) []Doubt {
	return slices.DeleteFunc(slices.Clone(doubts), func(d Doubt) bool { return d.Quiet })
}
