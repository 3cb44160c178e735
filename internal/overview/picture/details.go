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
	for i := range bad[:min(len(bad), most)] {
		if i > 0 {
			lines = append(lines, nil)
		}
		lines = append(lines, bad[i].Details(c)...)
	}
	if more := len(bad) - most; more > 0 && most > 0 {
		lines = append(lines, nil, draw.Text(draw.Faint, fmt.Sprintf("%s %s more in trouble (-s NAME explains one, -v all)", c.Glyphs().Ellipsis, plugin.Count(more, "section"))))
	}
	return lines
}

// Details say of one section why it is in trouble, what shows it, and how to look
// further. The comment behind a command stands before it, and that of several
// commands in a row once.
func (s *Section) Details(c draw.Canvas) []draw.Line {
	look := StyleOf(s.State)
	lines := []draw.Line{{draw.Styled(look, mark(c, s.State)+" "), draw.Styled(draw.Bold, s.Label), draw.Styled(look, ": "+s.title())}}
	findings := s.Findings
	for i, f := range findings {
		words := f.Evidence
		if words == s.title() {
			continue
		}
		if i > 0 && f.Cause != "" && f.Cause != s.Cause {
			words = f.Cause.String() + ": " + words
		}
		lines = append(lines, c.WrapAfter(draw.Blank(2), draw.Plain, words)...)
	}
	said := ""
	for _, f := range findings {
		for _, command := range f.Commands {
			command, comment, _ := strings.Cut(draw.Clean(command), "  # ")
			if comment != "" && comment != said {
				lines = append(lines, c.WrapAfter(draw.Blank(4), draw.Faint, "# "+comment)...)
			}
			lines, said = append(lines, c.Command(command)...), comment
		}
	}
	return lines
}

// title is why a section is in trouble; what a backend has beside servers that
// are not up, before their cause.
func (s *Section) title() string {
	if s.Availability != nil && s.Availability.Trouble == backend.OnBackup && s.words != s.Reason() {
		return s.words + ": " + s.Reason()
	}
	return s.Reason()
}
