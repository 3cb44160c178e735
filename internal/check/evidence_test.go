package check

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"check-haproxy/internal/accesslog"
	"check-haproxy/internal/plugin"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func usual() Stretch { return Stretch{At: noon, Window: 5 * time.Minute, Baseline: time.Hour} }

// line is a line of a class that HAProxy on lb1 wrote so long before noon.
func line(class accesslog.Class, before time.Duration) *accesslog.Record {
	return &accesslog.Record{
		Class: class, Written: noon.Add(-before).UnixNano(), Times: 1, Own: true,
		Origin: &accesslog.Origin{Host: []byte("lb1")}, Line: []byte("Nov 22 11:59:00 lb1 haproxy[1]: fe web?token"),
	}
}

// foreign is another program's line.
func foreign(before time.Duration) *accesslog.Record {
	r := line(accesslog.Unreadable, before)
	r.Own = false
	return r
}

// tagged is a line under a tag.
func tagged(tag string, r *accesslog.Record) *accesslog.Record {
	r.Origin = &accesslog.Origin{Host: []byte("lb1"), Tag: []byte(tag)}
	return r
}

func untimed(r *accesslog.Record) *accesslog.Record {
	r.Written = 0
	return r
}

func from(host string, r *accesslog.Record) *accesslog.Record {
	r.Origin = &accesslog.Origin{Host: []byte(host)}
	return r
}

func times(n int, r *accesslog.Record) (list []*accesslog.Record) {
	for range n {
		list = append(list, r)
	}
	return list
}

