package backend

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"check-haproxy/internal/check"
	"check-haproxy/internal/diagnosis"
	"check-haproxy/internal/dns"
	"check-haproxy/internal/haproxy"
	"check-haproxy/internal/plugin"
	"check-haproxy/internal/plugin/threshold"
)

var defaults = Defaults()

// backend makes a backend of server statuses; "0" before a status is weight 0,
// "b" a backup server.
func backend(statuses ...string) check.Target {
	b := &haproxy.Backend{Name: "v2", Status: "UP"}
	for i, status := range statuses {
		s := haproxy.Server{Name: fmt.Sprintf("s%d", i+1), Weight: number(1)}
		if status, s.Backup = strings.CutPrefix(status, "b:"); strings.HasPrefix(status, "0:") {
			status, s.Weight = status[2:], number(0)
		}
		s.Status = status
		b.Servers = append(b.Servers, s)
	}
	return target(b)
}

func target(b *haproxy.Backend) check.Target {
	return check.Target{Name: b.Name, Label: b.Name, Names: []string{b.Name}, Endpoint: "/run/haproxy/admin.sock", Backend: b}
}

func number(n int64) haproxy.Number { return haproxy.Number{Value: n, Known: true} }

// Every form of a status that HAProxy writes (stats_fill_sv_stats in its
// src/stats.c), and what it counts as.
func TestStandingOfEveryStatus(t *testing.T) {
	for standing, statuses := range map[Standing][]string{
		Up:   {"UP", "UP 1/2", "UP 982/1000", "no check", "b:UP"},
		Out:  {"MAINT", "MAINT (via px/srv)", "MAINT(via)", "DRAIN", "DRAIN 1/2", "DRAIN (agent)", "NOLB", "NOLB 1/2", "0:UP", "0:UP 1/2", "0:no check", "0:DOWN", "0:DOWN 1/2"},
		Down: {"DOWN", "DOWN 1/2", "DOWN (agent)", "MAINT (resolution)", "UPSIDE", "UP x/y", "UP (new)", "up", "MAINTAINED", "OPEN"},
	} {
		for _, status := range statuses {
			v, _ := Judge(backend(status), dns.Answers{}, defaults)
			if got := v.Servers[0].Standing; got != standing {
				t.Errorf("%q counts as %s, want %s", status, got, standing)
			}
			if (v.Servers[0].Cause == "") != (standing == Up) {
				t.Errorf("%q has cause %q", status, v.Servers[0].Cause)
			}
		}
	}
}

// with are the defaults but for a change.
func with(change func(*Options)) Options {
	o := defaults
	change(&o)
	return o
}

