package draw

import "strings"

// Command prints a command to copy; if it has to be broken, it goes on as a
// shell reads it.
func (c Canvas) Command(command string) []Line {
	var lines []Line
	prompt := Styled(Faint, "  $ ")
	for i, part := range breakCommand(Clean(command), c.Width-6) {
		lead := prompt
		if i > 0 {
			lead = Blank(4)
		}
		l := Line{lead, {part, Cyan}}
		for c.Width > 0 && l.Width() > max(c.Width, 2) { // nothing of a command may be missing
			fits := head(part, max(c.Width, 2)-lead.Width())
			lines = append(lines, Line{lead, {fits, Cyan}})
			part, lead = part[len(fits):], Span{}
			l = Line{{part, Cyan}}
		}
		lines = append(lines, l)
	}
	return lines
}

// breakCommand breaks a command that is too wide, at blanks that are not in
// quotes; each part but the last ends in a backslash. A part without such a
// blank stays too wide.
func breakCommand(command string, width int) []string {
	if width <= 0 || Width(command) <= width {
		return []string{command}
	}
	var parts []string
	current := ""
	for _, word := range words(command) {
		if current != "" && Width(current)+1+Width(word) > width-2 {
			parts = append(parts, current+` \`)
			current = word
			continue
		}
		current = strings.TrimPrefix(current+" "+word, " ")
	}
	return append(parts, current)
}

// words splits a command at its blanks outside of single quotes.
func words(command string) []string {
	var words []string
	quoted, start := false, 0
	for i := range len(command) {
		switch {
		case command[i] == '\'':
			quoted = !quoted
		case command[i] == ' ' && !quoted:
			words = append(words, command[start:i])
			start = i + 1
		}
	}
	return append(words, command[start:])
}
