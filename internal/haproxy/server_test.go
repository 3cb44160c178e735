package haproxy

import "testing"

// TestStatusWords: every form of a status that HAProxy writes (stats_fill_sv_stats
// in its src/stats.c), and what may look like one.
func TestStatusWords(t *testing.T) {
	const up, out, unresolved, neither = "up", "out", "unresolved", "neither"
	drained := &ServerState{AdminState: 0x08}
	for _, test := range []struct {
		server Server
		want   string
	}{
		{Server{Status: "UP"}, up},
		{Server{Status: "no check"}, up},
		{Server{Status: "UP 1/2"}, up},
		{Server{Status: "UP 982/1000"}, up},
		{Server{Status: "UP 1/2", Weight: known(1)}, up},
		{Server{Status: "UP", State: drained}, up}, // its status would say DRAIN
		{Server{Status: "UP", Weight: known(0)}, out},
		{Server{Status: "no check", Weight: known(0)}, out},
		{Server{Status: "MAINT"}, out},
		{Server{Status: "MAINT (via px/srv)"}, out},
		{Server{Status: "MAINT(via)"}, out},
		{Server{Status: "DRAIN"}, out},
		{Server{Status: "DRAIN 1/2"}, out},
		{Server{Status: "DRAIN (agent)"}, out},
		{Server{Status: "NOLB"}, out},
		{Server{Status: "NOLB 1/2"}, out},
		{Server{Status: "DOWN", Weight: known(0)}, out},
		{Server{Status: "DOWN 1/2", Weight: known(0)}, out},
		{Server{Status: "DOWN", State: drained}, out},
		{Server{Status: "DOWN", Weight: known(1), State: &ServerState{AdminState: 0x10}}, out},
		{Server{Status: "MAINT (resolution)"}, unresolved},
		{Server{Status: "DOWN"}, neither},
		{Server{Status: "DOWN", Weight: known(1)}, neither},
		{Server{Status: "DOWN", State: &ServerState{AdminState: 0x07 | 0x20 | 0x40}}, neither},
		{Server{Status: "DOWN (agent)"}, neither},
		{Server{Status: "DOWN 1/2"}, neither},
		{Server{Status: "UP x/y"}, neither},
		{Server{Status: "UP 1/y"}, neither},
		{Server{Status: "UP x/2"}, neither},
		{Server{Status: "UP 1"}, neither},
		{Server{Status: "UP /2"}, neither},
		{Server{Status: "UP 1/"}, neither},
		{Server{Status: "UP (new)"}, neither},
		{Server{Status: "1/2"}, neither},
		{Server{Status: "UPSIDE"}, neither},
		{Server{Status: "up"}, neither},
		{Server{Status: "MAINTAINED"}, neither},
		{Server{Status: "DRAINED"}, neither},
		{Server{Status: "OPEN"}, neither},
		{Server{Status: "OPEN", Weight: known(0), State: drained}, neither},
		{Server{}, neither},
	} {
		s := test.server
		got := neither
		switch {
		case s.IsOut():
			got = out
		case s.IsUp():
			got = up
		case s.IsUnresolved():
			got = unresolved
		}
		if got != test.want {
			t.Errorf("%q with weight %+v is %s, want %s", s.Status, s.Weight, got, test.want)
		}
		if unchecked := s.Status == "no check"; s.IsUnchecked() != unchecked {
			t.Errorf("%q is unchecked: %t", s.Status, !unchecked)
		}
	}
}

func TestIsStarting(t *testing.T) {
	for _, test := range []struct {
		status, check string
		want          bool
	}{{"UP", "INI", true}, {"UP 1/3", "* INI", true}, {"UP", "L4OK", false}, {"DOWN", "INI", false}, {"UP", "", false}} {
		s := Server{Status: test.status, CheckStatus: test.check}
		if got := s.IsStarting(); got != test.want {
			t.Errorf("%s with check %q is starting: %t", test.status, test.check, got)
		}
	}
}

func TestServerProblem(t *testing.T) {
	for want, s := range map[string]Server{
		"":                         {Status: "UP", Weight: known(0)},
		"has no status":            {Weight: Number{Damaged: true}},
		"has an impossible weight": {Status: "UP", Weight: Number{Damaged: true}},
		"is neither an active nor a backup server": {Status: "UP", NoRole: true},
	} {
		if got := s.Problem(); got != want {
			t.Errorf("%+v: %q, want %q", s, got, want)
		}
	}
}

// TestChecked: the server whose checks decide, however many steps away.
func TestChecked(t *testing.T) {
	chain := make([]Server, 18)
	for i := range chain[1:] {
		chain[i].Tracks = &chain[i+1]
	}
	if got := chain[17].Checked(); got != &chain[17] {
		t.Error("a server that tracks none is not itself")
	}
	if got := chain[1].Checked(); got != &chain[17] {
		t.Error("the last of 16 steps is not found")
	}
	circle := Server{}
	circle.Tracks = &circle
	if circle.Checked() != &circle {
		t.Error("a circle has no end")
	}
}

