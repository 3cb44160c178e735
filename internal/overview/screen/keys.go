package screen

import (
	tea "charm.land/bubbletea/v2"

	"check-haproxy/internal/overview/picture"
)

// key does what a key says.
func (m *Model) key(k tea.KeyPressMsg) tea.Cmd {
	switch k.String() {
	case "ctrl+c", "ctrl+\\":
		return tea.Quit
	case "ctrl+z":
		return m.options.Suspend
	}
	if m.typing {
		m.filterKey(k)
		return nil
	}
	switch k.String() {
	case "q", "Q":
		return tea.Quit
	case "?", "h", "f1":
		m.toggleHelp()
		return nil
	case "p", "space":
		m.pause()
		return nil
	}
	if move, ok := moves[k.String()]; ok {
		m.move(move)
		return nil
	}
	switch m.page {
	case listPage:
		m.listKey(k.String())
	default:
		m.pageKey(k.String())
	}
	return nil
}

// move is a way through a list or a text: by lines, by windows, or to an end.
type move struct{ lines, windows, end int }

var moves = map[string]move{
	"up": {lines: -1}, "k": {lines: -1}, "down": {lines: 1}, "j": {lines: 1},
	"pgup": {windows: -1}, "ctrl+b": {windows: -1}, "pgdown": {windows: 1}, "ctrl+f": {windows: 1},
	"home": {end: -1}, "g": {end: -1}, "end": {end: 1}, "G": {end: 1},
}

func (m *Model) move(by move) {
	switch m.page {
	case sectionPage:
		m.section.top = by.from(m.section.top, m.section.height, m.section.lines)
	case helpPage:
		m.help = by.from(m.help, m.helpRoom(), len(m.helpBody()))
	default:
		m.moveInList(by)
	}
}

// moveInList moves the pointer; over a window's height of rows, servers' rows
// included.
func (m *Model) moveInList(by move) {
	l := &m.list
	l.moved = true
	switch {
	case by.end < 0:
		l.cursor = 0
	case by.end > 0:
		l.cursor = len(l.sections) - 1
	case by.windows != 0:
		l.cursor += by.windows * max(m.sectionsInWindow(), 1)
	default:
		l.cursor += by.lines
	}
	m.point()
	l.scroll()
}

// sectionsInWindow is how many sections the window shows now.
func (m *Model) sectionsInWindow() int {
	n := 0
	for _, e := range m.list.visible() {
		if !e.server {
			n++
		}
	}
	return n
}

// from is where a move leads in a text of so many lines, of which the window
// shows some.
func (by move) from(top, height, lines int) int {
	last := max(lines-height, 0)
	switch {
	case by.end < 0:
		return 0
	case by.end > 0:
		return last
	default:
		return min(max(top+by.lines+by.windows*max(height-1, 1), 0), last)
	}
}

func (m *Model) listKey(k string) {
	switch k {
	case "/":
		m.typing = true
	case "e":
		m.trouble = !m.trouble
		m.arrange()
	case "s":
		m.order = (m.order + 1) % orders
		m.arrange()
	case "S":
		m.order = (m.order + orders - 1) % orders
		m.arrange()
	case "enter", "right", "l":
		if s := m.selected(); s != nil {
			m.page, m.section = sectionPage, section{key: s.Key()}
		}
	case "esc":
		m.filter, m.trouble = "", false
		m.arrange()
	}
}

// pageKey is for a page that was opened from the list.
func (m *Model) pageKey(k string) {
	switch k {
	case "esc", "backspace", "left", "enter":
		m.page = listPage
	}
}

func (m *Model) filterKey(k tea.KeyPressMsg) {
	switch k.String() {
	case "enter", "down", "up":
		m.typing = false
	case "esc":
		m.typing, m.filter = false, ""
		m.arrange()
	case "backspace", "ctrl+h":
		if runes := []rune(m.filter); len(runes) > 0 {
			m.filter = string(runes[:len(runes)-1])
		}
		m.arrange()
	case "ctrl+u":
		m.filter = ""
		m.arrange()
	default:
		m.typed(k.Text)
	}
}

func (m *Model) toggleHelp() {
	m.help = 0
	if m.page == helpPage {
		m.page = listPage
		return
	}
	m.page = helpPage
}

// pause keeps what is shown; rates and events go on behind it.
func (m *Model) pause() {
	if m.paused = !m.paused; !m.paused {
		m.show()
	}
}

// wheel scrolls by a few lines, as terminals do.
func (m *Model) wheel(w tea.MouseWheelMsg) {
	const lines = 3
	switch w.Button {
	case tea.MouseWheelUp:
		m.move(move{lines: -lines})
	case tea.MouseWheelDown:
		m.move(move{lines: lines})
	}
}

// click puts the pointer on the section that was clicked, and opens it if it
// was there already.
func (m *Model) click(c tea.MouseClickMsg) {
	if m.page != listPage || c.Button != tea.MouseLeft {
		return
	}
	row := c.Y - m.listTop() + m.list.top
	if c.Y < m.listTop() || c.Y >= m.listTop()+m.list.height || row >= len(m.list.rows) {
		return
	}
	if clicked := m.list.rows[row].section; clicked != m.list.cursor {
		m.list.cursor, m.list.moved = clicked, true
		m.point()
		return
	}
	m.listKey("enter")
}

// opened is the section that is open, as it is shown now; nil if it is gone.
func (m *Model) opened() *picture.Section {
	if m.shown == nil {
		return nil
	}
	for i := range m.shown.Sections() {
		if s := &m.shown.Sections()[i]; s.Key() == m.section.key {
			return s
		}
	}
	return nil
}
