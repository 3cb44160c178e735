package overview

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"check-haproxy/internal/check/backend"
	"check-haproxy/internal/check/dns"
	spoiled "check-haproxy/internal/check/errors"
	"check-haproxy/internal/check/nosrv"
	"check-haproxy/internal/check/sessions"
	"check-haproxy/internal/plugin"
	"check-haproxy/test/rig"
)

const captures = "../../testdata/captures/"

// replay is a stats socket that answers as a recorded HAProxy did.
func replay(t *testing.T, version string) string {
	t.Helper()
	return rig.StatsSocket(t, func(command string) string {
		for prefix, file := range map[string]string{
			"show stat": "stat.csv", "show info": "info.txt", "show servers state": "servers-state.txt", "show resolvers": "resolvers.txt",
		} {
			if strings.HasPrefix(command, prefix) {
				recorded, err := os.ReadFile(captures + version + "/" + file)
				if err != nil {
					t.Error(err)
				}
				return string(recorded)
			}
		}
		return "Unknown command.\n\n"
	})
}

// said is a JSON object of a check or of lshaproxy.
type said struct {
	State    string
	Total    struct{ State string }
	Sections []section
}

type section struct {
	Name, Kind, State, Resource string
	Cause                       *string
	Up, Down, Out, Total        int
	Sessions, SessionsLimit     *int64 `json:"-"`
	Current, Limit, Queue       *int64
	NOSRV, Errors               *uint64
	Checks                      map[string]struct {
		State string
		Cause *string
	}
	Servers []struct {
		Name, State string
		Cause       *string
	}
}

// ask runs a check, or lshaproxy, and reads its JSON.
func ask(t *testing.T, main func([]string, io.Reader, io.Writer, io.Writer) int, args ...string) (s said) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	main(append(args, "--json"), strings.NewReader(""), &stdout, &stderr)
	if err := json.Unmarshal(stdout.Bytes(), &s); err != nil {
		t.Fatalf("%q: %v: %s%s", args, err, &stdout, &stderr)
	}
	return s
}

// askOverview is ask for lshaproxy; its numbers of sessions take the checks'
// names.
func askOverview(t *testing.T, args ...string) said {
	t.Helper()
	text := look(t, -1, append(args, "--json")...)
	text = strings.NewReplacer(`"sessions":`, `"current":`, `"sessions_limit":`, `"limit":`).Replace(text)
	text = strings.ReplaceAll(text, `"current":{`, `"sessions":{`) // the check of that name
	var s said
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		t.Fatalf("%q: %v: %s", args, err, text)
	}
	return s
}

func text(cause *string) string {
	if cause == nil {
		return ""
	}
	return *cause
}

func number[N int64 | uint64](n *N) int64 {
	if n == nil {
		return -1
	}
	return int64(*n)
}

func stateOf(t *testing.T, name string) plugin.State {
	t.Helper()
	var s plugin.State
	if err := s.UnmarshalText([]byte(name)); err != nil {
		t.Fatal(err)
	}
	return s
}

// TestSaysWhatTheChecksSay holds lshaproxy's JSON against that of the checks, on
// every answer and log that was recorded: states, causes and numbers.
func TestSaysWhatTheChecksSay(t *testing.T) {
	const at = "2026-11-22T14:10:00Z"
	for name, source := range map[string]struct{ statistics, log []string }{
		"1.8, its socket":                {statistics: []string{"-S", replay(t, "1.8")}},
		"3.2, its socket":                {statistics: []string{"-S", replay(t, "3.2")}},
		"1.8, its socket and its log":    {[]string{"-S", replay(t, "1.8")}, []string{"-f", captures + "1.8/raw.log", "--at", at}},
		"3.2, its socket and its log":    {[]string{"-S", replay(t, "3.2")}, []string{"-f", captures + "3.2/raw.log", "--at", at}},
		"3.2, a saved answer and a log":  {[]string{"--stats-file", captures + "3.2/stat.csv"}, []string{"-f", captures + "3.2/raw.log", "--at", at}},
		"1.8, its page":                  {statistics: []string{"--stats-file", captures + "1.8/page.csv"}},
		"3.2, its page":                  {statistics: []string{"--stats-file", captures + "3.2/page.csv"}},
		"one of two servers is full":     {statistics: []string{"--stats-file", oneFull(t)}},
		"a log of other backends":        {[]string{"--stats-file", captures + "3.2/stat.csv"}, []string{"-f", captures + "formats-2.6/httplog.log", "--at", "2026-11-22T14:16:00Z"}},
		"a log in clf of other backends": {[]string{"--stats-file", captures + "1.8/stat.csv"}, []string{"-f", captures + "formats-2.6/clf.log", "--at", "2026-11-22T14:16:00Z"}},
		"a log of the incident":          {[]string{"--stats-file", captures + "1.8/stat.csv"}, []string{"-f", "../../testdata/logs/incident.log", "--at", "2026-11-22T19:45:00Z"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("TZ", "UTC")
			c := comparison{T: t, shown: map[string]section{}}
			shown := askOverview(t, append(append([]string{"--no-lookup", "--timezone", "UTC"}, source.statistics...), source.log...)...)
			for _, s := range shown.Sections {
				c.shown[s.Kind+" "+s.Name] = s
			}
			c.backends(ask(t, backend.Main, source.statistics...))
			c.sessions(ask(t, sessions.Main, source.statistics...))
			c.names(ask(t, dns.Main, append([]string{"--no-lookup"}, source.statistics...)...))
			if source.log != nil {
				c.log(ask(t, nosrv.Main, append(append([]string{"--no-lookup", "--timezone", "UTC"}, source.statistics...), source.log...)...))
			}
			if source.log != nil {
				c.spoiled(ask(t, spoiled.Main, append([]string{"--timezone", "UTC"}, source.log...)...))
			}
			c.worst()
			if c.compared < 20 {
				t.Errorf("only %d verdicts were compared", c.compared)
			}
		})
	}
}

