package dns

import (
	"fmt"
	"strings"

	"check-haproxy/internal/diagnosis"
	"check-haproxy/internal/haproxy"
	"check-haproxy/internal/plugin"
)

// How many bad servers are written out: on the first line, and in the long
// output.
const (
	fewServers  = 3
	manyServers = 20
)

// Finding returns the verdict in words.
func (v Verdict) Finding() plugin.Finding {
	if v.State == plugin.OK {
		return plugin.Finding{Line: v.line()}
	}
	return plugin.Finding{
		State: v.State, Name: v.Label,
		One: "has " + v.numbers(), Many: v.common(), Evidence: v.who(), Line: v.line(),
	}
}

// numbers says how many of how many servers are in which trouble.
func (v Verdict) numbers() string {
	var parts []string
	for _, standing := range troubles {
		if n := v.Count(standing); n > 0 {
			parts = append(parts, plugin.OutOf(n, v.Total(), "server")+" "+string(standing))
		}
	}
	return strings.Join(parts, ", ")
}

// common is what several sections have in common.
func (v Verdict) common() string {
	var words []string
	for _, standing := range troubles {
		if v.Count(standing) > 0 {
			words = append(words, string(standing))
		}
	}
	return "have " + strings.Join(words, " and ") + " servers"
}

// who names the servers in trouble, with both addresses.
func (v Verdict) who() string {
	var parts []string
	for _, standing := range troubles {
		if v.Count(standing) > 0 {
			parts = append(parts, v.list(standing, fewServers))
		}
	}
	return strings.Join(parts, ", ")
}

// line is the backend's line in the long output.
func (v Verdict) line() string {
	line := fmt.Sprintf("%s %s: %d unresolved, %d stale, %d lookup-failed of %d known by name", v.State, v.Label,
		v.Count(diagnosis.NameUnresolved), v.Count(diagnosis.NameStale), v.Count(diagnosis.NameLookupFailed), v.Total())
	if v.Cause != "" {
		line += "; cause: " + v.Cause.String()
	}
	for _, standing := range append(troubles[:len(troubles):len(troubles)], diagnosis.NameNotJudged, diagnosis.NameOK) {
		if list := v.list(standing, manyServers); list != "" {
			line += "; " + list
		}
	}
	if n := v.Count(diagnosis.NameUnfilled); n > 0 {
		line += fmt.Sprintf("; %d unfilled %s", n, plugin.Plural(n, "slot"))
	}
	return line
}

// list describes the servers of a standing; those of which the same is to be
// said together.
func (v Verdict) list(standing diagnosis.NameStanding, most int) string {
	var said []string
	who := map[string][]string{}
	for _, s := range v.Servers {
		if s.Standing != standing {
			continue
		}
		words := s.describe()
		if who[words] == nil {
			said = append(said, words)
		}
		who[words] = append(who[words], s.Name)
	}
	list := make([]string, 0, most+1)
	more := 0
	for i, words := range said {
		if i >= most {
			more += len(who[words])
			continue
		}
		list = append(list, together(who[words], most)+" "+words)
	}
	if more > 0 {
		list = append(list, fmt.Sprintf("%d more", more))
	}
	return strings.Join(list, ", ")
}

// together names servers: "a+b+c and 5 more".
func together(names []string, most int) string {
	if len(names) <= most {
		return strings.Join(names, "+")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:most], "+"), len(names)-most)
}

// describe says how the server stands, what HAProxy has and what DNS has.
func (s Server) describe() string {
	words, place := "", s.Place()
	switch {
	case place.Address != "":
		words = fmt.Sprintf("(%s) uses %s, ", s.Status, place.Address)
	case !s.IsUnresolved():
		words = fmt.Sprintf("(%s) has no address, ", s.Status)
	}
	words += s.knownBy()
	switch {
	case s.Standing == diagnosis.NameStale:
		words += " is now " + diagnosis.Addresses(s.Answers)
	case s.Reason != "":
		words += ": " + s.Reason
	case s.Standing == diagnosis.NameUnresolved && len(s.Answers) > 0:
		words += " is " + diagnosis.Addresses(s.Answers) + ", which HAProxy does not know"
	}
	return words
}

