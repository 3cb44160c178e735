package screen

import (
	"fmt"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"check-haproxy/internal/overview/draw"
	"check-haproxy/internal/overview/picture"
	"check-haproxy/internal/plugin"
)

// View draws the window. The mouse scrolls and points in the list; elsewhere it
// is the terminal's own, which marks and copies commands with it.
func (m *Model) View() tea.View {
	lines := m.lines()
	v := tea.NewView(strings.Join(m.canvas.Render(lines[:min(len(lines), max(m.canvas.Height, 1))]), "\n"))
	v.AltScreen = true
	if m.page == listPage {
		v.MouseMode = tea.MouseModeCellMotion
	}
	return v
}

func (m *Model) lines() []draw.Line {
	switch {
	case m.canvas.Width <= 0 || m.canvas.Height <= 0:
		return nil
	case m.page == helpPage:
		return m.helpLines()
	case m.shown == nil:
		return m.waiting()
	case m.page == sectionPage:
		return m.sectionLines()
	default:
		return m.listLines()
	}
}

// waiting is what stands there before the first answer.
func (m *Model) waiting() []draw.Line {
	lines := []draw.Line{m.canvas.Sides(draw.Text(draw.Bold, "lshaproxy"), draw.Text(draw.Faint, m.corner()))}
	if len(m.missing) == 0 {
		lines = append(lines, nil, draw.Text(draw.Faint, "asking HAProxy"+m.canvas.Glyphs().Ellipsis))
	}
	return m.bottom(append(lines, m.banner(m.canvas.Height)...), m.footer())
}

// bottom puts a line at the bottom of the window, below others.
func (m *Model) bottom(lines []draw.Line, last draw.Line) []draw.Line {
	room := max(m.canvas.Height-1, 0)
	lines = lines[:min(len(lines), room)]
	return append(append(lines, make([]draw.Line, room-len(lines))...), last)
}

// corner tells how new the screen is.
func (m *Model) corner() string {
	switch {
	case m.paused && m.shown != nil:
		return "PAUSED at " + m.shown.Facts().At.Format(time.TimeOnly)
	case m.shown == nil:
		return "every " + plugin.FormatDuration(m.options.Every)
	default:
		return m.shown.Facts().At.Format(time.TimeOnly) + ", every " + plugin.FormatDuration(m.options.Every)
	}
}

// head is how things are altogether.
func (m *Model) head() []draw.Line {
	c, height := m.canvas, m.canvas.Height
	lines := []draw.Line{m.title(func(room int) draw.Line { return m.shown.Summary(c, room) })}
	if height >= 16 {
		processes := m.shown.Processes(c)
		lines = append(lines, processes[:min(len(processes), max(height/12, 1))]...)
	}
	if totals := m.totals(); len(totals) > 0 {
		lines = append(lines, totals)
	}
	return append(lines, m.banner(height/4)...)
}

// title is a line with the corner at its right, unless that takes a third of it.
func (m *Model) title(left func(room int) draw.Line) draw.Line {
	corner := draw.Text(draw.Faint, m.corner())
	if 3*corner.Width() > m.canvas.Width {
		return left(m.canvas.Width)
	}
	return m.canvas.Sides(left(m.canvas.Width-corner.Width()-2), corner)
}

// banner says what could not be looked at, in at most so many lines.
func (m *Model) banner(most int) []draw.Line {
	c := m.canvas
	failures := m.missing
	if len(failures) == 0 && m.shown != nil {
		failures = m.shown.Facts().Failures
	}
	var lines []draw.Line
	for i, failure := range failures {
		if i == 0 && len(m.missing) > 0 && m.shown != nil {
			failure = fmt.Sprintf("no answer for %s, this is of %s: %s", age(m.since, m.now), m.shown.Facts().At.Format(time.TimeOnly), failure)
		}
		lines = append(lines, c.WrapAfter(draw.Styled(draw.Magenta, c.Glyphs().Unknown+" "), draw.Magenta, failure)...)
	}
	return lines[:min(len(lines), max(most, 1))]
}

