package main

import (
	"encoding/xml"
	"fmt"
	"strings"
	"unicode/utf8"
)

// The size of a character, and of the frame around the text, in pixels.
const (
	charWidth  = 8.0
	lineHeight = 18.0
	margin     = 16.0
)

// look is how a terminal shows text: what the SGR parameters have set until here
// (ECMA-48 8.3.117).
type look struct {
	colour   string // class of a colour; empty for the terminal's own
	bold     bool
	faint    bool
	reversed bool
}

var colours = map[string]string{"31": "r", "32": "g", "33": "y", "35": "m", "36": "c"}

// set applies the parameters of one sequence.
func (l *look) set(parameters string) {
	for code := range strings.SplitSeq(parameters, ";") {
		switch code {
		case "", "0":
			*l = look{}
		case "1":
			l.bold = true
		case "2":
			l.faint = true
		case "22":
			l.bold, l.faint = false, false
		case "7":
			l.reversed = true
		case "27":
			l.reversed = false
		default: // 39 among them
			l.colour = colours[code]
		}
	}
}

// class is the look as a class of the style sheet.
func (l *look) class() string {
	switch {
	case l.colour != "":
		return l.colour
	case l.faint:
		return "f"
	case l.bold:
		return "b"
	default:
		return ""
	}
}

const style = `<style>
text { font: 13px ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; fill: #d4d7dc; white-space: pre }
.b { font-weight: bold; fill: #ffffff } .f { fill: #8b919c } .r { fill: #ff6b64 } .g { fill: #6fd07c }
.y { fill: #f0c04c } .m { fill: #d99af0 } .c { fill: #63c5e0 } rect.p { fill: #3a4150 }
</style>
`

// svg draws the output of a terminal.
func svg(output string) string {
	lines := strings.Split(strings.TrimRight(output, "\n"), "\n")
	widest := 0
	var body strings.Builder
	var l look
	for i, line := range lines {
		y := margin + lineHeight*(float64(i)+0.75)
		widest = max(widest, drawLine(&body, &l, line, y))
	}
	width, height := 2*margin+charWidth*float64(widest), 2*margin+lineHeight*float64(len(lines))
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %g %g" width="%g" height="%g" role="img">
%s<rect width="100%%" height="100%%" rx="8" fill="#1b1e24"/>
%s</svg>
`, width, height, width, height, style, body.String())
}

// drawLine draws one line and returns how many characters it has. Every piece
// of text is told where it stands and how wide it is: fonts differ.
func drawLine(b *strings.Builder, l *look, line string, y float64) int {
	column := 0
	for i, piece := range strings.Split(line, "\x1b[") {
		if i > 0 {
			parameters, rest, _ := strings.Cut(piece, "m")
			l.set(parameters)
			piece = rest
		}
		n := utf8.RuneCountInString(piece)
		if l.reversed && n > 0 {
			fmt.Fprintf(b, `<rect class="p" x="%g" y="%g" width="%g" height="%g"/>`+"\n", margin+charWidth*float64(column), y-0.75*lineHeight, charWidth*float64(n), lineHeight)
		}
		if shown := strings.Trim(piece, " "); shown != "" {
			blanks := strings.Index(piece, shown)
			drawText(b, l.class(), shown, margin+charWidth*float64(column+blanks), y)
		}
		column += n
	}
	return column
}

func drawText(b *strings.Builder, class, text string, x, y float64) {
	if class != "" {
		class = ` class="` + class + `"`
	}
	fmt.Fprintf(b, `<text%s x="%g" y="%g" textLength="%g" lengthAdjust="spacingAndGlyphs">`, class, x, y, charWidth*float64(utf8.RuneCountInString(text)))
	_ = xml.EscapeText(b, []byte(text)) // a strings.Builder takes everything
	b.WriteString("</text>\n")
}