// oneFull is a saved answer of backends with room, and a server in each that has
// none.
func oneFull(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	b.WriteString("# pxname,svname,qcur,scur,slim,status,weight,act,bck,type,qlimit,\n")
	for i := range 20 {
		fmt.Fprintf(&b, "api%02d,s1,%d,%d,10,UP,1,1,0,2,,\napi%02d,s2,0,0,100,UP,1,1,0,2,,\napi%02d,BACKEND,0,%d,200,UP,2,2,0,1,,\n", i, i/6, i, i, i, i)
	}
	path := filepath.Join(t.TempDir(), "full.csv")
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// comparison is of what lshaproxy shows with what the checks say.
type comparison struct {
	*testing.T
	shown    map[string]section // by kind and name
	compared int
}

// same compares what a check says of a section.
func (c *comparison) same(check string, s, shown section) {
	c.Helper()
	c.compared++
	if got := shown.Checks[check]; got.State != s.State || text(got.Cause) != text(s.Cause) {
		c.Errorf("%s of %s is %s %q, and lshaproxy says %s %q", check, s.Name, s.State, text(s.Cause), got.State, text(got.Cause))
	}
}

func (c *comparison) equal(what string, want, got int64) {
	c.Helper()
	if want != got {
		c.Errorf("%s are %d, and lshaproxy says %d", what, want, got)
	}
}

func (c *comparison) backends(check said) {
	for _, s := range check.Sections {
		shown := c.shown["backend "+s.Name]
		c.same("backend", s, shown)
		if s.Up != shown.Up || s.Down != shown.Down || s.Out != shown.Out || s.Total != shown.Total {
			c.Errorf("%s has %d up, %d down, %d out of %d; lshaproxy says %d, %d, %d of %d", s.Name, s.Up, s.Down, s.Out, s.Total, shown.Up, shown.Down, shown.Out, shown.Total)
		}
		for i, server := range s.Servers {
			if other := shown.Servers[i]; server.Name != other.Name || server.State != other.State || text(server.Cause) != text(other.Cause) {
				c.Errorf("%s/%s is %s %s; lshaproxy says %s %s", s.Name, server.Name, server.State, text(server.Cause), other.State, text(other.Cause))
			}
		}
	}
}

// sessions: a backend's section shows its servers' limits too.
func (c *comparison) sessions(check said) {
	type worst struct {
		state plugin.State
		cause string
	}
	states := map[string]worst{}
	for _, s := range check.Sections {
		key := s.Kind + " " + s.Name
		if s.Kind == "server" {
			section, _, _ := strings.Cut(s.Name, "/")
			key = "backend " + section
		}
		state := stateOf(c.T, s.State)
		switch now := states[key]; {
		case plugin.WorseFirst(state, now.state) < 0:
			states[key] = worst{state, text(s.Cause)}
		case state == now.state && now.cause == "" && state != plugin.OK:
			states[key] = worst{state, text(s.Cause)}
		}
		shown := c.shown[key]
		if s.Kind != "server" && s.Limit != nil && (s.Resource == "sessions" || s.Resource == "connections") {
			c.equal("sessions of "+key, number(s.Current), number(shown.Current))
			c.equal("the limit's sessions of "+key, number(s.Limit), number(shown.Limit))
		}
		if s.Kind == "backend" {
			c.equal("requests queued in "+key, number(s.Queue), number(shown.Queue))
		}
	}
	for key, want := range states {
		c.compared++
		if got := c.shown[key].Checks["sessions"]; got.State != want.state.String() || text(got.Cause) != want.cause {
			c.Errorf("sessions of %s are %s %q, and lshaproxy says %s %q", key, want.state, want.cause, got.State, text(got.Cause))
		}
	}
}

func (c *comparison) names(check said) {
	for _, s := range check.Sections {
		c.same("dns", s, c.shown["backend "+s.Name])
	}
}

func (c *comparison) log(check said) {
	for _, s := range check.Sections {
		shown, ok := c.shown["backend "+s.Name]
		if !ok || shown.Checks["nosrv"].State == "" {
			shown, ok = c.shown["frontend "+s.Name]
		}
		if !ok {
			if s.State != "OK" {
				c.Errorf("%s is %s, and lshaproxy does not show it", s.Name, s.State)
			}
			continue
		}
		c.same("nosrv", s, shown)
		c.equal("requests of "+s.Name+" without a server", number(s.NOSRV), number(shown.NOSRV))
	}
}

func (c *comparison) spoiled(check said) {
	for _, s := range check.Sections {
		if shown, ok := c.shown["backend "+s.Name]; ok {
			c.same("errors", s, shown)
			c.equal("errors of "+s.Name, number(s.Errors), number(shown.Errors))
		}
	}
}

// worst: a section's state is the worst of its checks', its cause that check's.
func (c *comparison) worst() {
	for key, s := range c.shown {
		worst := plugin.OK
		for _, check := range s.Checks {
			worst = plugin.Worst(worst, stateOf(c.T, check.State))
		}
		if s.State != worst.String() {
			c.Errorf("%s is %s, the worst of its checks is %s", key, s.State, worst)
		}
		found := s.Cause == nil
		for _, check := range s.Checks {
			found = found || check.State == s.State && text(check.Cause) == text(s.Cause)
		}
		if !found {
			c.Errorf("%s has the cause %s, which none of its checks has", key, text(s.Cause))
		}
	}
}
