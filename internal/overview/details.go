package overview

import (
	"fmt"
	"strings"

	"check-haproxy/internal/plugin"
)

// details say of the sections in trouble why, what shows it, and how to look
// further.
func (p *Picture) details(o Options, most int) []line {
	bad := p.inTrouble()
	var lines []line
	for i, s := range bad[:min(len(bad), most)] {
		if i > 0 {
			lines = append(lines, nil)
		}
		lines = append(lines, s.details(o)...)
	}
	if more := len(bad) - most; more > 0 && most > 0 {
		lines = append(lines, nil, text(faint, fmt.Sprintf("%s %s more in trouble (-s NAME explains one, -v all)", o.glyphs().ellipsis, plugin.Count(more, "section"))))
	}
	return lines
}

// details has the comment behind a command before it, and that of several
// commands in a row once.
func (s Section) details(o Options) []line {
	title := line{{o.mark(s.State) + " ", lookOf(s.State)}, styled(bold, s.Label), styled(lookOf(s.State), ": "+s.reason())}
	if s.Verdict != nil && s.Verdict.OnBackup && s.cause() != "" {
		title = append(title, styled(lookOf(s.State), "; runs on backup servers"))
	}
	lines := []line{title}
	for i, f := range s.Findings {
		words := f.Evidence
		if i > 0 && f.Cause != "" {
			words = f.Cause.String() + ": " + words
		}
		lines = append(lines, o.wrapAfter(styled(plain, "  "), plain, words)...)
	}
	said := ""
	for _, f := range s.Findings {
		for _, command := range f.Commands {
			command, comment, _ := strings.Cut(clean(command), "  # ")
			if comment != "" && comment != said {
				lines = append(lines, o.wrapAfter(styled(plain, "    "), faint, "# "+comment)...)
			}
			lines, said = append(lines, o.command(command)...), comment
		}
	}
	return lines
}

// command prints a command to copy; where it has to be broken it goes on as a
// shell reads it.
func (o Options) command(command string) []line {
	var lines []line
	prompt := styled(faint, "  $ ")
	for i, part := range breakCommand(command, o.Width-6) {
		lead := prompt
		if i > 0 {
			lead = styled(plain, "    ")
		}
		l := line{lead, {part, cyan}}
		for o.Width > 0 && l.width() > max(o.Width, 2) { // nothing of a command may be missing
			fits := head(part, max(o.Width, 2)-widthOf(lead.text))
			lines = append(lines, line{lead, {fits, cyan}})
			part, lead = part[len(fits):], span{}
			l = line{{part, cyan}}
		}
		lines = append(lines, l)
	}
	return lines
}

// breakCommand breaks a command that is too wide, at blanks that are not in
// quotes; each part but the last ends in a backslash. A part without such a
// blank stays too wide.
func breakCommand(command string, width int) []string {
	if width <= 0 || widthOf(command) <= width {
		return []string{command}
	}
	var parts []string
	current := ""
	for _, word := range words(command) {
		if current != "" && widthOf(current)+1+widthOf(word) > width-2 {
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
