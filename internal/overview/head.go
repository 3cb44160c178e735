package overview

import (
	"fmt"
	"strings"

	"check-haproxy/internal/plugin"
)

// head says how things are in one line, and who answered, in a line each.
func (p *Picture) head(o Options) []line {
	lines := []line{p.firstLine(o)}
	for _, process := range p.facts.Processes[:min(len(p.facts.Processes), maxProcesses)] {
		lines = append(lines, process.line(o))
	}
	if more := len(p.facts.Processes) - maxProcesses; more > 0 {
		lines = append(lines, text(faint, fmt.Sprintf("%s and %d more", o.glyphs().ellipsis, more)))
	}
	return lines
}

// firstLine has the corner at its right; how many servers are up gives way.
func (p *Picture) firstLine(o Options) line {
	l := p.summaryLine(o)
	if o.Corner == "" {
		return l
	}
	corner := text(faint, o.Corner)
	if l.width()+2+corner.width() > o.Width {
		l = l[:len(l)-1]
	}
	return append(l.pad(max(o.Width-corner.width(), l.width()+2), false), corner...)
}

// maxProcesses is how many HAProxys have a line of their own in the head.
const maxProcesses = 8

// counted are the states in the order of the summary.
var counted = []plugin.State{plugin.Critical, plugin.Warning, plugin.Unknown, plugin.OK}

// summaryLine ends with a span of how many servers are up.
func (p *Picture) summaryLine(o Options) line {
	in := map[plugin.State]int{}
	up, all := 0, 0
	for _, s := range p.sections {
		in[s.State]++
		if s.Verdict != nil {
			up, all = up+s.Verdict.Up, all+s.Verdict.Total()
		}
	}
	if len(p.sections) == 0 {
		return line{styled(bold, "no sections"), span{}}
	}
	l := text(bold, plugin.Count(len(p.sections), "section"))
	l = append(l, span{text: ": "})
	for i, state := range counted {
		if in[state] == 0 {
			continue
		}
		if i > 0 && len(l) > 2 {
			l = append(l, span{text: "  "})
		}
		l = append(l, styled(lookOf(state), fmt.Sprintf("%s %d %s", o.mark(state), in[state], state)))
	}
	if all == 0 {
		return append(l, span{})
	}
	return append(l, styled(faint, fmt.Sprintf("  %s %d of %s up", o.glyphs().dot, up, plugin.Count(all, "server"))))
}

func (process Process) line(o Options) line {
	info := process.Info
	if info == nil {
		return text(faint, "statistics from "+process.Endpoint)
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
		return text(faint, words)
	}
	l := text(faint, fmt.Sprintf("%s, %d/%d connections", words, info.CurrConns.Value, info.Maxconn.Value))
	if o.Width > 0 && l.width()+1+longestBar > o.Width {
		return l
	}
	return append(append(l, span{text: " "}), o.draw(bar{info.CurrConns.Value, info.Maxconn.Value}, longestBar)...)
}

// failures are what could not be looked at.
func (p *Picture) failures(o Options) []line {
	var lines []line
	for _, failure := range p.facts.Failures {
		lines = append(lines, o.wrapAfter(styled(magenta, o.mark(plugin.Unknown)+" "), plain, failure)...)
	}
	return lines
}

// notes end the picture: what could not be had beside the statistics.
func (p *Picture) notes(o Options) []line {
	var lines []line
	for _, note := range p.facts.Notes {
		lines = append(lines, o.wrapAfter(styled(faint, "  "), faint, note)...)
	}
	return lines
}
