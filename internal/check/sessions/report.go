package sessions

import (
	"cmp"
	"fmt"
	"math"

	"check-haproxy/internal/plugin"
	"check-haproxy/internal/sorting"
)

// Report gathers verdicts into a result. It keeps of each only what will be
// printed: of the ten thousand servers of a large HAProxy hardly any is near its
// limit.
type Report struct {
	Verbose bool         // the long output lists what is in order, too
	Level   plugin.Level // of the perfdata
	JSON    bool         // the list of sections will be printed

	listed   []listing
	perfdata []plugin.Metric
	sections []Section

	checked, fine, limited int // all verdicts; those that are OK; of these, those with a limit
	only, nearest          Verdict
	inState                map[plugin.State]int // of those with a limit, or not OK
	mostUsed               float64              // percent
	waiting                int64                // requests in the queues of backends
}

// Add adds a verdict. The result lists equals in the order in which they came.
func (r *Report) Add(v *Verdict) {
	used := v.nearness()
	r.count(v, used)
	if v.State != plugin.OK || r.Verbose {
		if v.Closed {
			used = math.Inf(1) // nothing is nearer
		}
		r.listed = append(r.listed, listing{used, v.Finding()})
	}
	if v.Kind.perfdataLevel() <= r.Level {
		r.perfdata = append(r.perfdata, v.Perfdata()...)
	}
	if r.JSON {
		r.sections = append(r.sections, v.Section())
	}
}

func (r *Report) count(v *Verdict, used float64) {
	if r.inState == nil {
		r.inState = map[plugin.State]int{}
	}
	if r.checked++; r.checked == 1 {
		r.only = *v
	}
	if used >= 0 || v.State != plugin.OK {
		r.inState[v.State]++
	}
	if v.Kind == Backend {
		r.waiting += v.Queue.Current.Value
	}
	r.mostUsed = max(r.mostUsed, used)
	if v.State != plugin.OK {
		return
	}
	r.fine++
	if used < 0 {
		return
	}
	if r.limited++; r.limited == 1 || used > r.nearest.nearness() {
		r.nearest = *v
	}
}

// Result returns the result of all verdicts and of other findings, the limit
// that bites first before the others.
func (r *Report) Result(others []plugin.Finding) plugin.Result {
	sorting.Stable(r.listed, nearestFirst)
	found := plugin.Findings{Noun: "limit", Total: r.limited + r.checked - r.fine}
	for _, l := range r.listed {
		found.List = append(found.List, l.finding)
	}
	result := plugin.Combine(found, plugin.Sentences(others...))
	result.Rest = []string{r.rest()}
	result.Perfdata = append(r.perfdata, r.totals()...)
	if len(r.sections) > 0 {
		result.Sections = r.sections
	}
	return result
}

// listing is a verdict as it will be printed.
type listing struct {
	nearness float64
	finding  plugin.Finding
}

// nearestFirst orders a list that has first what is nearest to its limit, or
// furthest past it.
func nearestFirst(a, b listing) int { return cmp.Compare(b.nearness, a.nearness) }

// nearness is how much of its limits a verdict uses, as a percentage: of the
// sessions' or of the queue's, whichever bites first; below 0 without a limit.
func (v *Verdict) nearness() float64 {
	nearest := -1.0
	if percent, limited := v.Usage.UsedPercent(); limited {
		nearest = percent
	}
	if percent, limited := v.Queue.UsedPercent(); limited {
		nearest = max(nearest, percent)
	}
	return nearest
}

// rest closes the first line: what is in order, and how near the nearest of it
// is to its limit.
func (r *Report) rest() string {
	limits := plugin.Plural(r.limited, "limit")
	switch allFine := r.fine == r.checked; {
	case r.checked == 0, !allFine && r.limited == 0:
		return ""
	case !allFine:
		return plugin.Count(r.limited, "other") + " OK"
	case r.checked == 1:
		return r.only.subject() + " " + r.only.usage()
	case r.limited == 0:
		return fmt.Sprintf("none of the %d checked has a limit", r.checked)
	default:
		return fmt.Sprintf("%d %s OK, nearest is %s %s", r.limited, limits, r.nearest.subject(), r.nearest.usage())
	}
}
