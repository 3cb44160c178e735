package overview

import (
	"fmt"
	"strings"
	"time"

	"check-haproxy/internal/check/nosrv"
)

// glyphs are the characters that are not in ASCII, and what stands for them on
// a terminal that has no others.
type glyphs struct {
	ellipsis, dot                  string
	critical, warning, ok, unknown string
	used, free                     string // of a bar
	levels                         []rune // of a chart: from empty to full
	axis                           string
}

var (
	unicodeGlyphs = glyphs{
		ellipsis: "…", dot: "·", critical: "✗", warning: "!", ok: "✓", unknown: "?",
		used: "━", free: "─", levels: []rune(" ▁▂▃▄▅▆▇█"), axis: "─",
	}
	asciiGlyphs = glyphs{
		ellipsis: "~", dot: "-", critical: "X", warning: "!", ok: ".", unknown: "?",
		used: "#", free: "-", levels: []rune(" .:-=+*%#"), axis: "-",
	}
)

func (o Options) glyphs() glyphs {
	if o.ASCII {
		return asciiGlyphs
	}
	return unicodeGlyphs
}

// bar is a share of a limit; without a limit there is none to draw.
type bar struct{ current, limit int64 }

const longestBar = 10

func (b bar) natural() int {
	if b.limit <= 0 {
		return 0
	}
	return longestBar
}

// style is by the defaults of check_haproxy_sessions.
func (b bar) style() style {
	switch percent := 100 * float64(b.current) / float64(b.limit); {
	case percent > 90:
		return red
	case percent > 80:
		return yellow
	default:
		return cyan
	}
}

// draw shows something for one session already, and all only where the limit is
// reached.
func (o Options) draw(b bar, width int) line {
	if b.limit <= 0 || width <= 0 {
		return nil
	}
	used := int(float64(b.current) / float64(b.limit) * float64(width))
	switch {
	case b.current >= b.limit:
		used = width
	case b.current > 0:
		used = min(max(used, 1), width-1)
	default:
		used = 0
	}
	g := o.glyphs()
	return line{{strings.Repeat(g.used, used), b.style()}, {strings.Repeat(g.free, width-used), faint}}
}

// chartHeight is in lines, each as fine as there are levels.
const chartHeight = 3

// chart draws the minutes of a timeline, the newest at the right, with a scale
// at the left and the time below. Those from begin on are the window.
func (o Options) chart(minutes []nosrv.Minute, begin time.Time, s style) []line {
	label := len(fmt.Sprint(peak(minutes)))
	minutes, each := o.room(minutes, label+1)
	if len(minutes) == 0 {
		return nil
	}
	most := max(peak(minutes), 1)
	lines := make([]line, chartHeight)
	for i := range lines {
		scale := ""
		if i == 0 {
			scale = fmt.Sprint(most)
		}
		lines[i] = append(text(faint, scale).pad(label, true), span{text: " "})
		for _, m := range minutes {
			look := s
			if m.From.Before(begin) {
				look = faint
			}
			level := o.level(m.Count, most, chartHeight-1-i)
			lines[i] = append(lines[i], span{strings.Repeat(level, each), look})
		}
	}
	return append(lines, append(text(plain, "").pad(label+1, false), o.timeAxis(minutes, each)...))
}

// room cuts a timeline to its newest minutes, where it does not fit beside so
// many columns; with much room a minute takes two of them.
func (o Options) room(minutes []nosrv.Minute, beside int) ([]nosrv.Minute, int) {
	width := o.Width
	if width <= 0 {
		width = 80
	}
	width -= beside
	switch {
	case width < 1:
		return nil, 0
	case width >= 2*len(minutes):
		return minutes, 2
	default:
		return minutes[max(len(minutes)-width, 0):], 1
	}
}

// level is the character that shows a count in one line of a chart, of which 0
// is the lowest. A count above zero always shows.
func (o Options) level(count, most uint64, above int) string {
	levels := o.glyphs().levels
	steps := len(levels) - 1
	filled := int(float64(count)/float64(most)*float64(steps*chartHeight) + 0.5)
	if count > 0 {
		filled = max(filled, 1)
	}
	return string(levels[min(max(filled-above*steps, 0), steps)])
}

// timeAxis writes the time of the first minute and, from the right, of the end.
func (o Options) timeAxis(minutes []nosrv.Minute, each int) line {
	width := len(minutes) * each
	from := minutes[0].From.Format("15:04")
	last := minutes[len(minutes)-1].From.Format("15:04")
	if width < len(from)+len(last)+3 {
		return text(faint, last).cut(width, "").pad(width, true)
	}
	middle := strings.Repeat(o.glyphs().axis, width-len(from)-len(last)-2)
	return text(faint, from+" "+middle+" "+last)
}

// sparkline is a chart of one line for beside a text.
func (o Options) sparkline(minutes []nosrv.Minute, s style) line {
	levels := o.glyphs().levels
	most := max(peak(minutes), 1)
	var b strings.Builder
	for _, m := range minutes {
		level := (int(m.Count)*(len(levels)-1) + int(most) - 1) / int(most)
		b.WriteRune(levels[level])
	}
	return line{{b.String(), s}}
}

func peak(minutes []nosrv.Minute) uint64 {
	var most uint64
	for _, m := range minutes {
		most = max(most, m.Count)
	}
	return most
}
