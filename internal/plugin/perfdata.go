package plugin

import (
	"errors"
	"iter"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/atc0005/go-nagios"

	"check-haproxy/internal/sorting"
)

// Level says how much perfdata is printed; each level includes those before it.
type Level int

// The levels of --perfdata.
const (
	None     Level = iota // no perfdata
	Summary               // of everything together
	Sections              // a metric or more for every section
	Servers               // and for every server
)

var levelNames = [...]string{"none", "summary", "sections", "servers"}

// String returns the level as --perfdata takes it.
func (l Level) String() string { return levelNames[l] }

// MarshalText is String, for the help text.
func (l Level) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// UnmarshalText reads a level, for a flag.
func (l *Level) UnmarshalText(text []byte) error {
	for level, name := range levelNames {
		if name == string(text) {
			*l = Level(level)
			return nil
		}
	}
	return errors.New("this is not a level of perfdata; use none, summary, sections or servers")
}

// Choices are the levels as --perfdata takes them.
func (Level) Choices() []string { return levelNames[:] }

// Metric is one value of the perfdata: 'label'=value[unit];warning;critical;min;max
// (Monitoring Plugins guidelines, "Performance data").
type Metric struct {
	// Section is the section or server that the metric is of. Those without one
	// come first, the others by its name: a graph's lines keep their places,
	// whatever state a section is in.
	Section string

	Label string
	Value float64 // not a number: "U", undetermined
	Unit  string  // "", "s", "%", "B", "c"
	// Warning and Critical are the ranges in effect, as text; empty is none.
	Warning, Critical string
	Min, Max          Limit
	Level             Level // the first level that prints it
	Total             bool  // sums up the others: printed only if those are left out
}

// Limit is a metric's minimum or maximum; the zero Limit is none.
type Limit struct {
	value float64
	known bool
}

// LimitOf returns the limit at a value.
func LimitOf(value float64) Limit { return Limit{value: value, known: true} }

func (l Limit) String() string {
	if !l.known {
		return ""
	}
	return formatNumber(l.value)
}

// formatNumber prints a number with at most six digits after the point. The
// guidelines allow only digits, "-" and "." in a value, so no exponent.
func formatNumber(value float64) string {
	if math.IsNaN(value) || math.IsInf(value, 0) {
		return "U"
	}
	return strconv.FormatFloat(Rounded(value), 'f', -1, 64)
}

// labeller keeps labels legal and apart: it counts how often each was used.
// go-nagios keys its own collection by the label in lower case, so that "App"
// and "app" would become one metric; here every label stays what it is, and one
// that cleaning makes equal to another gets a number.
type labeller map[string]int

// maxLabel bounds a label in bytes; Icinga's and Graphite's stores refuse very
// long ones.
const maxLabel = 200

func (l labeller) label(text string) string {
	clean := cleanLabel(text)
	label := clean
	for l[label] > 0 {
		l[clean]++
		label = clean + "~" + strconv.Itoa(l[clean])
	}
	l[label]++
	return label
}

// cleanLabel removes what a label cannot hold: "'" and "=" by the guidelines,
// "|" and control characters as everywhere, blanks and ";", at which simpler
// readers of perfdata part even a quoted label, and "::", which Icinga 2 takes
// for the end of a check_multi prefix (PluginUtility::SplitPerfdata).
func cleanLabel(text string) string {
	label := labelReplacer.Replace(plain(text))
	if len(label) > maxLabel {
		label = strings.ToValidUTF8(label[:maxLabel], "")
	}
	if label == "" {
		return "_"
	}
	return label
}

var labelReplacer = strings.NewReplacer("'", "_", "=", "_", ";", "_", " ", "_", "::", "__")

// unit is the metric's unit; an undetermined value ("U") has none.
func (m Metric) unit() string {
	if math.IsNaN(m.Value) || math.IsInf(m.Value, 0) {
		return ""
	}
	return m.Unit
}

// bySection orders metrics by their sections' names. Those of one section mostly
// stand together, and stay so.
func bySection(metrics []Metric) []Metric {
	var together [][]Metric
	for rest := metrics; len(rest) > 0; {
		n := 1
		for n < len(rest) && rest[n].Section == rest[0].Section {
			n++
		}
		together = append(together, rest[:n])
		rest = rest[n:]
	}
	sorting.Stable(together, func(a, b []Metric) int { return strings.Compare(a[0].Section, b[0].Section) })
	return slices.Concat(together...)
}

// shows says whether a level prints the metric.
func (m Metric) shows(level Level) bool {
	if m.Total {
		return level == Summary
	}
	return level != None && m.Level <= level
}

// formatPerfdata prints the metrics of a level, separated by spaces. It gives up
// once they have more than room bytes (0: any number).
func formatPerfdata(metrics iter.Seq[Metric], level Level, room int) (perfdata string, fits bool) {
	labels := labeller{}
	var b strings.Builder
	for m := range metrics {
		if !m.shows(level) {
			continue
		}
		if room > 0 && b.Len() > room {
			return "", false
		}
		// The parts are made of numbers and of a cleaned label, so go-nagios's
		// Validate, which compiles five regular expressions a metric, has
		// nothing to find; the tests hold the result against its parser.
		b.WriteString(nagios.PerformanceData{
			Label:             labels.label(m.Label),
			Value:             formatNumber(m.Value),
			UnitOfMeasurement: m.unit(),
			Warn:              m.Warning,
			Crit:              m.Critical,
			Min:               m.Min.String(),
			Max:               m.Max.String(),
		}.String())
	}
	perfdata = strings.TrimPrefix(b.String(), " ")
	return perfdata, room == 0 || len(perfdata) <= room
}
