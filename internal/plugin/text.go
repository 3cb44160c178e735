package plugin

import (
	"fmt"
	"slices"
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

// plain is a clean text without angle brackets, which Icinga's web takes for
// HTML: "<NOSRV>" is written NOSRV, others become square.
func plain(text string) string { return brackets.Replace(Clean(text)) }

var brackets = strings.NewReplacer("<NOSRV>", "NOSRV", "<", "[", ">", "]")

// inFirstLine is a plain text without semicolons, which Nagios Core turns into
// colons there.
func inFirstLine(text string) string { return strings.ReplaceAll(plain(text), ";", ",") }

// joined are the texts that there are, with commas.
func joined(texts ...string) string {
	return strings.Join(slices.DeleteFunc(texts, func(text string) bool { return text == "" }), ", ")
}

func prefixed(prefix, text string) string {
	if text == "" {
		return ""
	}
	return prefix + text
}

func bracketed(text string) string {
	if text == "" {
		return ""
	}
	return " (" + text + ")"
}

func more(n int) string { return fmt.Sprintf(" (+%d more)", n) }

func nonEmpty(text string) []string {
	if text == "" {
		return nil
	}
	return []string{text}
}
