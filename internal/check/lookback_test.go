package check

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"check-haproxy/internal/logsource"
)

// rhythmic writes a log's lines: HAProxy's whenever it wrote, and cron's.
type rhythmic struct {
	own, foreign func(at time.Time) bool // asked for every second
	from         time.Time
}

func (r rhythmic) text() string {
	var b strings.Builder
	for at := r.from; at.Before(noon); at = at.Add(time.Second) {
		if r.own != nil && r.own(at) {
			fmt.Fprintf(&b, "%s lb1 haproxy[7]: 192.0.2.9:40001 [%s] fe app/s1 0/0/1/5/6 200 217 - - ---- 3/3/0/0/0 0/0 \"GET / HTTP/1.1\"\n",
				at.Format(time.RFC3339), at.Format("02/Jan/2006:15:04:05.000"))
		}
		if r.foreign != nil && r.foreign(at) {
			fmt.Fprintf(&b, "%s lb1 CRON[8]: (root) CMD (run-parts)\n", at.Format(time.RFC3339))
		}
	}
	return b.String()
}

func until(before time.Duration, writes func(time.Time) bool) func(time.Time) bool {
	return func(at time.Time) bool { return at.Before(noon.Add(-before)) && writes(at) }
}

func every(d time.Duration) func(time.Time) bool {
	return func(at time.Time) bool { return at.Unix()%int64(d/time.Second) == 0 }
}

// A burst of a request a second for some minutes every hour.
func hourly(minutes int) func(time.Time) bool {
	return func(at time.Time) bool { return at.Minute() < minutes }
}

// A request a second between six in the morning and, on most days, eleven.
func mornings(at time.Time) bool { return at.Hour() >= 6 && at.Hour() < 11 }

