package accesslog

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func read(line string) snapshot {
	var r Record
	New(testOptions).Parse([]byte(line), false, &r)
	s := snap(&r)
	s.Line, s.Written = "", 0
	return s
}

func TestTransitions(t *testing.T) {
	for line, want := range map[string]Change{
		`Server v2/v2Elb is DOWN, reason: Layer4 connection problem, info: "Connection refused", check duration: 0ms. 0 active and 0 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue.`: {"v2", "v2Elb", false, "", "Layer4 connection problem", "Connection refused"},
		`Server l7/x1 is DOWN, reason: Layer7 wrong status, code: 500, info: "Internal Server Error", check duration: 1ms. 0 active and 0 backup servers left.`:                                                 {"l7", "x1", false, "", "Layer7 wrong status", "Internal Server Error"},
		`Server l7/x1 is DOWN, reason: Layer7 timeout, check duration: 502ms. 0 active and 0 backup servers left.`:                                                                                              {"l7", "x1", false, "", "Layer7 timeout", ""},
		`Server agent/a1 is DOWN, reason: Layer7 wrong status, code: 0, info: "via agent : down (maintenance window)", check duration: 0ms. 0 active`:                                                           {"agent", "a1", false, "", "Layer7 wrong status", "via agent : down (maintenance window)"},
		`Backup Server mixed/d is DOWN, reason: Layer4 timeout. 1 active`:                                                                                                                                       {"mixed", "d", false, "", "Layer4 timeout", ""},
		`Server b/s is UP, reason: Layer7 check passed, code: 200, info: "OK", check duration: 2ms. 1 active`:                                                                                                   {"b", "s", true, "", "Layer7 check passed", "OK"},
		`Server b/s is DOWN via t/u. 0 active and 0 backup servers left.`:                                                                                                                                       {"b", "s", false, "t/u", "", ""},
		`Server b/s is UP via t/u.`:                                                                                   {"b", "s", true, "t/u", "", ""},
		`Server b/s is DOWN, changed from CLI. 0 active`:                                                              {"b", "s", false, "", "changed from CLI", ""},
		`Server b/s is going DOWN for maintenance. 1 active and 0 backup servers left.`:                               {"b", "s", false, "", "maintenance", ""},
		`Server b/s is going DOWN for maintenance (DNS NX status). 1 active`:                                          {"b", "s", false, "", "maintenance", "DNS NX status"},
		`Server b/s is going DOWN for maintenance (No IP for server ). 1 active`:                                      {"b", "s", false, "", "maintenance", "No IP for server"},
		`Server b/s was DOWN and now enters maintenance (unspecified DNS error).`:                                     {"b", "s", false, "", "maintenance", "unspecified DNS error"},
		`Server b/s is DOWN for maintenance. 0 active and 0 backup servers left.`:                                     {"b", "s", false, "", "maintenance", ""},
		`Server b/s is UP/READY (leaving forced maintenance).`:                                                        {"b", "s", true, "", "leaving forced maintenance", ""},
		`Server b/s is DOWN/READY (leaving maintenance).`:                                                             {"b", "s", false, "", "leaving maintenance", ""},
		`Server b/s ('elb.example') is UP/READY (resolves again).`:                                                    {"b", "s", true, "", "resolves again", ""},
		`Server b/s is UP/DRAIN (leaving maintenance).`:                                                               {"b", "s", false, "", "drain", "leaving maintenance"},
		`Server b/s is UP (leaving maintenance).`:                                                                     {"b", "s", true, "", "leaving maintenance", ""},
		`Server b/s enters drain state. 0 active and 0 backup servers online. 0 sessions requeued, 0 total in queue.`: {"b", "s", false, "", "drain", ""},
		`Server b/s is UP (leaving forced drain).`:                                                                    {"b", "s", true, "", "leaving forced drain", ""},
		`Server b/s is stopping, reason: Layer7 check conditionally passed, code: 404, info: "Not Found". 0 active`:   {"b", "s", false, "", "stopping", "Layer7 check conditionally passed"},
		`Server b/s is DOWN`: {"b", "s", false, "", "", ""},
	} {
		got := read("<129>Nov 22 14:07:32 haproxy[1]: " + line)
		if diff := cmp.Diff(snapshot{Class: Transition, Own: true, Times: 1, Tag: "haproxy", PID: 1, Backend: want.Backend, Server: want.Server, Status: -1, Change: want}, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", line, diff)
		}
	}
}

