package check

import (
	"fmt"
	"strings"

	"check-haproxy/internal/plugin"
)

// Selection picks the things that were chosen, one after another, and knows at
// the end whether a --section pattern matched none of them: a misspelt section
// must never read as OK.
type Selection struct {
	asked  *Asked
	have   [][]string // the names of each thing, where patterns have to match
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

// Finish adds a finding to the answers where a pattern matched nothing, or
// nothing was chosen, provided that something answered. Kind is what there was
// to choose from ("backend"), for the sentence.
func (s *Selection) Finish(kind string) {
	if len(s.asked.Answers) == 0 {
		return
	}
	err := s.asked.flags.CheckMatched(kind, s.have)
	if err == nil && s.chosen == 0 {
		err = s.nothingLeft(kind)
	}
	if err != nil {
		s.asked.Findings = append(s.asked.Findings, plugin.Finding{State: plugin.Unknown, One: err.Error(), Line: fmt.Sprintf("%s %s", plugin.Unknown, err)})
	}
}

func (s *Selection) nothingLeft(kind string) error {
	if s.seen == 0 {
		return fmt.Errorf("there is nothing to check: the answer tells of no %s", kind)
	}
	return fmt.Errorf("no %s is left to check: HAProxy has %d, and --exclude leaves out all that --section chose", kind, s.seen)
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
