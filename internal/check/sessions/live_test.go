package sessions

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"check-haproxy/internal/haproxy"
	"check-haproxy/internal/plugin"
	"check-haproxy/test/rig"
)

// checkLive runs the plugin on a HAProxy's socket and returns its output and state.
func checkLive(h *rig.HAProxy, args ...string) (string, plugin.State) {
	var stdout bytes.Buffer
	code := Main(append([]string{"-S", h.Socket}, args...), strings.NewReader(""), &stdout, io.Discard)
	return stdout.String(), plugin.State(code)
}

// wants holds a state and parts of the output against what the plugin says.
func wants(t *testing.T, h *rig.HAProxy, args string, state plugin.State, parts ...string) {
	t.Helper()
	output, got := checkLive(h, strings.Fields(args)...)
	if got != state {
		t.Errorf("%s: %s, want %s", args, got, state)
	}
	for _, part := range parts {
		if !strings.Contains(output, part) {
			t.Errorf("%s: %q is not in the output", args, part)
		}
	}
	if t.Failed() {
		t.Fatal(output)
	}
}

// silentOrigin is a server that takes requests and never answers.
func silentOrigin(t *testing.T) string {
	end := make(chan struct{})
	address := rig.Origin(t, func(http.ResponseWriter, *http.Request) { <-end })
	t.Cleanup(func() { close(end) }) // before the server's own end, which waits for its requests
	return address
}

// request opens connections that stay open, each with a request on it.
func request(t *testing.T, port string, n int) {
	t.Helper()
	for range n {
		conn, err := net.Dial("tcp", "127.0.0.1:"+port)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = conn.Close() })
		if _, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: live\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
	}
}

// awaitSessions waits until a backend's servers have so many sessions, and so
// many requests wait.
func awaitSessions(t *testing.T, h *rig.HAProxy, backend string, sessions, queued int64) {
	t.Helper()
	rig.Eventually(t, fmt.Sprintf("%s has %d sessions on its servers and %d queued", backend, sessions, queued), func() bool {
		stats, err := haproxy.NewReader(strings.NewReader(h.Command(t, "show stat"))).Stats(haproxy.EmptyLine)
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range stats.Backends {
			if b.Name != backend {
				continue
			}
			have, wait := int64(0), b.Queue.Value
			for _, s := range b.Servers {
				have, wait = have+s.Sessions.Value, wait+s.Queue.Value
			}
			return have == sessions && wait == queued
		}
		return false
	})
}

// TestLiveFull fills a frontend, two servers and the process to 90 % by
// connections, and one more.
func TestLiveFull(t *testing.T) {
	port, origin := rig.Port(t), silentOrigin(t)
	h := rig.Start(t, `
global
	maxconn 20
	maxconnrate 500
frontend www
	bind 127.0.0.1:`+port+`
	maxconn 20
	default_backend api
backend api
	server api01 `+origin+` maxconn 10
	server api02 `+origin+` maxconn 10
`)
	wants(t, h, "", plugin.OK, "HAPROXY SESSIONS OK: 6 limits OK, nearest is ", "'process_connections'=0;16;18;0;20 'process_connection_rate'=")

	request(t, port, 18)
	awaitSessions(t, h, "api", 18, 0)
	wants(t, h, "--kind frontend", plugin.Warning, "WARNING: frontend www 18 of 20 sessions (90%) | 'www_sessions'=18;16;18;0;20 ")
	wants(t, h, "-s api/api01", plugin.Warning, "WARNING: server api/api01 9 of 10 sessions (90%) | ")
	wants(t, h, "--kind process", plugin.Warning, "WARNING: process 18 of 20 connections (90%)", "'process_connections'=18;16;18;0;20 ")
	wants(t, h, "-s api --kind backend", plugin.Warning, "WARNING: backend api has room for 2 more on 2 of 2 servers | 'api_sessions'=18;16;18;0;20 ")

	request(t, port, 1)
	awaitSessions(t, h, "api", 19, 0)
	wants(t, h, "", plugin.Critical, "5 of 6 limits in trouble: ", "frontend www: 19 of 20 sessions (95%)", "process: 19 of 20 connections (95%)",
		"19 of 20 sessions (95%) on 2 of 2 servers, room for 1 more", "10 of 10 sessions (100%)")
	// A check of one backend is not about the machine, unless it says so.
	if output, _ := checkLive(h, "-s", "api", "-v"); strings.Contains(output, "process") {
		t.Errorf("-s api checks the process:\n%s", output)
	}
	wants(t, h, "-s api --kind process", plugin.Critical, "CRITICAL: process 19 of 20 connections (95%)", `--section "api" matches no process`)
	wants(t, h, "-s process", plugin.Critical, "CRITICAL: process 19 of 20 connections (95%)")
}

