package picture

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"check-haproxy/internal/check"
	"check-haproxy/internal/check/backend"
	dnscheck "check-haproxy/internal/check/dns"
	spoiled "check-haproxy/internal/check/errors"
	"check-haproxy/internal/check/nosrv"
	"check-haproxy/internal/check/sessions"
	"check-haproxy/internal/diagnosis"
	"check-haproxy/internal/haproxy"
	"check-haproxy/internal/plugin"
)

// Verdict is what one check says of a section, with its defaults. A picture
// judges nothing itself.
type Verdict struct {
	Check    string // "backend": check_haproxy_backend
	State    plugin.State
	Cause    diagnosis.Cause
	Words    string              // what is wrong, as the check's first line says it
	Findings []diagnosis.Finding // why, with evidence and commands
}

// The options of the checks if no flag is given.
var (
	availability = backend.Defaults()
	limits       = sessions.Defaults()
)

// ofBackend is check_haproxy_backend's; it has none on a backend that is none of
// its business.
func ofBackend(v backend.Verdict) Verdict {
	return Verdict{
		Check: "backend", State: v.State, Cause: v.Cause, Findings: v.Findings(),
		Words: words(v.Finding(false)),
	}
}

// ofSessions is check_haproxy_sessions's on one or several limits of a section;
// of those that are equally bad, the first one has its cause.
func ofSessions(verdicts []sessions.Verdict) Verdict {
	all := Verdict{Check: "sessions"}
	var near []string // those that have no cause with a name
	for i := range verdicts {
		v := &verdicts[i]
		switch {
		case v.State == plugin.OK:
			continue
		case plugin.WorseFirst(v.State, all.State) < 0:
			all.State, all.Cause, all.Words = v.State, v.Cause, words(v.Finding())
		case v.State == all.State && all.Cause == "":
			all.Cause = v.Cause
		}
		if findings := v.Findings(); len(findings) > 0 {
			all.Findings = append(all.Findings, findings...)
			continue
		}
		near = append(near, limitWords(v))
	}
	if len(near) > 0 {
		all.Findings = append(all.Findings, diagnosis.Finding{Evidence: strings.Join(near, ", ")})
	}
	return all
}

// whoFills says where the sessions of a frontend that is nearly full come from.
func whoFills(t check.Target, sources *haproxy.Sources) []diagnosis.Finding {
	if sources == nil || len(sources.Frontends[t.Name]) == 0 {
		return nil
	}
	of := sources.Frontends[t.Name]
	all := 0
	for _, n := range of {
		all += n
	}
	addresses := slices.SortedFunc(maps.Keys(of), func(a, b string) int { return cmp.Or(of[b]-of[a], strings.Compare(a, b)) })
	shown := 0
	var list []string
	for _, address := range addresses[:min(len(addresses), few)] {
		shown += of[address]
		list = append(list, fmt.Sprintf("%s has %d", address, of[address]))
	}
	if more := len(addresses) - few; more > 0 {
		list = append(list, fmt.Sprintf("%s %d", others(more), all-shown))
	}
	evidence := fmt.Sprintf("of its %s now %s", plugin.Count(all, "stream"), strings.Join(list, ", "))
	if sources.Cut {
		evidence = "of those that were counted, " + evidence
	}
	return []diagnosis.Finding{{Evidence: evidence, Commands: diagnosis.Case{Target: t}.WhoFills()}}
}

func others(n int) string {
	if n == 1 {
		return "another address"
	}
	return fmt.Sprintf("%d other addresses", n)
}

// limitWords says how near a limit is, as the check's long output does; of a
// server with its name.
func limitWords(v *sessions.Verdict) string {
	finding := v.Finding()
	_, text, ok := strings.Cut(finding.Line, ": ")
	if !ok {
		text = words(finding)
	}
	if _, server, ok := strings.Cut(v.Name, "/"); ok && v.Kind == sessions.Server {
		return server + ": " + text
	}
	return text
}

// ofNames is check_haproxy_dns's.
func ofNames(v dnscheck.Verdict) Verdict {
	verdict := Verdict{Check: "dns", State: v.State, Cause: v.Cause}
	if v.State != plugin.OK {
		verdict.Words, verdict.Findings = words(v.Finding()), v.Findings()
	}
	return verdict
}

