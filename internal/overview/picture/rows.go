package picture

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"check-haproxy/internal/check/backend"
	"check-haproxy/internal/diagnosis"
	"check-haproxy/internal/haproxy"
	"check-haproxy/internal/overview/draw"
	"check-haproxy/internal/plugin"
)

// few is how many of a kind a sentence names.
const few = 3

// Limits on what is shown without Verbose.
type amount struct {
	whole   int // sections in trouble that show their servers
	trouble int // sections in trouble that have a line
	healthy int // sections that are OK and have a line
	servers int // servers of a section in trouble
	details int // sections whose cause is explained
	logged  int // sections under the chart
}

// smallTable is how many rows a table may have in which every server of every
// section stands, without being asked for.
const smallTable = 20

var (
	everything = amount{whole: 1 << 30, trouble: 1 << 30, healthy: 1 << 30, servers: 1 << 30, details: 1 << 30, logged: 1 << 30}
	readable   = amount{whole: 20, trouble: 50, healthy: 40, servers: 8, details: 12, logged: 8}
)

// rows are the table's, and a note on what is not among them.
func (p *Picture) rows(c draw.Canvas, a amount) (rows []draw.Row, note string) {
	bad, fine := p.inTrouble(), p.sections[len(p.inTrouble()):]
	for i := range bad[:min(len(bad), a.trouble)] {
		s := &bad[i]
		rows = append(rows, s.Row(c, p.facts.Log != nil, false))
		if i < a.whole {
			rows = append(rows, s.ServerRows(a.servers)...)
		}
	}
	whole := a == everything || a == readable && p.size() <= smallTable
	for i := range fine[:min(len(fine), a.healthy)] {
		s := &fine[i]
		rows = append(rows, s.Row(c, p.facts.Log != nil, !whole))
		if whole {
			rows = append(rows, s.ServerRows(a.servers)...)
		}
	}
	var left []string
	if more := len(bad) - a.trouble; more > 0 {
		left = append(left, fmt.Sprintf("%d more in trouble", more))
	}
	if more := len(fine) - a.healthy; more > 0 {
		left = append(left, fmt.Sprintf("%d more OK", more))
	}
	return rows, strings.Join(left, ", ")
}

// inTrouble are the sections that are not OK.
func (p *Picture) inTrouble() []Section {
	i := slices.IndexFunc(p.sections, func(s Section) bool { return s.State == plugin.OK })
	if i < 0 {
		return p.sections
	}
	return p.sections[:i]
}

// size is how many rows a table of everything has.
func (p *Picture) size() int {
	n := 0
	for _, s := range p.sections {
		n += 1 + len(s.Servers)
	}
	return n
}

// Row is the section's row in a table. Condensed, it names the servers, which have
// no rows of their own.
func (s *Section) Row(c draw.Canvas, withLog, condensed bool) draw.Row {
	look := StyleOf(s.State)
	if s.Availability != nil && len(s.Servers) == 0 && s.State == plugin.OK {
		look = draw.Faint
	}
	r := Table.NewRow()
	r.Lead, r.Bar = draw.Text(StyleOf(s.State), mark(c, s.State)+" "), barOf(s.Sessions, s.Limit, s.Bar)
	r.Cells[ColName] = draw.Text(draw.Bold, s.Label)
	r.Cells[ColState] = draw.Text(look, s.status())
	r.Cells[ColSessions] = ofLimit(s.Sessions, s.Limit)
	r.Cells[ColQueue] = waiting(s.Queue)
	if withLog {
		r.Cells[ColNOSRV] = s.nosrv()
		r.Cells[ColSpoiled] = s.spoiled()
	}
	if s.Availability != nil {
		r.Cells[ColSince] = since(s.Backend.LastChange, s.Uptime)
	}
	r.Cells[ColCheck] = s.remark(condensed)
	return r
}

// status is "1/2 up" of a backend and the status of a frontend.
func (s *Section) status() string {
	v := s.Availability
	switch {
	case v == nil:
		return s.Status
	case len(v.Servers) == 0:
		return "no servers"
	case v.Total() == 0:
		return fmt.Sprintf("%d out", v.Out)
	default:
		return fmt.Sprintf("%d/%d up", v.Up, v.Total())
	}
}

// remark says why a section is in trouble, or, if its servers have no lines
// of their own, which they are.
func (s *Section) remark(condensed bool) draw.Line {
	if s.State != plugin.OK {
		return draw.Text(StyleOf(s.State), s.Reason())
	}
	if s.Availability == nil && s.Rate.Known {
		return draw.Text(draw.Faint, fmt.Sprintf("%d/s", s.Rate.Value))
	}
	if s.Availability == nil || !condensed {
		return nil
	}
	return s.names()
}

