package nosrv

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// caseEnd is the end of the window of the logs that are written here.
var caseEnd = time.Date(2026, 11, 18, 11, 6, 40, 0, time.UTC)

// written is a log as it is written, line by line.
type written struct {
	lines []timedLine
	shape func(l logLine) string
}

type timedLine struct {
	at   time.Time
	text string
}

// logLine is a request as HAProxy logs it.
type logLine struct {
	at                        time.Time
	frontend, backend, server string
	status                    int
	flags                     string
}

// httplog is HAProxy's own format behind a syslog header without zone and year.
func httplog(l logLine) string {
	return fmt.Sprintf("%s lb1 haproxy[23910]: 192.0.2.9:40001 [%s] %s %s/%s 0/0/1/5/6 %d 217 - - %s-- 3/3/0/0/0 0/0 \"GET /a HTTP/1.1\"",
		l.at.Format(time.Stamp), l.at.Format("02/Jan/2006:15:04:05.000"), l.frontend, l.backend, l.server, l.status, l.flags)
}

// ago is so long before the end of the window.
func ago(minutes float64) time.Time {
	return caseEnd.Add(-time.Duration(minutes * float64(time.Minute)))
}

func (w *written) add(l logLine) {
	shape := w.shape
	if shape == nil {
		shape = httplog
	}
	w.lines = append(w.lines, timedLine{l.at, shape(l)})
}

// served adds so many requests a minute that found a server, from some minutes
// before the end to some others.
func (w *written) served(backend string, perMinute, from, to float64) {
	w.evenly(perMinute, from, to, func(at time.Time) logLine { return logLine{at, "fe", backend, "s1", 200, "--"} })
}

// lost adds such that found none.
func (w *written) lost(backend string, perMinute, from, to float64) {
	w.evenly(perMinute, from, to, func(at time.Time) logLine { return logLine{at, "fe", backend, "<NOSRV>", 503, "SC"} })
}

func (w *written) evenly(perMinute, from, to float64, line func(at time.Time) logLine) {
	for i := 0.5; i < perMinute*(from-to); i++ {
		w.add(line(ago(from - i/perMinute)))
	}
}

// foreign adds lines of another program.
func (w *written) foreign(perMinute, from, to float64) {
	for i := 0.5; i < perMinute*(from-to); i++ {
		at := ago(from - i/perMinute)
		w.lines = append(w.lines, timedLine{at, at.Format(time.Stamp) + " lb1 CRON[8]: (root) CMD (run-parts /etc/cron.hourly)"})
	}
}

func (w *written) text() string {
	slices.SortStableFunc(w.lines, func(a, b timedLine) int { return a.at.Compare(b.at) })
	var b strings.Builder
	for _, l := range w.lines {
		b.WriteString(l.text + "\n")
	}
	return b.String()
}

// lean leaves the cookies out of httplog, cookieless the flags too: a line without
// a server is then read to its status, and no further.
func lean(l logLine) string {
	return fmt.Sprintf("%s lb1 haproxy[23910]: 192.0.2.9:40001 [%s] %s %s/%s 0/0/1/5/6 %d 217 %s-- 3/3/0/0/0 0/0 \"GET /a HTTP/1.1\"",
		l.at.Format(time.Stamp), l.at.Format("02/Jan/2006:15:04:05.000"), l.frontend, l.backend, l.server, l.status, l.flags)
}

func cookieless(l logLine) string {
	return fmt.Sprintf("%s lb1 haproxy[23910]: 192.0.2.9:40001 [%s] %s %s/%s (%d) agent=x %s",
		l.at.Format(time.Stamp), l.at.Format("02/Jan/2006:15:04:05.000"), l.frontend, l.backend, l.server, l.status, l.flags)
}

// cameThrough is a request that came in through a frontend and found a backend, or
// none.
func cameThrough(frontend, backend string) func(time.Time) logLine {
	return func(at time.Time) logLine {
		if frontend == backend {
			return logLine{at, frontend, backend, "<NOSRV>", 503, "SC"}
		}
		return logLine{at, frontend, backend, "s1", 200, "--"}
	}
}

