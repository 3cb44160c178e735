package screen

import (
	"fmt"

	"check-haproxy/internal/overview/draw"
	"check-haproxy/internal/overview/picture"
	"check-haproxy/internal/plugin"
)

// section is the section that is open.
type section struct {
	key           string
	top           int // first line that is shown
	height, lines int // of the window, and of all there is to say
}

// sectionLines are the open section: why it is in trouble and what to type, its
// servers, its rates, and what changed.
func (m *Model) sectionLines() []draw.Line {
	c := m.canvas
	s := m.opened()
	title := draw.Text(draw.Bold, "gone")
	var text []draw.Line
	if s == nil {
		text = draw.Wrap(draw.Plain, "The section is not there any more: HAProxy was reloaded without it, or no longer answers.", c.Width)
		text = append(text, m.history(m.section.key)...)
	} else {
		details := s.Details(c)
		title = details[0]
		text = m.about(s, details[1:])
	}
	head := []draw.Line{m.title(func(int) draw.Line { return title })}
	head = append(head, m.banner(c.Height/4)...)
	m.section.height, m.section.lines = max(c.Height-len(head)-1, 1), len(text)
	m.section.top = move{}.from(m.section.top, m.section.height, m.section.lines)
	text = text[m.section.top:]
	return m.bottom(append(head, text[:min(len(text), m.section.height)]...), m.footer())
}

// about is all there is to say of a section, below its title.
func (m *Model) about(s *picture.Section, details []draw.Line) []draw.Line {
	c := m.canvas
	rows := append([]draw.Row{m.row(s, true)}, s.ServerRows(len(s.Servers))...)
	text := append(details[:len(details):len(details)], nil)
	text = append(text, c.Table(&picture.Table, rows)...)
	if rates := m.rates(s); len(rates) > 0 {
		text = append(append(text, nil), rates...)
	}
	return append(text, m.history(s.Key())...)
}

// rates are a section's rates over the time that is kept, as wide as the window.
func (m *Model) rates(s *picture.Section) []draw.Line {
	c := m.canvas
	series := m.trends.of(s.Key())
	var lines []draw.Line
	for which := range metrics {
		rate, known := m.trends.now(series, which)
		if !known {
			continue
		}
		lead := draw.Line{
			draw.Styled(draw.Plain, fmt.Sprintf("  %-9s", words[which].name)),
			draw.Styled(m.metricStyle(which, rate), fmt.Sprintf(" %9s ", short(rate)+words[which].unit)),
		}
		values := m.trends.last(series, which, max(c.Width-lead.Width()-1, 0))
		lines = append(lines, append(lead, c.Sparkline(values, m.metricStyle(which, 1))))
	}
	if len(lines) == 0 {
		return nil
	}
	looks := max(c.Width-22, 1)
	return append([]draw.Line{draw.Text(draw.Bold, "The last "+plugin.FormatDuration(m.trends.span(looks)))}, lines...)
}

// history is what changed in a section, the newest first.
func (m *Model) history(key string) []draw.Line {
	var lines []draw.Line
	for i := len(m.events) - 1; i >= 0; i-- {
		if e := m.events[i]; e.key == key {
			lines = append(lines, append(draw.Line{draw.Blank(2)}, m.eventLine(e)...))
		}
	}
	if len(lines) == 0 {
		return nil
	}
	return append([]draw.Line{nil, draw.Text(draw.Bold, "What changed")}, lines...)
}
