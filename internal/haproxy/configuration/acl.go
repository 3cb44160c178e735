package configuration

import "strings"

// test is one pattern of an ACL, and the sample that it is held against
// (Configuration Manual 7.1). An ACL matches if one of its tests does.
type test struct {
	text       string // as it is written, by which equal tests are known
	sample     string // "path", "req.hdr(host),lower"
	match      string // "beg", "end", "sub"…; empty: the whole text, or the sample's own way
	ignoreCase bool
	pattern    string
	// plain says that the pattern is all there is to it: it does not stand in a
	// file, and is no comparison.
	plain bool
}

// matchSuffixes are the endings of a sample's name that say how it is matched:
// path_beg (Configuration Manual 7.3, "ACL derivatives").
var matchSuffixes = []string{"beg", "end", "sub", "dir", "dom", "len", "reg"}

// newTests reads the words of an ACL after its name, or of an anonymous one.
func newTests(words []string) []test {
	t := test{text: strings.Join(words, " "), plain: true}
	t.sample, t.match = sampleAndMatch(words[0])
	rest := words[1:]
flags:
	for len(rest) > 0 && strings.HasPrefix(rest[0], "-") {
		switch flag := rest[0]; {
		case flag == "-i":
			t.ignoreCase = true
		case flag == "-n": // DNS names are not looked up
		case flag == "-m" && len(rest) > 1:
			t.match, rest = rest[1], rest[1:]
		case flag == "--":
			rest = rest[1:]
			break flags
		default: // -f FILE, -M, -u, or a pattern that begins with a dash
			t.plain = false
		}
		rest = rest[1:]
	}
	if t.match == "str" {
		t.match = ""
	}
	return t.perPattern(rest)
}

// perPattern makes a test of each pattern; it stays one if there is none, or
// not each is a text of its own.
func (t test) perPattern(patterns []string) []test {
	for _, pattern := range patterns {
		t.plain = t.plain && !isOperator(pattern) && !strings.Contains(pattern, "$")
	}
	if t.plain = t.plain && len(patterns) > 0; !t.plain {
		return []test{t}
	}
	tests := make([]test, len(patterns))
	for i, pattern := range patterns {
		tests[i] = t
		tests[i].pattern = pattern
		tests[i].text = strings.Join([]string{t.sample, t.match, pattern}, " ")
		if t.ignoreCase {
			tests[i].text += " -i"
		}
	}
	return tests
}

// isOperator knows the words that make a comparison of the pattern after them.
func isOperator(word string) bool {
	switch word {
	case "eq", "ge", "gt", "le", "lt":
		return true
	}
	return false
}

// sampleAndMatch parts "hdr_beg(host),lower" into "hdr(host),lower" and "beg".
func sampleAndMatch(text string) (sample, match string) {
	end := strings.IndexAny(text, "(,")
	if end < 0 {
		end = len(text)
	}
	name, rest := text[:end], text[end:]
	for _, suffix := range matchSuffixes {
		if base, ok := strings.CutSuffix(name, "_"+suffix); ok {
			name, match = base, suffix
			break
		}
	}
	if name == "hdr" { // the same in a request's rules
		name = "req.hdr"
	}
	return name + rest, match
}

// implies says whether whatever matches t certainly matches other too.
func (t test) implies(other test) bool {
	if t.text == other.text {
		return true
	}
	if !t.plain || !other.plain || t.sample != other.sample || t.ignoreCase && !other.ignoreCase {
		return false
	}
	given, pattern := t.pattern, other.pattern
	if other.ignoreCase {
		given, pattern = strings.ToLower(given), strings.ToLower(pattern)
	}
	return t.match == other.match && given == pattern || contains(given, t.match, pattern, other.match)
}

// contains says whether a pattern of one way of matching takes all that the
// given pattern of another way does.
func contains(given, givenMatch, pattern, match string) bool {
	whole := givenMatch == "" // the whole text is known
	switch match {
	case "beg":
		return (whole || givenMatch == "beg") && strings.HasPrefix(given, pattern)
	case "end":
		return (whole || givenMatch == "end") && strings.HasSuffix(given, pattern)
	case "sub":
		return (whole || givenMatch == "beg" || givenMatch == "end" || givenMatch == "sub") && strings.Contains(given, pattern)
	}
	return false
}
