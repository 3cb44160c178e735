package config

import (
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"check-haproxy/internal/haproxy/configuration"
	"check-haproxy/internal/plugin"
)

// report makes the result of what was found.
func report(c *configuration.Configuration, found []Judgement, verbose bool) plugin.Result {
	risks := Risks(found)
	var bad []plugin.Finding
	for _, risk := range risks {
		if risk.Severity > Note {
			bad = append(bad, plugin.Finding{State: risk.Severity.State(), One: risk.brief(c, len(bad) == 0)})
		}
	}
	result := plugin.Combine(plugin.Findings{Heading: plugin.Count(len(bad), "risk") + " in " + plugin.ShortName(c.Name()), List: bad})
	for _, j := range worstFirst(found) {
		if j.Severity > Note {
			result.Problems = append(result.Problems, j.line())
		} else {
			result.Details = append(result.Details, j.line())
		}
	}
	if len(bad) == 0 {
		result.Rest = []string{fine(c, len(risks))}
		result.Details = append(result.Details, unsetVariables(c)...)
	} else {
		result.Problems = append(result.Problems, unsetVariables(c)...)
	}
	result.Details = append(result.Details, remarks(c)...)
	result.Perfdata = []plugin.Metric{count("risks", len(bad)), count("notes", len(risks)-len(bad))}
	result.Fields = jsonFields(c, found, verbose)
	return result
}

func count(label string, n int) plugin.Metric {
	return plugin.Metric{Label: label, Value: float64(n), Min: plugin.LimitOf(0), Level: plugin.Summary}
}

// worstFirst flattens what Risks put in order.
func worstFirst(found []Judgement) []Judgement {
	var all []Judgement
	for _, risk := range Risks(found) {
		all = append(all, risk.Found...)
	}
	return all
}

// brief is a risk in the first line, with its place, and its rule or without.
func (r Risk) brief(c *configuration.Configuration, withRule bool) string {
	first := r.Found[0]
	text := plugin.ShortName(first.Brief)
	if n := len(r.Found); n > 1 {
		text += fmt.Sprintf(" +%d", n-1)
	}
	var where []string
	if withRule {
		where = append(where, first.Rule.Name)
	}
	if lines := r.lines(); lines != "" && len(c.Files) > 1 {
		where = append(where, filepath.Base(first.File)+" "+lines)
	} else if lines != "" {
		where = append(where, lines)
	}
	if len(where) == 0 {
		return text
	}
	return text + " (" + strings.Join(where, ", ") + ")"
}

// lines are the first few lines of a risk in its first file.
func (r Risk) lines() string {
	const most = 3
	var numbers []string
	for _, j := range r.Found {
		number := strconv.Itoa(j.Line)
		if j.Line > 0 && j.File == r.Found[0].File && !slices.Contains(numbers, number) {
			numbers = append(numbers, number)
		}
	}
	switch {
	case len(numbers) == 0:
		return ""
	case len(numbers) == 1:
		return "line " + numbers[0]
	case len(numbers) > most:
		return "lines " + strings.Join(numbers[:most], ", ") + ", …"
	}
	return "lines " + strings.Join(numbers, ", ")
}

// line is a finding in the long output: where, what, why, and what to write.
func (j Judgement) line() string {
	place := j.File
	if j.Line > 0 {
		place = fmt.Sprintf("%s:%d", j.File, j.Line)
	}
	return fmt.Sprintf("%s %s %s: %s: %s (%s); write: %s", j.Severity, place, j.Section, j.Message, j.why(), j.Rule.Name, j.Advice)
}

func (j Judgement) why() string {
	if j.Why != "" {
		return j.Why
	}
	return j.Rule.Why
}

// fine is the first line's text if nothing is at risk.
func fine(c *configuration.Configuration, notes int) string {
	text := "no risk in " + plugin.ShortName(c.Name())
	if notes > 0 {
		text += fmt.Sprintf(", %s with -v", plugin.Count(notes, "note"))
	}
	if names := unsetNames(c); len(names) > 0 {
		text += fmt.Sprintf(", not judged: ${%s}", names[0])
		if more := len(names) - 1; more > 0 {
			text += fmt.Sprintf(", +%d", more)
		}
	}
	return text
}

// unsetNames are the variables without a value, each once.
func unsetNames(c *configuration.Configuration) []string {
	var names []string
	for _, v := range c.Unset {
		if !slices.Contains(names, v.Name) {
			names = append(names, v.Name)
		}
	}
	return names
}

// keyword is a line's first word, for reading on, if it looks like a keyword: a
// file may hold anything, secrets too.
func keyword(line configuration.Line) string {
	const letters = "abcdefghijklmnopqrstuvwxyz0123456789._-"
	if word := line.Words[0]; strings.Trim(word, letters) == "" {
		return " " + plugin.ShortName(word)
	}
	return ""
}

// unsetVariables name what is not judged because only HAProxy knows it.
func unsetVariables(c *configuration.Configuration) []string {
	var lines []string
	seen := map[string]bool{}
	for _, v := range c.Unset {
		if !seen[v.Name] {
			seen[v.Name] = true
			lines = append(lines, fmt.Sprintf("%s:%d ${%s} comes from HAProxy's environment, which is not known here: what it stands in is not judged", v.File, v.Line, v.Name))
		}
	}
	return lines
}

// remarks tell what was left alone.
func remarks(c *configuration.Configuration) []string {
	var lines []string
	if n := len(c.Unknown); n > 0 {
		first := c.Unknown[0]
		lines = append(lines, fmt.Sprintf("%s left alone, whose keywords are not known here; the first is %s:%d", plugin.Count(n, "line"), first.File, first.Line)+keyword(first))
	}
	for _, comment := range exemptions(c).unknown {
		lines = append(lines, fmt.Sprintf("%s:%d the comment ignores no rule; write \"# check_haproxy: ignore RULE\" with one of %s", comment.File, comment.Line, strings.Join(ruleNames(), ", ")))
	}
	return lines
}
