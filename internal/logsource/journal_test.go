package logsource

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"check-haproxy/internal/advice"
	"check-haproxy/test/rig"
)

// journalClock reads what journalctl writes: 2026-11-22T15:33:20.123456+0000, newer ones +00:00.
func journalClock(line []byte) (int64, bool) {
	word, _, _ := bytes.Cut(line, []byte(" "))
	for _, layout := range []string{"2006-01-02T15:04:05.000000-0700", "2006-01-02T15:04:05.000000-07:00"} {
		if t, err := time.Parse(layout, string(word)); err == nil {
			return t.UnixNano(), true
		}
	}
	return 0, false
}

// journalFile makes a real journal file of a minute's line each, with systemd's and another unit's lines between.
func journalFile(t *testing.T, lines int) string {
	t.Helper()
	remote := rig.Need(t, "/lib/systemd/systemd-journal-remote")
	rig.Need(t, "journalctl")
	var export strings.Builder
	entry := func(at time.Time, boot int, unit, message string) {
		fmt.Fprintf(&export, "__REALTIME_TIMESTAMP=%d\n__MONOTONIC_TIMESTAMP=%d\n_BOOT_ID=%032x\nPRIORITY=6\n%s\nSYSLOG_IDENTIFIER=haproxy\n_PID=1\n_HOSTNAME=lb1\nMESSAGE=%s\n\n",
			at.UnixMicro(), export.Len(), boot, unit, message)
	}
	for n := range lines {
		if n == 1 {
			entry(noon.Add(30*time.Second), 1, "_SYSTEMD_UNIT=systemd-journald.service\nMESSAGE_ID=a596d6fe7bfa4994828e72309e95d61e", "Suppressed 7 messages from haproxy.service")
		}
		at, boot := noon.Add(time.Duration(n)*time.Minute), 1+n/40
		entry(at, boot, "_SYSTEMD_UNIT=haproxy.service", fmt.Sprintf("line %d", n))
		entry(at, boot, "_SYSTEMD_UNIT=other.service", "line 9999")
		entry(at, boot, "_SYSTEMD_UNIT=init.scope\nUNIT=haproxy.service", "line 9998")
	}
	path := filepath.Join(t.TempDir(), "test.journal")
	c := exec.Command(remote, "-o", path, "-")
	c.Stdin = strings.NewReader(export.String())
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("systemd-journal-remote: %v: %s", err, out)
	}
	return path
}

func TestJournal(t *testing.T) {
	path := journalFile(t, 100)
	for _, unit := range []string{"haproxy", "haproxy.service"} {
		for _, tt := range []struct {
			span             Span
			from, to         int
			earliest, newest int
		}{
			{Span{From: noon.Add(30 * time.Minute), To: noon.Add(60 * time.Minute)}, 30, 60, 30, 60},
			{Span{From: noon.Add(-time.Hour), To: noon.Add(60 * time.Minute)}, 0, 60, 0, 60},
			{Span{From: noon.Add(90 * time.Minute), To: noon.Add(9 * time.Hour)}, 90, 99, 90, 99},
			{Span{From: noon.Add(3 * time.Hour), To: noon.Add(9 * time.Hour)}, 1, 0, 99, 99},
			{Span{}, 0, 99, 0, 99},
		} {
			got, report := readWith(t, Journal(unit, path), tt.span, journalClock)
			got.wants(numbers(tt.from, tt.to)...)
			got.only(numbers(tt.from, tt.to)...)
			dropped := 0 // what journald has dropped is said behind the first line
			if tt.span.From.Before(noon) {
				dropped = 1
			}
			if got.other != dropped || report.Complaint != "" {
				t.Errorf("%d lines of journalctl's own, want %d; %s", got.other, dropped, report.Complaint)
			}
			if want := noon.Add(time.Duration(tt.earliest) * time.Minute); !report.Earliest.Equal(want) {
				t.Errorf("earliest %v, want %v", report.Earliest, want)
			}
			if want := noon.Add(time.Duration(tt.newest) * time.Minute); !report.Newest.Equal(want) {
				t.Errorf("newest %v, want %v", report.Newest, want)
			}
		}
	}
}

func wantError(t *testing.T, s Source, span Span, word string) {
	t.Helper()
	_, err := s.Read(context.Background(), span, 2, journalClock, func(int, Chunk) {})
	if err == nil || !strings.Contains(advice.Whole(err), word) {
		t.Errorf("%s: error %v, want %s", s, err, word)
	}
}

func TestJournalErrors(t *testing.T) {
	path := journalFile(t, 1)
	span := Span{From: noon, To: noon}
	wantError(t, Journal("nothing", path), span, "there is nothing of unit nothing in the journal")
	wantError(t, Journal("nothing", path), Span{}, "there is nothing of unit nothing in the journal")
	wantError(t, Journal("haproxy", path+"x"), span, "there is no journal")
	for _, unit := range []string{"", "--rotate", "a b", "*", "x\n", "_PID=1", "+", strings.Repeat("x", 300)} {
		if unit == "--rotate" { // a name, if an odd one: it stands behind _SYSTEMD_UNIT=
			wantError(t, Journal(unit, path), span, "there is nothing of unit --rotate")
			continue
		}
		wantError(t, Journal(unit, path), span, "is not the name of a systemd unit")
	}
}

