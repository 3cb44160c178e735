package draw

import "strings"

// Canvas is what is drawn on.
type Canvas struct {
	Width  int  // columns; 0 is no bound, as for a pipe
	Height int  // lines; 0 is no bound
	Color  bool // with SGR escape sequences
	ASCII  bool // the terminal has no other characters
}

// Glyphs are the characters that are not in ASCII, and what stands for them on
// a terminal that has no others.
type Glyphs struct {
	Ellipsis, Dot, Rule            string
	Critical, Warning, OK, Unknown string
	Pointer                        string // before the line that keys act on
	Up, Down                       string // there is more in this direction
	used, free                     string // of a bar
	levels                         []rune // of a chart: from empty to full
}

var (
	unicodeGlyphs = Glyphs{
		Ellipsis: "…", Dot: "·", Rule: "─", Critical: "✗", Warning: "!", OK: "✓", Unknown: "?",
		Pointer: "▸", Up: "↑", Down: "↓",
		used: "━", free: "─", levels: []rune(" ▁▂▃▄▅▆▇█"),
	}
	asciiGlyphs = Glyphs{
		Ellipsis: "~", Dot: "-", Rule: "-", Critical: "X", Warning: "!", OK: ".", Unknown: "?",
		Pointer: ">", Up: "^", Down: "v",
		used: "#", free: "-", levels: []rune(" .:-=+*%#"),
	}
)

// Glyphs are those that the terminal has.
func (c Canvas) Glyphs() Glyphs {
	if c.ASCII {
		return asciiGlyphs
	}
	return unicodeGlyphs
}

// Bounded is the width, with that of most terminals if there is no bound.
func (c Canvas) Bounded() int {
	if c.Width > 0 {
		return c.Width
	}
	return 80
}

// Fit cuts a line that is too wide.
func (c Canvas) Fit(l Line) Line {
	if c.Width <= 0 {
		return l
	}
	return l.Cut(c.Width, c.Glyphs().Ellipsis)
}

// Render prints lines; none is wider than the canvas.
func (c Canvas) Render(lines []Line) []string {
	rendered := make([]string, len(lines))
	for i, l := range lines {
		rendered[i] = c.Fit(l).Render(c.Color)
	}
	return rendered
}

// WrapAfter puts a text behind a lead, its further lines under its first.
func (c Canvas) WrapAfter(lead Span, s Style, words string) []Line {
	width := 1 << 20
	if c.Width > 0 {
		width = c.Width - lead.Width()
	}
	lines := Indent(lead.Width(), Wrap(s, words, width))
	if len(lines) > 0 {
		lines[0][0] = lead
	}
	return lines
}

// Sides puts one text at the left of a line and another at its right; the left
// one is cut if both do not fit.
func (c Canvas) Sides(left, right Line) Line {
	const gap = 2
	room := c.Width - right.Width() - gap
	if room < gap {
		return left
	}
	return append(left.Cut(room, c.Glyphs().Ellipsis).Pad(room+gap, false), right...)
}

// Bar is a share of a limit; without a limit there is none to draw.
type Bar struct {
	Current, Limit int64
	Style          Style
}

// LongestBar is how many columns a bar takes if there is room.
const LongestBar = 10

func (b Bar) natural() int {
	if b.Limit <= 0 {
		return 0
	}
	return LongestBar
}

// Bar shows something for one of the current number already, and all only if
// the limit is reached.
func (c Canvas) Bar(b Bar, width int) Line {
	if b.Limit <= 0 || width <= 0 {
		return nil
	}
	used := int(float64(b.Current) / float64(b.Limit) * float64(width))
	switch {
	case b.Current >= b.Limit:
		used = width
	case b.Current > 0:
		used = min(max(used, 1), width-1)
	default:
		used = 0
	}
	g := c.Glyphs()
	return Line{{strings.Repeat(g.used, used), b.Style}, {strings.Repeat(g.free, width-used), Faint}}
}

// Column is one column of a chart of so many lines, from its highest line to its
// lowest; value is between 0 and most. A value above zero always shows.
func (c Canvas) Column(value, most float64, height int) []string {
	levels := c.Glyphs().levels
	steps := len(levels) - 1
	filled := 0
	if most > 0 {
		filled = int(value/most*float64(steps*height) + 0.5)
	}
	if value > 0 {
		filled = max(filled, 1)
	}
	column := make([]string, height)
	for i := range column {
		above := height - 1 - i
		column[i] = string(levels[min(max(filled-above*steps, 0), steps)])
	}
	return column
}

// Sparkline is a chart of one line. What is not a number above zero is empty.
func (c Canvas) Sparkline(values []float64, s Style) Span {
	most := 0.0
	for _, v := range values {
		most = max(most, v)
	}
	var b strings.Builder
	for _, v := range values {
		b.WriteString(c.Column(v, most, 1)[0])
	}
	return Span{b.String(), s}
}
