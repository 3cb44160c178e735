package overview

import (
	"strconv"
	"strings"

	"check-haproxy/internal/haproxy"
	"check-haproxy/internal/plugin"
)

func (o Options) mark(s plugin.State) string {
	switch s {
	case plugin.OK:
		return o.glyphs().ok
	case plugin.Warning:
		return o.glyphs().warning
	case plugin.Critical:
		return o.glyphs().critical
	default:
		return o.glyphs().unknown
	}
}

func lookOf(s plugin.State) style {
	switch s {
	case plugin.OK:
		return green
	case plugin.Warning:
		return yellow
	case plugin.Critical:
		return red
	default:
		return magenta
	}
}

// ofLimit is "18/20", or "18" where nothing limits it.
func ofLimit(n, limit haproxy.Number) line {
	if !n.Known {
		return nil
	}
	number := strconv.FormatInt(n.Value, 10)
	look := plain
	if n.Value == 0 {
		look = faint
	}
	l := text(look, number)
	if limit.Known {
		l = append(l, styled(faint, "/"+strconv.FormatInt(limit.Value, 10)))
	}
	return l
}

func waiting(n haproxy.Number) line {
	switch {
	case !n.Known:
		return nil
	case n.Value == 0:
		return text(faint, "0")
	default:
		return text(yellow, strconv.FormatInt(n.Value, 10))
	}
}

// nosrv is how many requests found no server in the window.
func (s Section) nosrv() line {
	switch {
	case s.NOSRV == nil:
		return nil
	case s.NOSRV.NOSRV == 0:
		return text(faint, "0")
	default:
		return text(lookOf(s.NOSRV.State), strconv.FormatUint(s.NOSRV.NOSRV, 10))
	}
}

func since(n haproxy.Number) line {
	if !n.Known || n.Value < 0 {
		return nil
	}
	return text(faint, plugin.FormatSeconds(n.Value))
}

// join joins what is not empty.
func join(separator string, parts ...string) string {
	var some []string
	for _, part := range parts {
		if part != "" {
			some = append(some, part)
		}
	}
	return strings.Join(some, separator)
}
