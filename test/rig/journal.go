package rig

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// JournalEntry is a message in systemd's journal.
type JournalEntry struct {
	At      time.Time
	Unit    string // "haproxy.service"
	Message string
}

// WriteJournal makes a real journal file of entries and returns its path. It is
// systemd-journal-remote that writes it; journald itself runs on hosts with
// systemd alone.
func WriteJournal(t testing.TB, entries []JournalEntry) string {
	t.Helper()
	Need(t, "journalctl")
	program := Need(t, "/lib/systemd/systemd-journal-remote")
	var export strings.Builder // systemd's "Journal Export Format"
	for i, entry := range entries {
		_, _ = fmt.Fprintf(&export, "__REALTIME_TIMESTAMP=%d\n__MONOTONIC_TIMESTAMP=%d\n_BOOT_ID=%032x\n_HOSTNAME=lb1\nPRIORITY=6\n_SYSTEMD_UNIT=%s\nSYSLOG_IDENTIFIER=haproxy\n_PID=1\nMESSAGE=%s\n\n",
			entry.At.UnixMicro(), i, 1, entry.Unit, entry.Message)
	}
	path := filepath.Join(Dir(t), "system.journal")
	command := exec.Command(program, "-o", path, "-")
	command.Stdin = strings.NewReader(export.String())
	if output, err := command.CombinedOutput(); err != nil {
		t.Fatalf("systemd-journal-remote: %v: %s", err, output)
	}
	return path
}