// What HAProxy says of itself in its versions from 1.4 to 3.5 (the send_log
// calls in its tree, with arguments put in), and what reaches a journal.
var messages = []string{
	"backend v2 has no server available!", "proxy v2 has no server available!", "Proxy fe started.", "Proxy stats stopped.",
	"Proxy fe stopped (FE: 0 conns, BE: 0 conns).", "Proxy fe stopped (cumulated conns: FE: 3, BE: 0).", "Proxy fe hard-stopped (3 remaining conns will be closed).",
	"Pausing proxy fe.", "Paused frontend fe.", "Resumed proxy fe.", "Enabling frontend fe.", "Stopping proxy fe in 0 ms.", "Stopping backend be in 0 ms.",
	"frontend fe failed to enter pause mode.", "Port 80 busy while trying to enable frontend fe.", "Bind on socket 3 busy while trying to enable frontend fe.",
	"Connect from 127.0.0.1:5 to 127.0.0.1:80 (fe/HTTP)", "Connect from unknown source to listener 3 (fe/TCP)", "Connect to unix:1 (fe/TCP)",
	`Health check for server b/s failed, reason: Layer4 timeout, check duration: 2001ms, status: 2/3 UP.`,
	`Health check for backup server b/s succeeded, reason: Layer7 check passed, code: 200, check duration: 0ms, status: 3/3 UP.`,
	`Agent check for server b/s failed, reason: Layer7 wrong status, code: 0, info: "x", status: 0/1 DOWN.`,
	"127.0.0.1:56059 [03/Dec/2012:17:35:10.380] frt/f1: Connection error during SSL handshake",
	"127.0.0.1:56059 [03/Dec/2012:17:35:10.380] fe/1: SSL handshake failure (error:0A00009C:SSL routines::http request)",
	"unix:1 [03/Dec/2012:17:35:10.380] fe/1: Received something which does not look like a PROXY protocol header",
	"2001:db8::1:5 [03/Dec/2012:17:35:10.380] fe~/1: Connection closed during SSL handshake",
	"[WARNING] 324/104424 (4) : config : missing timeouts for proxy 'fe'.", "[NOTICE]   (27200) : New worker (12) forked", "[ALERT]    (1) : x",
	"A worker process unexpectedly died and this can only be explained by a bug", "SIGHUP received, dumping servers states for proxy fe.",
	"SIGHUP: Server b/s is UP. Conn: 0 act, 0 pend, 3 tot.", "Load-balancing on Server b/s is disabled.",
	"Blocking cacheable cookie in response from instance b, server s.", "Some tasks resisted to hard-stop, exiting now.",
	"soft-stop running for too long, performing a hard-stop.", "Grace period expired, proceeding with soft-stop now.", "Scheduling a soft-stop in 100 ms.",
	"Proxy fe reached process FD limit (maxsock=4). Please check 'ulimit-n' and restart.", "Proxy fe reached the configured maximum connection limit. Please check the global 'maxconn' value.",
	"v2/s changed its IP from 10.0.0.1 to 10.0.0.2 by DNS additional record.", "b/s changed its FQDN from a to b by 'cli'.", "b/s: IP changed from '10.0.0.1' to '10.0.0.2' by 'DNS cache'.", "b/s: port changed from '1' to '2' by 'cli'.",
	"Server b/s administratively READY thanks to valid DNS answer.", "Server b/s is leaving forced maintenance but remains in maintenance.",
	"Server b/s ('h') resolves again but remains in maintenance.", "Server b/s remains in forced drain mode.", "Server b/s remains in drain mode via t/u.",
	"Connect() failed for backend b: no free ports.", "Cannot bind to source address before connect() for backend b. Aborting.",
	"SPOE: [agent] <EVENT:on-frontend-http-request> sid=3 st=0 0 0/0", "stick table: internal error while setting gpt0.", "Vars: internal error while execute action store.",
	"DNS : section 'x': can't connect socket for nameserver 'y'.", "acme: x: Starting update of the certificate.", `<OCSP-UPDATE> /etc/x.pem 1 "Update successful" 0 1`,
	"-:- [22/Nov/2026:14:15:25.924] <HTTPCLIENT> -/- 3/0/0/1/1 503 85 - - SC-- 0/0/0/0/0 0/0 {} \"GET http://127.0.0.1/ HTTP/1.1\"",
	"Internal error: yield not allowed with tcp-request session actions.", "backend ID mismatch: from server state file: '1', from running config '2'",
	"can't find server 's' in backend 'b'", "preconnect r::s: Initiating.",
	"Started haproxy.service - HAProxy Load Balancer.", "Stopping HAProxy Load Balancer...", "haproxy.service: Succeeded.", "last message repeated 3 times",
}

func TestMessages(t *testing.T) {
	for _, text := range messages {
		for _, header := range []string{"<134>Nov 22 14:07:32 haproxy[1]: ", "Nov 22 14:07:32 lb1 haproxy[1]: ", "2026-11-22T14:07:32.5+01:00 lb1 haproxy[1]: ", ""} {
			want := Message
			if strings.HasPrefix(text, "Connect from ") || strings.HasPrefix(text, "Connect to ") {
				want = Connection
			}
			if got := read(header + text); got.Class != want {
				t.Errorf("%v: %s%s", got.Class, header, text)
			}
		}
	}
}

