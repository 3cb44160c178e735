package rig

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// Rsyslog is a running rsyslogd.
type Rsyslog struct {
	Address     string // takes messages: for "log" in a HAProxy's configuration
	Traditional string // log file in the template that was the default up to Debian 11: "Nov 22 14:59:01 lb1 haproxy[1]: …"
	ISO         string // the same lines in the default since Debian 12: "2026-11-22T14:59:01.123456+00:00 lb1 haproxy[1]: …"
}

// rsyslogConfig writes every message into both files as it comes. Messages come
// over UDP: a socket like /dev/log holds about ten, and HAProxy does not wait but
// drops what finds no place, which on a busy machine is some of a test's few.
const rsyslogConfig = `
global(workDirectory="DIR")
module(load="imudp")
input(type="imudp" Address="127.0.0.1" Port="PORT" RateLimit.Interval="0")
action(type="omfile" file="DIR/traditional.log" template="RSYSLOG_TraditionalFileFormat")
action(type="omfile" file="DIR/iso.log" template="RSYSLOG_FileFormat")
`

// StartRsyslog runs a rsyslogd, and returns when it takes messages.
func StartRsyslog(t testing.TB) *Rsyslog {
	t.Helper()
	return startRsyslog(t, "")
}

// StartReducingRsyslog is StartRsyslog with RepeatedMsgReduction, as in Ubuntu's
// configuration: of equal messages in a row one is written, and then how many more
// there were.
func StartReducingRsyslog(t testing.TB) *Rsyslog {
	t.Helper()
	return startRsyslog(t, "$RepeatedMsgReduction on\n")
}

func startRsyslog(t testing.TB, first string) *Rsyslog {
	t.Helper()
	program := Need(t, "rsyslogd")
	dir := Dir(t)
	config := filepath.Join(dir, "rsyslog.conf")
	port := udpPort(t)
	text := first + strings.NewReplacer("DIR", dir, "PORT", strconv.Itoa(port)).Replace(rsyslogConfig)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	r := &Rsyslog{
		Address:     net.JoinHostPort("127.0.0.1", strconv.Itoa(port)),
		Traditional: filepath.Join(dir, "traditional.log"),
		ISO:         filepath.Join(dir, "iso.log"),
	}
	start(t, program, "-n", "-f", config, "-i", filepath.Join(dir, "rsyslogd.pid"))
	Eventually(t, "rsyslogd listens", func() bool {
		// Looked up, not tried: a port that is tried is taken for a moment.
		sockets, err := os.ReadFile("/proc/net/udp")
		return err == nil && strings.Contains(string(sockets), fmt.Sprintf("0100007F:%04X ", port))
	})
	return r
}

// udpPort returns a UDP port on loopback that nobody listens on.
func udpPort(t testing.TB) int {
	t.Helper()
	conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	return conn.LocalAddr().(*net.UDPAddr).Port
}