func TestJudge(t *testing.T) {
	maintOK := with(func(o *Options) { o.MaintOK = true })
	activeOnly := with(func(o *Options) { o.ActiveOnly = true })
	half := with(func(o *Options) { o.Warning = threshold.Rules{threshold.All("50%:")} })
	off := with(func(o *Options) { o.Warning, o.Critical = nil, nil })
	criticalPercent := with(func(o *Options) { o.Warning, o.Critical = nil, threshold.Rules{threshold.All("50%:")} })
	for _, test := range []struct {
		name          string
		servers       []string
		options       Options
		state         plugin.State
		up, down, out int
	}{
		{"all up", []string{"UP", "UP"}, defaults, plugin.OK, 2, 0, 0},
		{"one down", []string{"UP", "DOWN"}, defaults, plugin.Warning, 1, 1, 0},
		{"all down", []string{"DOWN", "DOWN"}, defaults, plugin.Critical, 0, 2, 0},
		{"one out", []string{"UP", "MAINT"}, defaults, plugin.OK, 1, 0, 1},
		{"all out", []string{"DRAIN", "MAINT", "0:UP"}, defaults, plugin.Critical, 0, 0, 3},
		{"all out, percent", []string{"MAINT"}, criticalPercent, plugin.Critical, 0, 0, 1},
		{"all out is fine", []string{"DRAIN", "MAINT", "0:UP"}, maintOK, plugin.OK, 0, 0, 3},
		{"none that counts is out", []string{"b:UP", "b:DOWN"}, with(func(o *Options) { o.MaintOK, o.ActiveOnly = true, true }), plugin.Critical, 0, 0, 0},
		{"out and down is not", []string{"MAINT", "DOWN"}, maintOK, plugin.Critical, 0, 1, 1},
		{"on backup", []string{"DOWN", "b:UP"}, half, plugin.Warning, 1, 1, 0},
		{"on backup, primaries in maintenance", []string{"MAINT", "b:UP"}, maintOK, plugin.Warning, 1, 0, 1},
		{"on backup whatever the thresholds say", []string{"DOWN", "b:UP"}, off, plugin.Warning, 1, 1, 0},
		{"backup does not count", []string{"DOWN", "b:UP"}, activeOnly, plugin.Critical, 0, 1, 0},
		{"standby down", []string{"UP", "b:DOWN"}, activeOnly, plugin.OK, 1, 0, 0},
		{"thresholds off", []string{"DOWN"}, off, plugin.OK, 0, 1, 0},
		{"half is enough", []string{"UP", "DOWN"}, half, plugin.OK, 1, 1, 0},
		{"critical before warning", []string{"DOWN"}, with(func(o *Options) { o.Warning = threshold.Rules{threshold.All("5:")} }), plugin.Critical, 0, 1, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			v, ok := Judge(backend(test.servers...), dns.Answers{}, test.options)
			if !ok {
				t.Fatal("left out")
			}
			got := []int{int(v.State), v.Up, v.Down, v.Out}
			if diff := cmp.Diff([]int{int(test.state), test.up, test.down, test.out}, got); diff != "" {
				t.Errorf("state, up, down, out (-want +got):\n%s", diff)
			}
			if (v.State == plugin.OK) != (v.Cause == "") {
				t.Errorf("state %s has cause %q", v.State, v.Cause)
			}
		})
	}
}

func TestServerlessBackend(t *testing.T) {
	failing := haproxy.Backend{Name: "empty", Status: "UP"}
	failing.Responses[haproxy.Responses5xx] = number(3)
	answering, denying, silent, tcp, refusing := failing, failing, failing, haproxy.Backend{Name: "empty", Status: "UP"}, haproxy.Backend{Name: "empty", Status: "UP"}
	refusing.Failed, refusing.DeniedRequests = number(1), number(1)
	answering.Failed = number(7) // responses tell more
	answering.Responses[haproxy.Responses2xx] = number(1)
	denying.DeniedRequests = number(1)
	silent.Responses[haproxy.Responses5xx] = number(0)
	for _, b := range []haproxy.Backend{answering, denying, silent, tcp, refusing} {
		if _, judged := Judge(target(&b), dns.Answers{}, defaults); judged {
			t.Errorf("%+v is judged, though nobody can know", b)
		}
	}
	v, judged := Judge(target(&failing), dns.Answers{}, defaults)
	if !judged || v.State != plugin.Warning || v.Cause != diagnosis.NoServers {
		t.Errorf("judged %v: %s, cause %q", judged, v.State, v.Cause)
	}
	for _, state := range []plugin.State{plugin.OK, plugin.Critical, plugin.Unknown} {
		if v, _ := Judge(target(&failing), dns.Answers{}, with(func(o *Options) { o.NoServers = state })); v.State != state {
			t.Errorf("state %s, want %s", v.State, state)
		}
	}
}

