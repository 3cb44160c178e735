package process

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"check-haproxy/internal/plugin"
	"check-haproxy/test/rig"
)

// runOn runs the plugin on a socket, with a state of its own.
func runOn(t *testing.T, socket string, args ...string) (string, plugin.State) {
	t.Helper()
	var stdout bytes.Buffer
	args = append([]string{"-S", socket, "--sample", "100ms"}, args...)
	code := Main(args, strings.NewReader(""), &stdout, io.Discard)
	return stdout.String(), plugin.State(code)
}

// wants holds a state and parts of the output against what the plugin says.
func wants(t *testing.T, socket, args string, state plugin.State, parts ...string) {
	t.Helper()
	output, got := runOn(t, socket, strings.Fields(args)...)
	for _, part := range parts {
		if !strings.Contains(output, part) {
			t.Errorf("%s: %q is not in the output", args, part)
		}
	}
	if got != state || t.Failed() {
		t.Fatalf("%s: %s, want %s\n%s", args, got, state, output)
	}
}

// keep has the plugin keep its samples in a folder of the test's.
func keep(t *testing.T) { t.Setenv("MP_STATE_PATH", filepath.Join(rig.Dir(t), "state")) }

func frontend(t *testing.T) string {
	return "frontend fe\n\tbind 127.0.0.1:" + rig.Port(t) + "\n"
}

// TestLiveReloads has good and failed reloads, and old workers that a connection
// keeps.
func TestLiveReloads(t *testing.T) {
	keep(t)
	port := rig.Port(t)
	config := "frontend fe\n\tmode tcp\n\tbind 127.0.0.1:" + port + "\n\tdefault_backend be\nbackend be\n\tmode tcp\n\tserver s 127.0.0.1:" + silent(t) + "\n"
	h := rig.StartMaster(t, config)
	wants(t, h.Master, "", plugin.OK, "HAPROXY PROCESS OK: HAProxy ", " up ", " connections, idle ", "'old_workers'=0;5;")
	wants(t, h.Socket, "-v", plugin.OK, "only a master CLI tells of them")

	conn, err := net.Dial("tcp", "127.0.0.1:"+port)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	rig.Eventually(t, "the connection is there", func() bool {
		return strings.Contains(h.Command(t, "show info"), "CurrConns: 1\n") || strings.Contains(h.Command(t, "show stat fe 1 -1"), ",OPEN,")
	})
	h.Reload(t, config)
	wants(t, h.Master, "", plugin.OK, "'old_workers'=1;5;")
	wants(t, h.Master, "--old-workers 0", plugin.Warning, "1 worker from before a reload still serves sessions")
	rig.Eventually(t, "the new worker is a second old, and the old one replaced for as long", func() bool {
		_, state := runOn(t, h.Master, "--old-worker-age", "1s")
		return state == plugin.Warning
	})
	if err := conn.(*net.TCPConn).SetLinger(0); err != nil { // a reset ends both sides
		t.Fatal(err)
	}
	_ = conn.Close()
	rig.Eventually(t, "the old worker ends", func() bool {
		output, _ := runOn(t, h.Master)
		return strings.Contains(output, "'old_workers'=0;")
	})

	h.FailReload(t, config)
	wants(t, h.Master, "", plugin.Warning, "the last reload failed: HAProxy runs an older configuration than its file's")
	wants(t, h.Master, "--failed-reload critical", plugin.Critical)
	h.Reload(t, config)
	wants(t, h.Master, "", plugin.OK)
	wants(t, h.Master, "--min-uptime 1h", plugin.Warning, "HAProxy started ")
}

// silent is the port of a server that takes connections and says nothing.
func silent(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	return port
}

func TestLiveConfiguration(t *testing.T) {
	keep(t)
	config := frontend(t)
	h := rig.StartMaster(t, config)
	file := filepath.Join(h.Dir, "haproxy.cfg")
	wants(t, h.Master, "--config "+file, plugin.OK)
	wants(t, h.Master, "--config "+h.Dir, plugin.OK)
	touch := func(at time.Time) {
		if err := os.Chtimes(file, at, at); err != nil {
			t.Fatal(err)
		}
	}
	touch(time.Now().Add(time.Hour))
	for _, path := range []string{file, h.Dir} {
		wants(t, h.Socket, "--config "+path, plugin.Warning, "haproxy.cfg has a change from the future")
	}
	wants(t, h.Socket, "--config "+file+" --not-reloaded critical", plugin.Critical)
	touch(time.Now().Add(-time.Hour))
	wants(t, h.Socket, "--config "+file, plugin.OK)
	wants(t, h.Socket, "--config "+filepath.Join(h.Dir, "no.cfg"), plugin.Unknown, "no such file")
	wants(t, h.Socket, "--config "+rig.Dir(t), plugin.Unknown, "no file in it ends with .cfg")
}

// TestLivePeers has one peer that is there and one that is away.
func TestLivePeers(t *testing.T) {
	keep(t)
	mine, other, away := rig.Port(t), rig.Port(t), rig.Port(t)
	section := func(peers ...string) string {
		text := "peers cluster\n"
		for _, name := range peers {
			port := map[string]string{"me": mine, "other": other, "away": away}[name]
			text += "\tpeer " + name + " 127.0.0.1:" + port + "\n"
		}
		return text + "backend be\n\tstick-table type string size 10 peers cluster\n"
	}
	h := rig.Start(t, "global\n\tlocalpeer me\n"+section("me", "other"))
	wants(t, h.Socket, "-t 2", plugin.Warning, "1 of 1 remote peer not connected: cluster/other (127.0.0.1:"+other+", ")
	wants(t, h.Socket, "-t 2 --peers ok", plugin.OK)
	wants(t, h.Socket, "-t 2 -s nosuch", plugin.Unknown, "matches no stick table or section of peers")
	wants(t, h.Socket, "-t 2 -s be", plugin.OK)

	second := rig.Start(t, "global\n\tlocalpeer other\n"+section("me", "other", "away"))
	wants(t, h.Socket, "", plugin.OK) // asked again until they are connected
	wants(t, second.Socket, "-t 2", plugin.Warning, "1 of 2 remote peers not connected: cluster/away")
}