// TestLiveClosed disables a frontend, which HAProxy then calls PAUSED.
func TestLiveClosed(t *testing.T) {
	h := rig.Start(t, "frontend www\n\tbind 127.0.0.1:"+rig.Port(t)+"\nfrontend gone\n\tbind 127.0.0.1:"+rig.Port(t)+"\n")
	wants(t, h, "--kind frontend", plugin.OK)
	h.Command(t, "disable frontend www")
	wants(t, h, "-s www", plugin.Critical, "CRITICAL: frontend www is PAUSED and takes no connections")
	h.Command(t, "enable frontend www")
	wants(t, h, "-s www", plugin.OK)
	h.Command(t, "shutdown frontend gone")
	wants(t, h, "-s gone", plugin.Critical, "CRITICAL: frontend gone is STOP and takes no connections")
	wants(t, h, "-s gone --closed ok", plugin.OK, "OK: frontend gone is STOP and takes no connections")
}

// TestLiveSlowstart brings a server back that starts slowly.
func TestLiveSlowstart(t *testing.T) {
	address := "127.0.0.1:" + rig.Port(t)
	h := rig.Start(t, "backend be\n\tserver s1 "+address+" check inter 50ms rise 1 fall 1 slowstart 1h maxconn 2000\n")
	h.AwaitStatus(t, "be", "s1", "DOWN")
	listener, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	h.AwaitStatus(t, "be", "s1", "UP")
	output, _ := checkLive(h, "-s", "be/s1")
	var limit, percent int
	if _, said, ok := strings.Cut(output, "OK: server be/s1 "); !ok {
		t.Fatal(output)
	} else if _, err := fmt.Sscanf(said, "0 of %d sessions (0%%), starting slowly (%d%% of maxconn 2000)", &limit, &percent); err != nil || percent > 50 || limit != 20*percent {
		t.Errorf("limit %d at %d%%, %v: %s", limit, percent, err, output)
	}
}

// TestLiveQueue lets requests wait for a server's only slot.
func TestLiveQueue(t *testing.T) {
	port, origin := rig.Port(t), silentOrigin(t)
	h := rig.Start(t, `
frontend www
	bind 127.0.0.1:`+port+`
	default_backend api
backend api
	server api01 `+origin+` maxconn 1
`)
	request(t, port, 4)
	awaitSessions(t, h, "api", 1, 3)
	wants(t, h, "-s api", plugin.Critical, "2 of 2 limits in trouble: server api/api01 1 of 1 sessions (100%), +1", "cause: every slot that maxconn allows is taken", "'api_queue'=3;0;;0; ")
	wants(t, h, "-s api -w none -c none", plugin.Warning, "WARNING: backend api has no room left on 1 of 1 servers, 3 requests queued, 1 other OK | ")
	wants(t, h, "-s api -w none -c none --queue-critical 2", plugin.Critical)
	wants(t, h, "-s api -w none -c none --queue-warning 3", plugin.OK)
}

// TestLiveRoomShrinks takes servers away over the socket: nothing else changes,
// and the limit is nearer.
func TestLiveRoomShrinks(t *testing.T) {
	port, origin := rig.Port(t), silentOrigin(t)
	h := rig.Start(t, `
frontend www
	bind 127.0.0.1:`+port+`
	default_backend api
backend api
	server api01 `+origin+` maxconn 10 weight 100
	server api02 `+origin+` maxconn 10 weight 1
	server spare `+origin+` maxconn 10 weight 3 backup
	server spare2 `+origin+` maxconn 20 weight 4 backup
`)
	request(t, port, 9)
	awaitSessions(t, h, "api", 9, 0)
	wants(t, h, "-s api --kind backend -v", plugin.OK, "OK backend api: 9 of 20 sessions (45%) on 2 of 4 servers, room for 11 more; no room on spare (backup), spare2 (backup)")

	h.Command(t, "set server api/api02 state maint")
	wants(t, h, "-s api --kind backend -w 79 -c 99", plugin.Warning, "backend api has room for ", " more on 1 of 4 servers", "api02 (MAINT)", ";7.9;9.9;0;10 ")

	h.Command(t, "set weight api/api01 0")
	wants(t, h, "-s api --kind backend -v", plugin.OK, "OK backend api: 0 of 10 sessions (0%) on 1 of 4 servers, room for 10 more; no room on api01 (weight 0), api02 (MAINT), spare2 (backup)")

	h.Command(t, "disable server api/spare")
	wants(t, h, "-s api --kind backend -v", plugin.OK, "0 of 20 sessions (0%) on 1 of 4 servers", "spare (MAINT)")

	h.Command(t, "disable server api/spare2")
	wants(t, h, "-s api --kind backend -v", plugin.OK, "backend api has no server that takes requests")
}

