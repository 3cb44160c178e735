package picture

import (
	"fmt"
	"strings"
	"time"

	"check-haproxy/internal/check/rates"
	"check-haproxy/internal/haproxy"
	"check-haproxy/internal/overview/draw"
	"check-haproxy/internal/plugin"
)

// barOf is a number of sessions and its limit, in the colour of what
// check_haproxy_sessions says of them.
func barOf(current, limit haproxy.Number, state plugin.State) draw.Bar {
	b := draw.Bar{Current: current.Value, Limit: limit.Value, Style: draw.Cyan}
	if state != plugin.OK {
		b.Style = StyleOf(state)
	}
	return b
}

// chartHeight is in lines, each as fine as there are levels.
const chartHeight = 3

// chart draws the minutes of a timeline, the newest at the right, with a scale
// at the left and the time below. Those from begin on are the window.
func chart(c draw.Canvas, minutes []rates.Minute, begin time.Time, s draw.Style) []draw.Line {
	scale := fmt.Sprint(max(peak(minutes), 1))
	minutes, each := room(c, minutes, len(scale)+1)
	if len(minutes) == 0 {
		return nil
	}
	most := max(peak(minutes), 1)
	lines := make([]draw.Line, chartHeight)
	for i := range lines {
		lines[i] = draw.Line{draw.Blank(len(scale) + 1)}
	}
	lines[0] = append(draw.Text(draw.Faint, fmt.Sprint(most)).Pad(len(scale), true), draw.Blank(1))
	for _, m := range minutes {
		look := s
		if m.From.Before(begin) {
			look = draw.Faint
		}
		for i, level := range c.Column(float64(m.Count), float64(most), chartHeight) {
			lines[i] = append(lines[i], draw.Styled(look, strings.Repeat(level, each)))
		}
	}
	return append(lines, append(draw.Line{draw.Blank(len(scale) + 1)}, timeAxis(c, minutes, each)...))
}

// room cuts a timeline to its newest minutes, if it does not fit beside so
// many columns; with much room a minute takes two of them.
func room(c draw.Canvas, minutes []rates.Minute, beside int) ([]rates.Minute, int) {
	switch width := c.Bounded() - beside; {
	case width < 1:
		return nil, 0
	case width >= 2*len(minutes):
		return minutes, 2
	default:
		return minutes[max(len(minutes)-width, 0):], 1
	}
}

// timeAxis writes the time of the first minute and, from the right, of the end.
func timeAxis(c draw.Canvas, minutes []rates.Minute, each int) draw.Line {
	width := len(minutes) * each
	from := minutes[0].From.Format("15:04")
	last := minutes[len(minutes)-1].From.Format("15:04")
	if width < len(from)+len(last)+3 {
		return draw.Text(draw.Faint, last).Cut(width, "").Pad(width, true)
	}
	middle := strings.Repeat(c.Glyphs().Rule, width-len(from)-len(last)-2)
	return draw.Text(draw.Faint, from+" "+middle+" "+last)
}

// sparkline is a chart of one line for beside a text.
func sparkline(c draw.Canvas, minutes []rates.Minute, s draw.Style) draw.Line {
	values := make([]float64, len(minutes))
	for i, m := range minutes {
		values[i] = float64(m.Count)
	}
	return draw.Line{c.Sparkline(values, s)}
}

func peak(minutes []rates.Minute) uint64 {
	var most uint64
	for _, m := range minutes {
		most = max(most, m.Count)
	}
	return most
}