// TestTroubleBesideServers holds what makes a backend bad, and for whom, beside
// the number of servers that are up.
func TestTroubleBesideServers(t *testing.T) {
	none := func(o *Options) { o.Warning, o.Critical = nil, nil }
	noCritical := func(o *Options) { o.Critical = nil }
	noWarning := func(o *Options) { o.Warning = nil }
	status := func(text string, b check.Target) check.Target {
		b.Backend.Status = text
		return b
	}
	lost, once, never := backend(), backend(), backend()
	lost.Backend.Selected, once.Backend.Selected = number(311), number(1)
	never.Backend.Responses[haproxy.Responses5xx] = number(3)
	tcp := backend()
	tcp.Backend.Mode, tcp.Backend.Failed = "tcp", number(2)
	beside := func(b check.Target, f haproxy.Frontend) check.Target {
		b.Frontend = &f
		return b
	}
	counted := backend()
	counted.Backend.Usable = 1
	old := backend("UP", "MAINT")
	old.Backend.Servers[1].LastChange = number(3600)
	week := func(o *Options) { o.MaintWarning = 7 * 24 * time.Hour }
	hour := func(o *Options) { o.MaintWarning = time.Hour - time.Second }
	for name, test := range map[string]struct {
		target  check.Target
		options func(*Options)
		state   plugin.State
		trouble Trouble
		cause   diagnosis.Cause
	}{
		"hidden rows":                         {status("DOWN", backend()), nil, plugin.Critical, HiddenServers, diagnosis.Unknown},
		"hidden rows, DOWN (0/1)":             {status("DOWN (0/1)", backend()), nil, plugin.Critical, HiddenServers, diagnosis.Unknown},
		"hidden rows beside one that is up":   {status("DOWN", backend("UP", "DOWN")), nil, plugin.Critical, HiddenServers, diagnosis.Unknown},
		"a backup server that does not count": {status("DOWN", backend("DOWN", "b:UP")), func(o *Options) { o.ActiveOnly = true }, plugin.Critical, HiddenServers, diagnosis.Unknown},
		"rows that explain":                   {status("DOWN", backend("DOWN")), nil, plugin.Critical, NoTrouble, diagnosis.Unknown},
		"rows that explain, all out":          {status("DOWN", backend("MAINT")), func(o *Options) { o.MaintOK = true }, plugin.OK, NoTrouble, ""},
		"hidden rows, silenced":               {status("DOWN", backend()), none, plugin.OK, HiddenServers, ""},
		"hidden rows beside one, silenced":    {status("DOWN", backend("UP", "DOWN")), none, plugin.OK, HiddenServers, ""},
		"hidden rows, no critical":            {status("DOWN", backend()), noCritical, plugin.Warning, HiddenServers, diagnosis.Unknown},
		"hidden rows, no warning":             {status("DOWN", backend()), noWarning, plugin.Critical, HiddenServers, diagnosis.Unknown},
		"hidden rows, UP":                     {counted, nil, plugin.Unknown, NoTrouble, ""},
		"lost":                                {lost, nil, plugin.Critical, LostServers, diagnosis.NoServers},
		"lost, UNKNOWN whatever the rules":    {lost, func(o *Options) { o.LostServers = plugin.Unknown; noCritical(o) }, plugin.Unknown, LostServers, diagnosis.NoServers},
		"lost, and that is fine":              {lost, func(o *Options) { o.LostServers = plugin.OK; noCritical(o) }, plugin.OK, LostServers, ""},
		"lost after one request":              {once, nil, plugin.Critical, LostServers, diagnosis.NoServers},
		"lost, silenced":                      {lost, none, plugin.OK, LostServers, ""},
		"lost, and answering itself":          {beside(lost, haproxy.Frontend{Intercepted: number(9)}), nil, plugin.Critical, LostServers, diagnosis.NoServers},
		"never had any":                       {never, nil, plugin.Warning, NeverServers, diagnosis.NoServers},
		"never had any, a quiet frontend":     {beside(never, haproxy.Frontend{Intercepted: number(0), Successes: number(0)}), nil, plugin.Warning, NeverServers, diagnosis.NoServers},
		"never had any, in TCP mode":          {tcp, nil, plugin.Warning, NeverServers, diagnosis.NoServers},
		"never had any, no warning":           {never, noWarning, plugin.OK, NeverServers, ""},
		"unpublished":                         {status("UP (UNPUB)", backend("UP", "UP")), nil, plugin.Critical, Unpublished, diagnosis.Unpublished},
		"unpublished, servers down":           {status("DOWN (UNPUB)", backend("DOWN")), nil, plugin.Critical, Unpublished, diagnosis.Unpublished},
		"unpublished, on purpose":             {status("DOWN (UNPUB)", backend("DOWN")), func(o *Options) { o.MaintOK = true }, plugin.OK, Unpublished, ""},
		"unpublished, silenced":               {status("UP (UNPUB)", backend("UP")), none, plugin.OK, Unpublished, ""},
		"out for long":                        {old, hour, plugin.Warning, LongOut, diagnosis.Maintenance},
		"out for just as long":                {old, func(o *Options) { o.MaintWarning = time.Hour }, plugin.OK, NoTrouble, ""},
		"out for less":                        {old, week, plugin.OK, NoTrouble, ""},
		"out for long, silenced":              {old, func(o *Options) { hour(o); none(o) }, plugin.OK, LongOut, ""},
		"out for long is less than down":      {backend("DOWN", "MAINT"), hour, plugin.Critical, NoTrouble, diagnosis.Unknown},
		"no status":                           {status("", backend("UP")), nil, plugin.Unknown, NoTrouble, ""},
	} {
		o := defaults
		if test.options != nil {
			test.options(&o)
		}
		v, ok := Judge(test.target, dns.Answers{}, o)
		if !ok || v.State != test.state || v.Trouble != test.trouble || v.Cause != test.cause {
			t.Errorf("%s: %s, trouble %d, cause %q; want %s, %d, %q", name, v.State, v.Trouble, v.Cause, test.state, test.trouble, test.cause)
		}
		if findings := v.Findings(); (len(findings) > 0) != (v.Cause != "") || len(findings) > 0 && (findings[0].Cause != v.Cause || findings[0].Evidence == "") {
			t.Errorf("%s: cause %q with the findings %+v", name, v.Cause, findings)
		}
	}
	unresolved := backend("UP", "MAINT (resolution)")
	unresolved.Backend.Servers[1].LastChange = number(3600)
	if v, _ := Judge(unresolved, dns.Answers{}, with(func(o *Options) { hour(o); o.UnresolvedOut = true })); v.State != plugin.OK || v.Out != 1 {
		t.Errorf("nobody has taken out a server that is unresolved: %s", v.State)
	}
	for name, f := range map[string]haproxy.Frontend{"pages": {Intercepted: number(1)}, "answers": {Successes: number(1)}} {
		if v, ok := Judge(beside(never, f), dns.Answers{}, defaults); ok {
			t.Errorf("a backend whose frontend has %s is judged: %s", name, v.State)
		}
	}
	old.Backend.Servers[1].LastChange = haproxy.Number{Damaged: true}
	if v, _ := Judge(old, dns.Answers{}, with(hour)); v.State != plugin.Unknown {
		t.Errorf("out since nobody knows when: %s", v.State)
	}
	if v, _ := Judge(old, dns.Answers{}, defaults); v.State != plugin.OK {
		t.Errorf("out since nobody knows when, and nobody asks: %s", v.State)
	}
	up := backend("UP")
	up.Backend.Servers[0].LastChange = haproxy.Number{Damaged: true}
	up.Backend.Selected = haproxy.Number{Damaged: true}
	if v, _ := Judge(up, dns.Answers{}, with(hour)); v.State != plugin.OK {
		t.Errorf("up since nobody knows when: %s", v.State)
	}
	for _, damage := range []func(*haproxy.Backend){
		func(b *haproxy.Backend) { b.Selected = haproxy.Number{Damaged: true} }, func(b *haproxy.Backend) { b.Failed = haproxy.Number{Damaged: true} }, func(b *haproxy.Backend) { b.DeniedRequests = haproxy.Number{Damaged: true} },
		func(b *haproxy.Backend) { b.DeniedResponses = haproxy.Number{Damaged: true} }, func(b *haproxy.Backend) { b.Responses[haproxy.Responses2xx] = haproxy.Number{Damaged: true} },
	} {
		b := backend()
		damage(b.Backend)
		if v, ok := Judge(b, dns.Answers{}, defaults); !ok || v.State != plugin.Unknown {
			t.Errorf("%+v without servers is %s, judged %v", b.Backend, v.State, ok)
		}
	}
}

