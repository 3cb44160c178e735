// Package draw makes lines of styled text that fit a terminal: as wide as it is,
// with colour or without, in UTF-8 or ASCII, and free of what would speak to the
// terminal itself.
package draw

import (
	"strings"
)

// Style is how a piece of text looks if there is colour.
type Style uint8

// The styles. Marked is added to another one.
const (
	Plain Style = iota
	Faint
	Bold
	Green
	Yellow
	Red
	Magenta
	Cyan

	Marked Style = 1 << 7 // in reverse video
)

// codes are the SGR parameters of the styles (ECMA-48 8.3.117): the terminal's
// own eight colours, which its user chose to be readable.
var codes = [...]string{Plain: "", Faint: "2", Bold: "1", Green: "32", Yellow: "33", Red: "31", Magenta: "35", Cyan: "36"}

// Span is a piece of a line. Its text is clean: Styled makes it.
type Span struct {
	text  string
	style Style
}

// Line is one line on a terminal.
type Line []Span

// Styled is the one way from a text, which may come from outside, to a span.
func Styled(s Style, text string) Span { return Span{Clean(text), s} }

// Text is a line of one style.
func Text(s Style, text string) Line { return Line{Styled(s, text)} }

// Blank is a span of so many blanks.
func Blank(columns int) Span { return Span{text: strings.Repeat(" ", max(columns, 0))} }

// Width is how many columns the span takes.
func (s Span) Width() int { return Width(s.text) }

// Width is how many columns the line takes.
func (l Line) Width() int {
	n := 0
	for _, s := range l {
		n += s.Width()
	}
	return n
}

// String is the line's text without its styles.
func (l Line) String() string {
	var b strings.Builder
	for _, s := range l {
		b.WriteString(s.text)
	}
	return b.String()
}

// Cut shortens a line to at most so many columns; the last one then says that
// something is missing.
func (l Line) Cut(width int, ellipsis string) Line {
	if l.Width() <= width {
		return l
	}
	room := width - Width(ellipsis)
	var short Line
	for _, s := range l {
		kept := head(s.text, room)
		room -= Width(kept)
		if kept == s.text {
			short = append(short, s)
			continue
		}
		return append(short, Span{kept + head(ellipsis, width), s.style})
	}
	return short
}

// CutMiddle shortens a name: its end often tells more than its middle. What
// stands behind it in further spans goes first.
func (l Line) CutMiddle(width int, ellipsis string) Line {
	if l.Width() > width && len(l) > 1 {
		l = l[:1]
	}
	room := width - Width(ellipsis)
	if l.Width() <= width || room < 2 {
		return l.Cut(width, ellipsis)
	}
	end := tail(l[0].text, room/2)
	return Line{{head(l[0].text, room-Width(end)) + ellipsis + end, l[0].style}}
}

// Pad makes a line exactly so wide, if it is not wider; the blanks stand at its
// left if right is true.
func (l Line) Pad(width int, right bool) Line {
	missing := width - l.Width()
	switch {
	case missing <= 0:
		return l
	case right:
		return append(Line{Blank(missing)}, l...)
	default:
		return append(l[:len(l):len(l)], Blank(missing))
	}
}

// Mark returns the line in reverse video, to be told from others of a list; a
// terminal without colour shows nothing of it.
func (l Line) Mark() Line {
	marked := make(Line, len(l))
	for i, s := range l {
		marked[i] = Span{s.text, s.style | Marked}
	}
	return marked
}

// Render prints the line, without blanks at its end.
func (l Line) Render(color bool) string {
	var b strings.Builder
	l.render(&b, color)
	return b.String()
}

func (l Line) render(b *strings.Builder, color bool) {
	blanks := 0 // held back until something follows
	for _, s := range l {
		word := strings.TrimRight(s.text, " ")
		if color && s.style&Marked != 0 {
			word = s.text
		}
		if word != "" {
			writeBlanks(b, blanks)
			blanks = 0
			writeStyled(b, word, s.style, color)
		}
		blanks += len(s.text) - len(word)
	}
}

func writeBlanks(b *strings.Builder, n int) {
	for range n {
		b.WriteByte(' ')
	}
}

func writeStyled(b *strings.Builder, word string, s Style, color bool) {
	if !color || s == Plain {
		b.WriteString(word)
		return
	}
	code := codes[s&^Marked]
	if s&Marked != 0 {
		code = strings.TrimSuffix("7;"+code, ";")
	}
	b.WriteString("\x1b[" + code + "m" + word + "\x1b[m")
}

// Wrap breaks a text into lines of at most so many columns, between words if it
// can.
func Wrap(s Style, text string, width int) []Line {
	width = max(width, 2) // the widest character
	var lines []Line
	current := ""
	for word := range strings.FieldsSeq(Clean(text)) {
		if current != "" && Width(current)+1+Width(word) <= width {
			current += " " + word
			continue
		}
		if current != "" {
			lines = append(lines, Line{{current, s}})
		}
		for Width(word) > width {
			part := head(word, width)
			lines = append(lines, Line{{part, s}})
			word = word[len(part):]
		}
		current = word
	}
	if current != "" {
		lines = append(lines, Line{{current, s}})
	}
	return lines
}

// Indent puts every line so many columns to the right.
func Indent(columns int, lines []Line) []Line {
	for i, l := range lines {
		lines[i] = append(Line{Blank(columns)}, l...)
	}
	return lines
}
