package haproxy

import (
	"fmt"
	"strings"
)

// IsOpen says whether the frontend takes connections. (One that is FULL has them
// wait.)
func (f *Frontend) IsOpen() bool { return f.Status == "OPEN" || f.Status == "FULL" }

// IsDown says whether HAProxy has no server for the backend's requests. (Of one
// without any server it says UP.)
func (b *Backend) IsDown() bool { return hasWord(b.Status, "DOWN") }

// IsUnpublished says whether HAProxy gives the backend no request, whatever its
// rules say (3.4, "unpublish backend").
func (b *Backend) IsUnpublished() bool { return strings.Contains(b.Status, "(UNPUB)") }

// HasDamagedTotals says whether something of what the backend has counted since
// the start, and that tells what it is, can be no count.
func (b *Backend) HasDamagedTotals() bool {
	damaged := b.Selected.Damaged || b.Failed.Damaged || b.DeniedRequests.Damaged || b.DeniedResponses.Damaged
	for _, n := range b.Responses {
		damaged = damaged || n.Damaged
	}
	return damaged
}

// OnlyFailed says whether the backend has only ever failed: every answer it gave
// was a 5xx and nothing was denied, which is what one without servers does to
// each request, unless it is made to return, redirect or deny. In TCP mode, where
// there are no answers, connections failed for want of a server. Before the first
// request nobody can tell.
func (b *Backend) OnlyFailed() bool {
	if b.DeniedRequests.Value > 0 || b.DeniedResponses.Value > 0 {
		return false
	}
	answers := false
	for class, n := range b.Responses {
		if class != Responses5xx && n.Value > 0 {
			return false
		}
		answers = answers || n.Known
	}
	if !answers {
		return b.Failed.Value > 0
	}
	return b.Responses[Responses5xx].Value > 0
}

// Failures says in how many requests it failed: "3 responses 5xx".
func (b *Backend) Failures() string {
	if failed := b.Responses[Responses5xx]; failed.Known {
		return fmt.Sprintf("%d responses 5xx", failed.Value)
	}
	return fmt.Sprintf("%d failed connections", b.Failed.Value)
}
