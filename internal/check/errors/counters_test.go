package errors

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"check-haproxy/internal/check"
	"check-haproxy/internal/check/kinds"
	"check-haproxy/internal/check/rates"
	"check-haproxy/internal/haproxy"
	"check-haproxy/internal/haproxy/endpoint"
	"check-haproxy/internal/samples"
)

var begin = time.Date(2026, 11, 18, 11, 0, 0, 0, time.UTC)

func known(n int64) haproxy.Number { return haproxy.Number{Value: n, Known: true} }

// lab is a HAProxy with one backend, whose counters grow.
type lab struct {
	backend haproxy.Backend
	history *samples.History
	series  *samples.Series
	at      time.Time
}

func newLab(mode string, servers ...string) *lab {
	l := &lab{backend: haproxy.Backend{Name: "api", Mode: mode, Counters: &haproxy.Counters{Sessions: known(0)}}, history: samples.New(Samples(5*time.Minute, time.Hour)), at: begin}
	for _, name := range servers {
		l.backend.Servers = append(l.backend.Servers, haproxy.Server{Name: name, Counters: &haproxy.Counters{
			Sessions: known(0), FailedConnections: known(0), FailedResponses: known(0), Answers: haproxy.Number{Known: mode == "http"}, ServerErrors: haproxy.Number{Known: mode == "http"},
			ServerAborts: known(0), Retries: known(0), Redispatches: known(0), ClientAborts: known(0), Downs: known(0),
		}})
	}
	l.sample(0)
	return l
}

func (l *lab) target() check.Target {
	return check.Target{Name: "api", Label: "api", Names: []string{"api"}, Backend: &l.backend}
}

// sample takes a sample after so long.
func (l *lab) sample(after time.Duration) {
	l.at = l.at.Add(after)
	answer := &endpoint.Answer{Info: &haproxy.Info{}, Asked: l.at, At: l.at}
	l.series = l.history.Add(samples.Sample{Asked: l.at, At: l.at, Process: samples.Process{PID: 7, Started: begin.Add(-time.Hour)}, Rows: Rows(answer, []check.Target{l.target()})})
}

func (l *lab) tally(c Counting) Tally {
	window, baseline := l.series.Spans()
	return Tallies(l.series, check.SampledStretch{Window: window, Baseline: baseline}, []check.Target{l.target()}, c)[0]
}