func TestDoubts(t *testing.T) {
	minute := time.Minute
	request := line(accesslog.Request, minute)
	old := func(before time.Duration) Log { return Log{Own: noon.Add(-before), Newest: noon.Add(-before)} }
	silent := func(before time.Duration, s Silence) Log {
		l := old(before)
		l.Silence = s
		return l
	}
	tests := []struct {
		name  string
		lines []*accesslog.Record
		log   Log
		want  string // the reasons; empty for none
	}{
		{"empty", nil, Log{}, "the log is empty"},
		{"requests", times(3, request), Log{}, ""},
		{"quiet, but alive", nil, old(3 * time.Hour), ""},
		{"stale", nil, old(25 * time.Hour), "logging has stopped: the newest line was written at 2026-11-21 11:00:00, 1d1h before 2026-11-22 12:00:00"},
		{"as old as may be", nil, old(24 * time.Hour), ""},

		{"another program's", []*accesslog.Record{foreign(minute)}, Log{}, `none of 1 lines is a HAProxy line in a known format (the first looks like "Nov 22 11:59:00 lb1 haproxy[1]: aa aaa?aaaaa")`},
		{"too long", nil, Log{Overlong: 3}, "none of 3 lines is a HAProxy line in a known format (they are too long)"},
		{"another program's among HAProxy's", []*accesslog.Record{foreign(minute), foreign(minute), request}, Log{}, ""},
		{"another program's, HAProxy's before", times(200, foreign(minute)), old(2 * time.Hour), ""},
		{"another program's, none of HAProxy's before", nil, Log{Searched: 500}, "none of the newest 500 lines was written by HAProxy"},
		{"only messages", []*accesslog.Record{line(accesslog.Message, minute)}, Log{}, ""},
		{"without times", []*accesslog.Record{untimed(line(accesslog.Request, 0))}, Log{}, "no line tells when it was written"},
		{"all later, --at given", []*accesslog.Record{line(accesslog.Request, -time.Hour)}, Log{}, "every line is later than 2026-11-22 12:00:00"},
		{"all later, found so by search", nil, Log{Earliest: noon.Add(time.Hour)}, "every line is later than 2026-11-22 12:00:00"},

		{"piped in, all old", []*accesslog.Record{line(accesslog.Request, 2*time.Hour)}, Log{Streamed: true}, "no line of standard input was written in the 1h5m before 2026-11-22 12:00:00"},
		{"piped in, all later", []*accesslog.Record{line(accesslog.Request, -time.Hour)}, Log{Streamed: true}, "no line of standard input was written in the 1h5m before"},
		{"piped in, one is there", []*accesslog.Record{line(accesslog.Request, 2*time.Hour), line(accesslog.Request, time.Hour)}, Log{Streamed: true}, ""},
		{"piped in, another program is there", []*accesslog.Record{line(accesslog.Request, 2*time.Hour), foreign(time.Hour)}, Log{Streamed: true}, ""},
		{"piped in, nothing", nil, Log{Streamed: true}, "the log is empty"},

		{"silent", nil, silent(25*minute, Silence{Lines: 3600, Longest: time.Second}), "the log is silent: the newest line was written at 11:35:00, 25m before 2026-11-22 12:00:00; lines came at least every 1s before"},
		{"silent for a window", nil, silent(5*minute, Silence{Lines: 100, Longest: 90 * time.Second}), "the log is silent"},
		{"silent for less than a window", nil, silent(5*minute-1, Silence{Lines: 3600, Longest: time.Second}), ""},
		{"silent as three times before", nil, silent(30*minute, Silence{Lines: 3600, Longest: 10 * minute}), ""},
		{"silent with few lines before", nil, silent(30*minute, Silence{Lines: 99, Longest: minute}), ""},
		{"silent as it was a day ago", nil, silent(25*minute, Silence{Lines: 3600, Longest: time.Second, Before: "a day ago"}), ""},

		{"written to, with an old newest line", []*accesslog.Record{line(accesslog.Request, 12*minute)}, Log{Live: true, Changed: noon}, "the log was written to at 12:00:00, but its newest line is of 11:48:00"},
		{"written to, as the newest line says", []*accesslog.Record{line(accesslog.Request, 5*minute)}, Log{Live: true, Changed: noon}, ""},
		{"written to later than --at", []*accesslog.Record{line(accesslog.Request, 12*minute)}, Log{Changed: noon.AddDate(0, 0, 1)}, ""},

		{"later than now", []*accesslog.Record{request, line(accesslog.Request, -time.Hour)}, Log{Live: true}, "lines of lb1 are later than now, by 1h"},
		{"one of two hosts is later", []*accesslog.Record{request, from("lb2", line(accesslog.Request, -45*minute)), from("lb3", line(accesslog.Request, -time.Hour))}, Log{Live: true}, "lines of lb2, lb3 are later than now, by 45m"},
		{"nobody is named", []*accesslog.Record{request, from("", line(accesslog.Request, -time.Hour))}, Log{Live: true}, "lines are later than now, by 1h"},
		{"later by no more than a minute", []*accesslog.Record{request, line(accesslog.Request, -minute)}, Log{Live: true}, ""},
		{"later than --at", []*accesslog.Record{request, line(accesslog.Request, -time.Hour)}, Log{}, ""},

		{"half under HAProxy's tag is readable", append(times(20, line(accesslog.Unreadable, minute)), times(20, request)...), Log{}, ""},
		{"less than half is", append(times(20, line(accesslog.Unreadable, 20*minute)), times(19, line(accesslog.Request, 30*minute))...), Log{}, "20 of HAProxy's 39 lines could not be read"},
		{"less than half is of late", append(times(10, line(accesslog.Unreadable, minute)), times(1000, line(accesslog.Request, 30*minute))...), Log{}, "10 of HAProxy's 10 lines could not be read"},
		{"a few are not", append(times(9, line(accesslog.Unreadable, minute)), times(1000, line(accesslog.Request, 30*minute))...), Log{}, ""},
		{"other programs' do not count", append(times(1000, foreign(minute)), request), Log{}, ""},

		{"less than half under a tag that HAProxy has is readable", append(times(20, tagged("ingress", foreign(20*minute))), times(19, line(accesslog.Request, 30*minute))...), Log{}, "20 of HAProxy's 39 lines could not be read"},
		{"under a tag that HAProxy does not have", append(times(20, tagged("sshd", foreign(20*minute))), times(19, line(accesslog.Request, 30*minute))...), Log{}, ""},

		{"only connections", times(7, line(accesslog.Connection, 50*minute)), Log{}, "7 connections, and not one tells how it ended"},
		{"a request among connections", append(times(7, line(accesslog.Connection, 50*minute)), request), Log{}, ""},
		{"a request before the stretch", append(times(7, line(accesslog.Connection, 50*minute)), line(accesslog.Request, 2*time.Hour)), Log{}, "7 connections"},

		{"lines were dropped", []*accesslog.Record{request}, Log{Losses: []accesslog.Loss{{Written: noon.Add(-minute), Messages: 40, Text: "Suppressed 40 messages"}, {Written: noon.Add(-2 * minute), Text: "begin to drop"}}}, `syslog has dropped 41 lines in the window ("begin to drop")`},
		{"lines were dropped, nobody says when", []*accesslog.Record{request}, Log{Losses: []accesslog.Loss{{Messages: 1, Text: "lost 1"}}}, `syslog has dropped 1 line in the window ("lost 1")`},
		{"lines were dropped before the window", []*accesslog.Record{request}, Log{Losses: []accesslog.Loss{{Written: noon.Add(-5*minute - 1), Messages: 40}}}, ""},
		{"lines were dropped later", []*accesslog.Record{request}, Log{Losses: []accesslog.Loss{{Written: noon, Messages: 40}}}, ""},

		{"a part is missing", []*accesslog.Record{request}, Log{Earliest: noon.Add(-minute), Unread: []Unread{{Reason: "x.1.xz: only gzip is read", Until: noon.Add(-minute)}}}, "a part of the window could not be read: x.1.xz: only gzip is read"},
		{"a part of the baseline is missing", []*accesslog.Record{request}, Log{Earliest: noon.Add(-30 * minute), Unread: []Unread{{Reason: "x.1.xz: only gzip is read", Until: noon.Add(-30 * minute)}}}, ""},
		{"a part was cut out", []*accesslog.Record{request}, Log{Earliest: noon.Add(-2 * time.Hour), Unread: []Unread{{Reason: "cut short"}}}, "a part of the window could not be read: cut short"},
		{"journalctl complained", []*accesslog.Record{request}, Log{Doubted: "x.journal is truncated, ignoring file."}, "the journal could not be read whole: x.journal is truncated, ignoring file."},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s, log := usual(), test.log
			lines := []*Lines{NewLines(s, log.Live), NewLines(s, log.Live)}
			for i, r := range test.lines {
				lines[i%2].Add(r)
			}
			lines[0].Merge(lines[1])
			lines[0].attribute(func(tag string) bool { return tag == "ingress" })
			log.Lines = lines[0]
			if written := lines[0].newest; written != 0 {
				log.Own = time.Unix(0, written).In(time.UTC)
				log.Newest, log.Last = log.Own, log.Own
			}
			var got []string
			for _, d := range log.Doubts(s, DefaultEvidence()) {
				got = append(got, d.Reason)
				if d.State != plugin.Unknown || d.Advice == "" && len(log.Unread) == 0 {
					t.Errorf("%s is %s with the advice %q", d.Reason, d.State, d.Advice)
				}
			}
			if (test.want == "") != (len(got) == 0) || len(got) > 1 || !strings.Contains(fmt.Sprint(got), test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// --stale 0 is off; --silent chooses the state.
func TestEvidenceFlags(t *testing.T) {
	log := Log{Lines: NewLines(usual(), false), Own: noon.AddDate(-1, 0, 0), Silence: Silence{Lines: 1000, Longest: time.Second}}
	for _, test := range []struct {
		flags EvidenceFlags
		want  string
	}{
		{DefaultEvidence(), "[UNKNOWN]"},
		{EvidenceFlags{Silent: plugin.Critical}, "[CRITICAL]"},
		{EvidenceFlags{Silent: plugin.OK}, "[OK]"},
	} {
		var got []plugin.State
		for _, d := range log.Doubts(usual(), test.flags) {
			got = append(got, d.State)
		}
		if fmt.Sprint(got) != test.want {
			t.Errorf("%+v: %s, want %s", test.flags, got, test.want)
		}
	}
}

func TestCovered(t *testing.T) {
	for before, want := range map[time.Duration]time.Duration{
		time.Minute: 0, 10*time.Minute - 1: 0, 10 * time.Minute: 5 * time.Minute, 30 * time.Minute: 25 * time.Minute, 65 * time.Minute: time.Hour, 10 * time.Hour: time.Hour,
	} {
		if got := (Log{Earliest: noon.Add(-before)}).Covered(usual()); got != want {
			t.Errorf("a log that begins %s before covers %s, want %s", before, got, want)
		}
	}
	if got := (Log{}).Covered(usual()); got != 0 {
		t.Errorf("a log that does not tell covers %s", got)
	}
}
