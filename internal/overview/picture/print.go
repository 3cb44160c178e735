package picture

import (
	"fmt"

	"check-haproxy/internal/overview/draw"
	"check-haproxy/internal/plugin"
)

// Options are the terminal, and what its user wants to see.
type Options struct {
	draw.Canvas
	Verbose bool // every section and server
}

// Lines prints the picture. No line is wider than Width, and but for colour none
// has a control character.
func (p *Picture) Lines(o Options) []string {
	most := readable
	if o.Verbose {
		most = everything
	}
	return o.Render(p.draw(o, most))
}

// draw puts the parts under each other, with an empty line between.
func (p *Picture) draw(o Options, a amount) []draw.Line {
	rows, note := p.rows(o, a)
	var table []draw.Line
	if len(rows) > 0 {
		table = o.Table(&sections, rows)
	}
	if note != "" {
		table = append(table, draw.Text(draw.Faint, fmt.Sprintf("%s %s (-v lists all)", o.Glyphs().Ellipsis, note)))
	}
	var lines []draw.Line
	for _, part := range [][]draw.Line{p.head(o), p.failures(o), table, p.chartAndSections(o, a), p.details(o, a.details), p.notes(o)} {
		if len(lines) > 0 && len(part) > 0 {
			lines = append(lines, nil)
		}
		lines = append(lines, part...)
	}
	return lines
}

func mark(c draw.Canvas, s plugin.State) string {
	switch s {
	case plugin.OK:
		return c.Glyphs().OK
	case plugin.Warning:
		return c.Glyphs().Warning
	case plugin.Critical:
		return c.Glyphs().Critical
	default:
		return c.Glyphs().Unknown
	}
}