// TestCountersOfSituations: what HAProxy 2.6 was seen to count for three requests
// that a server spoiled, among ten that it answered.
func TestCountersOfSituations(t *testing.T) {
	type grown = haproxy.Counters
	explicit := CountingOf(kinds.All[Kind](), 0)
	for _, test := range []struct {
		name string
		mode string
		grow grown
		want Counts
		asks uint64 // requests
		errs uint64 // by default
	}{
		{"nothing", "http", grown{}, Counts{}, 0, 0},
		{"refused and reset", "http", grown{Sessions: known(16), Answers: known(10), FailedConnections: known(3), FailedResponses: known(6)}, Counts{Connect: 3, Response: 3}, 16, 6},
		{"answered now and refused, given before", "http", grown{Sessions: known(3), Answers: known(13), FailedConnections: known(2)}, Counts{Connect: 2}, 15, 2},
		{"well", "http", grown{Sessions: known(10), Answers: known(10)}, Counts{}, 10, 0},
		{"refused", "http", grown{Sessions: known(22), Answers: known(10), FailedConnections: known(3), Retries: known(9)}, Counts{Connect: 3, Retry: 9}, 13, 3},
		{"reset before an answer, counted twice", "http", grown{Sessions: known(13), Answers: known(10), FailedResponses: known(6)}, Counts{Response: 3}, 13, 3},
		{"timeout", "http", grown{Sessions: known(13), Answers: known(10), FailedResponses: known(3)}, Counts{Response: 3}, 13, 3},
		{"a body that is cut", "http", grown{Sessions: known(13), Answers: known(13), FailedResponses: known(3), ServerAborts: known(3)}, Counts{Response: 3}, 13, 3},
		{"5xx", "http", grown{Sessions: known(13), Answers: known(13), ServerErrors: known(3)}, Counts{ServerError: 3}, 13, 3},
		{"on their way", "http", grown{Sessions: known(13), Answers: known(10)}, Counts{}, 13, 0},
		{"answered now, given before", "http", grown{Sessions: known(10), Answers: known(13), FailedResponses: known(1)}, Counts{}, 13, 0},
		{"redispatched after an answer, retried", "http", grown{Sessions: known(14), Answers: known(10), FailedResponses: known(4), Retries: known(4), Redispatches: known(4)}, Counts{Retry: 8}, 10, 0},
		{"5xx after retries that count twice", "http", grown{Sessions: known(9), Answers: known(3), ServerErrors: known(3), Retries: known(12)}, Counts{ServerError: 3, Retry: 12}, 3, 3},
		{"5xx cut short", "http", grown{Sessions: known(13), Answers: known(13), ServerErrors: known(3), FailedResponses: known(3), ServerAborts: known(3)}, Counts{Response: 3, ServerError: 3}, 13, 6},
		{"redispatched elsewhere", "http", grown{Sessions: known(13), Answers: known(10), Redispatches: known(3)}, Counts{Retry: 3}, 10, 0},
		{"clients that leave", "http", grown{Sessions: known(13), Answers: known(10), ClientAborts: known(3)}, Counts{Abort: 3}, 13, 0},
		{"tcp, refused", "tcp", grown{Sessions: known(13), FailedConnections: known(3)}, Counts{Connect: 3}, 13, 3},
		{"tcp, idle sessions", "tcp", grown{Sessions: known(13), FailedResponses: known(3), ServerAborts: known(3)}, Counts{Response: 3}, 13, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := newLab(test.mode, "s1")
			grow(l.backend.Servers[0].Counters, test.grow)
			l.sample(time.Minute)
			if got := l.tally(explicit).Servers[0]; got.Kinds != test.want || got.Requests != test.asks {
				t.Errorf("%d requests, %s; want %d, %s", got.Requests, got.Kinds, test.asks, test.want)
			}
			shown := test.want // by default; a tunnel has no other kind
			if test.mode == "tcp" {
				shown = Counts{Connect: test.want[Connect]}
			}
			if got := l.tally(CountingOf(0, 0)).Servers[0]; got.Counted != test.errs || got.Kinds != shown {
				t.Errorf("by default %d of %s count, want %d of %s", got.Counted, got.Kinds, test.errs, shown)
			}
		})
	}
}

// grow adds to all counters.
func grow(c *haproxy.Counters, by haproxy.Counters) {
	for _, pair := range []struct {
		to *haproxy.Number
		by haproxy.Number
	}{
		{&c.Sessions, by.Sessions}, {&c.FailedConnections, by.FailedConnections}, {&c.FailedResponses, by.FailedResponses}, {&c.Answers, by.Answers},
		{&c.ServerErrors, by.ServerErrors}, {&c.ServerAborts, by.ServerAborts}, {&c.Retries, by.Retries}, {&c.Redispatches, by.Redispatches},
		{&c.ClientAborts, by.ClientAborts}, {&c.Downs, by.Downs},
	} {
		pair.to.Value += pair.by.Value
	}
}

// TestSlow: the average of a server's answers is above the limit, so that its
// requests count, if that was asked for.
func TestSlow(t *testing.T) {
	l := newLab("http", "fast", "slow")
	for i, milliseconds := range []int64{200, 201} {
		c := l.backend.Servers[i].Counters
		grow(c, haproxy.Counters{Sessions: known(100), Answers: known(100), ServerErrors: known(1)})
		c.ResponseTime = known(milliseconds)
	}
	l.sample(time.Minute)
	got := l.tally(CountingOf(0, 200*time.Millisecond))
	want := []ServerTally{
		{Name: "fast", Requests: 100, Kinds: Counts{ServerError: 1}, Counted: 1},
		{Name: "slow", Requests: 100, Kinds: Counts{ServerError: 1, Slow: 99}, Counted: 100},
	}
	if diff := cmp.Diff(want, got.Servers); diff != "" {
		t.Error(diff)
	}
	if got := l.tally(CountingOf(kinds.Of(ServerError), 200*time.Millisecond)); got.Servers[1].Counted != 1 {
		t.Errorf("though slow answers do not count, %d do", got.Servers[1].Counted)
	}
	if got := l.tally(CountingOf(0, 0)); got.Servers[1].Counted != 1 {
		t.Errorf("without a limit %d count", got.Servers[1].Counted)
	}
}

