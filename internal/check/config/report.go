package config

import (
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"check-haproxy/internal/haproxy/configuration"
	"check-haproxy/internal/plugin"
)

// report makes the result of what was found.
func report(c *configuration.Configuration, found []Judgement, verbose bool) plugin.Result {
	risks := Risks(found)
	var result plugin.Result
	var bad []Risk
	for _, risk := range risks {
		result.State = plugin.Worst(result.State, risk.Severity.State())
		if risk.Severity > Note {
			bad = append(bad, risk)
		}
	}
	if len(bad) > 0 {
		result.Headline = []string{headline(c, bad, result.State)}
	}
	for _, j := range worstFirst(found) {
		if j.Severity > Note {
			result.Problems = append(result.Problems, j.line())
		} else {
			result.Details = append(result.Details, j.line())
		}
	}
	if len(bad) == 0 {
		result.Rest = fine(c, len(risks))
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

// maxFirstLine bounds the first line of the output in characters.
const maxFirstLine = 140

// headline is "3 risks in haproxy.cfg: v2Elb is looked up once (dns-at-start,
// line 14), fe: option httpchk without effect (line 19), +1": as many risks as
// the first line holds.
func headline(c *configuration.Configuration, risks []Risk, state plugin.State) string {
	room := maxFirstLine - len("HAPROXY CONFIG : ") - len(state.String())
	text := fmt.Sprintf("%s in %s: %s", plugin.Count(len(risks), "risk"), shorten(c.Name()), risks[0].brief(c, true))
	for i, risk := range risks[1:] {
		left := len(risks) - 1 - i
		next := text + ", " + risk.brief(c, false)
		if utf8.RuneCountInString(next+andMore(left-1)) > room {
			return text + andMore(left)
		}
		text = next
	}
	return text
}

// andMore counts what is left out.
func andMore(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(", +%d", n)
}

// brief is a risk in the first line, with its place, and its rule or without.
func (r Risk) brief(c *configuration.Configuration, withRule bool) string {
	first := r.Found[0]
	text := shorten(first.Brief)
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

// shorten leaves out the middle of what is too long for the first line.
func shorten(text string) string {
	const most = 60
	runes := []rune(text)
	if len(runes) <= most {
		return text
	}
	return string(runes[:most/2]) + "…" + string(runes[len(runes)-most/2+1:])
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
	text := "no risk in " + shorten(c.Name())
	if notes > 0 {
		text += fmt.Sprintf(", %s with -v", plugin.Count(notes, "note"))
	}
	if names := unsetNames(c); len(names) > 0 {
		text += fmt.Sprintf(", not judged: ${%s}%s", names[0], andMore(len(names)-1))
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

// remarks tell what could not be judged.
func remarks(c *configuration.Configuration) []string {
	var lines []string
	seen := map[string]bool{}
	for _, v := range c.Unset {
		if !seen[v.Name] {
			seen[v.Name] = true
			lines = append(lines, fmt.Sprintf("%s:%d ${%s} comes from HAProxy's environment, which is not known here: what it stands in is not judged", v.File, v.Line, v.Name))
		}
	}
	if n := len(c.Unknown); n > 0 {
		first := c.Unknown[0]
		lines = append(lines, fmt.Sprintf("%s left alone, whose keywords are not known here; the first is %s:%d %s", plugin.Count(n, "line"), first.File, first.Line, first.Words[0]))
	}
	for _, comment := range exemptions(c).unknown {
		lines = append(lines, fmt.Sprintf("%s:%d the comment ignores no rule; write \"# check_haproxy: ignore RULE\" with one of %s", comment.File, comment.Line, strings.Join(ruleNames(), ", ")))
	}
	return lines
}
