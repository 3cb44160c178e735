package haproxy

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const joinHeader = "# pxname,svname,status,weight,bck,type,tracked,addr,"

func read(t *testing.T, answer string) *Stats {
	t.Helper()
	stats, err := readStats([]byte(answer), EmptyLine)
	if err != nil {
		t.Fatal(err)
	}
	return stats
}

func TestJoin(t *testing.T) {
	stats := read(t, rows(joinHeader,
		"v2,s1,UP,1,0,2,,10.9.9.9:1,", "v2,s2,DOWN,1,0,2,,[2001:db8::2]:81,", "v2,s3,DOWN,1,0,2,,unix,", "v2,BACKEND,UP,1,0,1,,,",
		"other,s1,DOWN,1,0,2,,,", "other,BACKEND,DOWN,1,0,1,,,"))
	states := []ServerState{
		{Backend: "other", Server: "s1", AdminState: 0x10},
		{Backend: "gone", Server: "s2", Address: "10.0.0.9"},
		{Backend: "v2", Server: "s1", Address: "10.0.0.1", Port: 80, FQDN: "v2.example"},
	}
	stats.Join(states)
	v2, other := stats.Backends[0].Servers, stats.Backends[1].Servers
	want := []ServerState{states[2], {Address: "2001:db8::2", Port: 81}, {}, states[0]}
	if diff := cmp.Diff(want, []ServerState{v2[0].Place(), v2[1].Place(), v2[2].Place(), other[0].Place()}); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestIsDrained(t *testing.T) {
	for state, want := range map[AdminState]bool{0: false, 0x01: false, 0x04: false, 0x08: true, 0x10: true, 0x18: true, 0x20: false, 0x40: false, 0x29: true} {
		if got := state.IsDrained(); got != want {
			t.Errorf("admin state %#x is drained: %v, want %v", int64(state), got, want)
		}
	}
}

func TestUnfilledSlots(t *testing.T) {
	for name, test := range map[string]struct {
		servers []Server
		want    string
	}{
		"another one resolved": {[]Server{
			{Name: "a", Status: "UP", State: &ServerState{Address: "10.0.0.1", FQDN: "api.example"}}, {Name: "b", Status: "MAINT (resolution)", State: &ServerState{FQDN: "api.example"}},
			{Name: "c", Status: "MAINT (resolution)", State: &ServerState{FQDN: "other.example"}},
		}, "b"},
		"another one resolved, in capitals": {[]Server{
			{Name: "a", Status: "UP", State: &ServerState{Address: "10.0.0.1", FQDN: "api.example", SRVRecord: "_x._tcp.Example"}}, {Name: "b", Status: "MAINT (resolution)", State: &ServerState{FQDN: "API.example"}},
			{Name: "c", Status: "MAINT (resolution)", State: &ServerState{SRVRecord: "_x._TCP.example"}},
		}, "b c"},
		"of an SRV record": {[]Server{
			{Name: "a", Status: "DOWN", State: &ServerState{Address: "10.0.0.1", FQDN: "one.example", SRVRecord: "_x._tcp.example"}},
			{Name: "b", Status: "MAINT (resolution)", State: &ServerState{SRVRecord: "_x._tcp.example"}}, {Name: "c", Status: "MAINT (resolution)", State: &ServerState{SRVRecord: "_y._tcp.example"}},
		}, "b"},
		"a name is no SRV record":  {[]Server{{Name: "a", Status: "UP", State: &ServerState{Address: "10.0.0.1", FQDN: "x.example"}}, {Name: "b", Status: "MAINT (resolution)", State: &ServerState{SRVRecord: "x.example"}}}, ""},
		"none resolved":            {[]Server{{Name: "a", Status: "MAINT (resolution)", State: &ServerState{FQDN: "x.example"}}, {Name: "b", Status: "MAINT (resolution)", State: &ServerState{FQDN: "x.example"}}}, ""},
		"the other has no address": {[]Server{{Name: "a", Status: "DOWN", State: &ServerState{FQDN: "x.example"}}, {Name: "b", Status: "MAINT (resolution)", State: &ServerState{FQDN: "x.example"}}}, ""},
		"the other is by address":  {[]Server{{Name: "a", Status: "UP", State: &ServerState{Address: "10.0.0.1"}}, {Name: "b", Status: "MAINT (resolution)"}}, ""},
	} {
		b := Backend{Servers: test.servers}
		b.markUnfilled()
		var got []string
		for _, s := range b.Servers {
			if s.Unfilled {
				got = append(got, s.Name)
			}
		}
		if strings.Join(got, " ") != test.want {
			t.Errorf("%s: unfilled are %q, want %q", name, got, test.want)
		}
	}
}

func TestTracked(t *testing.T) {
	stats := read(t, rows(joinHeader,
		"shop,t1,DOWN,1,0,2,redis/r1,,", "shop,t2,DOWN,1,0,2,redis/nosuch,,", "shop,t3,DOWN,1,0,2,,,", "shop,BACKEND,DOWN,1,0,1,,,",
		"redis,r1,DOWN,1,0,2,,,", "redis,BACKEND,DOWN,1,0,1,,,"))
	stats.Join(nil)
	shop, r1 := stats.Backends[0].Servers, &stats.Backends[1].Servers[0]
	if shop[0].Tracks != r1 || shop[1].Tracks != nil || shop[2].Tracks != nil || r1.Tracks != nil {
		t.Errorf("tracked are %v", []*Server{shop[0].Tracks, shop[1].Tracks, shop[2].Tracks, r1.Tracks})
	}
}

// TestJoinOfMany holds that joining takes no square of the number of servers.
func TestJoinOfMany(t *testing.T) {
	const many = 100_000
	var answer bytes.Buffer
	states := make([]ServerState, many)
	answer.WriteString(joinHeader + "\n")
	for i := range many {
		fmt.Fprintf(&answer, "be,s%d,MAINT (resolution),1,0,2,be/s%d,,\n", i, many-1-i)
		states[many-1-i] = ServerState{Backend: "be", Server: fmt.Sprintf("s%d", i), FQDN: "x.example"}
	}
	answer.WriteString("be,BACKEND,DOWN,1,0,1,,,\n\n")
	stats := read(t, answer.String())
	done := make(chan struct{})
	go func() {
		stats.Join(states)
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(20 * time.Second): // a square takes minutes
		t.Fatal("joining takes too long")
	}
	if s := stats.Backends[0].Servers[7]; s.Place().FQDN != "x.example" || s.Tracks == nil || s.Tracks.Name != fmt.Sprintf("s%d", many-8) {
		t.Errorf("server 7 is %+v", s)
	}
}
