package check

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"check-haproxy/internal/haproxy/endpoint"
	"check-haproxy/internal/plugin"
)

// What could not be reached has the state of --unreachable, nobody who listens
// that of --refused; no flag makes anything of an answer that cannot be trusted.
func TestState(t *testing.T) {
	f := ReachFlags{Unreachable: plugin.Warning, Refused: plugin.Critical}
	for reach, want := range map[endpoint.Reach]plugin.State{
		endpoint.Unreachable: plugin.Warning, endpoint.Refused: plugin.Critical, endpoint.Reached: plugin.Unknown,
	} {
		if got := f.State(reach); got != want {
			t.Errorf("%d is %s, want %s", reach, got, want)
		}
	}
	for state, want := range map[plugin.State]plugin.State{
		plugin.OK: plugin.OK, plugin.Warning: plugin.Unknown, plugin.Critical: plugin.Unknown, plugin.Unknown: plugin.Unknown,
	} {
		if got := (ReachFlags{Unreachable: state, Refused: state}).AtMostUnknown(); got != (ReachFlags{Unreachable: want, Refused: want}) {
			t.Errorf("%s becomes %+v", state, got)
		}
	}
}

// A socket that a glob found may be left over; if another one answered, that is
// no outage.
func TestUnanswered(t *testing.T) {
	f := ReachFlags{Refused: plugin.Critical}
	refused := &endpoint.Failure{Reach: endpoint.Refused}
	for _, test := range []struct {
		found, others bool
		err           error
		want          plugin.State
	}{
		{false, false, refused, plugin.Critical},
		{false, true, refused, plugin.Critical},
		{true, false, refused, plugin.Critical},
		{true, true, refused, plugin.Unknown},
		{false, false, errors.New("a bug"), plugin.Unknown},
	} {
		if got := f.Unanswered(&endpoint.Answer{Found: test.found, Err: test.err}, test.others).State; got != test.want {
			t.Errorf("%+v is %s", test, got)
		}
	}
}

// The first line names the endpoint and what is wrong, the second the whole and
// what to try.
func TestUnansweredWords(t *testing.T) {
	path := filepath.Join(t.TempDir(), "no.sock")
	asked, err := (&Flags{Flags: endpoint.Flags{Socket: []string{path}}}).Ask(t.Context(), nil, endpoint.Query{})
	if err != nil || len(asked.Findings) != 1 {
		t.Fatalf("%+v, %v", asked, err)
	}
	f := asked.Findings[0]
	if f.State != plugin.OK || f.Sentence() != "no.sock: there is no such file" || !strings.HasPrefix(f.Line, "OK cannot connect to "+path+": there is no such file; is HAProxy running") {
		t.Errorf("the finding is %+v", f)
	}
	if asked.Complaints[0] != strings.TrimPrefix(f.Line, "OK ") {
		t.Errorf("the complaint is %q", asked.Complaints)
	}
}

// A pattern that matches nothing is told why, as far as HAProxy's answer tells.
func TestWhyNone(t *testing.T) {
	page := filepath.Join(t.TempDir(), "stat.csv")
	const rows = "# pxname,svname,status,weight,bck,type,\nfe,FRONTEND,OPEN,,,0,\nalldown,s,UP,1,0,2,\nalldown,BACKEND,UP,1,0,1,\n\n"
	if err := os.WriteFile(page, []byte(rows), 0o600); err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"fe":      "section fe is a frontend, which this check does not look at; check_haproxy_sessions looks at frontends",
		"f*":      "section fe is a frontend",
		"AllDown": `--section "AllDown" matches no backend of the 1 that HAProxy has, did you mean alldown?`,
		"shop":    `--section "shop" matches no backend of the 1 that HAProxy has; check the spelling (there are alldown)`,
		"off":     "section off is disabled in haproxy.cfg; HAProxy neither serves nor counts it",
	} {
		f := &Flags{Flags: endpoint.Flags{StatsFile: page}, Filter: mustFilter(t, []string{text}, nil)}
		asked, err := f.Ask(t.Context(), nil, endpoint.Query{})
		if err != nil {
			t.Fatal(err)
		}
		asked.Answers[0].Disabled = []string{"off"}
		asked.Backends()
		if len(asked.Complaints) != 1 || !strings.HasPrefix(asked.Complaints[0], want) || asked.Findings[0].State != plugin.Unknown {
			t.Errorf("%s: %q, want %s", text, asked.Complaints, want)
		}
	}
}
