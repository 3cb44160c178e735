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

// classes are the styles of lshaproxy by their SGR parameter.
var classes = map[string]string{"1": "b", "2": "f", "31": "r", "32": "g", "33": "y", "35": "m", "36": "c"}

const style = `<style>
text { font: 13px ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; fill: #d4d7dc; white-space: pre }
.b { font-weight: bold; fill: #ffffff } .f { fill: #8b919c } .r { fill: #ff6b64 } .g { fill: #6fd07c }
.y { fill: #f0c04c } .m { fill: #d99af0 } .c { fill: #63c5e0 }
</style>
`

// svg draws the output of a terminal.
func svg(output string) string {
	lines := strings.Split(strings.TrimRight(output, "\n"), "\n")
	widest := 0
	var body strings.Builder
	for i, line := range lines {
		y := margin + lineHeight*(float64(i)+0.75)
		widest = max(widest, drawLine(&body, line, y))
	}
	width, height := 2*margin+charWidth*float64(widest), 2*margin+lineHeight*float64(len(lines))
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %g %g" width="%g" height="%g" role="img">
%s<rect width="100%%" height="100%%" rx="8" fill="#1b1e24"/>
%s</svg>
`, width, height, width, height, style, body.String())
}

// drawLine draws one line and returns how many characters it has. Every piece
// of text is told where it stands and how wide it is: fonts differ.
func drawLine(b *strings.Builder, line string, y float64) int {
	column := 0
	for i, piece := range strings.Split(line, "\x1b[") {
		class := ""
		if i > 0 {
			code, rest, _ := strings.Cut(piece, "m")
			class, piece = classes[code], rest
		}
		n := utf8.RuneCountInString(piece)
		if shown := strings.Trim(piece, " "); shown != "" {
			blanks := strings.Index(piece, shown)
			drawText(b, class, shown, margin+charWidth*float64(column+blanks), y)
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
