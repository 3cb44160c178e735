package dns

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"check-haproxy/internal/diagnosis"
	"check-haproxy/internal/plugin"
	"check-haproxy/test/rig"
)

// checkLive runs the plugin on a HAProxy's socket and a name server.
func checkLive(h *rig.HAProxy, d *rig.DNS, args ...string) (string, plugin.State) {
	var stdout bytes.Buffer
	code := Main(append([]string{"-S", h.Socket, "--nameserver", d.Address}, args...), strings.NewReader(""), &stdout, io.Discard)
	return stdout.String(), plugin.State(code)
}

// wants holds a state and parts of the output against what the plugin says.
func wants(t *testing.T, h *rig.HAProxy, d *rig.DNS, args string, state plugin.State, parts ...string) {
	t.Helper()
	output, got := checkLive(h, d, strings.Fields(args)...)
	for _, part := range parts {
		if !strings.Contains(output, part) {
			t.Errorf("%s: %q is not in the output", args, part)
		}
	}
	if got != state || t.Failed() {
		t.Fatalf("%s: %s, want %s\n%s", args, got, state, output)
	}
}

// TestLiveNames has one section a name, each with a server that is up at
// 127.0.0.1 as far as HAProxy knows.
func TestLiveNames(t *testing.T) {
	d := rig.StartDNS(t)
	_, port, _ := net.SplitHostPort(rig.Origin(t, nil))
	many := []string{"127.0.0.1"}
	for i := range 60 {
		many = append(many, fmt.Sprintf("198.51.100.%d", i+1))
	}
	names := map[string]rig.Name{
		"right":    {Addresses: []string{"192.0.2.1", "127.0.0.1"}},
		"moved":    {Addresses: []string{"192.0.2.77"}},
		"six":      {Addresses: []string{"2001:db8::7"}},
		"chain":    {Alias: "right.test"},
		"movedto":  {Alias: "moved.test"},
		"servfail": {RCode: dnsmessage.RCodeServerFailure},
		"slow":     {Addresses: []string{"127.0.0.1"}, Delay: 300 * time.Millisecond},
		"silent":   {Silent: true},
		"big":      {Addresses: many, Big: true},
		"pool":     {Addresses: []string{"192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4", "127.0.0.1"}, Most: 1},
		"nothing":  {},
	}
	config := "backend address\n\tserver a 127.0.0.1:" + port + "\n"
	for name, is := range names {
		d.Set(name+".test", is)
		config += fmt.Sprintf("backend %s\n\tserver s %[1]s.test:%s init-addr 127.0.0.1\n", name, port)
	}
	config += fmt.Sprintf("backend gone\n\tserver s gone.test:%s init-addr 127.0.0.1\n", port)
	d.Move("only6.test", "::1")
	config += fmt.Sprintf("backend only6\n\tserver s only6.test:%s init-addr ::1\n", port)
	h := rig.Start(t, config)
	nameserver := "name server " + d.Address
	for _, test := range []struct {
		section string
		state   plugin.State
		text    string
	}{
		{"right", plugin.OK, "right has 1 of 1 servers where DNS says | 'right_unresolved'=0;;;0;1 'right_stale'=0;;;0;1 'right_lookup_failed'=0;;;0;1 "},
		{"address", plugin.OK, "no server is known by a name"},
		{"moved", plugin.Warning, "moved has 1 of 1 servers stale: s (no check) uses 127.0.0.1, moved.test is now 192.0.2.77 | 'moved_unresolved'=0;;;0;1 'moved_stale'=1;"},
		{"six", plugin.Warning, "six has 1 of 1 servers stale: s (no check) uses 127.0.0.1, six.test is now 2001:db8::7"},
		{"only6", plugin.OK, "only6 has 1 of 1 servers where DNS says"},
		{"chain", plugin.OK, "chain has 1 of 1 servers where DNS says"},
		{"movedto", plugin.Warning, "movedto.test is now 192.0.2.77"},
		{"servfail", plugin.Warning, "servfail has 1 of 1 servers lookup-failed: s (no check) uses 127.0.0.1, servfail.test: " + nameserver},
		{"slow", plugin.OK, "slow has 1 of 1 servers where DNS says"},
		{"silent", plugin.Warning, "silent.test: no answer from " + nameserver + " in time"},
		{"big", plugin.OK, "big has 1 of 1 servers where DNS says"},
		{"pool", plugin.OK, "pool has 1 of 1 servers where DNS says"},
		{"nothing", plugin.Warning, "nothing.test: no address (neither A nor AAAA)"},
		{"gone", plugin.Warning, "gone.test: no such name (NXDOMAIN)"},
	} {
		t.Run(test.section, func(t *testing.T) {
			timeout := "10"
			if test.section == "silent" { // it takes all the time there is
				timeout = "1"
			}
			wants(t, h, d, "-t "+timeout+" -s "+test.section, test.state, test.text)
		})
	}
	t.Run("all", func(t *testing.T) {
		wants(t, h, d, "-t 2 -v", plugin.Warning, "OK right: 0 unresolved, 0 stale, 0 lookup-failed of 1 known by name; s (no check) uses 127.0.0.1, right.test")
	})
	t.Run("no lookup", func(t *testing.T) {
		before := d.Queries("right.test")
		wants(t, h, d, "--no-lookup", plugin.OK, "13 servers in 13 sections with an address, DNS was not asked")
		if d.Queries("right.test") != before {
			t.Error("it asked a name server")
		}
	})
	t.Run("summary", func(t *testing.T) {
		wants(t, h, d, "-t 10 --perfdata summary -x silent", plugin.Warning, "'unresolved'=0;;;0;12 'stale'=3;;;0;12 'lookup_failed'=3;;;0;12 'time'=")
	})
	t.Run("dead name server", func(t *testing.T) {
		dead := &rig.DNS{Address: "127.0.0.1:" + rig.Port(t)}
		wants(t, h, dead, "-t 10 -s right", plugin.Warning, "right.test: nothing listens at name server "+dead.Address+" (connection refused)")
	})
	t.Run("never longer", func(t *testing.T) {
		began := time.Now()
		wants(t, h, d, "-t 0.5 -s silent", plugin.Warning, "in time")
		if took := time.Since(began); took > 5*time.Second { // a busy machine may be late; who waits for an answer waits for ever
			t.Errorf("with -t 0.5 it took %s", took)
		}
	})
}

