package configuration

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// splitter cuts one line into words, as parse_line of HAProxy's tools.c does
// (Configuration Manual 2.2 and 2.3). client-native's own splitting is not used:
// it leaves quotes and escapes in the words, takes a quote that is not closed,
// and knows no variables.
type splitter struct {
	lookup func(name string) (value string, known bool)

	text   string // what is fed now, and how far it is read
	at     int
	length int  // of all that was fed
	quote  byte // the quote that is open, or 0
	word   []byte
	inWord bool

	words   []string
	comment string   // what follows "#", without it
	unset   []string // variables without a value, which stay in the words as written
	goesOn  bool     // the line ends with a backslash outside of single quotes and comments
}

// maxLine bounds a line in bytes, with those that continue it.
const maxLine = 1 << 20

// feed reads a line, or the one that continues it. An error tells what HAProxy
// could not read.
func (s *splitter) feed(text string) error {
	s.text, s.at, s.goesOn = text, 0, false
	if s.length += len(text); s.length > maxLine {
		return fmt.Errorf("it is longer than %d bytes", maxLine)
	}
	for s.at < len(s.text) {
		c := s.text[s.at]
		switch {
		case c == 0:
			return errors.New("it has a NUL byte")
		case c == '#' && s.quote == 0:
			return s.endComment()
		case c == '"' || c == '\'':
			s.quoted(c)
		case c == '\\' && s.quote != '\'':
			if err := s.escape(); err != nil {
				return err
			}
		case isSpace(c) && s.quote == 0:
			s.endWord()
			s.at++
		case c == '$' && s.quote != '\'' && s.startsVariable():
			if err := s.variable(); err != nil {
				return err
			}
		default:
			s.put(c)
			s.at++
		}
	}
	return nil
}

func (s *splitter) endComment() error {
	s.comment = s.text[s.at+1:]
	s.at = len(s.text)
	if strings.IndexByte(s.comment, 0) >= 0 {
		return errors.New("it has a NUL byte")
	}
	return nil
}

// end ends the last word.
func (s *splitter) end() error {
	s.endWord()
	if s.quote != 0 {
		return fmt.Errorf("a quote (%c) is not closed", s.quote)
	}
	return nil
}

func (s *splitter) put(c byte) {
	s.inWord = true
	s.word = append(s.word, c)
}

func (s *splitter) endWord() {
	if s.inWord {
		s.words = append(s.words, string(s.word))
	}
	s.word, s.inWord = s.word[:0], false
}

// quoted takes a quote: one that opens or closes, or a plain character inside
// of the other kind.
func (s *splitter) quoted(c byte) {
	s.at++
	switch s.quote {
	case 0:
		s.quote = c
	case c:
		s.quote, s.inWord = 0, true // "" is a word too
	default:
		s.put(c)
	}
}

// escapes are the characters that a backslash stands before everywhere outside
// of single quotes, and what they mean.
var escapes = map[byte]byte{' ': ' ', '\\': '\\', '#': '#', '"': '"', '\'': '\'', 't': '\t', 'n': '\n', 'r': '\r'}

// escape takes a backslash and what it stands for. Before any other character
// it stands for itself.
func (s *splitter) escape() error {
	if s.at+1 == len(s.text) {
		s.goesOn = true
		s.at++
		return nil
	}
	c := s.text[s.at+1]
	plain, ok := escapes[c]
	switch {
	case ok, c == '$' && s.quote == '"':
		if !ok {
			plain = '$'
		}
		s.put(plain)
		s.at += 2
	case c == 'x':
		if s.at+4 > len(s.text) {
			return fmt.Errorf(`\x is not followed by two hexadecimal digits`)
		}
		value, err := strconv.ParseUint(s.text[s.at+2:s.at+4], 16, 8)
		if err != nil {
			return fmt.Errorf(`\x is not followed by two hexadecimal digits`)
		}
		s.put(byte(value))
		s.at += 4
	default:
		s.put('\\')
		s.at++
	}
	return nil
}

// startsVariable says whether the "$" here is a variable: in double quotes, and
// in braces everywhere, because HAProxy expands addresses once more by
// themselves (str2sa_range).
func (s *splitter) startsVariable() bool {
	return s.quote == '"' || strings.HasPrefix(s.text[s.at:], "${")
}

// variable takes $NAME, ${NAME}, ${NAME-default} or ${NAME[*]}. A variable
// without a value stays as it is written.
func (s *splitter) variable() error {
	start := s.at
	rest := s.text[s.at+1:]
	brace := strings.HasPrefix(rest, "{")
	if brace {
		rest = rest[1:]
	}
	name := variableName(rest)
	if name == "" {
		return fmt.Errorf("a $ is followed by no variable's name")
	}
	rest = rest[len(name):]
	value, known := s.lookup(name)
	if brace {
		inside, after, closed := strings.Cut(rest, "}")
		if !closed {
			return fmt.Errorf("${%s has no closing brace", name)
		}
		inside = strings.TrimPrefix(inside, "[*]")
		if standIn, ok := strings.CutPrefix(inside, "-"); ok && !known {
			value, known = standIn, true
		}
		rest = after
	}
	s.at = len(s.text) - len(rest)
	s.inWord = true
	if !known {
		s.word = append(s.word, s.text[start:s.at]...)
		if !setByHAProxy(name) {
			s.unset = append(s.unset, name)
		}
		return nil
	}
	s.word = append(s.word, value...)
	return nil
}

// variableName is the name at the start of text; HAProxy's own pseudo-variables
// begin with a point (.LINE, .FILE, .SECTION).
func variableName(text string) string {
	for i := range len(text) {
		c := text[i]
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_'
		if !letter && (i == 0 || c < '0' || c > '9') && (i > 0 || c != '.') {
			return text[:i]
		}
	}
	return text
}

// setByHAProxy says whether HAProxy gives the variable its value by itself
// while it reads its configuration (Configuration Manual 2.3).
func setByHAProxy(name string) bool {
	return strings.HasPrefix(name, "HAPROXY_") || strings.HasPrefix(name, ".")
}

func isSpace(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' }
