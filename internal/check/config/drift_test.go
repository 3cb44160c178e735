package config

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"check-haproxy/internal/haproxy"
	"check-haproxy/internal/plugin"
	"check-haproxy/test/rig"
)

// TestDrift holds, for a server of the file and the same one as it runs, what
// differs.
func TestDrift(t *testing.T) {
	number := func(n int64) haproxy.Number { return haproxy.Number{Value: n, Known: true} }
	server := func(change func(*haproxy.Server)) []haproxy.Server {
		s := haproxy.Server{Name: "s", Status: "UP", Weight: number(1), State: &haproxy.ServerState{Address: "10.0.0.1", Port: 80}}
		if change != nil {
			change(&s)
		}
		return []haproxy.Server{s}
	}
	for name, test := range map[string]struct {
		file    string // after "backend be"
		running []haproxy.Server
		want    string // part of the message; empty: nothing
	}{
		"the same":                       {"server s 10.0.0.1:80", server(nil), ""},
		"a server more":                  {"server t 10.0.0.1:80", append(server(nil), haproxy.Server{Name: "t", Status: "UP", Weight: number(1)}), "server s runs, and is not in the file"},
		"a server less":                  {"server s 10.0.0.1:80\n server t 10.0.0.2:80", server(nil), "server t is in the file, and not in the running HAProxy"},
		"a template's":                   {"server-template s 2 app:80", []haproxy.Server{{Name: "s1"}, {Name: "s2"}}, ""},
		"a template's slot less":         {"server-template s 2 app:80", []haproxy.Server{{Name: "s1"}}, "server s2 is in the file"},
		"in maintenance":                 {"server s 10.0.0.1:80", server(func(s *haproxy.Server) { s.Status = "MAINT" }), "is in maintenance now, not in the file"},
		"in maintenance in both":         {"server s 10.0.0.1:80 disabled", server(func(s *haproxy.Server) { s.Status = "MAINT" }), ""},
		"in maintenance with another":    {"server s 10.0.0.1:80", server(func(s *haproxy.Server) { s.Status = "MAINT (via a/b)" }), ""},
		"without an address":             {"server s app:80 resolvers x", server(func(s *haproxy.Server) { s.Status = "MAINT (resolution)" }), ""},
		"enabled":                        {"server s 10.0.0.1:80 disabled", server(nil), "is enabled now, disabled in the file"},
		"drained by its status":          {"server s 10.0.0.1:80", server(func(s *haproxy.Server) { s.Status, s.Weight = "DRAIN", number(0) }), "is drained now"},
		"drained, then down":             {"server s 10.0.0.1:80 check", server(func(s *haproxy.Server) { s.Status, s.State.AdminState = "DOWN", 0x08 }), "is drained now"},
		"drained by weight 0 in both":    {"server s 10.0.0.1:80 weight 0", server(func(s *haproxy.Server) { s.Status, s.Weight = "DRAIN", number(0) }), ""},
		"down":                           {"server s 10.0.0.1:80 check", server(func(s *haproxy.Server) { s.Status = "DOWN" }), ""},
		"another weight":                 {"server s 10.0.0.1:80 weight 5", server(nil), "has weight 1 now, 5 in the file"},
		"the default weight":             {"default-server weight 5\n server s 10.0.0.1:80", server(func(s *haproxy.Server) { s.Weight = number(5) }), ""},
		"a weight that is not told":      {"server s 10.0.0.1:80 weight 5", server(func(s *haproxy.Server) { s.Weight = haproxy.Number{} }), ""},
		"a weight of an agent":           {"server s 10.0.0.1:80 weight 5 agent-check", server(nil), ""},
		"a weight that grows":            {"server s 10.0.0.1:80 weight 5 slowstart 1m", server(nil), ""},
		"another address":                {"server s 10.0.0.2:80", server(nil), "is at 10.0.0.1 now, at 10.0.0.2 in the file"},
		"the same address":               {"server s ::ffff:10.0.0.1:80", server(nil), ""},
		"another port":                   {"server s 10.0.0.1:81", server(nil), "is at port 80 now, at 81 in the file"},
		"no port":                        {"server s 10.0.0.1", server(nil), ""},
		"any address":                    {"server s 0.0.0.0", server(nil), ""},
		"a socket":                       {"server s /run/x", server(func(s *haproxy.Server) { s.State.Address = "" }), ""},
		"an address that is not told":    {"server s 10.0.0.2:80", server(func(s *haproxy.Server) { s.State.Address = "" }), ""},
		"another name":                   {"server s app:80", server(func(s *haproxy.Server) { s.State.FQDN = "moved" }), "is moved now, app in the file"},
		"the same name":                  {"server s app:80", server(func(s *haproxy.Server) { s.State.FQDN = "App" }), ""},
		"an address behind a name":       {"server s app:80", server(nil), ""},
		"a state that is kept":           {"load-server-state-from-file global\n server s 10.0.0.1:80", server(func(s *haproxy.Server) { s.Status = "MAINT" }), ""},
		"a state that is not kept":       {"load-server-state-from-file none\n server s 10.0.0.1:80", server(func(s *haproxy.Server) { s.Status = "MAINT" }), "is in maintenance now"},
		"an address, though states stay": {"load-server-state-from-file global\n server s 10.0.0.2:80", server(nil), "is at 10.0.0.1 now"},
	} {
		t.Run(name, func(t *testing.T) {
			subject := Subject{Configuration: parse(t, "backend be\n "+test.file), Running: []Running{{Backends: []haproxy.Backend{{Name: "be", Servers: test.running}}}}}
			var got []string
			for _, j := range Judge(subject, Options{Only: only(t, "drift")}) {
				got = append(got, j.Message)
			}
			if test.want == "" && len(got) > 0 || test.want != "" && (len(got) != 1 || !strings.Contains(got[0], test.want)) {
				t.Errorf("%q, want %q", got, test.want)
			}
		})
	}
}