// What a verdict needs and cannot be makes this backend UNKNOWN, whatever its
// other servers do.
func TestBackendThatCannotBeJudged(t *testing.T) {
	for want, damage := range map[string]func(*haproxy.Server){
		"v2 cannot be judged: server s2 has no status":                            func(s *haproxy.Server) { s.Status = "" },
		"v2 cannot be judged: server s2 has an impossible weight":                 func(s *haproxy.Server) { s.Weight = haproxy.Number{Damaged: true} },
		"v2 cannot be judged: server s2 is neither an active nor a backup server": func(s *haproxy.Server) { s.NoRole = true },
	} {
		for _, others := range []string{"UP", "DOWN"} {
			b := backend(others, "UP")
			damage(&b.Backend.Servers[1])
			v, ok := Judge(b, dns.Answers{}, defaults)
			if bad := v.describeBad(1, Server.brief); want == "v2 cannot be judged: server s2 has no status" && others == "UP" && bad != "s2 without status" {
				t.Errorf("the server without status is %q", bad)
			}
			if f := v.Finding(false); !ok || v.State != plugin.Unknown || !strings.HasPrefix(f.Sentence(), want) || !strings.Contains(f.Line, want) {
				t.Errorf("%s: %+v, want UNKNOWN %q", v.State, f, want)
			}
			if v.Section().Cause != nil || len(v.Findings()) > 0 {
				t.Errorf("there is a cause: %q", v.Cause)
			}
		}
	}
}