// TestLiveAllBackups holds that the weight of the BACKEND row tells whether all
// backup servers serve, or the first alone.
func TestLiveAllBackups(t *testing.T) {
	servers := `
	server gone 127.0.0.1:1 weight 50 disabled
	server b1 127.0.0.1:1 maxconn 10 weight 7 backup
	server b2 127.0.0.1:1 maxconn 10 weight 9 backup
`
	var config strings.Builder
	for _, balance := range []string{"roundrobin", "static-rr", "leastconn", "source", "first", "random"} {
		fmt.Fprintf(&config, "backend %s-one\n\tbalance %[1]s%s", balance, servers)
		fmt.Fprintf(&config, "backend %s-all\n\tbalance %[1]s\n\toption allbackups%s", balance, servers)
	}
	h := rig.Start(t, config.String())
	wants(t, h, "-s *-one --kind backend --json", plugin.OK, `"name":"roundrobin-one"`)
	for _, balance := range []string{"roundrobin", "static-rr", "leastconn", "source", "first", "random"} {
		wants(t, h, "-s "+balance+"-one --kind backend", plugin.OK, "0 of 10 sessions (0%)")
		wants(t, h, "-s "+balance+"-all --kind backend", plugin.OK, "0 of 20 sessions (0%)")
	}
}

// TestLiveSeveral asks two HAProxies at once: sections are called by their
// endpoint, and patterns match with it or without.
func TestLiveSeveral(t *testing.T) {
	origin := silentOrigin(t)
	ports := []string{rig.Port(t), rig.Port(t)}
	var lbs []*rig.HAProxy
	for _, port := range ports {
		lbs = append(lbs, rig.Start(t, `
frontend www
	bind 127.0.0.1:`+port+`
	maxconn 10
	default_backend api
backend api
	server api01 `+origin+`
`))
	}
	request(t, ports[1], 10)
	awaitSessions(t, lbs[1], "api", 10, 0)
	second := lbs[1].Socket
	wants(t, lbs[0], "-S "+second+" -s www", plugin.Critical, "CRITICAL: frontend www@"+second+" 10 of 10 sessions (100%), 1 other OK | ", "'www@"+lbs[0].Socket+"_sessions'=0;8;9;0;10 ", "'www@"+second+"_sessions'=10;")
	wants(t, lbs[0], "-S "+second+" -s www -w ~www@.*"+second+"=none -c none", plugin.OK)
	wants(t, lbs[0], "-S "+second+" -s www -x ~@"+second, plugin.OK, "OK: frontend www@"+lbs[0].Socket+" 0 of 10 sessions (0%) | ")
	wants(t, lbs[0], "-S "+second+".gone -s www", plugin.Unknown, "UNKNOWN: admin.sock.gone: there is no such file, ", second+".gone", "'www@admin.sock_sessions'=0;8;9;0;10 ")
}

// TestLivePage asks the stats page, which tells nothing of the process.
func TestLivePage(t *testing.T) {
	port := rig.Port(t)
	rig.Start(t, `
frontend stats
	bind 127.0.0.1:`+port+`
	maxconn 50
	stats enable
	stats uri /stats
`)
	var stdout bytes.Buffer
	code := Main([]string{"-u", "http://127.0.0.1:" + port + "/stats", "-v"}, strings.NewReader(""), &stdout, io.Discard)
	for _, part := range []string{"frontend stats", " of 50 sessions", "the limits of the process are not checked: only a socket tells them (-S)"} {
		if code != int(plugin.OK) || !strings.Contains(stdout.String(), part) {
			t.Fatalf("exit code %d, %q is not in:\n%s", code, part, stdout.String())
		}
	}
}
