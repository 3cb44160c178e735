package check

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"check-haproxy/internal/accesslog"
)

// Lines that cannot be read are HAProxy's if a line of the same tag could be, or
// they have none. Who has read which of them makes no difference.
func TestAttribute(t *testing.T) {
	unread := func(tag string, before time.Duration) *accesslog.Record {
		r := tagged(tag, foreign(before))
		r.Line = fmt.Appendf(nil, "%s of %s", tag, before)
		return r
	}
	early := func(before time.Duration) *accesslog.Record { return unread("", before) }
	records := []*accesslog.Record{
		line(accesslog.Unreadable, 3*time.Minute), unread("ingress", 30*time.Minute), unread("ingress", 4*time.Minute), unread("", 5*time.Minute),
		unread("sshd", 50*time.Minute), unread("sshd", time.Minute), unread("cron", time.Minute), early(65 * time.Minute), unread("ingress", 66*time.Minute),
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		random.Shuffle(len(records), func(i, j int) { records[i], records[j] = records[j], records[i] })
		lines := []*Lines{NewLines(usual(), false), NewLines(usual(), false), NewLines(usual(), false)}
		for i, r := range records {
			lines[i%3].Add(r)
		}
		lines[0].Merge(lines[1])
		lines[0].Merge(lines[2])
		lines[0].attribute(func(tag string) bool { return tag == "ingress" })
		l := lines[0]
		got := fmt.Sprint(l.Unreadable, l.Foreign, l.Tagged, l.Shape)
		if want := "5 3 [{0 3} {0 2}] aa 9a9a9a"; got != want {
			t.Fatalf("got %q, want %q", got, want)
		}
	}
}

// Of more authors than have a place, the rest counts as nobody's.
func TestManyAuthors(t *testing.T) {
	l := NewLines(usual(), false)
	for i := range maxAuthors + 10 {
		l.Add(tagged(fmt.Sprint("program", i), foreign(time.Minute)))
	}
	l.attribute(func(string) bool { return false })
	if l.Foreign != maxAuthors || l.Unreadable != 10 {
		t.Errorf("%d are others', %d may be HAProxy's", l.Foreign, l.Unreadable)
	}
}