// TestDriftOfSections holds which sections differ, and where that is said.
func TestDriftOfSections(t *testing.T) {
	server := []haproxy.Server{{Name: "s", Status: "UP"}}
	subject := Subject{
		Configuration: parse(t, "frontend fe\n bind :80\nbackend new\n mode http\nbackend off\n disabled\n server s 10.0.0.1:80\nlisten both\n server s 10.0.0.1:80"),
		Running:       []Running{{Endpoint: "admin.sock", Backends: []haproxy.Backend{{Name: "old", Servers: server}, {Name: "page"}, {Name: "off", Servers: server}, {Name: "both", Servers: server}}}},
	}
	var got []string
	for _, j := range Judge(subject, Options{Only: only(t, "drift")}) {
		got = append(got, fmt.Sprintf("%d %s", j.Line, j.Brief))
	}
	if diff := cmp.Diff([]string{"0 old is not in the file", "3 new is not loaded"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestLiveDrift changes a real HAProxy over its socket, and reads its own file.
func TestLiveDrift(t *testing.T) {
	origin := rig.Origin(t, nil)
	h := rig.Start(t, fmt.Sprintf(`
backend be
	balance roundrobin
	server same %[1]s check inter 1h
	server weighed %[1]s weight 10
	server out %[1]s
	server drained %[1]s
	server moved %[1]s
	server-template slot 2 %[1]s
	server off %[1]s disabled
	server quiet %[1]s # check_haproxy: ignore drift
`, origin))
	run := func(args ...string) (plugin.State, string) {
		var out bytes.Buffer
		code := Main(append([]string{"--config", filepath.Join(h.Dir, "haproxy.cfg"), "-S", h.Socket, "--only", "drift"}, args...), nil, &out, io.Discard)
		return plugin.State(code), out.String()
	}
	if state, text := run(); state != plugin.OK || !strings.Contains(text, "no risk in haproxy.cfg") {
		t.Fatalf("%s before any change:\n%s", state, text)
	}
	for _, command := range []string{
		"set server be/weighed weight 20", "set server be/out state maint", "set server be/drained state drain",
		"set server be/moved addr 127.0.0.9", "set server be/quiet state maint", "set server be/off state ready",
		"set server be/slot2 state maint", "del server be/slot2",
	} {
		h.Command(t, command)
	}
	state, text := run()
	if state != plugin.Warning {
		t.Errorf("%s after the changes", state)
	}
	for _, want := range []string{
		"server weighed has weight 20 now, 10 in the file", "server out is in maintenance now", "server drained is drained now",
		"server moved is at 127.0.0.9 now, at 127.0.0.1 in the file", "server off is enabled now, disabled in the file", "server slot2 is in the file, and not in the running HAProxy",
		"be changed weighed +5 (drift, lines ",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the text lacks %q", want)
		}
	}
	for _, quiet := range []string{"same", "quiet", "slot1"} {
		if strings.Contains(text, "server "+quiet) {
			t.Errorf("the text speaks of %s", quiet)
		}
	}
	if t.Failed() {
		t.Log(text)
	}
	h.Stop(t)
	if state, text := run(); state != plugin.Unknown || !strings.Contains(text, h.Socket) {
		t.Errorf("%s of a HAProxy that does not run:\n%s", state, text)
	}
	if err := os.Remove(filepath.Join(h.Dir, "haproxy.cfg")); err != nil {
		t.Fatal(err)
	}
	if state, text := run(); state != plugin.Unknown || !strings.Contains(text, "cannot read") {
		t.Errorf("%s without the file:\n%s", state, text)
	}
}
