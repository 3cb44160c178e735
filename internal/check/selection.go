package check

import (
	"fmt"
	"strings"

	"check-haproxy/internal/advice"
	"check-haproxy/internal/plugin/pattern"
)

// Selection picks the things that were chosen, one after another, and knows at
// the end whether a --section pattern matched none of them: a misspelt section
// must never read as OK.
type Selection struct {
	asked  *Asked
	have   [][]string // the names of each thing, which patterns have to match
	seen   int
	chosen int
}

// Select begins to choose.
func (s *Asked) Select() *Selection { return &Selection{asked: s} }

// Takes says whether the thing with these names was chosen.
func (s *Selection) Takes(names ...string) bool {
	s.see(names)
	if !s.asked.flags.Selects(names...) {
		return false
	}
	s.chosen++
	return true
}

// Include takes the thing with these names whatever was chosen: it was asked
// for in another way.
func (s *Selection) Include(names ...string) {
	s.see(names)
	s.chosen++
}

func (s *Selection) see(names []string) {
	s.seen++
	if len(s.asked.flags.Sections) > 0 {
		s.have = append(s.have, names)
	}
}

// Finish adds a finding to the answers if a pattern matched nothing, or
// nothing was chosen, provided that something answered. Kind is what there was
// to choose from ("backend"), for the sentence.
func (s *Selection) Finish(kind string) {
	if len(s.asked.Answers) == 0 {
		return
	}
	unmatched := s.asked.flags.unmatched(s.have)
	for _, pattern := range unmatched {
		s.asked.Complain(s.whyNone(pattern, kind))
	}
	if len(unmatched) == 0 && s.chosen == 0 {
		s.asked.Complain(s.nothingLeft(kind))
	}
}

// whyNone says why a pattern matches none of what there is to choose from.
func (s *Selection) whyNone(pattern pattern.Pattern, kind string) error {
	for i := range s.asked.Answers {
		answer := &s.asked.Answers[i]
		for _, name := range answer.Disabled {
			if pattern.Match(name) {
				return advice.New(fmt.Sprintf("section %s is disabled in haproxy.cfg", name), "HAProxy neither serves nor counts it; enable it, or leave it out of --section")
			}
		}
		if answer.Stats == nil {
			continue
		}
		for _, frontend := range answer.Stats.Frontends {
			if pattern.Match(s.asked.Target(answer, frontend.Name).Names...) {
				return advice.New(fmt.Sprintf("section %s is a frontend, which this check does not look at", frontend.Name), "check_haproxy_sessions looks at frontends; this check at each "+kind)
			}
		}
	}
	return advice.Add(noMatch(pattern, kind, s.have), "a section that is disabled in haproxy.cfg is not among them")
}

func (s *Selection) nothingLeft(kind string) error {
	if s.seen == 0 {
		return advice.New("there is nothing to check: HAProxy told no "+kind, "")
	}
	return advice.New(fmt.Sprintf("no %s is left to check, HAProxy has %d", kind, s.seen), "--exclude leaves out all that --section chose")
}

// sections returns the sections that have to be fetched for exact names: "api"
// for "api/api03". A slash is in no section's name (Configuration Manual 2.5,
// "proxy names").
func sections(names []string) []string {
	for i, name := range names {
		names[i], _, _ = strings.Cut(name, "/")
	}
	return names
}
