package picture

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"check-haproxy/internal/check"
	spoiled "check-haproxy/internal/check/errors"
	"check-haproxy/internal/check/nosrv"
	"check-haproxy/internal/check/rates"
	"check-haproxy/internal/overview/draw"
	"check-haproxy/internal/plugin"
)

// byName indexes what the log says. A log names no endpoint: if several have
// a section of that name, it speaks of all of them.
func byName(log *nosrv.Outcome) map[string]*nosrv.Section {
	sections := map[string]*nosrv.Section{}
	if log != nil {
		for i := range log.Sections {
			sections[log.Sections[i].Name] = &log.Sections[i]
		}
	}
	return sections
}

// addLog adds what the log says.
func (s *Section) addLog(log *nosrv.Section, facts *Facts) {
	if log == nil {
		return
	}
	s.NOSRV = log
	s.add(ofLog(facts.Log, log, facts.LogCommand))
}

// addErrors adds what the log says of the servers' requests.
func (s *Section) addErrors(errors *spoiled.Section, command string) {
	s.Errors = errors
	s.add(ofErrors(s.Target, errors, command))
	for i := range s.Servers {
		server := &s.Servers[i]
		named := func(e spoiled.Server) bool { return e.Name == server.Name }
		if j := slices.IndexFunc(errors.Servers, named); j >= 0 {
			server.Spoiled = &errors.Servers[j]
		}
	}
}

// addLogOnly adds the sections in trouble of which the log alone tells: nothing
// that was asked for has their name.
func (p *Picture) addLogOnly() {
	if p.facts.Log == nil {
		return
	}
	known := map[string]bool{}
	for _, f := range p.facts.Frontends {
		known[f.Name] = true
	}
	for _, b := range p.facts.Backends {
		known[b.Name] = true
	}
	for i := range p.facts.Log.Sections {
		log := &p.facts.Log.Sections[i]
		if log.State != plugin.OK && !known[log.Name] {
			s := Section{Target: check.Target{Name: log.Name, Label: log.Name}, Kind: KindBackend, Status: "log only"}
			s.addLog(log, &p.facts)
			p.sections = append(p.sections, s)
		}
	}
}

// grep is the command that shows a section's lines of one server, or of none:
// "<NOSRV>".
func grep(command, name, server string) []string {
	place := name + "/" + server
	if command == "" || draw.Clean(place) != place || strings.Contains(place, "'") {
		return nil
	}
	return []string{fmt.Sprintf("%s | grep -F ' %s ' | tail -n 5", command, place)}
}

// chartAndSections draws the rate of requests that found no server: all of them
// by minute, and beneath it each section that has any.
func (p *Picture) chartAndSections(c draw.Canvas, a amount) []draw.Line {
	log := p.facts.Log
	if log == nil {
		return nil
	}
	var with []nosrv.Section
	worst := plugin.OK
	for _, s := range log.Sections {
		if s.NOSRV > 0 || peak(s.Timeline) > 0 {
			with, worst = append(with, s), plugin.Worst(worst, s.State)
		}
	}
	all := sum(with)
	title := fmt.Sprintf(", last %s: %d of %d", plugin.FormatDuration(log.Stretch.Window), log.NOSRV(), log.Requests)
	if peak(all) > 0 {
		title += " (by " + bucket(all) + ")"
	}
	lines := []draw.Line{{draw.Styled(draw.Bold, "Requests without a server"), draw.Styled(draw.Faint, title)}}
	if peak(all) > 0 {
		lines = append(lines, chart(c, all, log.Stretch.Begin(), StyleOf(worst))...)
	}
	var rows [][]draw.Line
	for _, s := range with[:min(len(with), a.logged)] {
		rows = append(rows, logRow(c, s, p.stateOf(s), log.Stretch.At))
	}
	lines = append(lines, align(rows)...)
	if more := len(with) - a.logged; more > 0 {
		lines = append(lines, draw.Text(draw.Faint, fmt.Sprintf("%s %s more", c.Glyphs().Ellipsis, plugin.Count(more, "section"))))
	}
	for _, note := range log.Notes() {
		lines = append(lines, c.WrapAfter(draw.Styled(draw.Faint, "  "), draw.Faint, note)...)
	}
	return lines
}

// stateOf is the state that a section of the log has in the table; its own if it
// is not there.
func (p *Picture) stateOf(log nosrv.Section) plugin.State {
	state, found := plugin.OK, false
	for i := range p.sections {
		if s := &p.sections[i]; s.NOSRV != nil && s.NOSRV.Name == log.Name {
			state, found = plugin.Worst(state, s.State), true
		}
	}
	if !found {
		return log.State
	}
	return state
}

// logRow is a section's line under the chart.
func logRow(c draw.Canvas, s nosrv.Section, state plugin.State, at time.Time) []draw.Line {
	before := ""
	if !math.IsNaN(s.BaselineRate) {
		before = "before: " + plugin.FormatDecimal(s.BaselineRate)
	}
	began := ""
	if !s.Since.IsZero() {
		began = "since " + plugin.FormatClock(s.Since, at)
	}
	newest := s.Timeline[max(len(s.Timeline)-sparkLength, 0):]
	return []draw.Line{
		{draw.Styled(StyleOf(state), mark(c, state)+" "), draw.Styled(draw.Bold, s.Name)},
		draw.Text(draw.Plain, fmt.Sprintf("%d", s.NOSRV)),
		draw.Text(draw.Plain, plugin.FormatDecimal(s.Rate)+"/min"),
		draw.Text(draw.Faint, before),
		sparkline(c, newest, StyleOf(state)),
		draw.Text(draw.Faint, began),
		draw.Text(draw.Faint, s.Kinds.String()),
	}
}

// sparkLength is how many minutes stand beside a section's numbers.
const sparkLength = 15

// bucket is how much time one number of a timeline stands for.
func bucket(minutes []rates.Minute) string {
	if len(minutes) < 2 || minutes[1].From.Sub(minutes[0].From) == time.Minute {
		return "minute"
	}
	return plugin.FormatDuration(minutes[1].From.Sub(minutes[0].From))
}

// sum adds the timelines of sections; each has as many minutes as the others,
// or none.
func sum(sections []nosrv.Section) []rates.Minute {
	var all []rates.Minute
	for _, s := range sections {
		if all == nil {
			all = append(all, s.Timeline...)
			continue
		}
		for i := range min(len(all), len(s.Timeline)) {
			all[i].Count += s.Timeline[i].Count
		}
	}
	return all
}

// align pads the cells of rows to columns; those from the second to the fourth
// are numbers.
func align(rows [][]draw.Line) []draw.Line {
	var widths []int
	for _, r := range rows {
		widths = append(widths, make([]int, len(r)-min(len(widths), len(r)))...)
		for i, cell := range r {
			widths[i] = max(widths[i], cell.Width())
		}
	}
	lines := make([]draw.Line, len(rows))
	for i, r := range rows {
		for j, cell := range r {
			if widths[j] == 0 {
				continue
			}
			if j > 0 {
				lines[i] = append(lines[i], draw.Blank(2))
			}
			lines[i] = append(lines[i], cell.Pad(widths[j], j >= 1 && j <= 3)...)
		}
	}
	return lines
}
