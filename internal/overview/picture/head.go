package picture

import (
	"fmt"
	"strings"

	"check-haproxy/internal/overview/draw"
	"check-haproxy/internal/plugin"
)

// Head says how things are in one line, and who answered, in a line each.
func (p *Picture) Head(c draw.Canvas) []draw.Line {
	return append([]draw.Line{p.Summary(c, 0)}, p.Processes(c)...)
}

// Processes are the HAProxys that answered.
func (p *Picture) Processes(c draw.Canvas) []draw.Line {
	var lines []draw.Line
	for i := range p.facts.Processes[:min(len(p.facts.Processes), maxProcesses)] {
		lines = append(lines, p.processLine(c, i))
	}
	if more := len(p.facts.Processes) - maxProcesses; more > 0 {
		lines = append(lines, draw.Text(draw.Faint, fmt.Sprintf("%s and %d more", c.Glyphs().Ellipsis, more)))
	}
	return append(lines, p.certificate(c)...)
}

// certificate is the one that expires first.
func (p *Picture) certificate(c draw.Canvas) []draw.Line {
	first := p.facts.Certificate
	if first == nil {
		return nil
	}
	words := "first certificate to expire: " + first.Sentence()
	if first.State == plugin.OK {
		return c.WrapAfter(draw.Span{}, draw.Faint, words)
	}
	return c.WrapAfter(draw.Styled(StyleOf(first.State), mark(c, first.State)+" "), draw.Plain, words)
}

// maxProcesses is how many HAProxys have a line of their own in the head.
const maxProcesses = 8

// counted are the states in the order of the summary.
var counted = []plugin.State{plugin.Critical, plugin.Warning, plugin.Unknown, plugin.OK}

// Summary is how many sections are in which state, and how many servers are up;
// less of it if that is more than so many columns, of which 0 is no bound.
func (p *Picture) Summary(c draw.Canvas, room int) draw.Line {
	if len(p.sections) == 0 {
		return draw.Text(draw.Bold, "no sections")
	}
	in := map[plugin.State]int{}
	up, all := 0, 0
	for _, s := range p.sections {
		in[s.State]++
		if s.Availability != nil {
			up, all = up+s.Availability.Up, all+s.Availability.Total()
		}
	}
	summary := p.counts(c, in, true)
	if room > 0 && summary.Width() > room {
		return p.counts(c, in, false)
	}
	servers := draw.Line{draw.Styled(draw.Faint, fmt.Sprintf("  %s %d of %s up", c.Glyphs().Dot, up, plugin.Count(all, "server")))}
	if all == 0 || room > 0 && summary.Width()+servers.Width() > room {
		return summary
	}
	return append(summary, servers...)
}

// counts are the numbers of sections, with the states' names or with their marks
// alone.
func (p *Picture) counts(c draw.Canvas, in map[plugin.State]int, names bool) draw.Line {
	l := draw.Line{draw.Styled(draw.Bold, plugin.Count(len(p.sections), "section")), draw.Styled(draw.Plain, ": ")}
	for _, state := range counted {
		if in[state] == 0 {
			continue
		}
		if len(l) > 2 {
			l = append(l, draw.Blank(2))
		}
		words := fmt.Sprintf("%s %d", mark(c, state), in[state])
		if names {
			words += " " + state.String()
		}
		l = append(l, draw.Styled(StyleOf(state), words))
	}
	return l
}

func (p *Picture) processLine(c draw.Canvas, i int) draw.Line {
	process := &p.facts.Processes[i]
	info := process.Info
	if info == nil {
		return draw.Text(draw.Faint, "statistics from "+process.Endpoint)
	}
	version, _, _ := strings.Cut(info.Version, "-") // without the distribution's revision
	words := "HAProxy " + version
	if info.Node != "" {
		words += " on " + info.Node
	}
	words += " (" + process.Endpoint + ")"
	if info.UptimeSec.Known {
		words += " up " + plugin.FormatSeconds(info.UptimeSec.Value)
	}
	if !info.CurrConns.Known || info.Maxconn.Value <= 0 {
		return draw.Text(draw.Faint, words)
	}
	l := draw.Text(draw.Faint, fmt.Sprintf("%s, %d/%d connections", words, info.CurrConns.Value, info.Maxconn.Value))
	if c.Width > 0 && l.Width()+1+draw.LongestBar > c.Width {
		return l
	}
	return append(append(l, draw.Blank(1)), c.Bar(barOf(info.CurrConns, info.Maxconn, p.process[i].Bar), draw.LongestBar)...)
}

// Failures are what could not be looked at.
func (p *Picture) Failures(c draw.Canvas) []draw.Line {
	var lines []draw.Line
	for _, failure := range p.facts.Failures {
		lines = append(lines, c.WrapAfter(draw.Styled(draw.Magenta, mark(c, plugin.Unknown)+" "), draw.Plain, failure)...)
	}
	return lines
}

// notes end the picture: what could not be had beside the statistics.
func (p *Picture) notes(c draw.Canvas) []draw.Line {
	var lines []draw.Line
	for _, note := range p.facts.Notes {
		lines = append(lines, c.WrapAfter(draw.Styled(draw.Faint, "  "), draw.Faint, note)...)
	}
	return lines
}
