package samples

import (
	"slices"
	"time"
)

// History is what is known of one place that answers: mostly of one process,
// but of several if an address leads now to one, now to another.
type History struct {
	settings Settings
	series   []*Series // the one that was sampled last comes first
}

// maxSeries is how many processes behind one address are told apart.
const maxSeries = 8

// New returns a History without a sample.
func New(settings Settings) *History { return &History{settings: settings} }

// Add takes a sample and returns the series that it continues, or begins. Only
// one of an early, overlapping question is not taken: others may have sampled
// meanwhile, and its counts may be older than theirs.
func (h *History) Add(sample Sample) *Series {
	for _, s := range h.series {
		if sample.Asked.UnixMilli() < s.at && (s.process == Process{} || s.process.is(sample.Process)) {
			return s
		}
	}
	series := h.continued(sample)
	if series == nil {
		series = &Series{settings: h.settings}
		series.begin(sample)
		h.series = append(h.series, series)
	}
	series.thin()
	h.toFront(series)
	return series
}

// IsEmpty says whether there is no sample yet.
func (h *History) IsEmpty() bool { return len(h.series) == 0 }

// Latest is what a row has in the last sample of a process, or of the one that
// was sampled last if that process was not yet; nil if there is none.
func (h *History) Latest(p Process, key Key) []int64 {
	if h.IsEmpty() {
		return nil
	}
	series := h.series[0]
	for _, s := range h.series {
		if s.process.is(p) {
			series = s
			break
		}
	}
	for row, k := range series.rows {
		if k == key && series.last[row].there {
			return slices.Clone(series.countsOf(row))
		}
	}
	return nil
}

// continued adds the sample to the series that it belongs to, and returns nil if
// it belongs to none.
func (h *History) continued(sample Sample) *Series {
	if (sample.Process == Process{}) {
		return h.continuedPage(sample)
	}
	for _, s := range h.series {
		if s.process.is(sample.Process) {
			s.add(sample, s.compare(sample), false)
			return s
		}
	}
	// A process that started after the last sample took the place of the one
	// that was sampled then.
	for _, s := range h.series {
		if (s.process != Process{}) && sample.Process.Started.After(s.Last().Add(-restartSlack)) {
			s.add(sample, s.compare(sample), true)
			return s
		}
	}
	return nil
}

// continuedPage is continued for a page, which does not tell the process. One of
// whose counts has fallen is another; of several that it may be, it is the one
// that is nearest.
func (h *History) continuedPage(sample Sample) *Series {
	var nearest *Series
	var best comparison
	for _, s := range h.series {
		if (s.process != Process{}) {
			continue
		}
		if c := s.compare(sample); !c.fell && !c.strange && (nearest == nil || c.grown < best.grown) {
			nearest, best = s, c
		}
	}
	if nearest != nil {
		nearest.add(sample, best, false)
	}
	return nearest
}

// begin makes the sample the first of a series.
func (s *Series) begin(sample Sample) {
	numbers := make([]int, len(sample.Rows))
	for i := range numbers {
		numbers[i] = -1
	}
	s.append(sample.Rows, numbers)
	s.keep(sample, numbers)
}

// toFront orders the series anew, and drops those that are too many.
func (h *History) toFront(series *Series) {
	i := slices.Index(h.series, series)
	h.series = slices.Insert(slices.Delete(h.series, i, i+1), 0, series)
	h.series = h.series[:min(len(h.series), maxSeries)]
}

// last is the time of the newest sample; zero without any.
func (h *History) last() time.Time {
	var last time.Time
	for _, s := range h.series {
		if s.Last().After(last) {
			last = s.Last()
		}
	}
	return last
}
