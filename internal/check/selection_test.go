package check

import (
	"strings"
	"testing"

	"check-haproxy/internal/haproxy/endpoint"
	"check-haproxy/internal/plugin"
	"check-haproxy/internal/plugin/pattern"
)

// TestSelection holds that a pattern that matches nothing, and nothing to
// check, are findings, and that everything else is not.
func TestSelection(t *testing.T) {
	patterns := func(texts ...string) (list []pattern.Pattern) {
		for _, text := range texts {
			pattern, err := pattern.Parse(text)
			if err != nil {
				t.Fatal(err)
			}
			list = append(list, pattern)
		}
		return list
	}
	for name, test := range map[string]struct {
		filter  Filter
		have    []string
		include bool
		taken   string
		finding string
	}{
		"all":                    {Filter{}, []string{"a", "b"}, false, "a b", ""},
		"one":                    {Filter{Sections: patterns("b")}, []string{"a", "b"}, false, "b", ""},
		"a pattern too many":     {Filter{Sections: patterns("b", "c")}, []string{"a", "b"}, false, "b", `--section "c" matches no thing of the 2 that HAProxy has`},
		"all left out":           {Filter{Excludes: patterns("*")}, []string{"a", "b"}, false, "", "no thing is left to check, HAProxy has 2"},
		"nothing there":          {Filter{}, nil, false, "", "there is nothing to check: HAProxy told no thing"},
		"asked for by other way": {Filter{Excludes: patterns("*")}, []string{"a"}, true, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := &Asked{Answers: []endpoint.Answer{{}}, flags: &Flags{Filter: test.filter}}
			selection := s.Select()
			var taken []string
			for _, thing := range test.have {
				if selection.Takes(thing) {
					taken = append(taken, thing)
				}
			}
			if test.include {
				selection.Include("other")
			}
			selection.Finish("thing")
			if got := strings.Join(taken, " "); got != test.taken {
				t.Errorf("took %q, want %q", got, test.taken)
			}
			var got string
			for _, finding := range s.Findings {
				if finding.State != plugin.Unknown || !strings.Contains(finding.Line, finding.One) {
					t.Errorf("finding %+v", finding)
				}
				got += finding.One
			}
			if (test.finding == "") != (got == "") || !strings.Contains(got, test.finding) {
				t.Errorf("finding %q, want %q", got, test.finding)
			}
		})
	}
}

// TestSelectionWithoutAnswer holds that where nothing answered, that is all
// there is to say.
func TestSelectionWithoutAnswer(t *testing.T) {
	s := &Asked{flags: &Flags{}}
	s.Select().Finish("thing")
	if len(s.Findings) > 0 {
		t.Errorf("findings %+v", s.Findings)
	}
}

func TestSectionsToFetch(t *testing.T) {
	if got := strings.Join(sections([]string{"api", "api/api03"}), " "); got != "api api" {
		t.Errorf("sections to fetch: %s", got)
	}
}
