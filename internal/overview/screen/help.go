package screen

import (
	"fmt"

	"check-haproxy/internal/overview/draw"
)

// helpText is a line for each key, and what the columns mean.
var helpText = []struct{ key, does string }{
	{"up down j k", "move the pointer, or the text"},
	{"PgUp PgDn", "by a window; Home and End to the ends; the mouse wheel by three lines"},
	{"Enter", "open the section: causes, commands, servers, rates, what changed"},
	{"Esc", "back to the list; in the list, show all sections again"},
	{"/", "show only sections with a text in their name, or in a server's"},
	{"e", "show only sections in trouble, or all again"},
	{"s S", "sort by state, name, sessions, lost requests, last change; S the other way round"},
	{"p", "pause: keep what is shown; rates and events go on behind it"},
	{"?", "this page"},
	{"Ctrl-Z", "to the shell; fg comes back"},
	{"q Ctrl-C", "quit"},
	{"", ""},
	{"REQ/S", "requests a second since the look before, and those of the last looks as a line"},
	{"NOSRV/S", "requests a second that found no server, as HAProxy counts them"},
	{"ERR/S", "requests a second that a server refused or answered with 5xx"},
	{"NOSRV", "requests without a server in the log's window, if a log is read"},
	{"SESS", "sessions now, of the limit that HAProxy enforces"},
	{"QUEUE", "requests that wait for a server"},
	{"SINCE", "how long the status has been the same; reload: since HAProxy was started or reloaded, or longer"},
}

// helpBody is the page below its title, as wide as the window.
func (m *Model) helpBody() []draw.Line {
	var lines []draw.Line
	for _, line := range helpText {
		lead := draw.Styled(draw.Bold, fmt.Sprintf("%-13s", line.key))
		if line.key == "" {
			lines = append(lines, nil)
		}
		lines = append(lines, m.canvas.WrapAfter(lead, draw.Plain, line.does)...)
	}
	if m.shown != nil && len(m.shown.Facts().Notes) > 0 {
		lines = append(lines, nil)
		for _, note := range m.shown.Facts().Notes {
			lines = append(lines, draw.Wrap(draw.Faint, note, m.canvas.Width)...)
		}
	}
	return lines
}

// helpRoom is how many lines of the page the window shows.
func (m *Model) helpRoom() int { return max(m.canvas.Height-2, 1) }

func (m *Model) helpLines() []draw.Line {
	body := m.helpBody()
	top := move{}.from(m.help, m.helpRoom(), len(body))
	title := draw.Text(draw.Bold, "Keys and columns of lshaproxy --watch")
	return m.bottom(append([]draw.Line{title}, body[top:]...), m.footer())
}
