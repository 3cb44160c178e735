package diagnosis

import (
	"cmp"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"check-haproxy/internal/haproxy"
)

// commands are what a person would type next. They speak of the first server
// alone: what is learned there holds for the others, or is asked again.
func (c Case) commands(cause Cause, servers []*haproxy.Server) []string {
	section := c.section()
	if !nameForm.fits(section) {
		return nil
	}
	if len(servers) == 0 {
		return c.sectionCommands(cause, section)
	}
	s := servers[0]
	if !nameForm.fits(s.Name) {
		return c.ask("show stat " + section + " 6 -1")
	}
	server := section + "/" + s.Name
	journal := journal(s, server)
	switch cause {
	case HealthCheckFailed, HealthCheckTimeout, HealthCheckRecovering, ErrorsObserved:
		return slices.Concat(c.tryServer(s.Checked()), journal)
	case DNSStale:
		return slices.Concat(c.dig(s.Checked()), c.tryAt(s.Checked(), c.movedTo(s)), c.mendAddress(server, s), journal)
	case DNSResolution:
		return slices.Concat(c.dig(s), c.ask("show resolvers"), journal)
	case AgentDown:
		return slices.Concat(askAgent(s.Checked()), c.ask("show stat "+section+" 4 -1"), journal)
	case Maintenance, Drained:
		return slices.Concat(c.whoTookItOut(s), journal, c.takeBack(s, server))
	case ZeroWeight:
		return slices.Concat(c.ask("get weight "+server), mend(c.ask("set server "+server+" weight "+fullWeight(s)), "when it is to serve again"))
	case MaxconnExhausted:
		return slices.Concat(c.ask("show stat "+section+" 6 -1"), c.ask("show sess"), mend(c.ask("set maxconn server "+server+" "+c.moreSlots(s)), "if the server can bear more"))
	default:
		return slices.Concat(c.ask("show stat "+section+" 4 -1"), journal)
	}
}

// WhoFills counts the streams of a frontend by the address they come from.
func (c Case) WhoFills() []string {
	if !nameForm.fits(c.Name) {
		return nil
	}
	commands := c.ask("show sess")
	for i := range commands {
		commands[i] += " | grep ' fe=" + c.Name + " ' | sed 's/.* src=//; s/:[0-9]* .*//' | sort | uniq -c | sort -rn | head"
	}
	return commands
}

// section is the name of the section that the case is about, or in.
func (c Case) section() string {
	if c.Backend != nil {
		return c.Backend.Name
	}
	return c.Name
}

// sectionCommands are those for a cause that is no server's.
func (c Case) sectionCommands(cause Cause, section string) []string {
	configured := []string{"grep -nE -A 20 '^(backend|listen) +" + section + "' /etc/haproxy/haproxy.cfg"}
	switch {
	case cause == FrontendClosed && c.Frontend.Status == "PAUSED":
		return mend(c.ask("enable frontend "+section), "when it is to serve again")
	case cause == FrontendClosed:
		return mend([]string{"systemctl reload haproxy"}, "a frontend that was stopped comes back with a reload alone")
	case cause == Unpublished:
		return mend(c.ask("publish backend "+section), "when it is to serve again")
	case cause == NoServers && c.Backend.Selected.Value > 0:
		return slices.Concat(configured, mend([]string{"systemctl reload haproxy"}, "brings the configured servers back"))
	case cause == NoServers:
		return configured
	default:
		return c.ask("show stat " + section + " 4 -1")
	}
}

// journal is what HAProxy has logged of the server since its status changed.
func journal(s *haproxy.Server, server string) []string {
	days := s.LastChange.Value/(24*60*60) + 1
	return []string{fmt.Sprintf("journalctl -u haproxy --since '%d day ago' --grep '[Ss]erver %s '", days, server)}
}

// whoTookItOut looks where a server took itself out of service: its health check
// got a 404 (Configuration Manual 4.2, "http-check disable-on-404").
func (c Case) whoTookItOut(s *haproxy.Server) []string {
	if strings.HasPrefix(s.Status, "NOLB") {
		return c.tryServer(s)
	}
	return nil
}

// takeBack undoes what was done by hand; other ways out of service end by
// themselves.
func (c Case) takeBack(s *haproxy.Server, server string) []string {
	if s.Status != "MAINT" && s.Status != "DRAIN" && !s.Place().AdminState.IsDrained() {
		return nil
	}
	return mend(c.ask("set server "+server+" state ready"), "when it is to serve again")
}

// fullWeight is the weight with which a server takes its part again. A
// percentage is one of the configured weight, and of 0 it stays 0.
func fullWeight(s *haproxy.Server) string {
	if weight := s.Place().ConfiguredWeight; weight.Known && weight.Value == 0 {
		return "1"
	}
	return "100%"
}

// form is what a word may be made of so that a shell reads nothing into it. (A
// regular expression would be compiled at the start of every check, which costs
// more than the check.)
type form struct {
	first string // characters that may come first
	rest  string // and those that may follow
}

const alphanumeric = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

var (
	// nameForm is what HAProxy lets names of sections and servers be made of
	// (invalid_char in src/tools.c), without a dash in front.
	nameForm = form{first: alphanumeric + "_.:", rest: alphanumeric + "_.:-"}
	// hostForm is what a host name is made of, and the names of SRV records.
	hostForm = form{first: alphanumeric + "_", rest: alphanumeric + "_.-"}
	// uriForm is an absolute path with its query that a shell leaves alone within
	// single quotes.
	uriForm = form{first: "/", rest: alphanumeric + "_./@%+=-~?&:,"}
	// pathForm is an absolute path that socat reads nothing into either.
	pathForm = form{first: "/", rest: alphanumeric + "_./@%+=-"}
)

