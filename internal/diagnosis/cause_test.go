package diagnosis

import (
	"testing"

	"check-haproxy/internal/dns"
	"check-haproxy/internal/haproxy"
)

func TestOfServer(t *testing.T) {
	zero := haproxy.Number{Known: true}
	for _, test := range []struct {
		server haproxy.Server
		want   Cause
	}{
		{haproxy.Server{Status: "UP"}, ""},
		{haproxy.Server{Status: "UP 1/2", CheckStatus: "L4CON"}, ""},
		{haproxy.Server{Status: "no check"}, ""},
		{haproxy.Server{Status: "UP", Weight: zero}, ZeroWeight},
		{haproxy.Server{Status: "no check", Weight: zero}, ZeroWeight},
		{haproxy.Server{Status: "MAINT (resolution)"}, DNSResolution},
		{haproxy.Server{Status: "MAINT"}, Maintenance},
		{haproxy.Server{Status: "MAINT (via other/s1)"}, Maintenance},
		{haproxy.Server{Status: "DRAIN"}, Drained},
		{haproxy.Server{Status: "DRAIN 1/2"}, Drained},
		{haproxy.Server{Status: "DRAIN (agent)"}, Drained},
		{haproxy.Server{Status: "NOLB 1/3"}, Drained},
		{haproxy.Server{Status: "DOWN (agent)", CheckStatus: "L4OK"}, AgentDown},
		{haproxy.Server{Status: "DOWN 1/2", CheckStatus: "L4OK"}, HealthCheckRecovering},
		{haproxy.Server{Status: "DOWN", CheckStatus: "L4CON"}, HealthCheckFailed},
		{haproxy.Server{Status: "DOWN", CheckStatus: "* L7STS"}, HealthCheckFailed},
		{haproxy.Server{Status: "DOWN", CheckStatus: "PROCERR"}, HealthCheckFailed},
		{haproxy.Server{Status: "DOWN", CheckStatus: "L4TOUT"}, HealthCheckTimeout},
		{haproxy.Server{Status: "DOWN", CheckStatus: "* L7TOUT"}, HealthCheckTimeout},
		{haproxy.Server{Status: "DOWN", CheckStatus: "PROCTOUT"}, HealthCheckTimeout},
		{haproxy.Server{Status: "DOWN", CheckStatus: "HANA"}, ErrorsObserved},
		{haproxy.Server{Status: "DOWN", CheckStatus: "L4CON", Weight: zero}, ZeroWeight},
		{haproxy.Server{Status: "DOWN 1/2", CheckStatus: "L4CON", State: &haproxy.ServerState{AdminState: 0x08}}, Drained},
		{haproxy.Server{Status: "DOWN", CheckStatus: "L4CON", Weight: zero, State: &haproxy.ServerState{AdminState: 0x10}}, Drained},
		{haproxy.Server{Status: "MAINT", State: &haproxy.ServerState{AdminState: 0x09}}, Maintenance},
		{haproxy.Server{Status: "DOWN", Tracks: &haproxy.Server{Status: "DOWN", CheckStatus: "L7TOUT"}}, HealthCheckTimeout},
		{haproxy.Server{Status: "DOWN", Tracks: &haproxy.Server{Status: "DOWN (agent)"}}, AgentDown},
		{haproxy.Server{Status: "DOWN", Tracks: &haproxy.Server{Status: "DOWN", Tracks: &haproxy.Server{Status: "DOWN", CheckStatus: "L4CON"}}}, HealthCheckFailed},
		{haproxy.Server{Status: "MAINT", Tracks: &haproxy.Server{Status: "DOWN", CheckStatus: "L7TOUT"}}, Maintenance},
		{haproxy.Server{Status: "UP", Tracks: &haproxy.Server{Status: "DOWN", CheckStatus: "L7TOUT"}}, ""},
		{haproxy.Server{Status: "DOWN", Tracked: "gone/s"}, Unknown},
		{haproxy.Server{Status: "DOWN", CheckStatus: "L4OK"}, Unknown},
		{haproxy.Server{Status: "DOWN"}, Unknown},
		{haproxy.Server{Status: "SOMETHING NEW"}, Unknown},
		{haproxy.Server{}, Unknown},
	} {
		if got := OfServer(&test.server, dns.Answers{}); got != test.want {
			t.Errorf("cause of %q with check %q is %q, want %q", test.server.Status, test.server.CheckStatus, got, test.want)
		}
	}
}

// TestTrackingInACircle holds that an answer that cannot be does not hang.
func TestTrackingInACircle(t *testing.T) {
	a, b := haproxy.Server{Status: "DOWN"}, haproxy.Server{Status: "DOWN"}
	a.Tracks, b.Tracks = &b, &a
	if got := OfServer(&a, dns.Answers{}); got != Unknown {
		t.Errorf("the cause is %q", got)
	}
}

func TestStaleIsDownAtAnOldAddress(t *testing.T) {
	names := moved("v2.example.com", "192.0.2.77")
	for status, want := range map[string]Cause{
		"DOWN": DNSStale, "UP": "", "MAINT": Maintenance, "DOWN 1/2": HealthCheckRecovering, "DOWN (agent)": AgentDown,
	} {
		s := haproxy.Server{Status: status, CheckStatus: "L4TOUT", State: &haproxy.ServerState{Address: "192.0.2.10", FQDN: "V2.example.com"}}
		if got := OfServer(&s, names); got != want {
			t.Errorf("%s at an old address: %q, want %q", status, got, want)
		}
		if s.State.Address = "192.0.2.77"; OfServer(&s, names) == DNSStale {
			t.Errorf("%s at its address is stale", status)
		}
	}
}

func TestMainCause(t *testing.T) {
	for _, test := range []struct {
		down, out []Cause
		want      Cause
	}{
		{nil, nil, ""},
		{[]Cause{"", ""}, nil, ""},
		{[]Cause{"", AgentDown}, nil, AgentDown},
		{[]Cause{HealthCheckRecovering, HealthCheckFailed}, nil, HealthCheckFailed},
		{[]Cause{HealthCheckRecovering, HealthCheckFailed, HealthCheckRecovering}, nil, HealthCheckRecovering},
		{[]Cause{Unknown, AgentDown}, nil, AgentDown},
		{[]Cause{HealthCheckFailed}, []Cause{Maintenance, Maintenance}, HealthCheckFailed},
		{[]Cause{Unknown}, []Cause{Maintenance, Maintenance}, Unknown},
		{nil, []Cause{Maintenance, Drained, Maintenance}, Maintenance},
		{[]Cause{""}, []Cause{Maintenance}, Maintenance},
	} {
		if got := Main(test.down, test.out); got != test.want {
			t.Errorf("main cause of %q down and %q out is %q, want %q", test.down, test.out, got, test.want)
		}
	}
}

func TestEveryCauseHasWords(t *testing.T) {
	for _, cause := range urgency {
		if cause != Unknown && cause.String() == string(cause) {
			t.Errorf("cause %s has no words", string(cause))
		}
	}
}
