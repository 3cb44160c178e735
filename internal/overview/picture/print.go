package picture

import (
	"fmt"

	"check-haproxy/internal/overview/draw"
	"check-haproxy/internal/plugin"
)

// Lines prints the picture. No line is wider than the canvas, and but for colour
// none has a control character. Verbose lists every section and server.
func (p *Picture) Lines(c draw.Canvas, verbose bool) []string {
	most := readable
	if verbose {
		most = everything
	}
	return c.Render(p.draw(c, most))
}

// draw makes the parts of the picture.
func (p *Picture) draw(c draw.Canvas, a amount) []draw.Line {
	rows, note := p.rows(c, a)
	var table []draw.Line
	if len(rows) > 0 {
		table = c.Table(&Table, rows)
	}
	if note != "" {
		table = append(table, draw.Text(draw.Faint, fmt.Sprintf("%s %s (-v lists all)", c.Glyphs().Ellipsis, note)))
	}
	return join(p.Head(c), p.Failures(c), table, p.chartAndSections(c, a), p.details(c, a.details), p.notes(c))
}

// join puts parts under each other, with an empty line between.
func join(parts ...[]draw.Line) []draw.Line {
	var lines []draw.Line
	for _, part := range parts {
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
