package haproxy

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestInfoOfCaptures(t *testing.T) {
	for name, want := range map[string]Info{
		"1.8/info.txt": {
			Version: "1.8.0", Node: "vm", Pid: known(16713), Nbproc: known(1), ProcessNum: known(1), UptimeSec: known(5),
			CurrConns: known(24), Maxconn: known(200), ConnRate: known(42), ConnRateLimit: known(0), SessRate: known(42), SessRateLimit: known(0),
		},
		"3.2/info.txt": {
			Version: "3.2.0", Node: "vm", Pid: known(18186), Nbproc: known(1), ProcessNum: known(1), UptimeSec: known(4), Stopping: known(0),
			CurrConns: known(24), Maxconn: known(200), ConnRate: known(54), ConnRateLimit: known(0), SessRate: known(54), SessRateLimit: known(0),
		},
	} {
		got, err := NewReader(bytes.NewReader(capture(t, name))).Info()
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(&want, got, cmpopts.IgnoreFields(Info{}, "Values")); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// TestInfoValues: every line is there by its name, known to the plugin or not.
func TestInfoValues(t *testing.T) {
	for name, want := range map[string]map[string]Number{
		"1.8/info.txt": {"Idle_pct": known(98), "DroppedLogs": {}, "PoolFailed": known(0)},
		"3.2/info.txt": {"Idle_pct": known(99), "DroppedLogs": known(0), "CumReq": known(97), "Unstoppable Jobs": known(0), "Start_time_sec": known(1795356511)},
	} {
		info, err := NewReader(bytes.NewReader(capture(t, name))).Info()
		if err != nil {
			t.Fatal(err)
		}
		for key, number := range want {
			if got, err := info.Number(key); err != nil || got != number {
				t.Errorf("%s: %s is %v, %v, want %v", name, key, got, err, number)
			}
		}
		if got := info.Values["Uptime"]; !strings.HasPrefix(got, "0d 0h00m0") {
			t.Errorf("%s: Uptime is %q", name, got)
		}
	}
	info, err := NewReader(strings.NewReader("Name: HAProxy\nVersion: 2.6\nIdle_pct: -3\n\n")).Info()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := info.Number("Idle_pct"); err == nil || !strings.Contains(err.Error(), `Idle_pct is "-3"`) {
		t.Errorf("a number below zero: %v", err)
	}
}

// TestDamagedInfo: a number that cannot be spoils nothing but itself.
func TestDamagedInfo(t *testing.T) {
	info, err := NewReader(strings.NewReader("Name: HAProxy\nVersion: 2.6\nMaxconn: -1\nCurrConns: 4294967295\nUptime_sec: 12\n\n")).Info()
	if err != nil {
		t.Fatal(err)
	}
	if damaged := (Number{Damaged: true}); info.Maxconn != damaged || info.CurrConns != damaged || info.UptimeSec != known(12) {
		t.Errorf("%+v", info)
	}
	if _, err := NewReader(strings.NewReader("Name: HAProxy\nVersion: 2.6\nMaxconn: -1\nMaxconn: 5\n\n")).Info(); err == nil {
		t.Error("Maxconn twice is no error")
	}
}

func TestServersStateOfCaptures(t *testing.T) {
	for name, ports := range map[string][2]int64{"1.8/servers-state.txt": {39403, 37605}, "3.2/servers-state.txt": {34391, 52503}} {
		states, err := NewReader(bytes.NewReader(capture(t, name))).ServersState()
		if err != nil {
			t.Fatal(err)
		}
		if len(states) != 32 {
			t.Errorf("%s has %d servers", name, len(states))
		}
		var got []ServerState
		for _, s := range states {
			if s.Backend == "dns" || s.Backend == "mixed" {
				got = append(got, s)
			}
		}
		want := []ServerState{
			{Backend: "dns", Server: "e1", FQDN: "nosuch.invalid", Port: 80, AdminState: 32, ConfiguredWeight: known(1)},
			{Backend: "mixed", Server: "a", Address: "127.0.0.1", Port: ports[0], ConfiguredWeight: known(1)},
			{Backend: "mixed", Server: "b", Address: "127.0.0.1", Port: ports[1], ConfiguredWeight: known(1)},
			{Backend: "mixed", Server: "c", Address: "127.0.0.1", Port: ports[0], AdminState: 5, ConfiguredWeight: known(1)},
			{Backend: "mixed", Server: "d", Address: "127.0.0.1", Port: ports[1], ConfiguredWeight: known(1)},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestServersStateOfATemplate(t *testing.T) {
	const answer = `1
# be_name be_id srv_name srv_addr srvrecord srv_fqdn new
# a comment
web 3 web1 10.0.0.1 _http._tcp.example.com a.example.com x
web 3 web2 - _http._tcp.example.com - x
- 4 - 10.0.0.3 - - x

`
	got, err := NewReader(strings.NewReader(answer)).ServersState()
	if err != nil {
		t.Fatal(err)
	}
	want := []ServerState{
		{Backend: "web", Server: "web1", Address: "10.0.0.1", SRVRecord: "_http._tcp.example.com", FQDN: "a.example.com"},
		{Backend: "web", Server: "web2", SRVRecord: "_http._tcp.example.com"},
		{Backend: "-", Server: "-", Address: "10.0.0.3"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestDamagedState: what is only shown spoils nothing, and an address is no name.
func TestDamagedState(t *testing.T) {
	const answer = "1\n# be_name srv_name srv_addr srv_port srv_admin_state srv_iweight srv_use_ssl srv_check_port srv_fqdn\nbe s 10.0.0.1 http -1 18446744073709551615 x -1 10.0.0.1\n\n"
	got, err := NewReader(strings.NewReader(answer)).ServersState()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]ServerState{{Backend: "be", Server: "s", Address: "10.0.0.1"}}, got); diff != "" {
		t.Error(diff)
	}
}

func TestResolversOfCaptures(t *testing.T) {
	for name, want := range map[string][]string{
		"1.8/resolvers.txt": {"mydns dns1 15"},
		"3.2/resolvers.txt": {"mydns dns1 15", "default 10.255.255.53 15"},
	} {
		resolvers, err := NewReader(bytes.NewReader(capture(t, name))).Resolvers()
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, r := range resolvers {
			for _, n := range r.Nameservers {
				got = append(got, fmt.Sprintf("%s %s %d", r.Name, n.Name, len(n.Counters)))
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if first := resolvers[0].Nameservers[0].Counters[0]; first != (Counter{"sent", 5}) {
			t.Errorf("%s: the first counter is %v", name, first)
		}
	}
}

func TestResolvers(t *testing.T) {
	for _, test := range []struct {
		name, answer string
		want         []Resolver
	}{
		{"none", "No resolvers found\n\n", nil},
		{"without name servers", "Resolvers section a\n\n", []Resolver{{Name: "a"}}},
		{"empty lines between", "Resolvers section a\n nameserver 1.2.3.4:53:\n  sent: 3\n\nResolvers section b\n\n\n", []Resolver{
			{Name: "a", Nameservers: []Nameserver{{"1.2.3.4:53", []Counter{{"sent", 3}}}}}, {Name: "b"},
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := NewReader(strings.NewReader(test.answer)).Resolvers()
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestProcesses(t *testing.T) {
	for _, test := range []struct {
		name, answer string
		want         []Process
	}{
		{"1.9", "#<PID>          <type>          <relative PID>  <reloads>       <uptime>       \n" +
			"1162            master          0               5               0d 0h02m07s    \n" +
			"# workers\n1271            worker          1               0               0d 0h00m00s    \n" +
			"1272            worker          2               0               0d 0h00m00s    \n" +
			"# old workers\n1233            worker          [was: 1]        3               0d 0h00m43s    \n\n",
			[]Process{
				{PID: 1162, Kind: "master", Reloads: known(5), UptimeSec: known(127)},
				{PID: 1271, Kind: "worker", Reloads: known(0), UptimeSec: known(0)},
				{PID: 1272, Kind: "worker", Reloads: known(0), UptimeSec: known(0)},
				{PID: 1233, Kind: "worker", Old: true, Reloads: known(3), UptimeSec: known(43)},
			}},
		{"2.4", "#<PID>          <type>          <relative PID>  <reloads>       <uptime>        <version>      \n" +
			"1162            master          0               5               12d04h05m06s    2.4.0\n" +
			"# workers\n1271            worker          1               0               0d00h00m00s     2.4.0\n" +
			"# programs\n1244            foo             -               0               0d00h00m00s     -\n\n",
			[]Process{
				{PID: 1162, Kind: "master", Reloads: known(5), UptimeSec: known(12*86400 + 4*3600 + 5*60 + 6), Version: "2.4.0"},
				{PID: 1271, Kind: "worker", Reloads: known(0), UptimeSec: known(0), Version: "2.4.0"},
				{PID: 1244, Kind: "foo", Reloads: known(0), UptimeSec: known(0)},
			}},
		{"2.6", string(capture(t, "2.6/proc.txt")), []Process{
			{PID: 27991, Kind: "master", Reloads: known(6), FailedReloads: known(1), UptimeSec: known(345), Version: "2.6.12-1+deb12u4"},
			{PID: 10871, Kind: "worker", Reloads: known(1), UptimeSec: known(2), Version: "2.6.12-1+deb12u4"},
			{PID: 10197, Kind: "worker", Old: true, Reloads: known(2), UptimeSec: known(17), Version: "2.6.12-1+deb12u4"},
		}},
		{"old programs, many reloads", "#<PID>          <type>          <reloads>       <uptime>        <version>      \n" +
			"13266           master          1234567 [failed: 345678] 0d00h00m01s     3.2.4\n" +
			"# workers\n13267           worker          0               0d00h00m01s     3.2.4\n" +
			"# programs\n1244            foo             0               0d00h00m00s     -\n" +
			"# old programs\n1245            worker          0               0d00h00m00s     -\n\n",
			[]Process{
				{PID: 13266, Kind: "master", Reloads: known(1234567), FailedReloads: known(345678), UptimeSec: known(1), Version: "3.2.4"},
				{PID: 13267, Kind: "worker", Reloads: known(0), UptimeSec: known(1), Version: "3.2.4"},
				{PID: 1244, Kind: "foo", Reloads: known(0), UptimeSec: known(0)},
				{PID: 1245, Kind: "worker", Old: true, Reloads: known(0), UptimeSec: known(0)},
			}},
		{"columns of another version", "#<PID> <type> <mood> <version> <uptime>\n1 master good 4.0 1d00h00m00s more\n# workers\n\n",
			[]Process{{PID: 1, Kind: "master", Version: "4.0", UptimeSec: known(86400)}}},
		{"no more than is needed", "#<PID>\n1 master 0\n# workers\n\n", []Process{{PID: 1, Kind: "master"}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := NewReader(strings.NewReader(test.answer)).Processes()
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// readers read each kind of answer but the statistics.
var readers = map[string]func(r *Reader) (any, error){
	"info":         func(r *Reader) (any, error) { return r.Info() },
	"state":        func(r *Reader) (any, error) { return r.ServersState() },
	"resolvers":    func(r *Reader) (any, error) { return r.Resolvers() },
	"processes":    func(r *Reader) (any, error) { return r.Processes() },
	"tables":       func(r *Reader) (any, error) { return r.StickTables() },
	"peers":        func(r *Reader) (any, error) { return r.Peers() },
	"certificates": func(r *Reader) (any, error) { return r.CertificateNames() },
	"certificate":  func(r *Reader) (any, error) { return r.Certificate() },
	// These are whole only with another answer behind them.
	"peers and info": func(r *Reader) (any, error) {
		if _, err := r.Peers(); err != nil {
			return nil, err
		}
		return r.Info()
	},
	"certificates one by one and info": func(r *Reader) (any, error) {
		for !r.begins("Name: ") {
			if _, err := r.Certificate(); err != nil {
				return nil, err
			}
		}
		return r.Info()
	},
}

func TestAnswersRefused(t *testing.T) {
	const stateHeader = "1\n# be_name srv_name srv_addr srv_port\n"
	for _, test := range []struct{ kind, answer, want string }{
		{"info", "", "empty"},
		{"info", "Permission denied\n\n", "permission denied"},
		{"info", "Name: HAProxy\nVersion\n\n", "without a colon"},
		{"info", "Name: HAProxy\nPid: 1\n\n", "no Version"},
		{"info", "Name: HAProxy\nVersion: 2.6\nMaxconn: 1\nMaxconn: 2\n\n", "Maxconn twice"},
		{"info", "Name: HAProxy\nVersion: 2.6\x00\n\n", "NUL"},
		{"state", "2\n", "this is not what HAProxy answers"},
		{"state", "1\n\n", "no header"},
		{"state", "1\n# be_id\n", "no header of the servers' state"},
		{"state", stateHeader + "be s 1.2.3.4\n\n", "it has 3 fields, the header has 4"},
		{"state", stateHeader + " s 1.2.3.4 80\n\n", "no names"},
		{"resolvers", "Resolvers section a\n  sent: 1\n\n", "no known form"},
		{"resolvers", "Resolvers section a\n nameserver n:\n  sent: many\n\n", "without a count"},
		{"resolvers", "Resolvers section a\n nameserver n:\n  sent:\n\n", "without a count"},
		{"resolvers", "No resolvers found\n  sent: 1\n\n", "before the first section"},
		{"processes", "Unknown command\n\n", "does not know"},
		{"processes", "#<PID>\nx worker 1\n\n", "without a process id"},
		{"processes", "#<PID>\n1 worker\n\n", "no known form"},
		{"processes", "#<PID> <type> <reloads>\n1 worker x\n\n", "no known form"},
		{"processes", "#<PID> <type> <reloads>\n1 master 1 [failed: x]\n\n", "no known form"},
		{"processes", "#<PID> <type> <uptime>\n1 worker 12\n\n", "no known form"},
		{"processes", "#<PID> <type> <uptime>\n1 worker d00h00m01s\n\n", "no known form"},
		{"processes", "#<PID> <type> <uptime>\n1 worker 9999999999d00h00m01s\n\n", "no known form"},
		{"peers", "Permission denied\n\n", "permission denied"},
		{"peers", "0x1: [1] id=a\n0x2\n\n", "no known form"},
		{"peers", "0x1: [1] id=a\n  0x2: id=b addr=c last_status=NONE\n\n", "no known form"},
		{"peers", "0x1: [1] id=a\n  0x2: id=b(far) addr=c last_status=NONE\n\n", "no known form"},
		{"peers", "0x1: [1] id=a\n  0x2: id=b(remote) addr=c\n\n", "without a peer's status"},
		{"peers", "", "empty"},
		{"tables", "Unknown command\n\n", "does not know"},
		{"tables", "# table: a, type: ip, size:1, used:1\nb\n\n", "no known form"},
		{"tables", "# table: a, type: ip, size:1\n\n", "no known form"},
		{"tables", "# table: a, type: ip, used:1\n\n", "no known form"},
		{"tables", "# table: , type: ip, size:1, used:1\n\n", "no known form"},
		{"tables", "# table: a, type: ip, size:1, used:x\n\n", `whose used is "x"`},
		{"tables", "", "empty"},
		{"certificates", "Unknown command\n\n", "does not know"},
		{"certificates", "Can't allocate memory!\n\n", "cannot allocate memory"},
		{"certificates", "Can't show!\nOperations on certificates are currently locked!\n\n", "busy with another command"},
		{"certificates", "# transaction\n*a\n\n", "no heading"},
		{"certificates", "", "empty"},
		{"certificate", "Can't display the certificate: Not found or the certificate is a bundle!\n\n", "no certificate of this name"},
		{"certificate", "Status: Used\n\n", "not what HAProxy answers"},
	} {
		_, err := readers[test.kind](NewReader(strings.NewReader(test.answer)))
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s %q: the error is %v, want %q", test.kind, test.answer, err, test.want)
		}
	}
}

// TestAnswersCutShort: what a cut leaves of an answer is none.
func TestAnswersCutShort(t *testing.T) {
	const processes = "#<PID> <type>\n1 master 0\n# workers\n2 worker 1\n\n"
	for kind, answer := range map[string][]byte{
		"info":                             capture(t, "3.2/info.txt"),
		"state":                            capture(t, "1.8/servers-state.txt"),
		"resolvers":                        capture(t, "3.2/resolvers.txt"),
		"processes":                        []byte(processes),
		"tables":                           capture(t, "2.6/table.txt"),
		"certificates":                     capture(t, "2.6/ssl-cert.txt"),
		"peers and info":                   slices.Concat(capture(t, "2.6/peers.txt"), capture(t, "2.6/info.txt")),
		"certificates one by one and info": capture(t, "2.6/ssl-cert-details.txt"),
	} {
		if _, err := readers[kind](NewReader(bytes.NewReader(answer))); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
		for n := range answer {
			if got, err := readers[kind](NewReader(bytes.NewReader(answer[:n]))); err == nil {
				t.Fatalf("%s cut after %d of %d bytes passes: %v", kind, n, len(answer), got)
			}
		}
	}
}

// TestSeveralAnswers reads a stream as a socket gives it for commands on one
// line, refused ones among them.
func TestSeveralAnswers(t *testing.T) {
	stat := string(capture(t, "3.2/stat.csv"))
	r := NewReader(strings.NewReader("Unknown command, but maybe\n  help\n  quit\n\n" + stat + "No such proxy.\n\n" + stat +
		string(capture(t, "3.2/info.txt")) + "Permission denied\n\n" + string(capture(t, "1.8/resolvers.txt"))))
	if _, err := r.Info(); !errors.Is(err, ErrUnknownCommand) {
		t.Errorf("the first answer: %v", err)
	}
	for _, want := range []error{nil, ErrNoSuchProxy, nil} {
		if _, err := r.Stats(EmptyLine); !errors.Is(err, want) {
			t.Errorf("the statistics: %v", err)
		}
	}
	if info, err := r.Info(); err != nil || info.Version != "3.2.0" {
		t.Errorf("the info is %v, %v", info, err)
	}
	if _, err := r.ServersState(); !errors.Is(err, ErrPermission) {
		t.Errorf("the state: %v", err)
	}
	if resolvers, err := r.Resolvers(); err != nil || len(resolvers) != 1 {
		t.Errorf("the resolvers are %v, %v", resolvers, err)
	}
	if _, err := r.Stats(EmptyLine); !errors.Is(err, ErrEmpty) {
		t.Errorf("after the last answer: %v", err)
	}
}

// fuzz feeds a kind of answer: no panic, and no control characters in errors.
func fuzz(f *testing.F, kind string, seeds ...[]byte) {
	for _, seed := range seeds {
		// A few lines are enough; large seeds make slow fuzzing.
		lines := bytes.SplitAfterN(seed, []byte("\n"), 12)
		f.Add(append(bytes.Join(lines[:min(len(lines), 11)], nil), '\n'))
	}
	f.Fuzz(func(t *testing.T, answer []byte) {
		_, err := readers[kind](NewReader(bytes.NewReader(answer)))
		if err != nil && strings.ContainsAny(err.Error(), "\x00\x1b\n") {
			t.Fatalf("the error is not fit to print: %q", err)
		}
		if err == nil && answer[0] != '\n' && !bytes.Contains(answer, []byte("\n\n")) {
			t.Fatal("an answer without an end passes")
		}
	})
}

func FuzzInfo(f *testing.F) { fuzz(f, "info", capture(f, "1.8/info.txt"), capture(f, "3.2/info.txt")) }

func FuzzServersState(f *testing.F) {
	fuzz(f, "state", capture(f, "1.8/servers-state.txt"), capture(f, "3.2/servers-state.txt"))
}

func FuzzResolvers(f *testing.F) {
	fuzz(f, "resolvers", capture(f, "1.8/resolvers.txt"), capture(f, "3.2/resolvers.txt"))
}

func FuzzProcesses(f *testing.F) {
	fuzz(f, "processes", []byte("#<PID> <type>\n1 master 0\n# workers\n2 worker 1\n# old workers\n3 worker [was: 1]\n\n"), capture(f, "2.6/proc.txt"))
}

func FuzzStickTables(f *testing.F) { fuzz(f, "tables", capture(f, "2.6/table.txt")) }

func FuzzPeers(f *testing.F) { fuzz(f, "peers and info", capture(f, "2.6/peers.txt"), shortAnswers) }

func FuzzCertificateNames(f *testing.F) { fuzz(f, "certificates", capture(f, "2.6/ssl-cert.txt")) }

func FuzzCertificate(f *testing.F) {
	fuzz(f, "certificates one by one and info", capture(f, "2.6/ssl-cert-details.txt"), shortAnswers)
}

// shortAnswers are few lines of what is whole only with another answer behind.
var shortAnswers = []byte("Filename: a\nStatus: Used\nnotAfter: Dec  5 02:48:18 2026 GMT\nAlgorithm: \n" +
	"0x1: [1] id=a\n  0x2: id=b(remote,active) addr=c last_status=NONE\n\nName: HAProxy\nVersion: 2.6\n\n")