// The log's own rhythm tells whether its silence is a fault.
func TestRhythm(t *testing.T) {
	day := 24 * time.Hour
	for name, test := range map[string]struct {
		log     rhythmic
		stretch Stretch
		doubt   string // a part of the one there is; empty for none
	}{
		"it goes on":                       {rhythmic{every(time.Second), nil, noon.Add(-2 * time.Hour)}, usual(), ""},
		"a request a second until 25m ago": {rhythmic{until(25*time.Minute, every(time.Second)), nil, noon.Add(-2 * time.Hour)}, usual(), "the log is silent: the newest line was written at 11:34:59, 25m1s before"},
		"a request a second until 6m ago":  {rhythmic{until(6*time.Minute, every(time.Second)), nil, noon.Add(-2 * time.Hour)}, usual(), "the log is silent"},
		"a request a second until 4m ago":  {rhythmic{until(4*time.Minute, every(time.Second)), nil, noon.Add(-2 * time.Hour)}, usual(), ""},
		"a request a second until 3h ago":  {rhythmic{until(3*time.Hour, every(time.Second)), nil, noon.Add(-5 * time.Hour)}, usual(), "the log is silent: the newest line was written at 08:59:59, 3h before"},
		"a request a second until 3h ago, and the log begins an hour before": {rhythmic{until(3*time.Hour, every(time.Second)), nil, noon.Add(-4 * time.Hour)}, usual(), "the log is silent"},
		"it began just before":                 {rhythmic{until(25*time.Minute, every(time.Second)), nil, noon.Add(-30 * time.Minute)}, usual(), ""},
		"cron goes on":                         {rhythmic{until(25*time.Minute, every(time.Second)), every(10 * time.Second), noon.Add(-2 * time.Hour)}, usual(), "the log is silent"},
		"every 4 minutes, silent for 11":       {rhythmic{until(11*time.Minute, every(4*time.Minute)), nil, noon.Add(-9 * time.Hour)}, Stretch{noon, 5 * time.Minute, 8 * time.Hour}, ""},
		"every 4 minutes, silent for 13":       {rhythmic{until(13*time.Minute, every(4*time.Minute)), nil, noon.Add(-9 * time.Hour)}, Stretch{noon, 5 * time.Minute, 8 * time.Hour}, "the log is silent"},
		"a quiet site":                         {rhythmic{until(40*time.Minute, every(20*time.Minute)), nil, noon.Add(-day)}, usual(), ""},
		"an hourly job":                        {rhythmic{until(50*time.Minute, hourly(5)), nil, noon.Add(-5 * time.Hour)}, usual(), ""},
		"an hourly job that has stopped":       {rhythmic{until(4*time.Hour, hourly(5)), nil, noon.Add(-9 * time.Hour)}, usual(), "the log is silent"},
		"only in the mornings":                 {rhythmic{mornings, nil, noon.Add(-2 * day)}, usual(), ""},
		"only in the mornings, and only today": {rhythmic{mornings, nil, noon.Add(-6 * time.Hour)}, usual(), "the log is silent"},
		"an hour earlier than yesterday":       {rhythmic{func(at time.Time) bool { return mornings(at) && (at.Day() != noon.Day() || at.Hour() < 10) }, nil, noon.Add(-2 * day)}, usual(), "the log is silent"},
		"as early as a week ago": {rhythmic{func(at time.Time) bool {
			return at.Second()%10 == 0 && mornings(at) && (at.Day() != noon.Day() && at.Day() != noon.AddDate(0, 0, -7).Day() || at.Hour() < 10)
		}, nil, noon.Add(-8 * day)}, usual(), ""},

		"another program's":                  {rhythmic{nil, every(time.Minute), noon.Add(-3 * time.Hour)}, usual(), "none of 65 lines is a HAProxy line"},
		"another program's, of this morning": {rhythmic{nil, until(2*time.Hour, every(time.Minute)), noon.Add(-day)}, usual(), "none of the newest 1320 lines was written by HAProxy"},
		"cron, and HAProxy 3 hours ago":      {rhythmic{until(3*time.Hour, every(20*time.Minute)), every(time.Minute), noon.Add(-day)}, usual(), ""},
		"cron, and HAProxy 30 hours ago":     {rhythmic{until(30*time.Hour, every(20*time.Minute)), every(time.Minute), noon.Add(-3 * day)}, usual(), "logging has stopped: the newest line was written at 2026-11-21 05:40:00"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "haproxy.log")
			if err := os.WriteFile(path, []byte(test.log.text()), 0o644); err != nil {
				t.Fatal(err)
			}
			f := &LogFlags{Files: []string{path}, At: "given"}
			if err := f.Timezone.UnmarshalText([]byte("UTC")); err != nil {
				t.Fatal(err)
			}
			_, log, err := ReadLog(context.Background(), f, logsource.Files(f.Files, nil), test.stretch, func() classes { return classes{} })
			if err != nil {
				t.Fatal(err)
			}
			hold(t, log.Doubts(test.stretch, DefaultEvidence()), test.doubt)
		})
	}
}

func hold(t *testing.T, doubts []Doubt, want string) {
	t.Helper()
	var got []string
	for _, d := range doubts {
		got = append(got, d.Reason)
	}
	if (want == "") != (len(got) == 0) || len(got) > 1 || !strings.Contains(fmt.Sprint(got), want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// What is piped in comes once; its rhythm is known all the same.
func TestRhythmOfAStream(t *testing.T) {
	for name, test := range map[string]struct {
		log   rhythmic
		doubt string
	}{
		"it goes on":                       {rhythmic{every(time.Second), nil, noon.Add(-2 * time.Hour)}, ""},
		"a request a second until 25m ago": {rhythmic{until(25*time.Minute, every(time.Second)), nil, noon.Add(-2 * time.Hour)}, "the log is silent"},
		"it was cut off just before":       {rhythmic{until(25*time.Minute, every(time.Second)), nil, noon.Add(-30 * time.Minute)}, ""},
		"an hourly job":                    {rhythmic{until(50*time.Minute, hourly(5)), nil, noon.Add(-5 * time.Hour)}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			f := &LogFlags{Files: []string{"-"}, At: "given"}
			_, log, err := ReadLog(context.Background(), f, logsource.Files(f.Files, io.Reader(strings.NewReader(test.log.text()))), usual(), func() classes { return classes{} })
			if err != nil {
				t.Fatal(err)
			}
			hold(t, log.Doubts(usual(), DefaultEvidence()), test.doubt)
		})
	}
}