// words are how the totals and an opened section call the metrics.
var words = [metrics]struct{ name, unit string }{
	requests: {"requests", "/s"}, lost: {"no server", "/s"}, failed: {"errors", "/s"}, volume: {"traffic", "B/s"},
}

// totals are the rates of everything, as far as there is room.
func (m *Model) totals() draw.Line {
	c := m.canvas
	var l draw.Line
	for which := range metrics {
		rate, known := m.trends.now(m.trends.total, which)
		if !known {
			continue
		}
		part := draw.Line{draw.Styled(draw.Faint, words[which].name+" "), draw.Styled(m.metricStyle(which, rate), short(rate)+words[which].unit)}
		if values := m.trends.last(m.trends.total, which, 2*trendWidth); len(values) > 0 {
			part = append(part, draw.Blank(1), c.Sparkline(values, m.metricStyle(which, 1)))
		}
		if len(l) > 0 {
			part = append(draw.Line{draw.Blank(2)}, part...)
		}
		if l.Width()+part.Width() > c.Width {
			break
		}
		l = append(l, part...)
	}
	return l
}

func (m *Model) metricStyle(which metric, rate float64) draw.Style {
	switch {
	case which == lost && rate > 0:
		return draw.Red
	case which == failed && rate > 0:
		return draw.Yellow
	case which == requests || which == volume:
		return draw.Cyan
	default:
		return draw.Plain
	}
}

// listLines are the head, the list, what is known of the section that the
// pointer is on if there is room, what changed, and the footer.
func (m *Model) listLines() []draw.Line {
	lines := append(m.head(), m.canvas.Titles(&table, m.list.widths))
	l := &m.list
	for i, e := range l.visible() {
		lines = append(lines, m.rowLine(l.rows[l.top+i], e.section == l.cursor))
	}
	if len(l.sections) == 0 {
		lines = append(lines, draw.Text(draw.Faint, "   "+m.nothing()))
	}
	changed := m.changed(max(m.canvas.Height-1-len(lines), 0))
	free := m.canvas.Height - 1 - len(lines) - len(changed)
	if s := m.selected(); s != nil && free >= 3 {
		details := s.Details(m.canvas)
		lines = append(append(lines, nil), details[:min(len(details), free-1)]...)
		changed = m.changed(m.canvas.Height - 1 - len(lines))
	}
	if blank := m.canvas.Height - 1 - len(lines) - len(changed); blank > 0 {
		lines = append(lines, make([]draw.Line, blank)...)
	}
	return m.bottom(append(lines, changed...), m.footer())
}

// nothing says why the list is empty.
func (m *Model) nothing() string {
	switch {
	case m.filter != "":
		return "no section's name has \"" + m.filter + "\" in it; Esc shows all"
	case m.trouble:
		return "no section is in trouble; e shows all"
	default:
		return "no sections"
	}
}

func (m *Model) rowLine(e entry, pointed bool) draw.Line {
	c := m.canvas
	if e.server {
		return c.Row(&table, e.row, m.list.widths)
	}
	r := e.row
	pointer := " "
	if pointed {
		pointer = c.Glyphs().Pointer
	}
	r.Lead = append(draw.Text(draw.Bold, pointer), r.Lead...)
	l := c.Row(&table, r, m.list.widths)
	if pointed {
		return l.Pad(c.Width, false).Mark()
	}
	return l
}

// visible are the rows in the window.
func (l *list) visible() []entry {
	return l.rows[min(l.top, len(l.rows)):min(l.top+l.height, len(l.rows))]
}

// listTop is the window's line of the list's first row.
func (m *Model) listTop() int { return len(m.head()) + 1 }

// layOut gives the list its place in the window.
func (m *Model) layOut() {
	if m.shown == nil {
		return
	}
	rest := m.canvas.Height - m.listTop() - 1
	height := max(rest-m.roomForChanges(rest), 1)
	if m.list.rows == nil || m.list.height != height || m.list.width != m.canvas.Width {
		m.fill(height)
	}
	m.list.scroll()
}