// TestLiveResolvers lets HAProxy itself resolve: a name that it cannot, a
// server-template with spare slots, and the counters of its resolvers.
func TestLiveResolvers(t *testing.T) {
	d := rig.StartDNS(t)
	_, port, _ := net.SplitHostPort(rig.Origin(t, nil))
	d.Move("pool.test", "127.0.0.1", "127.0.0.2")
	h := rig.Start(t, `
resolvers mine
	nameserver ns1 `+d.Address+`
	accepted_payload_size 4096
	hold nx 50ms
	timeout resolve 50ms
	timeout retry 50ms
backend pool
	server-template s 4 pool.test:`+port+` resolvers mine init-addr none
backend lost
	server l1 lost.test:`+port+` resolvers mine init-addr none
	server l2 lost.test:`+port+` resolvers mine init-addr none
backend half
	server good pool.test:`+port+` resolvers mine init-addr none
	server bad lost.test:`+port+` resolvers mine init-addr none
`)
	h.AwaitStatus(t, "pool", "s1", "no check")
	h.AwaitStatus(t, "pool", "s2", "no check")
	h.AwaitStatus(t, "half", "good", "no check")
	wants(t, h, d, "-s pool -v", plugin.OK, "pool has 2 of 2 servers where DNS says", "2 unfilled slots", "HAProxy's resolver mine/ns1: sent ", "'resolver_mine/ns1_sent'=")
	wants(t, h, d, "-s lost", plugin.Critical,
		"lost has 2 of 2 servers unresolved: l1+l2 lost.test: no such name (NXDOMAIN)",
		"cause: the server name does not resolve", "HAProxy's resolver mine/ns1: sent ")
	wants(t, h, d, "-s half", plugin.Warning, "half has 1 of 2 servers unresolved: bad lost.test")
	wants(t, h, d, "--no-lookup -s lost", plugin.Critical, "lost has 2 of 2 servers unresolved: l1+l2 lost.test")
	wants(t, h, d, "", plugin.Critical, "lost has", "half has", "1 other OK")
}

