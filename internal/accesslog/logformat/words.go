package logformat

import (
	"fmt"
	"strconv"
	"strings"
)

// lookup finds an environment variable.
type lookup func(name string) (value string, ok bool)

// splitWords cuts a line of a haproxy.cfg into words (HAProxy manual 2.2,
// parse_line in its tools.c): backslashes escape outside of single quotes,
// variables count in double quotes only, # begins a comment. unset are the names
// of variables that nobody has set, which HAProxy takes for empty.
func splitWords(line string, find lookup) (words, unset []string, err error) {
	var word []byte
	inWord := false
	var quote byte
	for i := 0; i < len(line); i++ {
		c := line[i]
		switch {
		case c == '\n' || c == '\r':
			i = len(line)
		case c == '#' && quote == 0:
			i = len(line)
		case (c == '"' || c == '\'') && (quote == 0 || quote == c):
			if quote == c {
				quote, inWord = 0, true // "" is a word too
			} else {
				quote = c
			}
		case c == '\\' && quote != '\'':
			inWord = true
			b, used := unescapeWord(line[i:], quote)
			word = append(word, b)
			i += used - 1
		case isBlank(c) && quote == 0:
			if inWord {
				words = append(words, string(word))
				word, inWord = word[:0], false
			}
		case c == '$' && quote == '"':
			inWord = true
			v, err := expand(line[i:], find)
			if err != nil {
				return nil, nil, err
			}
			if !v.set {
				unset = append(unset, v.name)
			}
			word = append(word, v.value...)
			i += v.used - 1
		default:
			inWord = true
			word = append(word, c)
		}
	}
	if quote != 0 {
		return nil, nil, fmt.Errorf("a quote (%c) is not closed", quote)
	}
	if inWord {
		words = append(words, string(word))
	}
	return words, unset, nil
}

// openQuote reports whether a line ends inside double quotes.
func openQuote(line string) bool {
	_, _, err := splitWords(line, noVariables)
	return err != nil && strings.Contains(err.Error(), `(")`)
}

// unescapeWord is the byte that a backslash stands for, and how many bytes it
// takes. A backslash before any other character stands for itself.
func unescapeWord(s string, quote byte) (b byte, used int) {
	if len(s) < 2 {
		return '\\', 1
	}
	switch c := s[1]; {
	case strings.IndexByte(` \#'"`, c) >= 0, c == '$' && quote == '"':
		return c, 2
	case c == 't':
		return '\t', 2
	case c == 'n':
		return '\n', 2
	case c == 'r':
		return '\r', 2
	case c == 'x' && len(s) >= 4:
		if v, err := strconv.ParseUint(s[2:4], 16, 8); err == nil {
			return byte(v), 4
		}
	}
	return '\\', 1
}

// noVariables knows none.
func noVariables(string) (string, bool) { return "", false }

// variable is a variable, at the place at which a line names it.
type variable struct {
	name, value string
	set         bool // somebody has set it, or the line says what it is else
	used        int  // bytes of the line
}

// expand reads $NAME, ${NAME} or ${NAME-default}, which s begins with.
func expand(s string, find lookup) (v variable, err error) {
	i := 1
	brace := i < len(s) && s[i] == '{'
	if brace {
		i++
	}
	start := i
	for i < len(s) && (isLetter(s[i]) || isDigit(s[i]) || s[i] == '_' || s[i] == '.' && i == start) {
		i++
	}
	v.name = s[start:i]
	if v.name == "" || isDigit(v.name[0]) {
		return v, fmt.Errorf("a $ is followed by no variable's name; write \\$ for the sign")
	}
	v.value, v.set = find(v.name)
	v.used = i
	if !brace {
		return v, nil
	}
	end := strings.IndexByte(s[i:], '}')
	if end < 0 {
		return v, fmt.Errorf("${%s has no closing brace", v.name)
	}
	if rest := s[i : i+end]; !v.set && strings.HasPrefix(rest, "-") {
		v.value, v.set = rest[1:], true
	}
	v.used = i + end + 1
	return v, nil
}

func isBlank(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' }
