package nosrv

import (
	"testing"
	"time"

	"check-haproxy/internal/accesslog"
	"check-haproxy/internal/check"
)

// evening is the end of the stretch in these tests.
var evening = time.Date(2013, 3, 26, 19, 47, 2, 0, time.UTC)

func usual() check.Stretch {
	return check.Stretch{At: evening, Window: DefaultWindow, Baseline: DefaultBaseline}
}

// riseOnly leaves thresholds out, so that only the rise can raise the alarm.
func riseOnly() Options {
	o := Defaults()
	o.Warning, o.Critical = nil, nil
	return o
}

// fullLog reaches back behind the stretch and goes on until its end.
func fullLog(s check.Stretch) check.Log { return logFrom(s, s.From().Add(-time.Hour)) }

// logFrom is a log that begins then and goes on until the end of the stretch.
func logFrom(s check.Stretch, earliest time.Time) check.Log {
	lines := check.NewLines(s, false)
	lines.Readable = 1
	return check.Log{Lines: lines, Earliest: earliest, Newest: s.At.Add(-time.Second), Own: s.At.Add(-time.Second)}
}

// request is a request without a server, of the flags given, "" for one that
// found a server.
func request(at time.Time, backend, flags string) *accesslog.Record {
	r := &accesslog.Record{
		Class: accesslog.Request, Written: at.UnixNano(), Times: 1, Own: true, Origin: &accesslog.Origin{},
		Frontend: []byte("fe"), Backend: []byte(backend), Server: []byte("web1"), Status: 200,
		Request: []byte("GET /path/v2/?token=secret HTTP/1.1"),
	}
	if flags != "" {
		r.NoServer, r.Server, r.Status = true, []byte("<NOSRV>"), 503
		copy(r.Flags[:], flags)
	}
	return r
}

// logged makes a counter of n requests for each flag, evenly spread over a
// stretch of time.
func (c *Counter) logged(backend, flags string, n int, from, to time.Time) {
	for i := range n {
		c.Add(request(from.Add(to.Sub(from)*time.Duration(2*i+1)/time.Duration(2*n)), backend, flags))
	}
}

func find(t *testing.T, out *Outcome, name string) Section {
	t.Helper()
	for _, s := range out.Sections {
		if s.Name == name {
			return s
		}
	}
	t.Fatalf("no section %s in %v", name, out.Sections)
	return Section{}
}