// fakeJournalctl puts a script in journalctl's place.
func fakeJournalctl(t *testing.T, script string) {
	t.Helper()
	dir := t.TempDir()
	if script != "" {
		if err := os.WriteFile(filepath.Join(dir, "journalctl"), []byte("#!/bin/sh\n"+script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", dir)
}

func TestJournalProgram(t *testing.T) {
	// What journalctl 252 says to a user without rights, with -q and without.
	const hint = `Hint: You are currently not seeing messages from other users and the system.
      Users in groups 'adm', 'systemd-journal' can see all messages.
      Pass -q to turn off this notice.`
	for name, tt := range map[string]struct{ script, word string }{
		"missing":          {"", "there is no program journalctl"},
		"no rights":        {"case $* in *--quiet*) ;; *) echo '-- No entries --'; echo \"" + hint + "\" >&2 ;; esac", "add root to group systemd-journal"},
		"no rights at all": {"echo 'No journal files were opened due to insufficient permissions.' >&2; exit 1", "group systemd-journal"},
		"old":              {"echo \"Unknown output format 'short-iso-precise'.\" >&2; exit 1", "journalctl: Unknown output format"},
		"killed":           {"kill -9 $$", "signal: killed"},
		"noisy":            {"while [ ${i:=0} -lt 9999 ]; do i=$((i+1)); echo noise >&2; done; exit 1", "journalctl: noise"},
	} {
		t.Run(name, func(t *testing.T) {
			fakeJournalctl(t, tt.script)
			if strings.Contains(tt.word, "root") {
				rig.NeedRoot(t)
			}
			wantError(t, Journal("haproxy", ""), Span{From: noon, To: noon}, tt.word)
		})
	}
}

// The passwords of stats pages are in this program's environment.
func TestJournalctlGetsNoSecret(t *testing.T) {
	t.Setenv("HAPROXY_STATS_PASSWORD", "s3cret")
	fakeJournalctl(t, `[ -z "$HAPROXY_STATS_PASSWORD" ] || echo "it is $HAPROXY_STATS_PASSWORD" >&2; exit 1`)
	_, err := Journal("haproxy", "").Read(context.Background(), Span{From: noon, To: noon}, 2, journalClock, func(int, Chunk) {})
	if err == nil || strings.Contains(err.Error(), "s3cret") {
		t.Errorf("the error is %v", err)
	}
}

func TestJournalThatHangs(t *testing.T) {
	for _, script := range []string{
		"exec /bin/sleep 60",
		"/bin/sleep 3", // a child of its own, which is not killed with it, holds the output open
		"while echo '2026-11-22T12:00:00.000000+0000 lb1 haproxy[1]: line 1'; do :; done",
	} {
		fakeJournalctl(t, script)
		wantTimeout(t, Journal("haproxy", ""))
	}
}

// TestJournalWithATruncatedFile has journalctl leave out one of two files, which it says and exits with 0.
func TestJournalWithATruncatedFile(t *testing.T) {
	path := journalFile(t, 100)
	dir := filepath.Dir(path)
	span := Span{From: noon, To: noon.Add(9 * time.Hour)}
	got, report := readWith(t, Journal("haproxy", dir), span, journalClock)
	got.wants(numbers(0, 99)...)
	if report.Complaint != "" {
		t.Errorf("of a good folder: %s", report.Complaint)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "truncated.journal"), string(data[:100]))
	got, report = readWith(t, Journal("haproxy", dir), span, journalClock)
	got.wants(numbers(0, 99)...)
	if !strings.Contains(report.Complaint, "truncated.journal is truncated, ignoring file") {
		t.Errorf("complaint %q", report.Complaint)
	}
}

// TestJournalIsAskedAgain wants a complaint of the moment forgotten, and no line twice.
func TestJournalIsAskedAgain(t *testing.T) {
	const lines = `echo '2026-11-22T12:00:00.000000+0000 lb1 haproxy[1]: line 1'; echo '2026-11-22T12:01:00.000000+0000 lb1 haproxy[1]: line 2'
`
	for name, tt := range map[string]struct{ script, complaint string }{
		"once, before its lines": {`[ -e "$0.ran" ] || { : >"$0.ran"; echo x.journal is truncated, ignoring file. >&2; }
` + lines, ""},
		"once, and no line": {`[ -e "$0.ran" ] || { : >"$0.ran"; echo x.journal is truncated, ignoring file. >&2; exit 0; }
` + lines, ""},
		"always":       {"echo x.journal is truncated, ignoring file. >&2; echo more >&2\n" + lines, "x.journal is truncated, ignoring file."},
		"at its end":   {lines + "echo Input/output error >&2", "Input/output error"},
		"very much":    {"while [ ${i:=0} -lt 20000 ]; do i=$((i+1)); echo noise >&2; done\n" + lines, "noise"},
		"nothing said": {lines, ""},
	} {
		t.Run(name, func(t *testing.T) {
			fakeJournalctl(t, tt.script)
			got, report := readWith(t, Journal("haproxy", ""), Span{From: noon, To: noon.Add(time.Hour)}, journalClock)
			got.wants(1, 2)
			if report.Complaint != tt.complaint {
				t.Errorf("complaint %q, want %q", report.Complaint, tt.complaint)
			}
		})
	}
}