// What logs of every kind are worth, each kind in several sizes. The first of each
// is what was once wrong.
func TestCases(t *testing.T) {
	const ok, warning, critical, unknown = "OK", "WARNING", "CRITICAL", "UNKNOWN"
	type test struct {
		log      func(w *written)
		args     string
		want     string // the states that are right
		sections string // states and causes of sections: "pay=CRITICAL shop=OK"
		has      string // a part of the text
	}
	tests := map[string]test{
		"all of few requests fail": {log: func(w *written) { w.served("shop", 3, 65, 0); w.served("pay", 0.6, 65, 5); w.lost("pay", 0.6, 5, 0) }, want: critical, sections: "pay=CRITICAL/unknown shop=OK"},
		"all of two fail":          {log: func(w *written) { w.served("shop", 3, 65, 0); w.served("pay", 0.4, 65, 5); w.lost("pay", 0.4, 5, 0) }, want: ok},
		"half of few fail":         {log: func(w *written) { w.served("pay", 0.6, 65, 0); w.lost("pay", 0.6, 5, 0) }, want: warning},
		"four failures in each of a hundred": {log: func(w *written) {
			for i := range 100 {
				w.lost(fmt.Sprintf("svc%03d", i), 0.8, 5, 0)
			}
		}, want: critical, has: "100 of 100"},
		"one failure in each of forty, of a few": {log: func(w *written) {
			for i := range 40 {
				w.served(fmt.Sprintf("svc%03d", i), 0.4, 65, 0)
				w.lost(fmt.Sprintf("svc%03d", i), 0.2, 5, 0)
			}
		}, want: critical, has: "all 40 sections together: 40 of 120 requests"},
		"one failure in each of forty, of many": {log: func(w *written) {
			for i := range 40 {
				w.served(fmt.Sprintf("svc%03d", i), 40, 65, 0)
				w.lost(fmt.Sprintf("svc%03d", i), 0.2, 65, 0)
			}
		}, want: ok},

		"strangers": {log: func(w *written) {
			w.evenly(60, 65, 0, cameThrough("web", "shop"))
			w.evenly(3.2, 65, 0, cameThrough("web", "web"))
		}, want: ok},
		"a scan": {log: func(w *written) {
			w.evenly(300, 65, 0, cameThrough("web", "shop"))
			w.evenly(60, 1, 0, cameThrough("web", "web"))
		}, want: ok},
		"a scan among few users": {log: func(w *written) {
			w.evenly(4, 65, 0, cameThrough("web", "shop"))
			w.evenly(60, 1, 0, cameThrough("web", "web"))
		}, want: warning, sections: "web=WARNING/no-backend"},
		"fewer than twenty strangers, and nobody else": {log: func(w *written) { w.evenly(3.8, 5, 0, cameThrough("web", "web")) }, want: ok},
		"strangers are not yet half": {log: func(w *written) {
			w.evenly(6, 65, 0, cameThrough("web", "shop"))
			w.evenly(5.8, 5, 0, cameThrough("web", "web"))
		}, want: ok},
		"strangers are most, and users somewhat fewer": {log: func(w *written) {
			w.evenly(20, 65, 5, cameThrough("web", "shop"))
			w.evenly(11, 5, 0, cameThrough("web", "shop"))
			w.evenly(12, 5, 0, cameThrough("web", "web"))
		}, want: warning, sections: "web=WARNING/no-backend"},
		"routing broke": {log: func(w *written) {
			w.evenly(53, 65, 5, cameThrough("web", "shop"))
			w.evenly(15, 5, 0, cameThrough("web", "shop"))
			w.evenly(38, 5, 0, cameThrough("web", "web"))
		}, want: critical, sections: "web=CRITICAL/no-backend"},
		"routing broke wholly, of few": {log: func(w *written) {
			w.evenly(5, 65, 5, cameThrough("web", "shop"))
			w.evenly(5, 5, 0, cameThrough("web", "web"))
		}, want: critical, sections: "web=CRITICAL/no-backend"},
		"routing broke, the log has just begun": {log: func(w *written) { w.evenly(53, 5, 0, cameThrough("web", "web")) }, want: warning},
		"routing broke, and a rule excuses it": {log: func(w *written) {
			w.evenly(5, 65, 5, cameThrough("web", "shop"))
			w.evenly(5, 5, 0, cameThrough("web", "web"))
		}, args: "-w web=none -c web=none", want: ok},
		"strangers, and a rule names the fe": {log: func(w *written) {
			w.evenly(60, 65, 0, cameThrough("web", "shop"))
			w.evenly(3.2, 65, 0, cameThrough("web", "web"))
		}, args: "-c web=3", want: critical},
		"a listen section's servers are all down": {log: func(w *written) {
			w.evenly(3, 65, 5, func(at time.Time) logLine { return logLine{at, "db", "db", "s1", 200, "--"} })
			w.evenly(3, 5, 0, cameThrough("db", "db"))
		}, want: critical, sections: "db=CRITICAL/unknown"},

		"fell silent":         {log: func(w *written) { w.served("shop", 60, 90, 25) }, want: unknown, has: "the log is silent"},
		"fell silent 12m ago": {log: func(w *written) { w.served("shop", 10, 90, 12) }, want: unknown},
		"an hourly job": {log: func(w *written) {
			w.served("job", 60, 246, 244)
			w.served("job", 60, 186, 184)
			w.served("job", 60, 126, 124)
			w.served("job", 60, 66, 64)
		}, want: ok},
		"a quiet site":            {log: func(w *written) { w.served("shop", 0.05, 300, 20) }, want: ok},
		"silent, and it is known": {log: func(w *written) { w.served("shop", 60, 90, 25) }, args: "--silent ok", want: ok},

		"another program's file":      {log: func(w *written) { w.foreign(1, 300, 100) }, want: unknown},
		"another program's, of now":   {log: func(w *written) { w.foreign(1, 300, 0) }, want: unknown},
		"shared with other programs":  {log: func(w *written) { w.foreign(10, 90, 0); w.served("shop", 3, 65, 0) }, want: ok},
		"HAProxy silent for two days": {log: func(w *written) { w.foreign(0.2, 4000, 0); w.served("shop", 0.1, 4000, 2*24*60) }, want: unknown, has: "logging has stopped"},

		"half-read, and all fail": {log: func(w *written) { w.shape = cookieless; w.served("pay", 12, 65, 6); w.lost("pay", 12, 6, 0) }, want: unknown, has: "--log-format"},
		"half-read, few of few":   {log: func(w *written) { w.shape = cookieless; w.served("pay", 1, 65, 0); w.lost("pay", 0.6, 5, 0) }, want: unknown, has: "--log-format"},
		"half-read, few of many":  {log: func(w *written) { w.shape = cookieless; w.served("pay", 60, 65, 0); w.lost("pay", 0.2, 65, 0) }, want: ok, has: "1 request found no server and cannot be read"},
		"half-read beside a real one": {log: func(w *written) {
			w.served("shop", 3, 65, 5)
			w.lost("shop", 3, 5, 0)
			w.shape = cookieless
			w.lost("pay", 12, 6, 0)
		}, want: critical, has: "--log-format"},
		"httplog without its cookies": {log: func(w *written) { w.shape = lean; w.served("pay", 12, 65, 6); w.lost("pay", 12, 6, 0) }, want: critical},
		"syslog dropped lines": {log: func(w *written) {
			w.served("shop", 6, 65, 0)
			w.lines = append(w.lines, timedLine{ago(3), ago(3).Format(time.Stamp) + " lb1 systemd-journald[311]: Suppressed 480 messages from haproxy.service"})
		}, want: unknown},
		"syslog dropped another's": {log: func(w *written) {
			w.served("shop", 6, 65, 0)
			w.lines = append(w.lines, timedLine{ago(3), ago(3).Format(time.Stamp) + " lb1 systemd-journald[311]: Suppressed 480 messages from nginx.service"})
		}, want: ok},
		"syslog dropped lines an hour ago": {log: func(w *written) {
			w.served("shop", 6, 65, 0)
			w.lines = append(w.lines, timedLine{ago(55), ago(55).Format(time.Stamp) + " lb1 systemd-journald[311]: Suppressed 480 messages from haproxy.service"})
		}, want: ok},
		"connections only": {log: func(w *written) {
			w.shape = func(l logLine) string {
				return l.at.Format(time.Stamp) + " lb1 haproxy[7]: Connect from 192.0.2.9:40001 to 192.0.2.1:80 (fe/HTTP)"
			}
			w.served("shop", 6, 65, 0)
		}, want: unknown, has: "httplog"},
	}
	for _, minutes := range []float64{15, 25, 40, 55} {
		for _, rate := range []float64{1, 2, 30} {
			tests[fmt.Sprintf("an outage of %g a minute for %g minutes", rate, minutes)] = test{log: func(w *written) {
				w.served("shop", 6, 65, 0)
				w.served("pay", rate, 65, minutes)
				w.lost("pay", rate, minutes, 0)
			}, want: critical, sections: "pay=CRITICAL/unknown shop=OK"}
			tests[fmt.Sprintf("a part of an outage, %g a minute for %g minutes", rate, minutes)] = test{log: func(w *written) {
				w.served("pay", 40, 65, 0)
				w.lost("pay", rate, minutes, 0)
			}, args: "-w none -c none --rise-critical none", want: warning, sections: "pay=WARNING/unknown"}
			tests[fmt.Sprintf("an outage of %g a minute for %g minutes is over", rate, minutes)] = test{log: func(w *written) {
				w.served("pay", 10, 65, 0)
				w.lost("pay", rate, minutes+6, 6)
			}, want: ok}
		}
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var w written
			test.log(&w)
			path := filepath.Join(t.TempDir(), "haproxy.log")
			if err := os.WriteFile(path, []byte(w.text()), 0o644); err != nil {
				t.Fatal(err)
			}
			config := filepath.Join(filepath.Dir(path), "listen.cfg")
			if err := os.WriteFile(config, []byte("defaults\n  option httplog\nlisten db\n  server s1 192.0.2.1:3306\n"), 0o644); err != nil {
				t.Fatal(err)
			}
			test.args = strings.ReplaceAll(test.args, "listen.cfg", config)
			args := append([]string{"-f", path, "--timezone", "UTC", "--at", caseEnd.Format(time.RFC3339)}, strings.Fields(test.args)...)
			var text, object bytes.Buffer
			Main(args, nil, &text, os.Stderr)
			Main(append(args, "--json"), nil, &object, os.Stderr)
			var got struct {
				State    string
				Sections []struct{ Name, State, Cause string }
			}
			if err := json.Unmarshal(object.Bytes(), &got); err != nil {
				t.Fatal(err)
			}
			if got.State != test.want || !strings.Contains(text.String(), test.has) {
				t.Errorf("%s, want %s and %q:\n%s", got.State, test.want, test.has, &text)
			}
			if first, _, _ := strings.Cut(strings.SplitN(text.String(), "\n", 2)[0], " | "); len([]rune(first)) > 140 || strings.ContainsAny(first, ";<>") {
				t.Errorf("the first line is %q", first)
			}
			var sections []string
			for _, s := range got.Sections {
				sections = append(sections, strings.TrimSuffix(s.Name+"="+s.State+"/"+s.Cause, "/"))
			}
			for _, want := range strings.Fields(test.sections) {
				if !slices.Contains(sections, want) {
					t.Errorf("the sections are %s, want %s", sections, want)
				}
			}
		})
	}
}

// An outage of half an hour is never OK, wherever the log is cut off, and in
// whatever order its lines come through a pipe: what is left shows the outage, or
// that something is missing.
func TestNoPartOfAnOutageIsOK(t *testing.T) {
	var w written
	w.served("shop", 6, 130, 0)
	w.served("pay", 6, 130, 30)
	w.lost("pay", 6, 30, 0)
	text := w.text()
	args := []string{"-f", "-", "--timezone", "UTC", "--at", caseEnd.Format(time.RFC3339)}
	judge := func(what, text string) {
		t.Helper()
		var out bytes.Buffer
		if Main(args, strings.NewReader(text), &out, os.Stderr) == 0 {
			t.Errorf("%s: %s", what, &out)
		}
	}
	random := rand.New(rand.NewPCG(11, 6))
	for range 300 {
		at := len(text)/2 + random.IntN(len(text)/2)
		judge(fmt.Sprintf("cut at %d of %d", at, len(text)), text[:at])
	}
	lines := strings.SplitAfter(strings.TrimSuffix(text, "\n"), "\n")
	lines[len(lines)-1] += "\n"
	for range 30 {
		random.Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
		judge("in another order", strings.Join(lines, ""))
	}
}