// TestBaseline: what was counted before the window, sample by sample, newest
// first.
func TestBaseline(t *testing.T) {
	l := newLab("http", "s1", "s2")
	for minute := range 20 {
		for i := range l.backend.Servers {
			grow(l.backend.Servers[i].Counters, haproxy.Counters{Sessions: known(100), Answers: known(100), ServerErrors: known(int64(minute / 10))})
		}
		l.sample(time.Minute)
	}
	tally := l.tally(CountingOf(0, 0))
	want := []rates.Span{{Length: 5 * time.Minute, Spoiled: 10}, {Length: 5 * time.Minute}, {Length: 5 * time.Minute}}
	if diff := cmp.Diff(want, tally.Before); diff != "" {
		t.Error(diff)
	}
	if s := Judge(tally, Defaults()); s.Requests != 1000 || s.Errors != 10 || s.Share != 1 {
		t.Errorf("in the window %d of %d", s.Errors, s.Requests)
	}
}

// TestUnjudged: a section of which a needed counter is no count.
func TestUnjudged(t *testing.T) {
	damaged := haproxy.Number{Damaged: true}
	for _, tt := range []struct {
		spoil    func(c *haproxy.Counters)
		counting Counting
		want     string // the column; empty if it is not needed
	}{
		{func(c *haproxy.Counters) { c.Sessions = haproxy.Number{} }, CountingOf(0, 0), "stot"},
		{func(c *haproxy.Counters) { c.FailedConnections = haproxy.Number{} }, CountingOf(0, 0), "econ"},
		{func(c *haproxy.Counters) { c.FailedResponses = haproxy.Number{} }, CountingOf(0, 0), "eresp"},
		{func(c *haproxy.Counters) { c.Retries = damaged }, CountingOf(0, 0), "wretr"},
		{func(c *haproxy.Counters) { c.Redispatches = damaged }, CountingOf(0, 0), "wredis"},
		{func(c *haproxy.Counters) { c.Answers = damaged }, CountingOf(0, 0), "hrsp_1xx … hrsp_other"},
		{func(c *haproxy.Counters) { c.ServerAborts = damaged }, CountingOf(0, 0), "srv_abrt"},
		{func(c *haproxy.Counters) { c.Downs = damaged }, CountingOf(0, 0), "chkdown"},
		{func(c *haproxy.Counters) { c.ClientAborts = damaged }, CountingOf(0, 0), ""},
		{func(c *haproxy.Counters) { c.ClientAborts = damaged }, CountingOf(kinds.Of(Abort), 0), "cli_abrt"},
		{func(c *haproxy.Counters) { c.ResponseTime = damaged }, CountingOf(0, 0), ""},
		{func(c *haproxy.Counters) { c.ResponseTime = damaged }, CountingOf(0, time.Second), "rtime"},
		{func(c *haproxy.Counters) { c.Answers, c.ServerErrors = haproxy.Number{}, haproxy.Number{} }, CountingOf(0, 0), ""}, // TCP mode
	} {
		l := newLab("http", "s1", "s2")
		tt.spoil(l.backend.Servers[1].Counters)
		l.sample(time.Minute)
		state, want := "OK", ""
		if tt.want != "" {
			state, want = "UNKNOWN", "column "+tt.want+" of server s2 is no count"
		}
		if s := Judge(l.tally(tt.counting), Defaults()); s.State.String() != state || s.Tally.Unjudged != want {
			t.Errorf("%s: %q, want %s: %q", s.State, s.Tally.Unjudged, state, want)
		}
	}
}

