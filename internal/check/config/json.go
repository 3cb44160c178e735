package config

import "check-haproxy/internal/haproxy/configuration"

// fields are what the JSON output has at its top level.
type fields struct {
	Files        []string      `json:"files"`
	Findings     []jsonFinding `json:"findings"`
	UnknownLines int           `json:"unknown_lines"`
	Unset        []string      `json:"unset_variables"`
}

// jsonFinding is a finding as the JSON output shows it.
type jsonFinding struct {
	Rule     string   `json:"rule"`
	Severity Severity `json:"severity"`
	File     string   `json:"file"`
	Line     *int     `json:"line"` // null for what is in no file
	Section  string   `json:"section"`
	Message  string   `json:"message"`
	Advice   string   `json:"advice"`
}

// jsonFields shows notes only if they are asked for, as the text does.
func jsonFields(c *configuration.Configuration, found []Judgement, notes bool) fields {
	f := fields{Files: c.Files, Findings: []jsonFinding{}, UnknownLines: len(c.Unknown), Unset: append([]string{}, unsetNames(c)...)}
	for _, j := range worstFirst(found) {
		if j.Severity > Note || notes {
			f.Findings = append(f.Findings, j.json())
		}
	}
	return f
}

func (j Judgement) json() jsonFinding {
	f := jsonFinding{
		Rule: j.Rule.Name, Severity: j.Severity, File: j.File, Section: j.Section,
		Message: j.Message + ": " + j.why(), Advice: j.Advice,
	}
	if j.Line > 0 {
		f.Line = &j.Line
	}
	return f
}
