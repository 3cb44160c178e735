package picture

import (
	"slices"
	"strings"
	"testing"
	"time"

	"check-haproxy/internal/check"
	spoiled "check-haproxy/internal/check/errors"
	"check-haproxy/internal/check/nosrv"
	"check-haproxy/internal/diagnosis"
	"check-haproxy/internal/haproxy"
	"check-haproxy/internal/overview/draw"
)

// spoiling are facts of three backends: of "api" the server s2 spoils requests,
// "calm" has none spoiled, and the log has no line of "quiet".
func spoiling() Facts {
	counter := nosrv.NewCounter(check.Stretch{At: afternoon, Window: nosrv.DefaultWindow, Baseline: nosrv.DefaultBaseline}, nosrv.DefaultKinds, check.Filter{})
	facts := Facts{At: afternoon, Log: judged(counter, afternoon.Add(-2*time.Hour)), LogCommand: "tail -n 10000 /var/log/haproxy.log"}
	for _, name := range []string{"api", "calm", "quiet"} {
		b := haproxy.Backend{Name: name, Servers: servers("UP", "UP", "UP")}
		b.Servers[1].Address = "192.0.2.2:80"
		facts.Backends = append(facts.Backends, backendAt("a.sock", b))
	}
	tally := spoiled.Tally{Target: facts.Backends[0], Window: 5 * time.Minute, Logged: true, Servers: []spoiled.ServerTally{
		{Name: "s1", Requests: 800},
		{Name: "s2", Requests: 500, Counted: 437, Kinds: spoiled.Counts{spoiled.Connect: 437}},
	}}
	none := spoiled.Tally{Target: facts.Backends[1], Window: 5 * time.Minute, Logged: true, Servers: []spoiled.ServerTally{{Name: "s1", Requests: 9}}}
	facts.Errors = []spoiled.Section{spoiled.Judge(tally, spoiled.Defaults()), spoiled.Judge(none, spoiled.Defaults())}
	return facts
}

// errorsIn are the rows' beginnings and their cells of the column ERRORS; none if
// the column is not there.
func errorsIn(lines []string) (cells []string) {
	end := 0
	for _, l := range lines {
		row := []rune(l)
		switch i := strings.Index(l, " ERRORS"); {
		case i >= 0:
			end = i + len(" ERRORS")
		case len(row) >= end && end > 0:
			cells = append(cells, strings.TrimSpace(string(row[:6]))+strings.TrimRight(string(row[end-4:end]), " "))
		case l == "":
			end = 0
		}
	}
	return cells
}

// TestErrorsColumn: what servers spoil stands beside NOSRV, of each section and
// server that the log has lines of, in a terminal of 80 columns too.
func TestErrorsColumn(t *testing.T) {
	for _, width := range []int{0, 80} {
		lines := Of(spoiling()).Lines(draw.Canvas{Width: width}, true)
		checkLines(t, lines, draw.Canvas{Width: width})
		want := []string{"✗ api 437", "s1   0", "s2 437", "s3", "✓ calm   0", "s1   0", "s2", "s3", "s1", "s2", "s3"}
		if got := errorsIn(lines); !slices.Equal(got, want) {
			t.Errorf("%d columns: %q, want %q in\n%s", width, got, want, strings.Join(lines, "\n"))
		}
	}
	facts := spoiling()
	facts.Errors = nil
	if cells := errorsIn(Of(facts).Lines(draw.Canvas{}, true)); cells != nil {
		t.Errorf("a column without anything in it: %v", cells)
	}
}

// TestErrorsFinding: the section says what check_haproxy_errors says, and what to
// type.
func TestErrorsFinding(t *testing.T) {
	p := Of(spoiling())
	api := p.Sections()[0]
	if api.Name != "api" || api.Cause != diagnosis.ConnectFailed {
		t.Fatalf("%s is %s, %s", api.Name, api.State, api.Cause)
	}
	commands := []string{
		"curl -gv --max-time 10 -o /dev/null 'http://192.0.2.2:80/'",
		"tail -n 10000 /var/log/haproxy.log | grep -F ' api/s2 ' | tail -n 5",
	}
	if f := api.Findings[0]; !strings.HasPrefix(f.Evidence, "34% of 1300 requests failed") || !slices.Equal(f.Commands, commands) {
		t.Errorf("%+v", f)
	}
	// A server in trouble has its row, however many there are.
	rows := api.ServerRows(1)
	if got := rows[0].Cells[ColSpoiled]; got.Width() != len("437") {
		t.Errorf("the first of few rows has %+v", got)
	}
	// One that the statistics do not have is looked for in the log alone.
	facts := spoiling()
	facts.Backends[0].Backend.Servers = servers("UP")
	if f := Of(facts).Sections()[0].Findings[0]; !slices.Equal(f.Commands, commands[1:]) {
		t.Errorf("%+v", f)
	}
}
