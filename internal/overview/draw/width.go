package draw

import (
	"strings"
	"unicode"

	"check-haproxy/internal/plugin"
)

// Clean is plugin.Clean, but for "|", which means nothing to a terminal and
// much to a person who copies a command. Marks that a terminal draws over the
// character before them go too: how wide such text is, no two terminals agree.
func Clean(text string) string {
	if isPlain(text) {
		return text
	}
	parts := strings.Split(text, "|")
	for i, part := range parts {
		parts[i] = strings.Map(withoutMarks, plugin.Clean(part))
	}
	return strings.Join(parts, "|")
}

// isPlain is the usual case: printable ASCII alone.
func isPlain(text string) bool {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c > '~' {
			return false
		}
	}
	return true
}

func withoutMarks(r rune) rune {
	if r >= 0x300 && unicode.In(r, unicode.Mn, unicode.Me) {
		return -1
	}
	return r
}

// Width is how many columns a clean text takes.
func Width(text string) int {
	n := 0
	for _, r := range text {
		n += runeWidth(r)
	}
	return n
}

func runeWidth(r rune) int {
	if r < 0x1100 || !unicode.Is(wide, r) {
		return 1
	}
	return 2
}

// head is as much of the beginning of a text as fits.
func head(text string, width int) string {
	for i, r := range text {
		if width -= runeWidth(r); width < 0 {
			return text[:i]
		}
	}
	return text
}

// tail is as much of the end of a text as fits.
func tail(text string, width int) string {
	runes := []rune(text)
	i := len(runes)
	for i > 0 && width >= runeWidth(runes[i-1]) {
		i--
		width -= runeWidth(runes[i])
	}
	return string(runes[i:])
}

// wide are the characters that take two columns: Wide and Fullwidth of Unicode's
// EastAsianWidth.txt, emoji among them, with the unassigned ones between.
var wide = &unicode.RangeTable{
	R16: []unicode.Range16{
		{0x1100, 0x115F, 1}, {0x231A, 0x231B, 1}, {0x2329, 0x232A, 1}, {0x23E9, 0x23EC, 1}, {0x23F0, 0x23F3, 3},
		{0x25FD, 0x25FE, 1}, {0x2614, 0x2615, 1}, {0x2630, 0x2637, 1}, {0x2648, 0x2653, 1}, {0x267F, 0x267F, 1}, {0x268A, 0x268F, 1},
		{0x2693, 0x2693, 1}, {0x26A1, 0x26A1, 1}, {0x26AA, 0x26AB, 1}, {0x26BD, 0x26BE, 1}, {0x26C4, 0x26C5, 1},
		{0x26CE, 0x26CE, 1}, {0x26D4, 0x26D4, 1}, {0x26EA, 0x26EA, 1}, {0x26F2, 0x26F3, 1}, {0x26F5, 0x26F5, 1},
		{0x26FA, 0x26FA, 1}, {0x26FD, 0x26FD, 1}, {0x2705, 0x2705, 1}, {0x270A, 0x270B, 1}, {0x2728, 0x2728, 1},
		{0x274C, 0x274C, 1}, {0x274E, 0x274E, 1}, {0x2753, 0x2755, 1}, {0x2757, 0x2757, 1}, {0x2795, 0x2797, 1},
		{0x27B0, 0x27B0, 1}, {0x27BF, 0x27BF, 1}, {0x2B1B, 0x2B1C, 1}, {0x2B50, 0x2B50, 1}, {0x2B55, 0x2B55, 1},
		{0x2E80, 0x303E, 1}, {0x3041, 0x4DBF, 1}, {0x4DC0, 0xA4CF, 1}, {0xA960, 0xA97F, 1}, {0xAC00, 0xD7A3, 1},
		{0xF900, 0xFAFF, 1}, {0xFE10, 0xFE19, 1}, {0xFE30, 0xFE6F, 1}, {0xFF01, 0xFF60, 1}, {0xFFE0, 0xFFE6, 1},
	},
	R32: []unicode.Range32{
		{0x16FE0, 0x18DFF, 1}, {0x1AFF0, 0x1B2FF, 1}, {0x1D300, 0x1D37F, 1}, {0x1F004, 0x1F004, 1}, {0x1F0CF, 0x1F0CF, 1},
		{0x1F18E, 0x1F18E, 1}, {0x1F191, 0x1F19A, 1}, {0x1F1E6, 0x1F320, 1}, {0x1F32D, 0x1F335, 1}, {0x1F337, 0x1F64F, 1},
		{0x1F680, 0x1F6FF, 1}, {0x1F7E0, 0x1F7F0, 1}, {0x1F900, 0x1FAFF, 1}, {0x20000, 0x3FFFD, 1},
	},
}
