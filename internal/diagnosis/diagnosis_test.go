package diagnosis

import (
	"testing"

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
		{haproxy.Server{Status: "DOWN", CheckStatus: "L4OK"}, Unknown},
		{haproxy.Server{Status: "DOWN"}, Unknown},
		{haproxy.Server{Status: "SOMETHING NEW"}, Unknown},
		{haproxy.Server{}, Unknown},
	} {
		if got := OfServer(&test.server); got != test.want {
			t.Errorf("cause of %q with check %q is %q, want %q", test.server.Status, test.server.CheckStatus, got, test.want)
		}
	}
}

func TestMainCause(t *testing.T) {
	for _, test := range []struct {
		causes []Cause
		want   Cause
	}{
		{nil, ""},
		{[]Cause{"", ""}, ""},
		{[]Cause{"", Maintenance}, Maintenance},
		{[]Cause{Maintenance, HealthCheckFailed}, HealthCheckFailed},
		{[]Cause{Maintenance, HealthCheckFailed, Maintenance}, Maintenance},
		{[]Cause{Unknown, Drained}, Drained},
	} {
		if got := Main(test.causes); got != test.want {
			t.Errorf("main cause of %q is %q, want %q", test.causes, got, test.want)
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
