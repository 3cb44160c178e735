package accesslog

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// lossesOf reads a log in one piece.
func lossesOf(log string) []Loss {
	reading := NewReading(testOptions, []func(*Record){func(*Record) {}})
	reading.Piece(0, Piece{Data: []byte(log), To: int64(len(log))})
	losses, _ := reading.Close()
	return losses
}

// Losses that syslog daemons announce, of HAProxy's lines or nobody's by name.
func TestLosses(t *testing.T) {
	const own = "Nov 22 14:15:00 lb1 haproxy[812]: " + plainRequest + "\nNov 22 14:15:00 lb1 ingress[813]: " + plainRequest + "\n"
	for text, want := range map[string]string{
		"systemd-journald[311]: Suppressed 48211 messages from haproxy.service":                                                         "48211",
		"systemd-journald[311]: Suppressed 48211 messages from haproxy@lb1.service":                                                     "48211",
		"systemd-journald[311]: Suppressed 48211 messages from hapee-2.8-lb.service":                                                    "48211",
		"journal: Suppressed 46 messages from /system.slice/haproxy.service":                                                            "46",
		"systemd-journald[311]: Suppressed 48211 messages from cron.service":                                                            "",
		"systemd-journald[311]: Suppressed many messages from haproxy.service":                                                          "",
		"systemd-journald[311]: Forwarding to syslog missed 13 messages.":                                                               "13",
		"systemd-journald[311]: Missed 3 kernel messages":                                                                               "",
		"rsyslogd: imuxsock[pid: 812, name: /usr/sbin/haproxy]: 4561 messages lost due to rate-limiting (200 allowed within 5 seconds)": "4561",
		"rsyslogd: imuxsock[pid: 99, name: /usr/sbin/haproxy]: 4561 messages lost due to rate-limiting (200 allowed within 5 seconds)":  "4561",
		"rsyslogd: imuxsock[pid: 813, name: /usr/bin/lb]: 4561 messages lost due to rate-limiting (200 allowed within 5 seconds)":       "4561",
		"rsyslogd: imuxsock[pid: 99, name: /usr/bin/lb]: 4561 messages lost due to rate-limiting (200 allowed within 5 seconds)":        "",
		"rsyslogd: imuxsock[pid: 812, name: /usr/sbin/haproxy] from <lb1:haproxy>: begin to drop messages due to rate-limiting":         "0",
		"rsyslogd: imuxsock from <lb1:ingress>: begin to drop messages due to rate-limiting":                                            "0",
		"rsyslogd: haproxy[23910] from <lb1:haproxy[23910]>: 1021 messages lost due to rate-limiting (200 allowed within 5 seconds)":    "1021",
		"rsyslogd: sshd[23] from <lb1:sshd[23]>: 1021 messages lost due to rate-limiting (200 allowed within 5 seconds)":                "",
		"rsyslogd: imuxsock from <lb1:sshd>: begin to drop messages due to rate-limiting":                                               "",
		"rsyslogd-2177: imuxsock lost 116 messages from pid 812 due to rate-limiting":                                                   "116",
		"rsyslogd-2177: imuxsock lost 116 messages from pid 99 due to rate-limiting":                                                    "",
		"rsyslogd-2177: imuxsock begins to drop messages from pid 813 due to rate-limiting":                                             "0",
		"rsyslogd: imuxsock[pid 812]: 77 messages lost due to rate-limiting":                                                            "77",
		"rsyslogd: imjournal: 3213 messages lost due to rate-limiting (20000 allowed within 600 seconds)":                               "3213",
		"rsyslogd: imudp: 5 messages lost due to rate-limiting":                                                                         "5",
		"rsyslogd: imklog: 5 messages lost due to rate-limiting":                                                                        "",
		"rsyslogd: action 'x' suspended due to rate-limiting":                                                                           "",
		"sshd[2]: imjournal: 3213 messages lost due to rate-limiting":                                                                   "",
		"sshd[2]: Suppressed 3 messages from haproxy.service":                                                                           "",
	} {
		for _, line := range []string{"Nov 22 14:15:33 lb1 " + text + "\n", "2026-11-22T14:15:33.0Z lb1 " + text + "\n"} {
			got := ""
			for _, loss := range lossesOf(line + own) {
				got += fmt.Sprint(loss.Messages)
				if want := time.Date(2026, 11, 22, 14, 15, 33, 0, time.UTC); !loss.Written.Equal(want) || !strings.HasSuffix(text, loss.Text) {
					t.Errorf("%q at %v", loss.Text, loss.Written)
				}
			}
			if got != want {
				t.Errorf("%q lost, want %q: %s", got, want, line)
			}
		}
	}
}

// Without a process id of HAProxy's nobody knows whose another one is.
func TestLossesWithoutProcesses(t *testing.T) {
	const loss = "Nov 22 14:15:33 lb1 rsyslogd-2177: imuxsock lost 116 messages from pid 99 due to rate-limiting\n"
	if n := len(lossesOf(loss + "Nov 22 14:15:00 lb1 haproxy: " + plainRequest + "\n")); n != 1 {
		t.Errorf("%d losses, want 1", n)
	}
}

// Of very many losses the newest are kept.
func TestManyLosses(t *testing.T) {
	var b strings.Builder
	at := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	for i := range 3*maxLosses + 50 {
		fmt.Fprintf(&b, "%s lb1 rsyslogd: imudp: %d messages lost due to rate-limiting\n", at.Add(time.Duration(i)*time.Second).Format(time.Stamp), i+1)
	}
	losses := lossesOf(b.String())
	if len(losses) != maxLosses || losses[0].Messages != 2*maxLosses+51 || losses[maxLosses-1].Messages != 3*maxLosses+50 {
		t.Errorf("%d losses, the first of %d messages", len(losses), losses[0].Messages)
	}
}
