package nosrv

import (
	"fmt"
	"math"
	"slices"
	"time"

	"check-haproxy/internal/check"
	"check-haproxy/internal/diagnosis"
	"check-haproxy/internal/plugin"
	"check-haproxy/internal/samples"
	"check-haproxy/internal/sorting"
)

// crossCheck is what HAProxys have counted while their log was written, to hold the
// log against it. What no log shows ("option dontlognull", "no log", lines that
// were lost on their way) is counted all the same.
type crossCheck struct {
	sampled  []check.Sampled
	backends []check.Target // the chosen ones
	// from and to bound the time that the log would show: what was counted between
	// two samples is compared if both lie in it. Both are zero if there is none.
	from, to time.Time
}

// maxBehind is how much earlier a line of the log may be dated than HAProxy's
// count, by a machine with another clock.
const maxBehind = time.Minute

// crossCheckOf says what a log is held against. A file that begins late is a young one,
// before which nothing was logged; a ring and a pipe have forgotten what was. A
// pipe's end may have been written before the statistics were asked.
func (f *flags) crossCheckOf(s statistics, stretch check.Stretch, log check.Log) crossCheck {
	x := crossCheck{sampled: s.sampled, backends: s.chosen(f.Filter)}
	from, to := stretch.From(), stretch.At.Add(time.Hour) // after every sample
	if forgets := log.Streamed || f.Ring != ""; forgets {
		if log.Earliest.IsZero() {
			return x
		}
		from = latest(from, log.Earliest)
	}
	for _, part := range log.Unread {
		if part.Until.IsZero() {
			return x
		}
		from = latest(from, part.Until)
	}
	if log.Streamed {
		to = log.Own
	}
	x.from, x.to = from.Add(maxBehind), to
	return x
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// compared is what one HAProxy has counted of a section, beside what the log has.
type compared struct {
	sampledCount
	stretch check.SampledStretch
	logged  uint64
}

// isWhole says whether the log lacks no more than chance and a second of delay
// explain.
func (c compared) isWhole() bool { return c.nosrv <= c.logged+c.late() }

// late is how many requests a log may lack although it is whole: those of a second
// at this rate, with three standard deviations, and one.
func (c compared) late() uint64 {
	second := float64(c.nosrv) / c.stretch.RateWindow().Seconds()
	return uint64(math.Ceil(second+3*math.Sqrt(second))) + 1
}

// missing is how many lines the log lacks.
func (c compared) missing() uint64 { return c.nosrv - min(c.nosrv, c.logged) }

func (c compared) String() string {
	return fmt.Sprintf("HAProxy counted %s of %s without a server in %s, the log has %d",
		plugin.Count(c.nosrv, "request"), c.target.Label, plugin.FormatDuration(c.stretch.Window.Length()), c.logged)
}

// hold holds the log against what the HAProxys have counted, each by itself: what
// several have written into one log is not less than what one of them counted.
func (x crossCheck) hold(c *Counter) [][]compared {
	if x.from.IsZero() {
		return nil
	}
	logged := c.serverlessSince()
	var all [][]compared
	for _, s := range x.sampled {
		if len(s.Judge) == 0 {
			continue
		}
		stretch := s.Judge[len(s.Judge)-1]
		window := s.Series.Within(samples.Span{From: latest(x.from, stretch.Window.From), To: x.to})
		if window == (samples.Span{}) {
			continue
		}
		if window.From.After(stretch.Window.From) {
			stretch.Baseline = samples.Span{} // there is a gap between them
		}
		stretch.Window = window
		own := slices.DeleteFunc(slices.Clone(x.backends), func(t check.Target) bool { return t.Endpoint != s.Answer.Name })
		var sections []compared
		for _, counted := range countSampled(s.Series, stretch, own) {
			if n, known := logged(counted.target.Name, window.From.Add(-maxBehind)); known && counted.problem == "" {
				sections = append(sections, compared{counted, stretch, n})
			}
		}
		all = append(all, sections)
	}
	return all
}

// serverlessSince tells how many lines of a section, from a time on, are or may be
// requests without a server that count. That is not known of a section that has no
// place of its own.
func (c *Counter) serverlessSince() func(section string, from time.Time) (n uint64, known bool) {
	places, others := c.sections.Settled()
	of := make(map[string]*serverless, len(places))
	for _, place := range places {
		of[place.Name] = place.Counted.serverless
	}
	return func(section string, from time.Time) (n uint64, known bool) {
		s, has := of[section]
		if s != nil {
			for _, lines := range s.lines {
				n += c.scale.CountedSince(lines, from)
			}
		}
		return n, has || others == nil
	}
}

// compare adds what HAProxy has counted and its log does not show. A log that
// lacks requests is no evidence; and what is CRITICAL by the counters alone is
// CRITICAL. It says how many the log lacks, of the section that lacks most.
func (out *Outcome) compare(c *Counter, x crossCheck, o Options) (lacks uint64) {
	var worst compared
	all := x.hold(c)
	for _, sections := range all {
		sections = slices.DeleteFunc(sections, func(one compared) bool {
			return o.Excuses(one.target.Names...) || out.takeRequests(one, len(all) == 1, o)
		})
		if sum := together(sections); !sum.isWhole() && worst.missing() == 0 {
			worst = sum
		}
		out.adoptTotal(sections, o)
		for _, one := range sections {
			if one.isWhole() {
				continue
			}
			if counted := one.judge(one.stretch, o); counted.State == plugin.Critical && out.section(one).State != plugin.Critical {
				out.adopt(one, counted, o)
			}
			if worst.target.Backend == nil || one.missing() > worst.missing() {
				worst = one
			}
		}
	}
	sorting.Stable(out.Sections, worseFirst)
	out.Requests = 0
	for _, s := range out.Sections {
		out.Requests += s.Lines
	}
	if worst.missing() == 0 {
		return 0
	}
	out.Doubts = append(out.Doubts, check.Doubt{
		State: plugin.Unknown, Reason: "the log is not whole: " + worst.String(),
		Advice: "\"no log\", in TCP mode \"option dontlognull\", and a syslog daemon that loses lines leave them out; --counters needs no log",
	})
	return worst.missing()
}

// together are all sections of one HAProxy: a little that is missing of each of a
// hundred is an outage as well.
func together(sections []compared) compared {
	sum := compared{sampledCount: sampledCount{target: check.Target{Label: "all sections together"}}}
	for _, one := range sections {
		sum.stretch = one.stretch
		sum.nosrv += one.nosrv
		sum.logged += one.logged
	}
	return sum
}

// adoptTotal takes over what HAProxy has counted of all sections together, if that
// is CRITICAL and the log does not show it.
func (out *Outcome) adoptTotal(sections []compared, o Options) {
	sum := together(sections)
	if sum.isWhole() || out.Total.State == plugin.Critical {
		return
	}
	counts := make([]sampledCount, len(sections))
	for i, one := range sections {
		counts[i] = one.sampledCount
	}
	total := judgeTogether(counts, sum.stretch.Window.Length(), o)
	if total.State != plugin.Critical {
		return
	}
	out.Total = total
	for _, one := range sections {
		if one.missing() > 0 && out.section(one).State == plugin.OK {
			out.adopt(one, one.judge(one.stretch, o), o)
		}
	}
}

// section is what the log shows of a section; of none it shows nothing.
func (out *Outcome) section(c compared) Section {
	for _, s := range out.Sections {
		if s.Name == c.target.Name {
			return s
		}
	}
	return Section{}
}

// adopt takes over what HAProxy has counted of a section. What else the log tells
// of it stays.
func (out *Outcome) adopt(c compared, counted Section, o Options) {
	i := slices.IndexFunc(out.Sections, func(s Section) bool { return s.Name == c.target.Name })
	if i < 0 {
		i = len(out.Sections)
		out.Sections = append(out.Sections, Section{Name: c.target.Name})
		out.absent = slices.DeleteFunc(out.absent, func(s Section) bool { return s.Name == c.target.Name })
	}
	s := &out.Sections[i]
	s.Verdict, s.Since = counted.Verdict, counted.Since
	s.Kinds[NoServer], s.Kinds[Queue] = counted.Kinds[NoServer], counted.Kinds[Queue]
	s.NOSRV, s.Requests, s.Lines = counted.NOSRV, counted.Requests, counted.Requests
	if !c.isWhole() {
		s.Reasons = append(s.Reasons, c.String())
	}
	switch {
	case s.State == plugin.OK || s.Cause != "":
	case o.Facts[s.Name].Cause != "":
		s.Explanation = o.Facts[s.Name].Explanation
	case s.Kinds[Queue] > 0:
		s.Cause = diagnosis.MaxconnExhausted
	default:
		s.Cause = diagnosis.Unknown
	}
}

// takeRequests has a section of which not all requests are logged judged by what
// HAProxy has counted, unless its log shows worse; alone says that one HAProxy has
// counted them all. It says whether it is such a section: nobody expects its log to
// be whole.
func (out *Outcome) takeRequests(c compared, alone bool, o Options) (partial bool) {
	i := slices.IndexFunc(out.Sections, func(s Section) bool { return s.Name == c.target.Name && s.partial })
	if i < 0 || !alone {
		return i >= 0
	}
	s, counted := &out.Sections[i], c.judge(c.stretch, o)
	if plugin.WorseFirst(counted.State, s.State) <= 0 {
		out.adopt(c, counted, o)
	}
	s.Share, s.Requests = counted.Share, max(counted.Requests, s.NOSRV)
	s.Lines = s.Requests
	out.tookRequests = true
	return true
}
