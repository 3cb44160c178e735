package backend

import (
	"fmt"
	"strings"
	"time"

	"check-haproxy/internal/haproxy"
	"check-haproxy/internal/plugin"
)

// remark is what weakens an OK: servers that are only up because nobody looks,
// and servers that were taken out and maybe forgotten.
type remark struct {
	up, unchecked, starting int
	uptime                  haproxy.Number // of the HAProxy that has the servers which are starting
	out                     int
	longest                 time.Duration // that one of these is out
}

func (v Verdict) remark() remark {
	r := remark{up: v.Up, unchecked: v.Unchecked, starting: v.Starting, out: v.Out}
	if v.Starting > 0 {
		r.uptime = v.Uptime
	}
	for _, s := range v.Servers {
		r.longest = max(r.longest, s.outFor())
	}
	return r
}

// remarks follow "2 of 2 servers UP": " (none is checked)", ", 1 out for 12d". Of
// a backend in trouble the servers that are out are named anyway.
func (v Verdict) remarks() string {
	r := v.remark()
	if v.State != plugin.OK {
		r.out = 0
	}
	return r.String()
}

// remarksOfAll are those of several backends together.
func remarksOfAll(verdicts []Verdict) string {
	var all remark
	for _, v := range verdicts {
		r := v.remark()
		all.up, all.unchecked, all.starting, all.out = all.up+r.up, all.unchecked+r.unchecked, all.starting+r.starting, all.out+r.out
		if all.longest = max(all.longest, r.longest); r.uptime.Known {
			all.uptime = r.uptime
		}
	}
	return all.String()
}

// remarksOfLine are those of a backend's line in the long output, which has the
// numbers and the servers that are out anyway.
func (v Verdict) remarksOfLine() string {
	r := v.remark()
	r.out = 0
	if v.Trouble == OnBackup {
		return ", on backup servers only" + r.String()
	}
	return r.String()
}

func (r remark) String() string {
	var text string
	if words := r.onlyUp(); len(words) > 0 {
		text = " (" + strings.Join(words, ", ") + ")"
	}
	switch {
	case r.out > 1 && r.longest > 0:
		text += fmt.Sprintf(", %d out, one for %s", r.out, plugin.FormatDuration(r.longest))
	case r.out > 0 && r.longest > 0:
		text += fmt.Sprintf(", %d out for %s", r.out, plugin.FormatDuration(r.longest))
	case r.out > 0:
		text += fmt.Sprintf(", %d out", r.out)
	}
	return text
}

// onlyUp says which servers are up because nobody has looked.
func (r remark) onlyUp() []string {
	var words []string
	switch {
	case r.unchecked == 0:
	case r.unchecked == r.up:
		words = append(words, "none is checked")
	case r.unchecked == 1:
		words = append(words, "1 is not checked")
	default:
		words = append(words, fmt.Sprintf("%d are not checked", r.unchecked))
	}
	switch {
	case r.starting == 0:
		return words
	case r.starting == r.up:
		words = append(words, "none checked yet")
	default:
		words = append(words, fmt.Sprintf("%d not checked yet", r.starting))
	}
	if r.uptime.Known {
		words = append(words, "HAProxy started "+plugin.FormatSeconds(r.uptime.Value)+" ago")
	}
	return words
}