func TestUnfilledSlotsAreOut(t *testing.T) {
	b := backend("UP", "MAINT (resolution)", "MAINT (resolution)")
	b.Backend.Servers[1].Unfilled = true
	v, _ := Judge(b, dns.Answers{}, defaults)
	got := []Standing{v.Servers[0].Standing, v.Servers[1].Standing, v.Servers[2].Standing}
	if diff := cmp.Diff([]Standing{Up, Out, Down}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if v.Cause != diagnosis.DNSResolution {
		t.Errorf("cause %q", v.Cause)
	}
	b.Backend.Servers[1].Unfilled = false
	if v, _ := Judge(b, dns.Answers{}, defaults); v.Down != 2 {
		t.Errorf("without server states %d servers are down, want 2", v.Down)
	}
	b.Backend.Servers = append(b.Backend.Servers, haproxy.Server{Name: "s4", Status: "DOWN", Weight: number(1)})
	if v, _ := Judge(b, dns.Answers{}, Options{UnresolvedOut: true}); v.Out != 2 || v.Down != 1 {
		t.Errorf("with --unresolved out %d servers are out, want 2", v.Out)
	}
}

func TestThresholdsAreForSections(t *testing.T) {
	rule, err := threshold.ParseRule("v2@lb1=none")
	if err != nil {
		t.Fatal(err)
	}
	o := Options{Critical: threshold.Rules{rule}.WithDefault("1:")}
	b := backend("DOWN")
	if v, _ := Judge(b, dns.Answers{}, o); v.State != plugin.Critical {
		t.Errorf("v2 is %s", v.State)
	}
	b.Names = []string{"v2", "v2@lb1"}
	if v, _ := Judge(b, dns.Answers{}, o); v.State != plugin.OK {
		t.Errorf("v2@lb1 is %s", v.State)
	}
}

func TestHeadlineNamesFewAndLineMany(t *testing.T) {
	statuses := make([]string, 50)
	for i := range statuses {
		statuses[i] = "DOWN"
	}
	v, _ := Judge(backend(statuses...), dns.Answers{}, defaults)
	f := v.Finding(false)
	if want := "v2 has no UP server (0/50): s1 DOWN, s2 DOWN, s3 DOWN, 47 more"; f.Sentence() != want {
		t.Errorf("headline %q, want %q", f.Sentence(), want)
	}
	if !strings.Contains(f.Line, "s20 DOWN, 30 more") {
		t.Errorf("line %q", f.Line)
	}
	v, _ = Judge(backend("DOWN", "DOWN", "DOWN"), dns.Answers{}, defaults)
	if want := "v2 has no UP server (0/3): s1 DOWN, s2 DOWN, s3 DOWN"; v.Finding(false).Sentence() != want {
		t.Errorf("headline %q, want %q", v.Finding(false).Sentence(), want)
	}
}
