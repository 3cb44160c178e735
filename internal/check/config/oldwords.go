package config

import (
	"fmt"
	"slices"

	"check-haproxy/internal/haproxy/configuration"
)

var oldWords = Rule{
	Name:     "old-words",
	Finds:    "a word that today's HAProxy refuses or ignores (`clitimeout`, `contimeout`, `srvtimeout`, `nbproc`, `reqadd`, `option forceclose`, `process` on a bind line …); it is then read as what replaced it",
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
				findings = append(findings, oldWord(section, line, line.Old.Word, line.Old.Since, line.Old.Instead))
			case bindsToProcess(line):
				findings = append(findings, oldWord(section, line, "process", "2.5", "thread, or nothing: every thread takes every listener"))
			}
		}
	}
	return findings
}

func oldWord(section *configuration.Section, line configuration.Line, word, since, advice string) Finding {
	return Finding{
		Severity: Warning, Position: line.Position, Section: section.Title(),
		Brief:   word + " is gone since HAProxy " + since,
		Message: fmt.Sprintf("%s is refused since HAProxy %s", word, since),
		Advice:  advice,
	}
}

// bindsToProcess finds "bind … process N" and "stats socket … process N".
func bindsToProcess(line configuration.Line) bool {
	return (line.Is("bind") || line.Is("stats", "socket")) && slices.Contains(line.Words[1:], "process")
}