// TestLiveServices lets HAProxy find its servers by an SRV record, which then
// leads elsewhere before HAProxy looks again.
func TestLiveServices(t *testing.T) {
	d := rig.StartDNS(t)
	const record = "_http._tcp.v2.test"
	d.Set(record, rig.Name{Targets: []string{"a.v2.test:8080", "b.v2.test:8081"}})
	d.Move("a.v2.test", "127.0.0.1")
	d.Move("b.v2.test", "127.0.0.2")
	h := rig.Start(t, `
resolvers mine
	nameserver ns1 `+d.Address+`
	accepted_payload_size 4096
	timeout resolve 1h
	timeout retry 50ms
	hold valid 1h
backend v2
	server-template s 3 `+record+` resolvers mine init-addr none
`)
	h.AwaitStatus(t, "v2", "s1", "no check")
	h.AwaitStatus(t, "v2", "s2", "no check")
	wants(t, h, d, "-v", plugin.OK, "v2 has 2 of 2 servers where DNS says", "1 unfilled slot")
	d.Set(record, rig.Name{Targets: []string{"a.v2.test:8080", "b.v2.test:9999"}})
	wants(t, h, d, "", plugin.Warning, "v2 has 1 of 2 servers stale: ", "uses 127.0.0.2, SRV record "+record+" is now 127.0.0.1:8080 and 127.0.0.2:9999")
	d.Move("a.v2.test", "127.0.0.3")
	wants(t, h, d, "", plugin.Warning, "v2 has 2 of 2 servers stale: ")
	d.Set(record, rig.Name{Silent: true})
	wants(t, h, d, "-t 2", plugin.Warning, "v2 has 2 of 2 servers lookup-failed: ")
	wants(t, h, d, "--no-lookup", plugin.OK, "2 servers in 1 section with an address, DNS was not asked")
}

// TestManyNames has 200 names, each answered after a while.
func TestManyNames(t *testing.T) {
	d := rig.StartDNS(t)
	var config strings.Builder
	config.WriteString("backend many\n")
	for i := range 200 {
		name := fmt.Sprintf("n%d.test", i)
		d.Set(name, rig.Name{Addresses: []string{"127.0.0.1"}, Delay: 100 * time.Millisecond})
		fmt.Fprintf(&config, "\tserver s%d %s:80 init-addr 127.0.0.1\n", i, name)
	}
	d.Move("n7.test", "192.0.2.7")
	h := rig.Start(t, config.String())
	wants(t, h, d, "-t 5", plugin.Warning, "many has 1 of 200 servers stale: s7 (no check) uses 127.0.0.1, n7.test is now 192.0.2.7")
}

// TestJSON holds the object's form.
func TestJSON(t *testing.T) {
	d := rig.StartDNS(t)
	d.Move("v2.test", "192.0.2.77")
	h := rig.Start(t, "backend v2\n\tserver v2Elb v2.test:80 init-addr 127.0.0.1\n\tserver none none.test:80 init-addr none\n")
	text, _ := checkLive(h, d, "--json")
	var got struct {
		Check    string
		State    string
		Sections []Section
	}
	if err := json.Unmarshal([]byte(text), &got); err != nil {
		t.Fatal(err)
	}
	address := "127.0.0.1"
	if got.Check != "dns" || got.State != "WARNING" || len(got.Sections) != 1 || len(got.Sections[0].Servers) != 2 {
		t.Fatal(text)
	}
	first, second := got.Sections[0].Servers[0], got.Sections[0].Servers[1]
	if first.FQDN != "v2.test" || *first.Address != address || len(first.Answers) != 1 || first.Answers[0] != "192.0.2.77" || first.State != diagnosis.NameStale {
		t.Errorf("first: %s", text)
	}
	if second.Address != nil || second.Answers == nil || len(second.Answers) != 0 || second.State != diagnosis.NameUnresolved {
		t.Errorf("second: %s", text)
	}
}
