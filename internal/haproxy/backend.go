package haproxy

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