// TestUnjudgedOnce: a server of which a count could not be read was not there then,
// and what it did until the next sample is not judged; the other one is.
func TestUnjudgedOnce(t *testing.T) {
	l := newLab("http", "s1", "s2")
	did := func(n int64) {
		for _, s := range l.backend.Servers {
			s.Counters.Sessions.Value += n
			s.Counters.FailedResponses.Value += n
		}
	}
	answers := l.backend.Servers[1].Counters.Answers
	did(10)
	l.backend.Servers[1].Counters.Answers = haproxy.Number{Damaged: true}
	l.sample(time.Minute)
	did(10)
	l.backend.Servers[1].Counters.Answers = answers
	l.sample(time.Minute)
	did(10)
	l.sample(time.Minute)
	got := map[string]uint64{}
	for _, s := range l.tally(CountingOf(0, 0)).Servers {
		got[s.Name] = s.Kinds[Response]
	}
	if diff := cmp.Diff(map[string]uint64{"s1": 30, "s2": 10}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestRowsOfClearedCounters: the BACKEND row is sampled with the servers, since
// its count falls if counters are cleared.
func TestRowsOfClearedCounters(t *testing.T) {
	l := newLab("http", "s1", "s2")
	l.backend.Counters.Sessions = known(7)
	rows := Rows(&endpoint.Answer{}, []check.Target{l.target()})
	if last := rows[len(rows)-1]; len(rows) != 3 || last.Section != "api" || last.Server != "" || last.Counts[attempts] != 7 {
		t.Errorf("rows %+v", rows)
	}
}

// TestServersWithoutTwoSamples: what a server did cannot be told from one sample.
func TestServersWithoutTwoSamples(t *testing.T) {
	l := newLab("http", "s1", "s2")
	l.sample(time.Minute)
	came := l.backend.Servers[1]
	came.Name = "s3"
	l.backend.Servers = append(l.backend.Servers, came)
	l.sample(time.Minute)
	if tally := l.tally(CountingOf(0, 0)); len(tally.Servers) != 2 || tally.Unjudged != "" {
		t.Errorf("unjudged %q, servers %+v", tally.Unjudged, tally.Servers)
	}
	fresh := l.backend
	fresh.Name, fresh.Servers = "web", []haproxy.Server{came}
	empty := haproxy.Backend{Name: "empty"}
	var targets []check.Target
	for _, b := range []*haproxy.Backend{&l.backend, &fresh, &empty} {
		targets = append(targets, check.Target{Name: b.Name, Label: b.Name, Names: []string{b.Name}, Backend: b})
	}
	window, baseline := l.series.Spans()
	got := map[string]string{}
	for _, tally := range Tallies(l.series, check.SampledStretch{Window: window, Baseline: baseline}, targets, CountingOf(0, 0)) {
		got[tally.Target.Name] = tally.Unjudged
	}
	want := map[string]string{"api": "", "web": "none of its servers is in two samples of the window", "empty": ""}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	came.Counters = &haproxy.Counters{}
	fresh.Servers[0] = came
	if tally := Tallies(l.series, check.SampledStretch{Window: window, Baseline: baseline}, targets[1:2], CountingOf(0, 0))[0]; tally.Unjudged != "column stot of server s3 is no count" {
		t.Errorf("unjudged %q", tally.Unjudged)
	}
}

// TestWorseStretchCounts: of a long gap and the moment after it the worse is told.
func TestWorseStretchCounts(t *testing.T) {
	l := newLab("http", "s1")
	span := func(failing int64) check.SampledStretch {
		from := l.at
		grow(l.backend.Servers[0].Counters, haproxy.Counters{Sessions: known(100), Answers: known(100), ServerErrors: known(failing)})
		l.sample(time.Minute)
		return check.SampledStretch{Window: samples.Span{From: from, To: l.at}}
	}
	some, many, none := span(10), span(50), span(0)
	for _, stretches := range [][]check.SampledStretch{{some, many, none}, {none, some, many}, {many, none}} {
		sections := (&flags{}).judgeSampled(check.Sampled{Series: l.series, Judge: stretches}, []check.Target{l.target()})
		if len(sections) != 1 || sections[0].Errors != 50 {
			t.Errorf("judged %+v", sections)
		}
	}
}

// TestFirstMoment: two samples a moment apart are judged as if nothing more
// happened in that minute.
func TestFirstMoment(t *testing.T) {
	l := newLab("http", "s1")
	grow(l.backend.Servers[0].Counters, haproxy.Counters{Sessions: known(8), FailedConnections: known(8)})
	l.sample(2 * time.Second)
	s := Judge(l.tally(CountingOf(0, 0)), Defaults())
	if got := fmt.Sprint(s.State, s.Rate, s.Share); got != "CRITICAL 8 100" {
		t.Errorf("it is %s", got)
	}
}
