package endpoint

import (
	"net"
	"path/filepath"
	"strings"
	"testing"

	"check-haproxy/internal/haproxy"
	"check-haproxy/test/rig"
)

// answering is a HAProxy that gives these answers, by command.
func answering(t *testing.T, answers map[string]string) Flags {
	t.Helper()
	return Flags{Socket: []string{listenUnix(t, commands(nil, func(command string) string {
		if answer, ok := answers[command]; ok {
			return answer
		}
		return "Unknown command\n\n"
	}))}}
}

// recorded are the answers of a HAProxy 2.6 about itself.
func recorded(t *testing.T) map[string]string {
	return map[string]string{
		"show peers": string(capture(t, "2.6/peers.txt")),
		"show table": string(capture(t, "2.6/table.txt")),
		"show info":  string(capture(t, "2.6/info.txt")),
	}
}

func TestRunning(t *testing.T) {
	a := askOne(t, answering(t, recorded(t)), Query{Subject: OfProcess})
	if a.Err != nil || len(a.Running.Peers) != 5 || len(a.Running.Tables) != 2 || a.Info.Version != "2.6.12-1+deb12u4" || a.Stats != nil || !a.Local || !a.Socket {
		t.Errorf("the answer is %+v", a)
	}
}

// TestRunningRefused: what HAProxy refuses is a note; "show info" must be.
func TestRunningRefused(t *testing.T) {
	answers := recorded(t)
	delete(answers, "show peers")
	answers["show table"] = "Permission denied\n\n"
	a := askOne(t, answering(t, answers), Query{Subject: OfProcess})
	if notes := strings.Join(a.Notes, "; "); a.Err != nil || notes != "show peers: HAProxy does not know this command; show table: permission denied by HAProxy" {
		t.Errorf("the answer is %+v", a)
	}
	answers["show info"] = "Permission denied\n\n"
	wantErr(t, askOne(t, answering(t, answers), Query{Subject: OfProcess}), "show info", "permission denied")
}

// TestRunningCutShort: whatever is missing, there is no answer.
func TestRunningCutShort(t *testing.T) {
	answers := recorded(t)
	whole := answers["show peers"] + answers["show table"] + answers["show info"]
	var cut string
	path := listenUnix(t, func(conn net.Conn) {
		_, _ = conn.Write([]byte(cut))
	})
	// The boundaries of the answers, and of the sections in the first one.
	for n := range whole {
		if n%29 != 0 && !strings.HasSuffix(whole[:n], "\n\n") {
			continue
		}
		cut = whole[:n]
		p := process{socket: socket{"unix", path}}
		if a := p.ask(within(t, long), Query{Subject: OfProcess}); a.Err == nil {
			t.Fatalf("cut after %d of %d bytes there is an answer: %+v", n, len(whole), a)
		}
	}
}

func TestOnlySocketsTell(t *testing.T) {
	for _, f := range []Flags{{URL: []string{"http://192.0.2.1/x"}}, {StatsFile: capturePath("3.2/stat.csv")}} {
		wantErr(t, askOne(t, f, Query{Subject: OfCertificates}), "only a stats socket can tell this", "--socket")
	}
}

func TestIsLocal(t *testing.T) {
	for address, want := range map[string]bool{"127.0.0.1:1": true, "[::1]:1": true, "localhost:1": true, "192.0.2.1:1": false, "lb1:1": false} {
		if got := (socket{"tcp", address}).isLocal(); got != want {
			t.Errorf("%s is local: %t", address, got)
		}
	}
	if !(socket{"unix", "/run/x"}).isLocal() {
		t.Error("a Unix socket is not local")
	}
}

// TestLiveRunning has a real master, whose list of processes comes with its
// worker's answer.
func TestLiveRunning(t *testing.T) {
	config := `
peers cluster
	bind 127.0.0.1:` + rig.Port(t) + `
	server ` + "me" + `
	server other 127.0.0.1:` + rig.Port(t) + `
backend be
	stick-table type ip size 10
`
	h := rig.StartMaster(t, "global\n\tlocalpeer me\n"+config)
	a := askOne(t, Flags{Socket: []string{h.Master}}, Query{Subject: OfProcess})
	if a.Err != nil || len(a.Running.Processes) != 2 || len(a.Running.Peers) != 2 || len(a.Running.Tables) != 1 || a.Info == nil {
		t.Fatalf("the answer is %+v", a)
	}
	if table := a.Running.Tables[0]; table != (haproxy.StickTable{Name: "be", Type: "ip", Size: 10}) {
		t.Errorf("the table is %+v", table)
	}
	if master := a.Running.Processes[0]; master.Kind != "master" || !master.FailedReloads.Known {
		t.Errorf("the master is %+v", master)
	}
	a = askOne(t, Flags{Socket: []string{filepath.Join(h.Dir, "admin.sock")}}, Query{Subject: OfProcess})
	if a.Err != nil || a.Running.Processes != nil {
		t.Errorf("the answer of the worker's own socket is %+v", a)
	}
}
