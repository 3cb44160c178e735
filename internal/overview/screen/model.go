// Package screen is lshaproxy --watch on a terminal: a list of sections to
// scroll, filter, sort and open, with rates and with what has changed. It is
// pure: messages in, a view out. Neither the time nor HAProxy is asked here.
package screen

import (
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"check-haproxy/internal/overview/draw"
	"check-haproxy/internal/overview/picture"
)

// Look is a message: what one look has found.
type Look struct{ Picture *picture.Picture }

// Tick is a message: what time it is. The screen has no other clock.
type Tick struct{ At time.Time }

// Options are what does not change while it runs.
type Options struct {
	Canvas draw.Canvas // its size is only the first one
	Every  time.Duration
	// Suspend stops the program until the shell lets it go on.
	Suspend tea.Cmd
}

// Model is the screen's state.
type Model struct {
	options Options
	canvas  draw.Canvas
	now     time.Time

	shown   *picture.Picture // nil before the first answer
	latest  *picture.Picture // the newest answer; not shown while paused
	missing []string         // why the newest look got no answer at all; empty if it did
	since   time.Time        // from when on there has been no answer
	paused  bool

	trends trends
	events []event // the oldest first

	filter  string
	typing  bool // the filter is being typed
	trouble bool // sections in trouble alone
	order   order
	list    list
	page    page
	section section
	help    int // first line of the help that is shown
}

// page is what fills the window.
type page int

const (
	listPage page = iota
	sectionPage
	helpPage
)

// New returns the screen before the first look.
func New(o Options) *Model { return &Model{options: o, canvas: o.Canvas} }

// Init starts nothing: looks and ticks are sent from outside.
func (m *Model) Init() tea.Cmd { return nil }

// Update takes a message.
func (m *Model) Update(message tea.Msg) (tea.Model, tea.Cmd) {
	command := m.take(message)
	m.layOut()
	return m, command
}

func (m *Model) take(message tea.Msg) tea.Cmd {
	switch message := message.(type) {
	case tea.WindowSizeMsg:
		m.canvas.Width, m.canvas.Height = message.Width, message.Height
	case Tick:
		m.now = message.At
	case Look:
		m.look(message.Picture)
	case tea.KeyPressMsg:
		return m.key(message)
	case tea.PasteMsg:
		m.typed(message.Content)
	case tea.MouseWheelMsg:
		m.wheel(message)
	case tea.MouseClickMsg:
		m.click(message)
	}
	return nil
}

// look takes what a look has found. If nothing answered, the last answer
// stays, and is said to be old.
func (m *Model) look(p *picture.Picture) {
	facts := p.Facts()
	m.now = facts.At
	if len(facts.Processes) == 0 && len(p.Sections()) == 0 && len(facts.Failures) > 0 {
		m.lose(facts)
		return
	}
	if len(m.missing) > 0 && m.latest != nil {
		m.events = remember(m.events, []event{{facts.At, "", "HAProxy answers again, after " + age(m.since, facts.At), draw.Green}})
	}
	m.missing = nil
	m.trends.add(facts)
	m.events = remember(m.events, changes(m.latest, p))
	m.latest = p
	if !m.paused {
		m.show()
	}
}

// lose notes that nothing answered.
func (m *Model) lose(facts *picture.Facts) {
	if len(m.missing) == 0 {
		m.since = facts.At
		if m.latest != nil {
			m.events = remember(m.events, []event{{facts.At, "", "HAProxy no longer answers: " + facts.Failures[0], draw.Red}})
		}
	}
	m.missing = facts.Failures
}

// show shows the newest answer.
func (m *Model) show() {
	m.shown = m.latest
	m.arrange()
}

// typed adds to the filter, if it is being typed.
func (m *Model) typed(text string) {
	if !m.typing {
		return
	}
	const most = 100
	m.filter += draw.Clean(strings.ReplaceAll(text, "\n", ""))
	if runes := []rune(m.filter); len(runes) > most {
		m.filter = string(runes[:most])
	}
	m.arrange()
}
