package plugin

import (
	"bytes"
	"fmt"
	"iter"
	"strings"

	"github.com/atc0005/go-nagios"
)

// formatText makes the plugin's output: first line, perfdata, long output, in
// at most limit bytes (0: any number). Text gives way before perfdata, at the
// end of a line; if not even the first line leaves room for the perfdata,
// the next lower level of it is printed instead, whole, and the output says so.
func formatText(check string, r Result, level Level, verbose bool, limit int) string {
	first := firstLine(check, r)
	lines := longOutput(r, verbose)
	if limit <= 0 {
		perfdata, _ := formatPerfdata(r.perfdata(), level, 0)
		return render(r.State, first, perfdata, lines)
	}
	perfdata, shown := fitPerfdata(r.perfdata(), level, limit-len(first)-len(" | \n"))
	var note string
	if shown < level {
		note = fmt.Sprintf("perfdata of level %q does not fit into %d bytes, level %q is shown; raise --max-output (Nagios Core reads 8 KiB) or narrow the check with --section", level, limit, shown)
	}
	room := limit - len(render(r.State, first, perfdata, nil))
	output := render(r.State, first, perfdata, cutLines(lines, note, room))
	if len(output) > limit {
		return cutBytes(first, limit-1) + "\n"
	}
	return output
}

// fitPerfdata prints the metrics of the highest level, asked or lower, that has
// at most room bytes.
func fitPerfdata(metrics iter.Seq[Metric], asked Level, room int) (perfdata string, shown Level) {
	for level := asked; level > None; level-- {
		if perfdata, fits := formatPerfdata(metrics, level, max(room, 1)); fits {
			return perfdata, level
		}
	}
	return "", None
}

func firstLine(check string, r Result) string {
	prefix := fmt.Sprintf("HAPROXY %s %s: ", strings.ToUpper(check), r.State)
	return prefix + headline(r.Findings, r.Rest, maxFirstLine-len(prefix))
}

func longOutput(r Result, verbose bool) []string {
	lines := make([]string, 0, len(r.Problems)+len(r.Details))
	for _, line := range r.Problems {
		lines = append(lines, plain(line))
	}
	if !verbose {
		return lines
	}
	for _, line := range r.Details {
		lines = append(lines, plain(line))
	}
	if r.Listed != nil {
		for _, line := range r.Listed() {
			lines = append(lines, plain(line))
		}
	}
	return lines
}

// cutLines keeps the lines that fit into room bytes and counts the others; a
// note, if there is one, goes last and goes in first.
func cutLines(lines []string, note string, room int) []string {
	footer := nonEmpty(note)
	if len(note)+1 > room {
		footer = nil
	}
	for _, line := range footer {
		room -= len(line) + 1
	}
	needed := 0
	for _, line := range lines {
		needed += len(line) + 1
	}
	if needed <= room {
		return append(lines[:len(lines):len(lines)], footer...)
	}
	room -= len(more(len(lines)))
	shown := 0
	for shown < len(lines) && len(lines[shown])+1 <= room {
		room -= len(lines[shown]) + 1
		shown++
	}
	if room < 0 {
		return footer
	}
	rest := strings.TrimSpace(more(len(lines) - shown))
	return append(append(lines[:shown:shown], rest), footer...)
}

// cutBytes shortens text to at most limit bytes, never inside a character.
func cutBytes(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	return strings.ToValidUTF8(text[:max(limit, 0)], "")
}

// render lets go-nagios write the parts and takes away what it pads them with:
// the space before each line end and the empty line after the first line. The
// perfdata goes on the first line, where Nagios Core and Icinga look for it
// even in output that something cut on the way.
//
// The zero Plugin, unlike NewPlugin's, is not one that starts as OK and adds a
// "time" in milliseconds; os.Exit stays with main.
func render(state State, first, perfdata string, lines []string) string {
	var out bytes.Buffer
	p := nagios.Plugin{
		ExitStatusCode:    int(state),
		ServiceOutput:     first,
		LongServiceOutput: strings.Join(lines, "\n"),
	}
	if perfdata != "" {
		p.ServiceOutput += " | " + perfdata
	}
	p.SetOutputTarget(&out)
	p.SkipOSExit()
	p.ReturnCheckResults()
	return trimPadding(out.String())
}

func trimPadding(output string) string {
	var b strings.Builder
	for line := range strings.Lines(output) {
		if line = strings.TrimRight(line, " \n"); line != "" {
			b.WriteString(line + "\n")
		}
	}
	return b.String()
}