// fits says whether a word has the form, and a length that names have.
func (f form) fits(word string) bool {
	return word != "" && len(word) <= 255 && strings.IndexByte(f.first, word[0]) >= 0 && strings.Trim(word[1:], f.rest) == ""
}

// ask is a command for HAProxy's socket; none if there is no socket.
func (c Case) ask(command string) []string {
	address := c.Address
	if !pathForm.fits(address) {
		host, port, err := net.SplitHostPort(address)
		if err != nil || !isHost(host) || !isPort(port) {
			return nil
		}
		address = "TCP:" + address
	}
	return []string{fmt.Sprintf("echo '%s%s' | socat stdio %s", c.Worker, command, address)}
}

func isHost(host string) bool {
	address, err := netip.ParseAddr(host)
	return err == nil && address.Zone() == "" || hostForm.fits(host)
}

func isPort(port string) bool {
	_, err := strconv.ParseUint(port, 10, 16)
	return err == nil
}

// mend marks a command that changes something, and when to give it.
func mend(commands []string, when string) []string {
	for i := range commands {
		commands[i] += "  # " + when
	}
	return commands
}

// dig asks DNS for the server's name.
func (c Case) dig(s *haproxy.Server) []string {
	switch place := s.Place(); {
	case hostForm.fits(place.SRVRecord):
		return []string{fmt.Sprintf("dig +noall +answer +comments %s SRV", place.SRVRecord)}
	case hostForm.fits(place.FQDN):
		return []string{fmt.Sprintf("dig +noall +answer +comments %s A %s AAAA", place.FQDN, place.FQDN)}
	}
	return nil
}

// tryServer does by hand what the health check does, as far as is known: whether
// checks use TLS only shows in their result.
func (c Case) tryServer(s *haproxy.Server) []string {
	place := s.Place()
	return c.tryAt(s, withPort(place.Address, place.Port))
}

// askAgent asks the server's agent, which answers whoever connects.
func askAgent(s *haproxy.Server) []string {
	told := s.Place()
	place, err := netip.ParseAddrPort(net.JoinHostPort(cmp.Or(told.AgentAddress, told.Address), strconv.FormatInt(told.AgentPort, 10)))
	if err != nil || place.Addr().Zone() != "" || place.Port() == 0 {
		return nil
	}
	return []string{fmt.Sprintf("curl -gsS --max-time 10 'telnet://%s' </dev/null", place)}
}

// TryAsClients gives a server a request where those of clients go, not where its
// health check asks.
func (c Case) TryAsClients(s *haproxy.Server) []string {
	place := s.Place()
	place.CheckAddress, place.CheckPort = "", 0
	there := *s
	there.State = &place
	return c.tryServer(&there)
}

// tryAt is tryServer for a server that is somewhere else by now, "host:port".
// The check has an address or a port of its own, or uses these.
func (c Case) tryAt(s *haproxy.Server, at string) []string {
	told := s.Place()
	host, port, err := net.SplitHostPort(at)
	if err != nil {
		return nil
	}
	if told.CheckPort != 0 {
		port = strconv.FormatInt(told.CheckPort, 10)
	}
	place, err := netip.ParseAddrPort(net.JoinHostPort(cmp.Or(told.CheckAddress, host), port))
	if err != nil || place.Addr().Zone() != "" || place.Port() == 0 {
		return nil
	}
	switch {
	case strings.HasPrefix(s.CheckResult(), "L6"), told.UsesTLS && told.CheckAddress == "" && told.CheckPort == 0:
		return []string{fmt.Sprintf("curl -gvk --max-time 10 -o /dev/null 'https://%s%s'", place, c.checkPath())}
	case c.Backend.Mode == "tcp" && c.CheckPath == "":
		return []string{fmt.Sprintf("curl -gv --max-time 10 'telnet://%s' </dev/null", place)}
	default:
		return []string{fmt.Sprintf("curl -gv --max-time 10 -o /dev/null 'http://%s%s'", place, c.checkPath())}
	}
}

// checkPath is the path of the health check, if it can stand in a command.
func (c Case) checkPath() string {
	if !uriForm.fits(c.CheckPath) {
		return "/"
	}
	return c.CheckPath
}

// mendAddress gives HAProxy the new address at once; without the socket, a
// reload resolves the name again.
func (c Case) mendAddress(server string, s *haproxy.Server) []string {
	commands := []string{"systemctl reload haproxy"}
	if to, err := netip.ParseAddrPort(c.movedTo(s)); err == nil && to.Addr().Zone() == "" {
		order := "set server " + server + " addr " + to.Addr().String()
		if int64(to.Port()) != s.Place().Port {
			order += " port " + strconv.Itoa(int(to.Port()))
		}
		commands = append(c.ask(order), commands...)
	}
	return mend(commands, "for now; a resolvers section keeps it right")
}

// movedTo is the first of the server's new addresses with its port; empty if it
// has none.
func (c Case) movedTo(s *haproxy.Server) string {
	answers := NamingOf(s.Checked(), c.Names).Answers
	switch place := s.Place(); {
	case len(answers) == 0:
		return ""
	case place.SRVRecord != "":
		return answers[0]
	default:
		return withPort(answers[0], place.Port)
	}
}

// moreSlots is twice what a server has now.
func (c Case) moreSlots(s *haproxy.Server) string {
	return strconv.FormatInt(2*max(s.SessionLimit.Value, 1), 10)
}

// address is where HAProxy believes the server to be, with its port; empty if
// that is unknown.
func address(s *haproxy.Server) string {
	place := s.Place()
	if place.Address == "" {
		return ""
	}
	return withPort(place.Address, place.Port)
}

func withPort(address string, port int64) string {
	if port == 0 {
		return address
	}
	return net.JoinHostPort(address, strconv.FormatInt(port, 10))
}
