package accesslog

import (
	"bytes"
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"check-haproxy/internal/sorting"
)

// Loss is a syslog daemon's word that it has dropped lines of HAProxy's, or of
// nobody's by name.
type Loss struct {
	Written  time.Time // zero if the line does not tell
	Messages int       // how many; 0 if it does not tell
	Text     string    // its own words
}

const (
	maxLosses = 100  // the newest ones are kept
	maxNames  = 1000 // tags and process ids of HAProxy's that are told apart
)

// announcement is a loss and whose lines it is about: a unit's or program's by
// name, a process's, or nobody's in particular.
type announcement struct {
	written  int64
	messages int
	text     string
	name     string
	pid      int
}

// notes are what one parser has seen of losses, and of whom they may be about.
type notes struct {
	losses []announcement
	tags   map[string]bool // of HAProxy's lines; "" is none
	pids   map[int]bool
	seen   bool   // one was noted
	tag    []byte // the last one
	pid    int
}

func newNotes() notes {
	return notes{tags: map[string]bool{}, pids: map[int]bool{}}
}

// see takes in who wrote a line of HAProxy's. The lines of the fast path have the
// origin of the one before them.
func (n *notes) see(o *Origin) {
	if n.seen && o.PID == n.pid && bytes.Equal(o.Tag, n.tag) {
		return
	}
	n.seen, n.tag, n.pid = true, append(n.tag[:0], o.Tag...), o.PID
	if len(n.tags) < maxNames {
		n.tags[string(o.Tag)] = true
	}
	if len(n.pids) < maxNames && o.PID != 0 {
		n.pids[o.PID] = true
	}
}

// announce keeps an announcement, and forgets old ones.
func (n *notes) announce(a announcement) {
	if len(n.losses) == 2*maxLosses {
		n.sort()
		n.losses = slices.Delete(n.losses, 0, maxLosses)
	}
	n.losses = append(n.losses, a)
}

func (n *notes) sort() {
	sorting.Stable(n.losses, func(a, b announcement) int {
		return cmp.Or(cmp.Compare(a.written, b.written), strings.Compare(a.text, b.text))
	})
}

// add takes in another parser's notes.
func (n *notes) add(other *notes) {
	maps.Copy(n.tags, other.tags)
	maps.Copy(n.pids, other.pids)
	n.losses = append(n.losses, other.losses...)
}

// concerning are the losses that concern HAProxy, oldest first.
func (n *notes) concerning() []Loss {
	n.sort()
	var losses []Loss
	for _, a := range n.losses {
		if !n.concern(a) {
			continue
		}
		loss := Loss{Messages: a.messages, Text: a.text}
		if a.written != 0 {
			loss.Written = time.Unix(0, a.written)
		}
		losses = append(losses, loss)
	}
	return losses[max(0, len(losses)-maxLosses):]
}

// concern reports whether HAProxy's lines were dropped, or may have been.
func (n *notes) concern(a announcement) bool {
	switch {
	case a.name != "":
		return isNamedAfter(a.name) || n.tags[a.name] || n.pids[a.pid]
	case a.pid != 0:
		return n.pids[a.pid] || len(n.pids) == 0
	}
	return true
}

// readLoss reads what journald and rsyslog say when they drop lines (in systemd's
// journald-rate-limit.c and rsyslog's ratelimit.c, imuxsock.c):
//
//	systemd-journald[311]: Suppressed 48211 messages from haproxy.service
//	systemd-journald[311]: Forwarding to syslog missed 13 messages.
//	rsyslogd: imuxsock[pid: 812, name: /usr/sbin/haproxy]: 4561 messages lost due to rate-limiting (200 allowed within 5 seconds)
//	rsyslogd: imuxsock[pid: 812, name: /usr/sbin/haproxy] from <lb1:haproxy>: begin to drop messages due to rate-limiting
//	rsyslogd-2177: imuxsock lost 116 messages from pid 6547 due to rate-limiting
//	rsyslogd: imjournal: 3213 messages lost due to rate-limiting
//	rsyslogd: haproxy[23910] from <lb1:haproxy[23910]>: 1021 messages lost due to rate-limiting
//
// In the last one the lost lines' tag stands where a tag is looked for.
func readLoss(text []byte, o *Origin) (announcement, bool) {
	switch {
	case hasAnyPrefix(o.Tag, journals):
		return readJournalLoss(string(text[:min(len(text), maxRemark)]))
	case !bytes.Contains(text, []byte(" due to rate-limiting")):
		return announcement{}, false
	case hasPrefix(o.Tag, "rsyslogd"), hasPrefix(text, "from <"):
		return readRsyslogLoss(" " + string(text[:min(len(text), maxRemark)]))
	}
	return announcement{}, false
}

// journals are the beginnings of journald's tags, old and new.
var journals = []string{"systemd-journal", "journal"}

func readJournalLoss(text string) (a announcement, ok bool) {
	a.text = text
	if rest, found := strings.CutPrefix(text, "Forwarding to syslog missed "); found {
		a.messages, ok = leadingNumber(rest)
		return a, ok
	}
	rest, found := strings.CutPrefix(text, "Suppressed ")
	count, unit, named := strings.Cut(rest, " messages from ")
	if !found || !named {
		return a, false
	}
	a.messages, ok = leadingNumber(count)
	a.name = lastPart(unit, '/')
	return a, ok
}

func readRsyslogLoss(text string) (a announcement, ok bool) {
	a.text = strings.TrimSpace(text)
	for _, before := range []string{"[pid: ", "[pid ", " from pid "} {
		if _, rest, found := strings.Cut(text, before); found {
			a.pid, _ = leadingNumber(rest)
		}
	}
	if _, rest, found := strings.Cut(text, ", name: "); found {
		name, _, _ := strings.Cut(rest, "]")
		a.name = lastPart(name, '/')
	} else if _, rest, found := strings.Cut(text, " from <"); found {
		name, _, _ := strings.Cut(rest, ">")
		a.name = lastPart(name, ':')
	}
	a.name, _, _ = strings.Cut(a.name, "[")       // a tag may have its process behind it
	count, _, _ := strings.Cut(text, " messages") // "begin to drop messages" tells no number
	a.messages, _ = leadingNumber(lastPart(count, ' '))
	kernels := strings.HasPrefix(a.text, "imklog") // its lines are the kernel's
	return a, !kernels && (strings.Contains(text, "lost") || strings.Contains(text, "drop"))
}

// lastPart is what stands behind the last separator.
func lastPart[T string | []byte](s T, separator byte) T {
	i := len(s)
	for i > 0 && s[i-1] != separator {
		i--
	}
	return s[i:]
}

// leadingNumber reads the number that s begins with.
func leadingNumber(s string) (int, bool) {
	v, n := readNumber([]byte(s), 0, 9)
	return v, n > 0
}
