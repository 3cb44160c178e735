package picture

import (
	"fmt"
	"strings"

	"check-haproxy/internal/overview/draw"
	"check-haproxy/internal/plugin"
)

// head says how things are in one line, and who answered, in a line each.
func (p *Picture) head(o Options) []draw.Line {
	lines := []draw.Line{p.summaryLine(o)}
	for _, process := range p.facts.Processes[:min(len(p.facts.Processes), maxProcesses)] {
		lines = append(lines, process.line(o))
	}
	if more := len(p.facts.Processes) - maxProcesses; more > 0 {
		lines = append(lines, draw.Text(draw.Faint, fmt.Sprintf("%s and %d more", o.Glyphs().Ellipsis, more)))
	}
	return lines
}

// maxProcesses is how many HAProxys have a line of their own in the head.
const maxProcesses = 8

// counted are the states in the order of the summary.
var counted = []plugin.State{plugin.Critical, plugin.Warning, plugin.Unknown, plugin.OK}

// summaryLine ends with a span of how many servers are up.
func (p *Picture) summaryLine(o Options) draw.Line {
	in := map[plugin.State]int{}
	up, all := 0, 0
	for _, s := range p.sections {
		in[s.State]++
		if s.Verdict != nil {
			up, all = up+s.Verdict.Up, all+s.Verdict.Total()
		}
	}
	if len(p.sections) == 0 {
		return draw.Line{draw.Styled(draw.Bold, "no sections"), draw.Span{}}
	}
	l := draw.Text(draw.Bold, plugin.Count(len(p.sections), "section"))
	l = append(l, draw.Styled(draw.Plain, ": "))
	for i, state := range counted {
		if in[state] == 0 {
			continue
		}
		if i > 0 && len(l) > 2 {
			l = append(l, draw.Blank(2))
		}
		l = append(l, draw.Styled(lookOf(state), fmt.Sprintf("%s %d %s", mark(o.Canvas, state), in[state], state)))
	}
	if all == 0 {
		return append(l, draw.Span{})
	}
	return append(l, draw.Styled(draw.Faint, fmt.Sprintf("  %s %d of %s up", o.Glyphs().Dot, up, plugin.Count(all, "server"))))
}

func (process Process) line(o Options) draw.Line {
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
	if o.Width > 0 && l.Width()+1+draw.LongestBar > o.Width {
		return l
	}
	return append(append(l, draw.Blank(1)), o.Bar(barOf(info.CurrConns.Value, info.Maxconn.Value), draw.LongestBar)...)
}

// failures are what could not be looked at.
func (p *Picture) failures(o Options) []draw.Line {
	var lines []draw.Line
	for _, failure := range p.facts.Failures {
		lines = append(lines, o.WrapAfter(draw.Styled(draw.Magenta, mark(o.Canvas, plugin.Unknown)+" "), draw.Plain, failure)...)
	}
	return lines
}

// notes end the picture: what could not be had beside the statistics.
func (p *Picture) notes(o Options) []draw.Line {
	var lines []draw.Line
	for _, note := range p.facts.Notes {
		lines = append(lines, o.WrapAfter(draw.Styled(draw.Faint, "  "), draw.Faint, note)...)
	}
	return lines
}
