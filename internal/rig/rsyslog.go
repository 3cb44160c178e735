package rig

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Rsyslog is a running rsyslogd.
type Rsyslog struct {
	Socket      string // takes messages, as /dev/log does: for "log" in a HAProxy's configuration
	Traditional string // log file in the template that was the default up to Debian 11: "Nov 22 14:59:01 lb1 haproxy[1]: …"
	ISO         string // the same lines in the default since Debian 12: "2026-11-22T14:59:01.123456+00:00 lb1 haproxy[1]: …"
}

// rsyslogConfig writes every message into both files as it comes.
const rsyslogConfig = `
global(workDirectory="DIR")
module(load="imuxsock" SysSock.Use="off")
input(type="imuxsock" Socket="DIR/log.sock" RateLimit.Interval="0")
action(type="omfile" file="DIR/traditional.log" template="RSYSLOG_TraditionalFileFormat")
action(type="omfile" file="DIR/iso.log" template="RSYSLOG_FileFormat")
`

// StartRsyslog runs a rsyslogd, and returns when it takes messages.
func StartRsyslog(t testing.TB) *Rsyslog {
	t.Helper()
	program := Need(t, "rsyslogd")
	dir := Dir(t)
	config := filepath.Join(dir, "rsyslog.conf")
	if err := os.WriteFile(config, []byte(strings.ReplaceAll(rsyslogConfig, "DIR", dir)), 0o600); err != nil {
		t.Fatal(err)
	}
	r := &Rsyslog{
		Socket:      filepath.Join(dir, "log.sock"),
		Traditional: filepath.Join(dir, "traditional.log"),
		ISO:         filepath.Join(dir, "iso.log"),
	}
	start(t, program, "-n", "-f", config, "-i", filepath.Join(dir, "rsyslogd.pid"))
	Eventually(t, "rsyslogd has opened its socket", func() bool {
		_, err := os.Stat(r.Socket)
		return err == nil
	})
	return r
}