func TestSessionsAllowed(t *testing.T) {
	damaged := Number{Damaged: true}
	for _, test := range []struct{ limit, throttle, want Number }{
		{Number{}, known(50), Number{}},
		{known(0), known(50), known(0)},
		{known(40), Number{}, known(40)},
		{known(40), known(100), known(40)},
		{known(40), known(120), known(40)},
		{known(40), known(50), known(20)},
		{known(3), known(50), known(1)},
		{known(3), known(1), known(1)},
		{known(40), damaged, damaged},
		{Number{}, damaged, Number{}},
	} {
		s := Server{SessionLimit: test.limit, Throttle: test.throttle}
		if got := s.SessionsAllowed(); got != test.want {
			t.Errorf("of %+v at %+v percent %+v are allowed, want %+v", test.limit, test.throttle, got, test.want)
		}
	}
}

// TestPlace: the servers' state tells more than column addr.
func TestPlace(t *testing.T) {
	state := ServerState{Address: "192.0.2.1", Port: 80, FQDN: "v2.example.com"}
	for _, test := range []struct {
		server Server
		want   ServerState
	}{
		{Server{State: &state, Address: "192.0.2.9:81"}, state},
		{Server{Address: "192.0.2.9:81"}, ServerState{Address: "192.0.2.9", Port: 81}},
		{Server{Address: "[2001:db8::1]:81"}, ServerState{Address: "2001:db8::1", Port: 81}},
		{Server{Address: "192.0.2.9"}, ServerState{}},
		{Server{Address: "unix"}, ServerState{}},
		{Server{}, ServerState{}},
	} {
		if got := test.server.Place(); got != test.want {
			t.Errorf("%q is at %+v, want %+v", test.server.Address, got, test.want)
		}
	}
}

// TestSectionStatus: what the rows of frontends and backends say.
func TestSectionStatus(t *testing.T) {
	for status, want := range map[string][3]bool{ // open, down, unpublished
		"OPEN": {true, false, false}, "FULL": {true, false, false}, "STOP": {}, "PAUSED": {}, "": {},
		"UP": {}, "DOWN": {false, true, false}, "DOWN (0/1)": {false, true, false}, "DOWNTOWN": {},
		"UP (UNPUB)": {false, false, true}, "DOWN (UNPUB)": {false, true, true},
	} {
		f, b := Frontend{Status: status}, Backend{Status: status}
		if got := [3]bool{f.IsOpen(), b.IsDown(), b.IsUnpublished()}; got != want {
			t.Errorf("%q is open, down, unpublished: %v, want %v", status, got, want)
		}
	}
}

// TestOnlyFailed: a backend that has only ever failed has no servers.
func TestOnlyFailed(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*Backend)
		want   bool
		words  string
	}{
		"one 5xx":                  {func(b *Backend) { b.Responses[Responses5xx] = known(1) }, true, "1 responses 5xx"},
		"before the first request": {func(b *Backend) { b.Responses[Responses5xx] = known(0) }, false, "0 responses 5xx"},
		"an answer":                {func(b *Backend) { b.Responses[Responses5xx], b.Responses[Responses2xx] = known(3), known(1) }, false, "3 responses 5xx"},
		"no answer of that class":  {func(b *Backend) { b.Responses[Responses5xx], b.Responses[Responses2xx] = known(3), known(0) }, true, "3 responses 5xx"},
		"a denied request":         {func(b *Backend) { b.Responses[Responses5xx], b.DeniedRequests = known(3), known(1) }, false, "3 responses 5xx"},
		"none denied":              {func(b *Backend) { b.Responses[Responses5xx], b.DeniedRequests = known(3), known(0) }, true, "3 responses 5xx"},
		"a denied response":        {func(b *Backend) { b.Responses[Responses5xx], b.DeniedResponses = known(3), known(1) }, false, "3 responses 5xx"},
		"TCP mode":                 {func(b *Backend) { b.Failed = known(1) }, true, "1 failed connections"},
		"TCP mode, none failed":    {func(b *Backend) { b.Failed = known(0) }, false, "0 failed connections"},
		"HTTP mode, failed connections alone": {func(b *Backend) {
			b.Failed, b.Responses[Responses5xx], b.Responses[Responses4xx] = known(7), known(0), known(0)
		}, false, "0 responses 5xx"},
	} {
		var b Backend
		test.change(&b)
		if got := b.OnlyFailed(); got != test.want || b.Failures() != test.words {
			t.Errorf("%s: has only failed: %t, %q; want %t, %q", name, got, b.Failures(), test.want, test.words)
		}
	}
}

func TestHasDamagedTotals(t *testing.T) {
	damaged := Number{Damaged: true}
	for name, change := range map[string]func(*Backend){
		"lbtot": func(b *Backend) { b.Selected = damaged }, "econ": func(b *Backend) { b.Failed = damaged },
		"dreq": func(b *Backend) { b.DeniedRequests = damaged }, "dresp": func(b *Backend) { b.DeniedResponses = damaged },
		"hrsp_2xx": func(b *Backend) { b.Responses[Responses2xx] = damaged }, "hrsp_5xx": func(b *Backend) { b.Responses[Responses5xx] = damaged },
	} {
		var b Backend
		if b.HasDamagedTotals() {
			t.Error("nothing is damaged")
		}
		if change(&b); !b.HasDamagedTotals() {
			t.Errorf("%s is damaged", name)
		}
	}
}

func TestCurrentWorker(t *testing.T) {
	for p, want := range map[Process]bool{{Kind: "worker"}: true, {Kind: "worker", Old: true}: false, {Kind: "master"}: false, {Kind: "program"}: false} {
		if got := p.IsCurrentWorker(); got != want {
			t.Errorf("%+v takes new traffic: %t", p, got)
		}
	}
}
