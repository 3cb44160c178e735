package overview

import (
	"fmt"

	"check-haproxy/internal/plugin"
)

// Options are the terminal, and what its user wants to see.
type Options struct {
	Width   int    // columns; 0 is no bound, as for a pipe
	Height  int    // lines; 0 is no bound. Where it is too small, less is told
	Color   bool   // with SGR escape sequences
	ASCII   bool   // the terminal has no other characters
	Verbose bool   // every section and server
	Corner  string // what stands at the right of the first line
}

// smaller is what is told where the screen has too few lines, in this order.
// The last one is cut.
var smaller = []amount{
	{whole: 20, trouble: 50, healthy: 15, servers: 8, details: 12, logged: 5},
	{whole: 20, trouble: 50, healthy: 5, servers: 5, details: 6, logged: 3},
	{whole: 10, trouble: 20, healthy: 3, servers: 3, details: 3, logged: 2},
	{whole: 5, trouble: 10, healthy: 0, servers: 3, details: 2, logged: 1, flat: true},
	{whole: 2, trouble: 4, healthy: 0, servers: 2, details: 1, logged: 1, flat: true},
}

// Lines prints the picture. No line is wider than Width, there are no more than
// Height, and but for colour none has a control character.
func (p *Picture) Lines(o Options) []string {
	most := readable
	if o.Verbose {
		most = everything
	}
	lines := p.draw(o, most)
	for _, less := range smaller {
		if o.Height <= 0 || len(lines) <= o.Height {
			break
		}
		lines = p.draw(o, less)
	}
	if o.Height > 0 && len(lines) > o.Height {
		hidden := len(lines) - o.Height + 1
		lines = append(lines[:o.Height-1:o.Height-1], text(faint, fmt.Sprintf("%s %s more: make the window higher, or look without --watch", o.glyphs().ellipsis, plugin.Count(hidden, "line"))))
	}
	rendered := make([]string, len(lines))
	for i, l := range lines {
		if o.Width > 0 {
			l = l.cut(o.Width, o.glyphs().ellipsis)
		}
		rendered[i] = l.render(o.Color)
	}
	return rendered
}

// draw puts the parts under each other, with an empty line between.
func (p *Picture) draw(o Options, a amount) []line {
	rows, note := p.rows(o, a)
	var table []line
	if len(rows) > 0 {
		table = o.table(rows)
	}
	if note != "" {
		hint := "-v lists all"
		if a != readable {
			hint = "a higher window shows more"
		}
		table = append(table, text(faint, fmt.Sprintf("%s %s (%s)", o.glyphs().ellipsis, note, hint)))
	}
	var lines []line
	for _, part := range [][]line{p.head(o), p.failures(o), table, p.chartAndSections(o, a), p.details(o, a.details), p.notes(o)} {
		if len(lines) > 0 && len(part) > 0 {
			lines = append(lines, nil)
		}
		lines = append(lines, part...)
	}
	return lines
}

// wrapAfter puts a text behind a lead, its further lines under its first.
func (o Options) wrapAfter(lead span, s style, words string) []line {
	width := 1 << 20
	if o.Width > 0 {
		width = o.Width - widthOf(lead.text)
	}
	lines := indent(widthOf(lead.text), wrap(s, words, width))
	if len(lines) > 0 {
		lines[0][0] = lead
	}
	return lines
}
