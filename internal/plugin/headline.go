package plugin

import (
	"cmp"
	"fmt"
	"strings"
	"unicode/utf8"
)

// maxFirstLine bounds the first line in characters, without perfdata: what a
// pager or an SMS shows.
const maxFirstLine = 140

// mostNames is how many of several things with the same trouble are named.
const mostNames = 3

// mostName bounds a name in a sentence, in characters.
const mostName = 60

// leastRoom is what other kinds of trouble leave to the worst one.
const leastRoom = 50

// ShortName is a name for a sentence: a very long one loses its middle, since
// names differ at their ends.
func ShortName(name string) string {
	if utf8.RuneCountInString(name) <= mostName {
		return name
	}
	const head = mostName / 2
	runes := []rune(name)
	return string(runes[:head]) + "…" + string(runes[len(runes)-(mostName-head-1):])
}

// headline says in at most so many characters what was found:
//
//	v2 has no UP server (0/1): health checks fail, v2Elb L4CON "Connection refused" for 36s, 11 others OK
//	35 of 300 backends have no UP server: app-007, app-013, app-042 +32, 4 more WARNING
//	3 of 12 backends in trouble: v2 has no UP server (0/1), api has 3 of 4 servers UP, +1
//
// The sets are those of Combine.
func headline(sets []Findings, rest []string, room int) string {
	if len(sets) == 0 {
		return cut(inFirstLine(strings.Join(rest, ", ")), room)
	}
	parts := sets[0].parts()
	for _, other := range sets[1:] {
		parts = append(parts, part{second, func(room int) string {
			return cmp.Or(whole(", "+other.brief())(room-leastRoom), whole(other.counts(0))(room))
		}})
	}
	for _, text := range rest {
		parts = append(parts, part{last, whole(prefixed(", ", text))})
	}
	return compose(room, parts)
}

// part is a part of the first line: its text depends on how much room is left
// to it. A rank's parts get their room before those of a later rank.
type part struct {
	rank rank
	fill func(room int) string
}

type rank int

const (
	first  rank = iota // what is wrong with how many
	second             // how much more is wrong
	third              // with whom, or why
	fourth             // why, if it stands beside whom
	last               // what is in order
)

// compose writes the parts in their order.
func compose(room int, parts []part) string {
	texts := make([]string, len(parts))
	for rank := first; rank <= last; rank++ {
		for i, p := range parts {
			if p.rank == rank {
				texts[i] = p.fill(room)
				room -= utf8.RuneCountInString(texts[i])
			}
		}
	}
	return strings.Join(texts, "")
}

// whole is a text that is there as a whole or not at all.
func whole(text string) func(room int) string {
	text = inFirstLine(text)
	return func(room int) string {
		if utf8.RuneCountInString(text) > room {
			return ""
		}
		return text
	}
}

// cuttable is a text of which the end may be missing.
func cuttable(text string) func(room int) string {
	text = inFirstLine(text)
	return func(room int) string {
		const least = 12 // less tells nothing
		if room < least && room < utf8.RuneCountInString(text) {
			return ""
		}
		return cut(text, room)
	}
}

// listed is as many of the items as fit, at most so many, and the number of the
// others.
func listed(opening string, items []string, most int, others string) func(room int) string {
	return func(room int) string {
		for n := min(most, len(items)); n > 0; n-- {
			text := opening + strings.Join(items[:n], ", ")
			if n < len(items) {
				text += fmt.Sprintf(others, len(items)-n)
			}
			if text = inFirstLine(text); utf8.RuneCountInString(text) <= room {
				return text
			}
		}
		return cuttable(opening + items[0])(room)
	}
}

// parts are what the first line says of a set that stands first on it.
func (s Findings) parts() []part {
	lead, same := s.List[0], s.same()
	core := part{first, cuttable(s.core())}
	switch {
	case s.isSingle():
		return []part{core, {third, cuttable(prefixed(": ", joined(lead.Cause, lead.Evidence)))}}
	case same > 1:
		most := mostNames
		if same == most+1 { // "+1" takes as much room as the name
			most = same
		}
		return []part{
			core,
			{fourth, whole(bracketed(s.commonCause(same)))},
			{third, listed(": ", s.names(same), most, " +%d")},
			{second, whole(s.counts(same))},
		}
	default:
		opening, sentences := "", s.sentences()
		if s.core() != "" {
			opening = ": "
		}
		return []part{core, {third, listed(opening, sentences, len(sentences), ", +%d")}}
	}
}

// isSingle says whether there is one thing to say.
func (s Findings) isSingle() bool { return len(s.List) == 1 && s.Heading == "" }

// same is how many findings at the beginning of the list are counted together.
func (s Findings) same() int {
	lead, n := s.List[0], 1
	if lead.Many == "" || s.Heading != "" {
		return n
	}
	for n < len(s.List) && s.List[n].State == lead.State && s.List[n].Many == lead.Many {
		n++
	}
	return n
}

// core is what is wrong with how many; empty for several sentences.
func (s Findings) core() string {
	n := s.same()
	switch {
	case s.isSingle():
		return s.List[0].alone()
	case s.Heading != "":
		return s.Heading
	case s.Noun == "":
		return ""
	case n > 1:
		return s.ofAll(n) + " " + s.List[0].Many
	default:
		return s.ofAll(len(s.List)) + " in trouble"
	}
}

// ofAll is "35 of 300 backends".
func (s Findings) ofAll(n int) string {
	return OutOf(n, max(s.Total, len(s.List)), s.Noun)
}

// brief is what is said of a set that stands behind another: how many, and who
// if it is one.
func (s Findings) brief() string {
	if core := s.core(); core != "" {
		return core
	}
	return strings.Join(s.sentences(), ", ")
}

// counts are the findings from the n-th on by state: ", 2 more CRITICAL, 4 more
// WARNING".
func (s Findings) counts(from int) string {
	var text strings.Builder
	for i := from; i < len(s.List); {
		state, n := s.List[i].State, 0
		for ; i < len(s.List) && s.List[i].State == state; i++ {
			n++
		}
		fmt.Fprintf(&text, ", %d more %s", n, state)
	}
	return text.String()
}

func (s Findings) names(n int) []string {
	names := make([]string, n)
	for i, f := range s.List[:n] {
		names[i] = ShortName(f.Name)
	}
	return names
}

func (s Findings) sentences() []string {
	sentences := make([]string, len(s.List))
	for i, f := range s.List {
		sentences[i] = f.alone()
	}
	return sentences
}

// commonCause is why, if it is the same for the first n.
func (s Findings) commonCause(n int) string {
	for _, f := range s.List[:n] {
		if f.Cause != s.List[0].Cause {
			return ""
		}
	}
	return s.List[0].Cause
}
