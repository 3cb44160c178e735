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

// UnfilledSlots returns the servers of a backend that are spare slots of a
// server-template: unresolved, while another server got its address by the same
// name or SRV record, so the name does resolve, to fewer addresses than there
// are slots (Configuration Manual 4.2, "server-template").
func UnfilledSlots(b Backend, states []ServerState) map[string]bool {
	if len(states) == 0 {
		return nil
	}
	unresolved := map[string]bool{}
	for _, s := range b.Servers {
		unresolved[s.Name] = s.IsUnresolved()
	}
	resolved := map[string]bool{}
	for _, s := range states {
		if s.Backend == b.Name && !unresolved[s.Server] && s.Address != "" {
			for _, origin := range s.origins() {
				resolved[origin] = true
			}
		}
	}
	unfilled := map[string]bool{}
	for _, s := range states {
		if s.Backend != b.Name || !unresolved[s.Server] {
			continue
		}
		for _, origin := range s.origins() {
			if resolved[origin] {
				unfilled[s.Server] = true
			}
		}
	}
	return unfilled
}

// origins are the names that a server's address may come from. A slot of an SRV
// record has no FQDN before it is filled.
func (s ServerState) origins() []string {
	var names []string
	if s.FQDN != "" {
		names = append(names, "A "+s.FQDN)
	}
	if s.SRVRecord != "" {
		names = append(names, "SRV "+s.SRVRecord)
	}
	return names
}
