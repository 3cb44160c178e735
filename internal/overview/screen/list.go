package screen

import (
	"cmp"
	"slices"
	"strings"

	"check-haproxy/internal/overview/draw"
	"check-haproxy/internal/overview/picture"
	"check-haproxy/internal/plugin"
	"check-haproxy/internal/sorting"
)

// order is how the list is sorted.
type order int

const (
	byState order = iota
	byName
	bySessions
	byLost
	bySince
	orders
)

func (o order) String() string {
	return [orders]string{"state", "name", "sessions", "lost", "since"}[o]
}

// list is the list of sections: which of them are there, and where one is in it.
type list struct {
	sections []*picture.Section // those that pass the filter, in order
	rows     []entry            // what the window scrolls over
	widths   draw.Widths
	width    int // of the canvas that the widths are for

	moved  bool   // somebody has moved the pointer; until then it is on the first section
	key    string // of the section that the pointer is on
	cursor int    // its index in sections
	top    int    // first row that is shown
	height int    // rows that the window has for the list
}

// entry is a row of the list: a section's, or one of its servers'.
type entry struct {
	section int // index into list.sections
	row     draw.Row
	server  bool
}

// arrange filters and sorts what is shown. The pointer stays with its section.
func (m *Model) arrange() {
	if m.shown == nil {
		return
	}
	all := m.shown.Sections()
	kept := make([]*picture.Section, 0, len(all))
	for i := range all {
		if m.takes(&all[i]) {
			kept = append(kept, &all[i])
		}
	}
	m.sort(kept)
	m.list.sections = kept
	at := slices.IndexFunc(kept, func(s *picture.Section) bool { return s.Key() == m.list.key })
	switch {
	case !m.list.moved:
		at = 0
	case at < 0:
		at = min(m.list.cursor, max(len(kept)-1, 0))
	}
	m.list.cursor = at
	m.list.rows = nil
	m.point()
}

// takes says whether a section passes the filter: a part of its name, or of a
// server's, in any case of letters.
func (m *Model) takes(s *picture.Section) bool {
	if m.trouble && s.State == plugin.OK {
		return false
	}
	part := strings.ToLower(m.filter)
	return part == "" || strings.Contains(strings.ToLower(s.Label), part) || slices.ContainsFunc(s.Servers, func(server picture.Server) bool {
		return strings.Contains(strings.ToLower(server.Name), part)
	})
}

// sort sorts sections, which come in the order of their states; equals stay.
func (m *Model) sort(sections []*picture.Section) {
	switch m.order {
	case byName:
		sorting.Stable(sections, func(a, b *picture.Section) int { return strings.Compare(a.Label, b.Label) })
	case bySessions:
		sorting.Stable(sections, func(a, b *picture.Section) int { return cmp.Compare(b.Sessions.Value, a.Sessions.Value) })
	case byLost:
		lost := make(map[*picture.Section]float64, len(sections))
		for _, s := range sections {
			lost[s] = m.lost(s)
		}
		sorting.Stable(sections, func(a, b *picture.Section) int { return cmp.Compare(lost[b], lost[a]) })
	case bySince:
		sorting.Stable(sections, func(a, b *picture.Section) int { return cmp.Compare(newness(a), newness(b)) })
	}
}

// lost is how many of a section's requests were lost in the time that is kept.
// Before the rates tell, the log does.
func (m *Model) lost(s *picture.Section) float64 {
	series := m.trends.of(s.Key())
	sum := m.trends.sum(series, lost) + m.trends.sum(series, failed)
	if sum == 0 && s.NOSRV != nil {
		sum = float64(s.NOSRV.NOSRV)
	}
	return sum
}

// newness orders sections by their last change, those without one last.
func newness(s *picture.Section) int64 {
	if change := s.LastChange(); change.Known {
		return change.Value
	}
	return 1 << 62
}

// point keeps the pointer on a section that is there.
func (m *Model) point() {
	l := &m.list
	l.cursor = min(max(l.cursor, 0), max(len(l.sections)-1, 0))
	if len(l.sections) > 0 {
		l.key = l.sections[l.cursor].Key()
	}
}

// selected is the section that the pointer is on, or nil.
func (m *Model) selected() *picture.Section {
	if m.list.cursor >= len(m.list.sections) {
		return nil
	}
	return m.list.sections[m.list.cursor]
}

// fill makes the list's rows for a window of so many rows: with the servers of
// all sections if there is room for them, else with those of sections in
// trouble, else without any.
func (m *Model) fill(height int) {
	l := &m.list
	all, bad := len(l.sections), len(l.sections)
	for _, s := range l.sections {
		all += len(s.Servers)
		if s.State != plugin.OK {
			bad += len(s.Servers)
		}
	}
	servers := func(*picture.Section) bool { return false }
	switch {
	case all <= height:
		servers = func(*picture.Section) bool { return true }
	case bad <= height:
		servers = func(s *picture.Section) bool { return s.State != plugin.OK }
	}
	l.rows = make([]entry, 0, len(l.sections)+min(all, height))
	for i, s := range l.sections {
		l.rows = append(l.rows, entry{section: i, row: m.row(s, servers(s))})
		if servers(s) {
			for _, row := range s.ServerRows(len(s.Servers)) {
				row.Lead = draw.Line{draw.Blank(5)}
				l.rows = append(l.rows, entry{i, row, true})
			}
		}
	}
	rows := make([]draw.Row, len(l.rows))
	for i, e := range l.rows {
		rows[i] = e.row
	}
	l.widths, l.width, l.height = table.Fit(rows, m.canvas.Width), m.canvas.Width, height
}

// table is that of a picture; before a section's mark it has room for the
// pointer.
var table = func() draw.Table {
	t := picture.Table
	t.Columns = slices.Clone(t.Columns)
	t.Columns[picture.ColName].Title = "   SECTION"
	return t
}()

// row is a section's row with its rates.
func (m *Model) row(s *picture.Section, withServers bool) draw.Row {
	r := s.Row(m.canvas, m.shown.Facts().Log != nil, !withServers)
	series := m.trends.of(s.Key())
	r.Cells[picture.ColRequests] = m.rateCell(series, requests, draw.Plain)
	r.Cells[picture.ColLost] = m.rateCell(series, lost, draw.Red)
	r.Cells[picture.ColErrors] = m.rateCell(series, failed, draw.Red)
	r.Cells[picture.ColBytes] = m.rateCell(series, volume, draw.Plain)
	if values := m.trends.last(series, requests, trendWidth); len(values) > 0 {
		r.Cells[picture.ColTrend] = draw.Line{m.canvas.Sparkline(values, draw.Cyan)}
	}
	return r
}

// trendWidth is how many looks a row's sparkline shows.
const trendWidth = 10

func (m *Model) rateCell(s *series, which metric, look draw.Style) draw.Line {
	rate, known := m.trends.now(s, which)
	if !known {
		return nil
	}
	if rate == 0 {
		look = draw.Faint
	}
	return draw.Text(look, short(rate))
}

// scroll moves the window so that the pointer's section is in it, with its
// servers if they fit.
func (l *list) scroll() {
	first := slices.IndexFunc(l.rows, func(e entry) bool { return e.section == l.cursor })
	if first < 0 {
		l.top = 0
		return
	}
	last := first
	for last+1 < len(l.rows) && l.rows[last+1].section == l.cursor {
		last++
	}
	l.top = max(l.top, last-l.height+1)
	l.top = min(l.top, first, max(len(l.rows)-l.height, 0))
	if first == 0 {
		l.top = 0
	}
}
