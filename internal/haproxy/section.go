package haproxy

import "strings"

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
	damaged := b.Selected.Damaged || b.DeniedRequests.Damaged || b.DeniedResponses.Damaged
	for _, n := range b.Responses {
		damaged = damaged || n.Damaged
	}
	return damaged
}

// OnlyFailed says whether every answer the backend ever gave was a 5xx and
// nothing was denied: what a backend without servers does to each request,
// unless it is made to return, redirect or deny. In TCP mode, and before the
// first request, nobody can tell.
func (b Backend) OnlyFailed() bool {
	for class, n := range b.Responses {
		if class != Responses5xx && n.Value > 0 {
			return false
		}
	}
	return b.Responses[Responses5xx].Value > 0 && b.DeniedRequests.Value == 0 && b.DeniedResponses.Value == 0
}
