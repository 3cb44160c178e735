package picture

import (
	"strconv"
	"strings"

	"check-haproxy/internal/haproxy"
	"check-haproxy/internal/overview/draw"
	"check-haproxy/internal/plugin"
)

// StyleOf is how a state looks.
func StyleOf(s plugin.State) draw.Style {
	switch s {
	case plugin.OK:
		return draw.Green
	case plugin.Warning:
		return draw.Yellow
	case plugin.Critical:
		return draw.Red
	default:
		return draw.Magenta
	}
}

// ofLimit is "18/20", or "18" if nothing limits it.
func ofLimit(n, limit haproxy.Number) draw.Line {
	if !n.Known {
		return nil
	}
	number := strconv.FormatInt(n.Value, 10)
	look := draw.Plain
	if n.Value == 0 {
		look = draw.Faint
	}
	l := draw.Text(look, number)
	if limit.Known {
		l = append(l, draw.Styled(draw.Faint, "/"+strconv.FormatInt(limit.Value, 10)))
	}
	return l
}

func waiting(n haproxy.Number) draw.Line {
	switch {
	case !n.Known:
		return nil
	case n.Value == 0:
		return draw.Text(draw.Faint, "0")
	default:
		return draw.Text(draw.Yellow, strconv.FormatInt(n.Value, 10))
	}
}

// nosrv is how many requests found no server in the window.
func (s *Section) nosrv() draw.Line {
	if s.NOSRV == nil {
		return nil
	}
	return inWindow(s.NOSRV.NOSRV, s.NOSRV.State)
}

// spoiled is how many requests the section's servers spoiled in the window.
func (s *Section) spoiled() draw.Line {
	if s.Errors == nil {
		return nil
	}
	return inWindow(s.Errors.Errors, s.Errors.State)
}

// inWindow is a number of lost requests, in the colour of what a check says of it.
func inWindow(n uint64, state plugin.State) draw.Line {
	if n == 0 {
		return draw.Text(draw.Faint, "0")
	}
	return draw.Text(StyleOf(state), strconv.FormatUint(n, 10))
}

// since is how long something has been as it is. What has been so since the
// process was started may have been so for longer: a reload begins to count anew.
func since(change, uptime haproxy.Number) draw.Line {
	switch {
	case !change.Known || change.Value < 0:
		return nil
	case uptime.Known && change.Value >= uptime.Value:
		return draw.Text(draw.Faint, "reload")
	default:
		return draw.Text(draw.Faint, plugin.FormatSeconds(change.Value))
	}
}

// joined joins what is not empty.
func joined(separator string, parts ...string) string {
	var some []string
	for _, part := range parts {
		if part != "" {
			some = append(some, part)
		}
	}
	return strings.Join(some, separator)
}