// TestLiveTable fills a stick table.
func TestLiveTable(t *testing.T) {
	keep(t)
	h := rig.Start(t, "backend be\n\tstick-table type string size 10\nbackend other\n\tstick-table type ip size 10\n")
	fill := func(n int) {
		for i := range n {
			h.Command(t, fmt.Sprintf("set table be key k%d", i))
		}
	}
	fill(8)
	wants(t, h.Socket, "--table-warning 80 --table-critical 95", plugin.OK, "'be_table'=8;8;9.5;0;10", "'other_table'=0;")
	fill(9)
	wants(t, h.Socket, "--table-warning 80 --table-critical 95", plugin.Warning, "stick table be is 90% full (9 of 10)")
	fill(10)
	wants(t, h.Socket, "--table-warning 80 --table-critical 95", plugin.Critical, "stick table be is 100% full (10 of 10)")
	wants(t, h.Socket, "--table-warning 80 --table-critical 95 -s other", plugin.OK)
	wants(t, h.Socket, "", plugin.OK)
}

// TestLiveLost has HAProxy log to somebody who does not read.
func TestLiveLost(t *testing.T) {
	keep(t)
	log := filepath.Join(rig.Dir(t), "log.sock")
	stuck, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: log, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer stuck.Close()
	port := rig.Port(t)
	h := rig.Start(t, "global\n\tlog "+log+" local0\nfrontend fe\n\tbind 127.0.0.1:"+port+"\n\tlog global\n\thttp-request return status 200\n")
	wants(t, h.Socket, "", plugin.OK, "first run, watched for 10")
	rig.Eventually(t, "lines are dropped", func() bool {
		conn, err := net.Dial("tcp", "127.0.0.1:"+port)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		_, _ = io.WriteString(conn, "GET / HTTP/1.0\r\n\r\n")
		_, _ = io.ReadAll(conn)
		return !strings.Contains(h.Command(t, "show info"), "DroppedLogs: 0\n")
	})
	wants(t, h.Socket, "", plugin.Warning, " log line", " dropped in the last ", "(DroppedLogs)")
	wants(t, h.Socket, "", plugin.Warning, "dropped in the last") // within the window
	wants(t, h.Socket, "--json", plugin.Warning, `"what":"lost","state":"WARNING"`, `"Maxconn":`)
}

// TestLiveState: without a folder for samples all else is judged.
func TestLiveState(t *testing.T) {
	dir := rig.Dir(t)
	t.Setenv("MP_STATE_PATH", filepath.Join(dir, "file"))
	if err := os.WriteFile(filepath.Join(dir, "file"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	h := rig.StartMaster(t, frontend(t))
	wants(t, h.Master, "", plugin.Unknown, "is not used for samples: it cannot be made: not a directory")
	wants(t, h.Master, "--min-uptime 1h", plugin.Warning, "HAProxy started ")
}

// TestPeersComeBack: peers are asked again while one is away, unless nobody
// minds.
func TestPeersComeBack(t *testing.T) {
	keep(t)
	var asked atomic.Int32
	socket := rig.StatsSocket(t, func(command string) string {
		switch command {
		case "show info":
			return "Name: HAProxy\nVersion: 3.2.4\nPid: 7\nUptime_sec: 100\nIdle_pct: 50\n\n"
		case "show table":
			return "\n"
		}
		status := "CONN"
		if asked.Add(1) > 3 {
			status = "ESTA"
		}
		return "0x1: [1] id=cluster\n  0x2: id=b(remote,active) addr=10.0.0.3:10000 last_status=" + status + "\n\n"
	})
	wants(t, socket, "--peers ok", plugin.OK)
	if n := asked.Load(); n != 2 {
		t.Errorf("peers that may be away were asked for %d times", n) // a first run takes two samples
	}
	wants(t, socket, "", plugin.OK)
	if n := asked.Load(); n != 4 {
		t.Errorf("peers were asked for %d times", n)
	}
}

// TestRecorded has what other versions say: first the least, then a newer one.
func TestRecorded(t *testing.T) {
	for version, want := range map[string][]string{
		"1.8": {"HAPROXY PROCESS OK: HAProxy 1.8.0 up 5s, 24 of 200 connections, idle 98%", "does not tell DroppedLogs", "does not tell Stopping", "show peers: HAProxy does not know this command"},
		"3.2": {"HAPROXY PROCESS OK: HAProxy 3.2.0 up 4s, 24 of 200 connections, idle 99%", "'memory'=518816B;"},
	} {
		keep(t)
		text, err := os.ReadFile(filepath.Join("../../../testdata/captures", version, "info.txt"))
		if err != nil {
			t.Fatal(err)
		}
		socket := rig.StatsSocket(t, func(command string) string {
			if command == "show info" {
				return string(text)
			}
			return "Unknown command\n\n"
		})
		wants(t, socket, "-v", plugin.OK, want...)
	}
}