// names are the servers of a section that is OK, first those that need a look.
func (s *Section) names() draw.Line {
	var special, names []string
	for _, server := range s.Servers {
		if status, _ := server.StatusWords(); server.look() != draw.Green {
			special = append(special, server.Name+" "+status)
		} else if len(names) < 2*few {
			names = append(names, server.Name)
		}
	}
	special = special[:min(len(special), few)]
	if more := len(s.Servers) - len(special) - len(names); more > 0 {
		names = append(names, fmt.Sprintf("%d more", more))
	}
	l := draw.Text(draw.Yellow, strings.Join(special, ", "))
	if len(special) > 0 && len(names) > 0 {
		l = append(l, draw.Styled(draw.Plain, ", "))
	}
	return append(l, draw.Styled(draw.Faint, strings.Join(names, ", ")))
}

// ServerRows are the rows of a section's servers. If there are many, those
// that are up and at ease are only counted.
func (s *Section) ServerRows(most int) []draw.Row {
	shown := s.Servers
	if len(shown) > most {
		shown = slices.DeleteFunc(slices.Clone(shown), func(s Server) bool { return s.calm() })
		shown = shown[:min(len(shown), most)]
	}
	var rows []draw.Row
	up := s.up()
	for _, server := range shown {
		rows = append(rows, server.row(s.Uptime))
		if server.Standing == backend.Up {
			up--
		}
	}
	if more := len(s.Servers) - len(shown); more > 0 {
		r := Table.NewRow()
		r.Lead = draw.Line{draw.Blank(4)}
		r.Cells[ColName] = draw.Text(draw.Faint, fmt.Sprintf("%d more", more))
		r.Cells[ColState] = draw.Text(draw.Faint, fmt.Sprintf("%d/%d up", up, more))
		rows = append(rows, r)
	}
	return rows
}

// calm says that there is nothing to say about a server.
func (s *Server) calm() bool {
	return s.State == plugin.OK && s.Standing == backend.Up && (s.Spoiled == nil || s.Spoiled.State == plugin.OK)
}

// up is how many servers are up, backup servers too.
func (s *Section) up() (n int) {
	for _, server := range s.Servers {
		if server.Standing == backend.Up {
			n++
		}
	}
	return n
}

func (s *Server) row(uptime haproxy.Number) draw.Row {
	r := Table.NewRow()
	r.Lead, r.Bar = draw.Line{draw.Blank(4)}, barOf(s.Sessions, s.Limit, s.Bar)
	r.Cells[ColName] = draw.Text(draw.Plain, s.Name)
	if s.Backup {
		r.Cells[ColName] = append(r.Cells[ColName], draw.Styled(draw.Faint, " (backup)"))
	}
	status, more := s.StatusWords()
	r.Cells[ColState] = draw.Text(s.look(), status)
	r.Cells[ColSessions] = ofLimit(s.Sessions, s.Limit)
	r.Cells[ColQueue] = waiting(s.Queue)
	if s.Spoiled != nil {
		r.Cells[ColSpoiled] = inWindow(s.Spoiled.Counted, s.Spoiled.State)
	}
	r.Cells[ColSince] = since(s.LastChange, uptime)
	r.Cells[ColCheck] = draw.Text(draw.Plain, more)
	if s.Standing == backend.Up {
		r.Cells[ColCheck] = draw.Text(draw.Faint, more)
	}
	return r
}

// StatusWords are the server's status in a word or two, and what else is to know:
// what stands behind it in brackets, or the last check.
func (s *Server) StatusWords() (status, more string) {
	word, bracket, _ := strings.Cut(s.Status, " (")
	bracket = strings.TrimSuffix(bracket, ")")
	switch {
	case s.Status == "":
		return "-", ""
	case s.Cause == diagnosis.ZeroWeight:
		return s.Status + " weight 0", s.check()
	case s.IsUnresolved() && s.Standing == backend.Out:
		return word, "spare slot of a template"
	case s.IsUnresolved():
		return word, "the name does not resolve"
	case s.Cause == diagnosis.AgentDown:
		return word, joined(" ", "agent:", s.AgentStatus, s.LastAgent)
	case bracket != "":
		return word, bracket
	default:
		return s.Status, s.check()
	}
}

// check is the last check's result, with its code and what it saw.
func (s *Server) check() string {
	result := s.CheckResult()
	if result == "" {
		return ""
	}
	if s.CheckCode.Known && s.CheckCode.Value > 0 {
		result += " " + strconv.FormatInt(s.CheckCode.Value, 10)
	}
	return joined(" ", result, s.LastCheck)
}

// look is the colour of a server's status.
func (s *Server) look() draw.Style {
	switch s.Standing {
	case backend.Up:
		if strings.Contains(s.Status, "/") { // going down
			return draw.Yellow
		}
		return draw.Green
	case backend.Out:
		return draw.Yellow
	default:
		return draw.Red
	}
}
