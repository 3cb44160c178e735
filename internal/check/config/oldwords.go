package config

import (
	"fmt"
	"slices"

	"check-haproxy/internal/haproxy/configuration"
)

var oldWords = Rule{
	Name:     "old-words",
	Finds:    "a word that today's HAProxy refuses or ignores (`clitimeout`, `contimeout`, `srvtimeout`, `nbproc`, `reqadd`, `option forceclose`, `process` on a bind line …); it is then read as what replaced it; a note for words that maintained versions still take (`dispatch`)",
	Why:      "the next upgrade does not start with this file",
	Chapter:  "3 Global section; 4 Proxies",
	Severity: Warning,
	OfAll:    true,
	find:     findOldWords,
}

func findOldWords(c Subject) []Finding {
	var findings []Finding
	for _, section := range c.Sections {
		for _, line := range section.Lines {
			switch {
			case line.Old != nil:
				findings = append(findings, oldWord(section, line, line.Old))
			case bindsToProcess(line):
				findings = append(findings, oldWord(section, line, &processOption))
			}
		}
	}
	return findings
}

var processOption = configuration.Old{Word: "process", Since: "2.5", Instead: "thread, or nothing: every thread takes every listener"}

func oldWord(section *configuration.Section, line configuration.Line, old *configuration.Old) Finding {
	f := Finding{
		Severity: Warning, Position: line.Position, Section: section.Title(),
		Brief:   old.Word + " is gone since HAProxy " + old.Since,
		Message: fmt.Sprintf("%s is refused since HAProxy %s", old.Word, old.Since),
		Advice:  old.Instead,
	}
	if old.Works {
		f.Severity = Note
	}
	return f
}

// bindsToProcess finds "bind … process N" and "stats socket … process N".
func bindsToProcess(line configuration.Line) bool {
	return (line.Is("bind") || line.Is("stats", "socket")) && slices.Contains(line.Words[1:], "process")
}
