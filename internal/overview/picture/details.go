package picture

import (
	"fmt"
	"strings"

	"check-haproxy/internal/check/backend"
	"check-haproxy/internal/overview/draw"
	"check-haproxy/internal/plugin"
)

// details say of the sections in trouble why, what shows it, and how to look
// further.
func (p *Picture) details(c draw.Canvas, most int) []draw.Line {
	bad := p.inTrouble()
	var lines []draw.Line
	for i, s := range bad[:min(len(bad), most)] {
		if i > 0 {
			lines = append(lines, nil)
		}
		lines = append(lines, s.Details(c)...)
	}
	if more := len(bad) - most; more > 0 && most > 0 {
		lines = append(lines, nil, draw.Text(draw.Faint, fmt.Sprintf("%s %s more in trouble (-s NAME explains one, -v all)", c.Glyphs().Ellipsis, plugin.Count(more, "section"))))
	}
	return lines
}

// details has the comment behind a command before it, and that of several
// commands in a row once.
func (s Section) Details(c draw.Canvas) []draw.Line {
	title := draw.Line{draw.Styled(StyleOf(s.State), mark(c, s.State)+" "), draw.Styled(draw.Bold, s.Label), draw.Styled(StyleOf(s.State), ": "+s.reason())}
	if s.Verdict != nil && s.Verdict.Trouble == backend.OnBackup && s.cause() != "" {
		title = append(title, draw.Styled(StyleOf(s.State), "; runs on backup servers"))
	}
	lines := []draw.Line{title}
	for i, f := range s.Findings {
		words := f.Evidence
		if i > 0 && f.Cause != "" {
			words = f.Cause.String() + ": " + words
		}
		lines = append(lines, c.WrapAfter(draw.Styled(draw.Plain, "  "), draw.Plain, words)...)
	}
	said := ""
	for _, f := range s.Findings {
		for _, command := range f.Commands {
			command, comment, _ := strings.Cut(draw.Clean(command), "  # ")
			if comment != "" && comment != said {
				lines = append(lines, c.WrapAfter(draw.Styled(draw.Plain, "    "), draw.Faint, "# "+comment)...)
			}
			lines, said = append(lines, c.Command(command)...), comment
		}
	}
	return lines
}
