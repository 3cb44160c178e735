package screen

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"check-haproxy/internal/haproxy"
)

// told are the events as they are shown, the oldest first.
func told(u *user) []string {
	var texts []string
	for _, e := range u.events {
		texts = append(texts, e.at.Format(time.TimeOnly)+" "+e.text)
	}
	return texts
}

// TestEvents are what changed between looks, at the time that HAProxy tells.
func TestEvents(t *testing.T) {
	u := sit(t, 100, 30)
	status := func(second int, changed int64, statuses ...string) {
		b := serving("v2", 0, statuses...)
		for i := range b.Servers {
			b.Servers[i].LastChange = known(changed)
		}
		b.Servers[0].LastCheck = "Connection refused"
		u.send(situation{at: noon.Add(time.Duration(second) * time.Second), pid: 1, backends: []haproxy.Backend{b}}.look())
	}
	status(0, 3600, "UP", "UP")
	status(10, 4, "DOWN", "UP")
	status(20, 2, "DOWN", "MAINT")
	status(30, 1, "UP", "MAINT")
	status(40, 0, "UP", "UP")
	want := []string{
		"12:00:06 v2/s1 went DOWN: L4CON Connection refused",
		"12:00:18 v2/s2 was taken out: MAINT",
		"12:00:29 v2/s1 is UP again",
		"12:00:40 v2/s2 is back in: UP",
	}
	if diff := cmp.Diff(want, told(u)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	u.send(Tick{noon.Add(46 * time.Second)})
	u.sees("12:00:06 v2/s1 went DOWN: L4CON Connection refused  40s ago")
}

// TestEventsWithoutServers tells of a section whose state changed though none of
// its servers did.
func TestEventsWithoutServers(t *testing.T) {
	u := sit(t, 100, 30)
	open := front("web", 0)
	u.send(situation{at: noon, pid: 1, frontends: []haproxy.Frontend{open}}.look())
	open.Sessions = open.SessionLimit
	u.send(situation{at: noon.Add(2 * time.Second), pid: 1, frontends: []haproxy.Frontend{open}}.look())
	if diff := cmp.Diff([]string{"12:00:02 frontend web is CRITICAL, was OK: 2000 of 2000 sessions (100%)"}, told(u)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestFirstLook tells what changed shortly before it, as HAProxy knows.
func TestFirstLook(t *testing.T) {
	b := serving("v2", 0, "DOWN", "DOWN", "DOWN", "UP")
	b.Servers[0].LastChange, b.Servers[1].LastChange = known(40), known(7200)
	b.Servers[2].LastChange, b.Servers[3].LastChange = haproxy.Number{}, known(1)
	u := sit(t, 100, 30)
	u.send(situation{at: noon, pid: 1, backends: []haproxy.Backend{b}}.look())
	if diff := cmp.Diff([]string{"11:59:20 v2/s1 went DOWN: L4CON"}, told(u)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	young := situation{at: noon, pid: 1, backends: []haproxy.Backend{b}, age: 40}.look()
	u = sit(t, 100, 30)
	u.send(young)
	if len(told(u)) > 0 {
		t.Errorf("since the start nothing changed, but %q", told(u))
	}
}

func TestReload(t *testing.T) {
	u := sit(t, 100, 30)
	u.send(situation{at: noon, pid: 12}.look())
	after := situation{at: noon.Add(10 * time.Second), pid: 34}.look()
	after.Picture.Facts().Processes[0].Info.UptimeSec = known(3)
	u.send(after)
	want := []string{"12:00:07 HAProxy at /run/haproxy/admin.sock was started anew (reload or restart): process 34"}
	if diff := cmp.Diff(want, told(u)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestManyEvents: a thousand servers that go at once are not a thousand lines,
// and only so many events are kept.
func TestManyEvents(t *testing.T) {
	u := sit(t, 100, 30)
	statuses := strings.Split(strings.Repeat("UP ", 1000), " ")[:1000]
	u.send(situation{at: noon, pid: 1, backends: []haproxy.Backend{serving("v2", 0, statuses...)}}.look())
	for i := range statuses {
		statuses[i] = "DOWN"
	}
	u.send(situation{at: noon.Add(time.Second), pid: 1, backends: []haproxy.Backend{serving("v2", 0, statuses...)}}.look())
	if texts := told(u); len(texts) != mostAtOnce+1 || !strings.HasSuffix(texts[mostAtOnce], "980 more changes") {
		t.Errorf("there are %d: %q", len(texts), texts)
	}
	for i := range mostEvents {
		u.send(situation{at: noon.Add(time.Duration(i) * time.Second), pid: int64(i + 2)}.look())
	}
	if len(u.events) != mostEvents {
		t.Errorf("%d events are kept", len(u.events))
	}
}
