package configuration

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// splitAll splits lines that continue each other.
func splitAll(lines ...string) (*splitter, error) {
	s := &splitter{lookup: func(name string) (string, bool) { return "value of " + name, name == "SET" }}
	for _, line := range lines {
		if err := s.feed(line); err != nil {
			return s, err
		}
	}
	return s, s.end()
}

// TestWords holds the words of a line, as HAProxy's parse_line has them.
func TestWords(t *testing.T) {
	for _, test := range []struct {
		line    string
		words   []string
		comment string
		unset   []string
	}{
		{line: "  server a  10.0.0.1:80\tcheck ", words: []string{"server", "a", "10.0.0.1:80", "check"}},
		{line: "", words: nil},
		{line: "a # b # c", words: []string{"a"}, comment: " b # c"},
		{line: "a#b", words: []string{"a"}, comment: "b"},
		{line: `a\#b "#" '#'`, words: []string{"a#b", "#", "#"}},
		{line: `a\ b "c d" 'e f'`, words: []string{"a b", "c d", "e f"}},
		{line: `"a"'b'c`, words: []string{"abc"}},
		{line: `"" ''`, words: []string{"", ""}},
		{line: `a\\ b`, words: []string{`a\`, "b"}},
		{line: `"a\\" b`, words: []string{`a\`, "b"}},
		{line: `"it's" 'say "x"'`, words: []string{"it's", `say "x"`}},
		{line: `\' \" '\n' "\n" \t`, words: []string{"'", `"`, `\n`, "\n", "\t"}},
		{line: `a\$b "${a}" ${GONE-} x`, words: []string{`a\$b`, "${a}", "", "x"}, unset: []string{"a"}},
		{line: `a\1 \x41\x7a`, words: []string{`a\1`, "Az"}},
		{line: `"${SET}" ${SET}x $SET '${SET}'`, words: []string{"value of SET", "value of SETx", "$SET", "${SET}"}},
		{line: `"$SET/x" "\$SET"`, words: []string{"value of SET/x", "$SET"}},
		{line: `"${GONE}" "$GONE2" ${GONE3}:80`, words: []string{"${GONE}", "$GONE2", "${GONE3}:80"}, unset: []string{"GONE", "GONE2", "GONE3"}},
		{line: `"${GONE-5s}" "${SET-5s}" "${GONE-}"`, words: []string{"5s", "value of SET", ""}},
		{line: `"${GONE[*]}" "${.LINE}" "${HAPROXY_HTTP_LOG_FMT}"`, words: []string{"${GONE[*]}", "${.LINE}", "${HAPROXY_HTTP_LOG_FMT}"}, unset: []string{"GONE"}},
	} {
		s, err := splitAll(test.line)
		if err != nil {
			t.Errorf("%s: %v", test.line, err)
			continue
		}
		if diff := cmp.Diff(test.words, s.words); diff != "" {
			t.Errorf("%s: words (-want +got):\n%s", test.line, diff)
		}
		if diff := cmp.Diff(test.unset, s.unset); diff != "" {
			t.Errorf("%s: variables without a value (-want +got):\n%s", test.line, diff)
		}
		if s.comment != test.comment {
			t.Errorf("%s: comment %q, want %q", test.line, s.comment, test.comment)
		}
	}
}

// TestLinesGoOn holds which lines the next one continues.
func TestLinesGoOn(t *testing.T) {
	for line, goesOn := range map[string]bool{
		`a \`: true, `a \\`: false, `a \\\`: true, `a # \`: false, `"a \`: true, `'a \'`: false, `a`: false,
	} {
		s := &splitter{lookup: func(string) (string, bool) { return "", false }}
		if err := s.feed(line); err != nil || s.goesOn != goesOn {
			t.Errorf("%s: goes on %v, want %v (%v)", line, s.goesOn, goesOn, err)
		}
	}
	s, err := splitAll(`log-format "%ci \`, `%b" \`, "x")
	if diff := cmp.Diff([]string{"log-format", "%ci %b", "x"}, s.words); diff != "" || err != nil {
		t.Errorf("(-want +got):\n%s%v", diff, err)
	}
}

// TestUnreadableLines holds what HAProxy cannot read.
func TestUnreadableLines(t *testing.T) {
	for line, want := range map[string]string{
		`a "b`:                         `a quote (") is not closed`,
		`a 'b`:                         `a quote (') is not closed`,
		`"a\"`:                         `a quote (") is not closed`,
		`a \x4`:                        "hexadecimal",
		`a \xzz`:                       "hexadecimal",
		`"${A"`:                        "${A has no closing brace",
		`"$ a"`:                        "no variable's name",
		`"$1"`:                         "no variable's name",
		"a\x00b":                       "NUL",
		"a # \x00":                     "NUL",
		strings.Repeat("a", maxLine+1): "longer than",
	} {
		if _, err := splitAll(line); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.20s: error %v, want %q", line, err, want)
		}
	}
	if _, err := splitAll(strings.Repeat("a", maxLine)); err != nil {
		t.Errorf("a line of the greatest length: %v", err)
	}
}