// ofLog is check_haproxy_nosrv's. Its words are those of the section even if that
// is OK, as long as any request found no server.
func ofLog(log *nosrv.Outcome, s *nosrv.Section, command string) Verdict {
	v := Verdict{Check: "nosrv", State: s.State}
	if s.NOSRV == 0 {
		return v
	}
	finding := log.Finding(*s)
	v.Words = words(finding)
	evidence := joined(", ", joined(": ", v.Words, finding.Cause), finding.Evidence)
	if s.State != plugin.OK {
		v.Cause = s.Cause
	}
	v.Findings = []diagnosis.Finding{{Cause: v.Cause, Evidence: evidence, Commands: grep(command, s.Name, "<NOSRV>")}}
	if s.Example != "" {
		v.Findings = append(v.Findings, diagnosis.Finding{Evidence: "the newest in the log: " + s.Example})
	}
	return v
}

// ofErrors is check_haproxy_errors's.
func ofErrors(t check.Target, s *spoiled.Section, command string) Verdict {
	v := Verdict{Check: "errors", State: s.State, Cause: s.Cause}
	if s.State == plugin.OK {
		return v
	}
	finding := s.Finding(false)
	v.Words = words(finding)
	evidence := joined(", ", joined(": ", v.Words, finding.Cause), finding.Evidence)
	v.Findings = []diagnosis.Finding{{Cause: s.Cause, Evidence: evidence, Commands: lookAtServer(t, s, command)}}
	if s.Tally.Example != "" {
		v.Findings = append(v.Findings, diagnosis.Finding{Evidence: "the newest in the log: " + s.Tally.Example})
	}
	return v
}

// lookAtServer are commands that look at the server that spoils most.
func lookAtServer(t check.Target, s *spoiled.Section, command string) []string {
	if len(s.Servers) == 0 {
		return nil
	}
	name := s.Servers[0].Name
	lines := grep(command, t.Name, name)
	i := slices.IndexFunc(t.Backend.Servers, func(server haproxy.Server) bool { return server.Name == name })
	if i < 0 {
		return lines
	}
	why, server := diagnosis.Case{Target: t}, &t.Backend.Servers[i]
	if s.Cause == diagnosis.Flapping {
		return why.Finding(s.Cause, []*haproxy.Server{server}).Commands
	}
	return slices.Concat(why.TryAsClients(server), lines)
}

// words are what is wrong with one section, without its name.
func words(f plugin.Finding) string { return strings.TrimPrefix(f.One, ": ") }

// add adds what a check says to a section: its state is the worst of its
// checks', its cause that check's. Of checks that are equally bad, the first
// that has a cause tells.
func (s *Section) add(v Verdict) {
	s.Verdicts = append(s.Verdicts, v)
	switch {
	case plugin.WorseFirst(v.State, s.State) < 0:
		s.State, s.Cause, s.words = v.State, v.Cause, v.Words
	case v.State == s.State && s.Cause == "":
		s.Cause = v.Cause
	}
}

// findings are why the section is in trouble: those of the check whose cause it
// has first, and nothing twice. What the log says of a section that is in trouble
// is told even if the log is not worse.
func (s *Section) findings() []diagnosis.Finding {
	if s.State == plugin.OK {
		return nil
	}
	var findings []diagnosis.Finding
	said := map[diagnosis.Cause]bool{}
	add := func(v Verdict) {
		if v.State != plugin.OK && len(v.Findings) == 0 {
			v.Findings = []diagnosis.Finding{{Cause: v.Cause, Evidence: v.Words}}
		}
		for _, f := range v.Findings {
			if f.Cause != "" && said[f.Cause] && v.Check != "nosrv" {
				continue
			}
			said[f.Cause] = said[f.Cause] || v.Check != "nosrv" // the log says how often, the others why
			findings = append(findings, f)
		}
	}
	main := s.main()
	if main >= 0 {
		add(s.Verdicts[main])
	}
	for i, v := range s.Verdicts {
		if i != main {
			add(v)
		}
	}
	return findings
}

// main is the check whose state and cause the section has; -1 if there is none.
func (s *Section) main() int {
	for i, v := range s.Verdicts {
		if v.State == s.State && v.Cause == s.Cause {
			return i
		}
	}
	return -1
}

// Reason is why a section is in trouble, in words: its cause, or what its check
// says is wrong.
func (s *Section) Reason() string {
	switch {
	case s.State == plugin.OK:
		return "OK"
	case s.Cause != "" && s.Cause != diagnosis.Unknown:
		return s.Cause.String()
	default:
		return s.words
	}
}

// target is the process as a target of check_haproxy_sessions.
func (p *Process) target(several bool) check.Target {
	t := check.Target{Name: string(KindProcess), Label: string(KindProcess), Endpoint: p.Endpoint}
	if several {
		t.Label += "@" + p.Endpoint
	}
	return t
}
