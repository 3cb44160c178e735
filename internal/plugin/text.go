package plugin

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Clean makes one line of text safe to print: names, check results and log text
// come from outside. "|" would start perfdata and becomes "/"; control
// characters, bytes that are not UTF-8 and invisible characters (which could
// reorder or hide text) become "?", tabs and line ends a space.
func Clean(text string) string {
	if isClean(text) {
		return text
	}
	return strings.Map(cleanRune, strings.ToValidUTF8(text, "?"))
}

// isClean is the usual case, answered without a copy.
func isClean(text string) bool {
	for i := 0; i < len(text); i++ {
		if c := text[i]; c < ' ' || c > '~' || c == '|' {
			return false
		}
	}
	return true
}

func cleanRune(r rune) rune {
	switch {
	case r == '|':
		return '/'
	case r == '\n', r == '\r', r == '\t':
		return ' '
	case !unicode.IsPrint(r):
		return '?'
	default:
		return r
	}
}

// cut shortens text to at most the given number of characters, the last of
// which is then "…".
func cut(text string, most int) string {
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	runes := []rune(text)
	return string(runes[:max(most-1, 0)]) + "…"
}

// joinAtMost joins parts with "; " and ends with ending, in at most the given
// number of characters; what does not fit is counted: "(+3 more)". The first
// part is always there, cut if it must be.
func joinAtMost(most int, parts []string, ending string) string {
	all := append(parts[:len(parts):len(parts)], nonEmpty(ending)...)
	if whole := strings.Join(all, "; "); len(parts) == 0 || utf8.RuneCountInString(whole) <= most {
		return cut(whole, most)
	}
	room := most - utf8.RuneCountInString(ending) - len("; ") - len(more(len(parts)))
	shown := 0
	for shown < len(parts)-1 {
		room -= utf8.RuneCountInString(parts[shown]) + len("; ")
		if room < 0 {
			break
		}
		shown++
	}
	if shown > 0 {
		return strings.Join(append(parts[:shown:shown], nonEmpty(ending)...), "; ") + more(len(parts)-shown)
	}
	tail := ""
	if len(parts) > 1 {
		tail = more(len(parts) - 1)
	}
	return cut(parts[0], most-len(tail)) + tail
}

func more(n int) string { return fmt.Sprintf(" (+%d more)", n) }

func nonEmpty(text string) []string {
	if text == "" {
		return nil
	}
	return []string{text}
}
