package haproxy

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestListsAreBounded: no answer makes a list of any length.
func TestListsAreBounded(t *testing.T) {
	for name, list := range map[string]struct {
		head, row string
		most      int
		read      func(*Reader) (int, error)
	}{
		"peers": {"0x1: [1] id=x state=0\n", "  0x2: id=p(remote,inactive) addr=10.0.0.1:1 last_status=NONE\n", maxPeers,
			func(r *Reader) (int, error) { list, err := r.Peers(); return len(list), err }},
		"processes": {"#<PID>          <type>          <reloads>       <uptime>        <version>\n", "7               worker          0               0d00h00m07s     3.2.4\n", maxProcesses,
			func(r *Reader) (int, error) { list, err := r.Processes(); return len(list), err }},
		"stick tables": {"", "# table: be, type: string, size:204800, used:171\n", maxTables,
			func(r *Reader) (int, error) { list, err := r.StickTables(); return len(list), err }},
	} {
		read := func(rows int) (int, error) {
			return list.read(NewReader(strings.NewReader(list.head + strings.Repeat(list.row, rows) + "\n")))
		}
		if n, err := read(list.most); err != nil || n != list.most {
			t.Errorf("%d %s: %d, %v", list.most, name, n, err)
		}
		if _, err := read(list.most + 1); err == nil || !strings.Contains(err.Error(), "this is not HAProxy's answer") {
			t.Errorf("%d %s: %v", list.most+1, name, err)
		}
	}
}

// TestProcessForms: the forms that columns of "show proc" have, and what is none.
func TestProcessForms(t *testing.T) {
	const header = "#<PID> <type> <reloads> <uptime> <version>\n"
	for row, want := range map[string]Process{
		"7 worker 2 1d00h00m01s 3.2.4":             {PID: 7, Kind: "worker", Reloads: known(2), UptimeSec: known(86401), Version: "3.2.4"},
		"7 master 2 [failed: 1] 0d00h00m00s 3.2.4": {PID: 7, Kind: "master", Reloads: known(2), FailedReloads: known(1), UptimeSec: known(0), Version: "3.2.4"},
		"7 worker 2 0d 0h02m07s 1.9":               {PID: 7, Kind: "worker", Reloads: known(2), UptimeSec: known(127), Version: "1.9"},
		"7 program 2 999999999d00h00m00s -":        {PID: 7, Kind: "program", Reloads: known(2), UptimeSec: known(999999999 * 86400)},
		"7 worker 2":                               {PID: 7, Kind: "worker", Reloads: known(2)},
	} {
		got, err := NewReader(strings.NewReader(header + row + "\n\n")).Processes()
		if err != nil || len(got) != 1 || got[0] != want {
			t.Errorf("%q is %+v, %v; want %+v", row, got, err, want)
		}
	}
	for _, row := range []string{"7 worker", "x worker 2", "- worker 2", "-1 worker 2", "7 worker x", "7 worker 2 00h00m01s", "7 worker 2 xd00h00m01s", "7 worker 2 1dx", "7 worker 2 1d-1s",
		"7 worker 2 9999999999d00h00m00s", "7 master 2 [failed: x]"} {
		if got, err := NewReader(strings.NewReader(header + row + "\n\n")).Processes(); err == nil {
			t.Errorf("%q is %+v", row, got)
		}
	}
}

// TestHeadsOfPeers: what heads a section of peers, and what does not.
func TestHeadsOfPeers(t *testing.T) {
	for line, want := range map[string]bool{
		"0x55fc: [25/Nov/2026:02:48:45] id=second state=0": true,
		"55fc: [25/Nov/2026:02:48:45] id=second":           false,
		"0x55fc 25/Nov/2026:02:48:45 id=second":            false,
		"0x55fc: [25/Nov/2026:02:48:45] second":            false,
	} {
		if got := isPeersHead([]byte(line)); got != want {
			t.Errorf("%q heads a section: %t", line, got)
		}
	}
	for _, id := range []string{"id=(remote)", "id=p", "id=p(remote", "id=premote)"} {
		if got, err := parsePeer("  0x2: " + id + " addr=10.0.0.1:1"); err == nil {
			t.Errorf("%q is %+v", id, got)
		}
	}
}

// TestServerStateColumns: by their names, in any order; "-" is nothing.
func TestServerStateColumns(t *testing.T) {
	const header = "1\n# be_name srv_name srv_addr srv_port srv_fqdn srvrecord srv_admin_state srv_iweight srv_use_ssl srv_check_addr srv_check_port srv_agent_addr srv_agent_port\n"
	read := func(rows string) ([]ServerState, error) {
		return NewReader(strings.NewReader(header + rows + "\n")).ServersState()
	}
	got, err := read("v2 s1 192.0.2.1 80 v2.example.com _http._tcp.v2 8 3 1 192.0.2.2 81 192.0.2.4 82\nv2 s2 - - - - - - 0 - - - -\nv2 s3 192.0.2.3 x 192.0.2.3 - 0 0 2 - 0 - 0\n")
	want := []ServerState{
		{Backend: "v2", Server: "s1", Address: "192.0.2.1", Port: 80, FQDN: "v2.example.com", SRVRecord: "_http._tcp.v2", AdminState: 8, ConfiguredWeight: known(3), UsesTLS: true, CheckAddress: "192.0.2.2", CheckPort: 81, AgentAddress: "192.0.2.4", AgentPort: 82},
		{Backend: "v2", Server: "s2"},
		{Backend: "v2", Server: "s3", Address: "192.0.2.3", ConfiguredWeight: known(0), UsesTLS: true},
	}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	for rows, reason := range map[string]string{
		"v2 s1 192.0.2.1 80 - - 0 1 0 - - - -\nv2 s2\n": "row 2 of the servers' state: it has 2 fields, the header has 13",
		" s1 192.0.2.1 80 - - 0 1 0 - - - -\n":          "row 1 of the servers' state: it has no names",
		"v2  192.0.2.1 80 - - 0 1 0 - - - -\n":          "row 1 of the servers' state: it has no names",
	} {
		if got, err := read(rows); err == nil || !strings.Contains(err.Error(), reason) {
			t.Errorf("%q: %+v, %v; want %q", rows, got, err, reason)
		}
	}
	for _, header := range []string{"be_name srv_name srv_addr", "# srv_name srv_addr", "# be_name srv_addr", "# be_name srv_name", ""} {
		if got, err := NewReader(strings.NewReader("1\n" + header + "\n\n")).ServersState(); err == nil {
			t.Errorf("the header %q reads as %+v", header, got)
		}
	}
}

func TestAddrPort(t *testing.T) {
	for state, want := range map[ServerState]string{
		{Address: "192.0.2.1", Port: 80}:         "192.0.2.1:80",
		{Address: "::ffff:192.0.2.1", Port: 1}:   "192.0.2.1:1",
		{Address: "2001:db8::1", Port: 65535}:    "[2001:db8::1]:65535",
		{Address: "192.0.2.1", Port: 65536}:      "",
		{Address: "192.0.2.1"}:                   "",
		{Address: "192.0.2.1", Port: -1}:         "",
		{Address: "unix@/run/v2.sock", Port: 80}: "",
		{Port: 80}:                               "",
	} {
		got, ok := state.AddrPort()
		if ok != (want != "") || ok && got != netip.MustParseAddrPort(want) {
			t.Errorf("%s port %d is %s, %t; want %q", state.Address, state.Port, got, ok, want)
		}
	}
}