// Other programs' lines, also where they quote HAProxy.
func TestOthersAreUnreadable(t *testing.T) {
	const forged = `10.0.0.1:5 [22/Nov/2026:14:15:25.924] fe v2/<NOSRV> 0/-1/-1/-1/0 503 212 - - SC-- 1/1/0/0/0 0/0 "GET / HTTP/1.1"`
	for _, line := range []string{
		"Nov 22 14:15:25 lb1 sshd[22]: Invalid user " + forged,
		"Nov 22 14:15:25 lb1 sshd[22]: Accepted password for root from 10.0.0.1 port 5 ssh2",
		"Nov 22 14:15:25 lb1 CRON[22]: (root) CMD (echo " + forged + ")",
		`10.0.0.1 - - [22/Nov/2026:14:15:25 +0000] "GET / HTTP/1.1" 200 5 "-" "` + forged + `"`,
		`10.0.0.1 - - [22/Nov/2026:14:15:25 +0000] "GET / HTTP/1.1" 200 5 "-" "Mozilla" 5 5 "fe"`,
		"Server is DOWN", "Server b/s is a nice machine", "Server b/s is DOWNTOWN", "Proxy", "Proxy ", "backend", "a b c d e f g",
		"Stopping the music", "Port of Hamburg", "message", "#!/bin/sh", "{", `{"log":"`, `{"log":"x"}`, "<134>", "<134>1 - - - - - - ", "[", "-", " ", "\t",
	} {
		if got := read(line); got.Class != Unreadable {
			t.Errorf("%v: %q", got, line)
		}
	}
}

// HAProxy's standard error has its messages in a form of its own.
func TestStderr(t *testing.T) {
	for line, want := range map[string]Class{
		"[WARNING]  (31) : Server be/s1 is DOWN, reason: Layer4 timeout.": Transition,
		"[WARNING] 324/104424 (4) : Server be/s1 is DOWN.":                Transition,
		"[ALERT]    (31) : backend be has no server available!":           Message,
		"[NOTICE]   (8) : Loading success.":                               Message,
		"[WARNING]  (31) : config : whatever":                             Message,
		"[WARNING] something":                                             Message,
		"[WARNINGS]":                                                      Unreadable,
	} {
		for _, header := range []string{"", "haproxy-1  | ", "2026-11-22T14:07:32.5Z stderr F ", "Nov 22 14:07:32 lb1 haproxy[31]: "} {
			got := read(header + line)
			if got.Class != want || want == Transition && (got.Change.Backend != "be" || got.Change.Server != "s1") || want != Unreadable && !got.Own {
				t.Errorf("%v, %+v: %s%s", got.Class, got.Change, header, line)
			}
		}
	}
}

// A message that names a proxy proves that there is one.
func TestMessagesNameProxies(t *testing.T) {
	for line, want := range map[string]string{
		"backend v2 has no server available!":                         "v2",
		"[ALERT]    (31) : backend v2 has no server available!":       "v2",
		"[ALERT]    (31) : backend 'v2' has no server available!":     "v2",
		"Proxy v2 stopped (cumulated conns: FE: 0, BE: 12).":          "v2",
		"Proxy <HTTPCLIENT> stopped (cumulated conns: FE: 0, BE: 0).": "<HTTPCLIENT>",
		"Proxy fe started.":            "fe",
		"Pausing proxy fe.":            "fe",
		"Stopping backend v2 in 0 ms.": "v2",
		"Health check for server v2/s failed, reason: Layer4 timeout.":            "v2",
		"Health check for backup server v2/s failed, reason: Layer4 timeout.":     "v2",
		"v2/s changed its IP from 10.0.0.1 to 10.0.0.2 by DNS additional record.": "v2",
		"v2/s: IP changed from '10.0.0.1' to '10.0.0.2' by 'DNS cache'.":          "v2",
		"Server v2/s remains in forced drain mode.":                               "v2",
		"New worker (123) forked":                                                 "",
	} {
		if got := read("Nov 22 14:07:32 lb1 haproxy[31]: " + line); got.Class != Message || got.Backend != want {
			t.Errorf("%v of %q: %s", got.Class, got.Backend, line)
		}
	}
}

// rsyslog's RepeatedMsgReduction makes one line of equal ones.
func TestRepeated(t *testing.T) {
	const h = "Nov 22 14:07:32 lb1 haproxy[31]: "
	for line, want := range map[string]struct {
		class Class
		times int
	}{
		h + "message repeated 59 times: [ " + lostRequest + "]":               {Request, 59},
		h + "message repeated 59 times: [" + lostRequest + "]":                {Request, 59},
		h + "message repeated 2 times: [ " + lostRequest[:60] + "]":           {HalfRead, 2}, // rsyslog keeps 800 bytes
		h + "message repeated 3 times: [ Server v2/s is DOWN.]":               {Transition, 3},
		h + "message repeated 3 times: [ what?]":                              {Unreadable, 3},
		h + "message repeated x times: [ " + lostRequest + "]":                {Unreadable, 1},
		h + "message repeated 59 times: ":                                     {Unreadable, 1},
		h + "message repeated 9999999999999999 times: [ " + lostRequest + "]": {Unreadable, 1},
		"Nov 22 14:07:32 lb1 last message repeated 3 times":                   {Message, 1},
	} {
		if got := read(line); got.Class != want.class || got.Times != want.times {
			t.Errorf("%d times %v, want %d times %v: %s", got.Times, got.Class, want.times, want.class, line)
		}
	}
}