// knownBy is what HAProxy knows the server by.
func (s Server) knownBy() string {
	switch place := s.Place(); {
	case place.SRVRecord != "":
		return "SRV record " + place.SRVRecord
	case place.FQDN != "":
		return place.FQDN
	default:
		return s.Status // all that a page tells
	}
}

// Perfdata returns the verdict's metrics.
func (v Verdict) Perfdata() []plugin.Metric {
	var metrics []plugin.Metric
	for _, standing := range troubles {
		metrics = append(metrics, plugin.Metric{
			Section: v.Label, Label: v.Label + "_" + label(standing), Value: float64(v.Count(standing)),
			Min: plugin.LimitOf(0), Max: plugin.LimitOf(float64(v.Total())), Level: plugin.Sections,
		})
	}
	return metrics
}

// label is a standing in perfdata.
func label(s diagnosis.NameStanding) string { return strings.ReplaceAll(string(s), "-", "_") }

// Totals returns the metrics that stand for all verdicts together.
func Totals(verdicts []Verdict) []plugin.Metric {
	names := 0
	for _, v := range verdicts {
		names += v.Total()
	}
	var metrics []plugin.Metric
	for _, standing := range troubles {
		n := 0
		for _, v := range verdicts {
			n += v.Count(standing)
		}
		metrics = append(metrics, plugin.Metric{
			Label: label(standing), Value: float64(n), Total: true,
			Min: plugin.LimitOf(0), Max: plugin.LimitOf(float64(names)), Level: plugin.Summary,
		})
	}
	return metrics
}

// Rest closes the first line: what is in order. Looked says whether DNS was
// asked, and named whether HAProxy told the names.
func Rest(verdicts []Verdict, looked, named bool) string {
	ok, names, right := 0, 0, 0
	for _, v := range verdicts {
		if v.State == plugin.OK {
			ok, names, right = ok+1, names+v.Total(), right+v.Count(diagnosis.NameOK)
		}
	}
	switch {
	case len(verdicts) == 0 && !named:
		return "every server has an address, their names are told by a socket only (-S)"
	case len(verdicts) == 0:
		return "no server is known by a name, there is nothing to look up"
	case ok == 0:
		return ""
	case ok < len(verdicts):
		return plugin.Count(ok, "other") + " OK"
	case !looked:
		return fmt.Sprintf("%s in %s with an address, DNS was not asked", plugin.Count(names, "server"), plugin.Count(ok, "section"))
	case ok == 1:
		return fmt.Sprintf("%s has %s where DNS says%s", verdicts[0].Label, plugin.OutOf(right, names, "server"), notJudged(names-right))
	default:
		return fmt.Sprintf("%s in %s are where DNS says%s", plugin.OutOf(right, names, "server"), plugin.Count(ok, "section"), notJudged(names-right))
	}
}

// notJudged says how many servers nobody can tell about: they are not right for
// that.
func notJudged(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(" (%d not judged)", n)
}

// Counters are what became of the queries of HAProxy's own resolvers, "show
// resolvers": a line for each of their name servers that was ever asked, and
// metrics. Label is how output calls a resolvers section.
func Counters(resolvers []haproxy.Resolver, label func(name string) string) (lines []string, metrics []plugin.Metric) {
	for _, r := range resolvers {
		for _, n := range r.Nameservers {
			name := label(r.Name) + "/" + n.Name
			var counts []string
			for _, c := range n.Counters {
				if c.Value != 0 {
					counts = append(counts, fmt.Sprintf("%s %d", c.Name, c.Value))
				}
			}
			for _, c := range n.Counters {
				metrics = append(metrics, plugin.Metric{
					Section: "resolver_" + name, Label: "resolver_" + name + "_" + c.Name, Value: float64(c.Value), Unit: "c", Min: plugin.LimitOf(0), Level: levelOf(c.Name, len(counts) > 0),
				})
			}
			if len(counts) > 0 {
				lines = append(lines, fmt.Sprintf("HAProxy's resolver %s: %s", name, strings.Join(counts, ", ")))
			}
		}
	}
	return lines, metrics
}

// levelOf has the counters that tell most in the usual perfdata, if the name
// server is used: HAProxy has a section "default" that may never be.
func levelOf(counter string, used bool) plugin.Level {
	switch counter {
	case "sent", "valid", "nx", "timeout", "refused":
		if used {
			return plugin.Sections
		}
	}
	return plugin.Servers
}