// roomForChanges is how many lines below a long list tell what changed.
func (m *Model) roomForChanges(rest int) int {
	switch {
	case len(m.events) == 0 || rest < 8:
		return 0
	case rest < 12:
		return 1
	default:
		return 1 + min(len(m.events), rest/6)
	}
}

// changed are the newest events, in at most so many lines, the newest at the
// top.
func (m *Model) changed(most int) []draw.Line {
	if most <= 0 || len(m.events) == 0 {
		return nil
	}
	most = min(most, len(m.events)+1)
	var lines []draw.Line
	if most > 1 {
		lines = append(lines, draw.Text(draw.Faint, strings.Repeat(m.canvas.Glyphs().Rule, 2)+" what changed "+strings.Repeat(m.canvas.Glyphs().Rule, max(m.canvas.Width-16, 0))))
	}
	for i := len(m.events) - 1; i >= 0 && len(lines) < most; i-- {
		lines = append(lines, m.eventLine(m.events[i]))
	}
	return lines
}

func (m *Model) eventLine(e event) draw.Line {
	return draw.Line{
		draw.Styled(draw.Faint, plugin.FormatClock(e.at, m.now)+" "), draw.Styled(e.look, e.text),
		draw.Styled(draw.Faint, "  "+age(e.at, m.now)+" ago"),
	}
}

// footer tells where one is in the list, and the keys.
func (m *Model) footer() draw.Line {
	if m.typing {
		return draw.Line{draw.Styled(draw.Bold, "/"+m.filter+"_"), draw.Styled(draw.Faint, "  Enter keeps the filter, Esc drops it")}
	}
	keys := "? help  q quit"
	if m.page != listPage {
		return m.canvas.Sides(draw.Text(draw.Faint, "Esc back"), draw.Text(draw.Faint, keys))
	}
	left := draw.Text(draw.Plain, m.place())
	left = append(left, draw.Styled(draw.Faint, "  sort: "+m.order.String()))
	if m.paused {
		left = append(draw.Text(draw.Yellow, "PAUSED "), left...)
	}
	if m.trouble {
		left = append(left, draw.Styled(draw.Yellow, "  trouble only"))
	}
	if m.filter != "" {
		left = append(left, draw.Styled(draw.Yellow, "  filter: "+m.filter))
	}
	for _, more := range []string{"Enter open  / filter  e trouble  s sort  p pause  ? help  q quit", "/ filter  e trouble  s sort  ? help  q quit", keys} {
		if left.Width()+2+draw.Width(more) <= m.canvas.Width {
			keys = more
			break
		}
	}
	return m.canvas.Sides(left, draw.Text(draw.Faint, keys))
}

// place says which of the sections the pointer is on, and where there are more.
func (m *Model) place() string {
	l, g := &m.list, m.canvas.Glyphs()
	if len(l.sections) == 0 {
		return "0 of " + plugin.Count(len(m.all()), "section")
	}
	arrows := ""
	if l.top > 0 {
		arrows += g.Up
	}
	if l.top+l.height < len(l.rows) {
		arrows += g.Down
	}
	return strings.TrimRight(fmt.Sprintf("%d of %d %s", l.cursor+1, len(l.sections), arrows), " ")
}

// all are the sections of the picture that is shown.
func (m *Model) all() []picture.Section {
	if m.shown == nil {
		return nil
	}
	return m.shown.Sections()
}

// age is how long ago a time was.
func age(at, now time.Time) string { return plugin.FormatDuration(now.Sub(at).Truncate(time.Second)) }

// short prints a rate in a few characters: 0.033, 7.4, 123, 12k, 3.4M.
func short(rate float64) string {
	for _, unit := range []struct {
		size float64
		name string
	}{{1e9, "G"}, {1e6, "M"}, {1e4, "k"}} {
		if rate >= unit.size {
			size := max(unit.size, 1e3)
			if unit.name == "k" {
				size = 1e3
			}
			return plugin.FormatDecimal(rate/size) + unit.name
		}
	}
	return plugin.FormatDecimal(rate)
}
