package diagnosis

import (
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"

	"check-haproxy/internal/haproxy"
)

// commands are what a person would type next. They speak of the first server
// alone: what is learned there holds for the others, or is asked again.
func (f Facts) commands(cause Cause, servers []haproxy.Server) []string {
	section := f.Backend.Name
	if !nameForm.fits(section) {
		return nil
	}
	if len(servers) == 0 {
		return []string{"grep -nE -A 20 '^(backend|listen) +" + section + "' /etc/haproxy/haproxy.cfg"}
	}
	s := servers[0]
	if !nameForm.fits(s.Name) {
		return f.ask("show stat " + section + " 6 -1")
	}
	server := section + "/" + s.Name
	journal := []string{fmt.Sprintf("journalctl -u haproxy --since '%d day ago' --grep '[Ss]erver %s '", s.LastChange.Value/(24*60*60)+1, server)}
	switch cause {
	case HealthCheckFailed, HealthCheckTimeout, HealthCheckRecovering:
		return join(f.tryServer(s, address(s)), journal)
	case DNSStale:
		return join(f.dig(s), f.tryServer(s, f.movedTo(s)), f.mendAddress(server, s), journal)
	case DNSResolution:
		return join(f.dig(s), f.ask("show resolvers"), journal)
	case AgentDown:
		return join(f.ask("show stat "+section+" 4 -1"), journal)
	case Maintenance, Drained:
		return join(f.whoTookItOut(s), journal, f.takeBack(s, server))
	case ZeroWeight:
		return join(f.ask("get weight "+server), mend(f.ask("set server "+server+" weight 100%"), "once it shall serve again"))
	case MaxconnExhausted:
		return join(f.ask("show stat "+section+" 6 -1"), f.ask("show sess"), mend(f.ask("set maxconn server "+server+" "+f.moreSlots(s)), "where the server can bear more"))
	default:
		return join(f.ask("show stat "+section+" 4 -1"), journal)
	}
}

// whoTookItOut looks where a server took itself out of service: its health check
// got a 404 (Configuration Manual 4.2, "http-check disable-on-404").
func (f Facts) whoTookItOut(s haproxy.Server) []string {
	if strings.HasPrefix(s.Status, "NOLB") {
		return f.tryServer(s, address(s))
	}
	return nil
}

// takeBack undoes what was done by hand; other ways out of service end by
// themselves.
func (f Facts) takeBack(s haproxy.Server, server string) []string {
	if s.Status != "MAINT" && s.Status != "DRAIN" {
		return nil
	}
	return mend(f.ask("set server "+server+" state ready"), "once it shall serve again")
}

// form is what a word may be made of so that a shell reads nothing into it. (A
// regular expression would be compiled at the start of every check, which costs
// more than the check.)
type form struct {
	first string // characters beside letters and digits that may come first
	rest  string // and those that may follow
}

var (
	// nameForm is what HAProxy lets names of sections and servers be made of
	// (invalid_char in src/tools.c), without a dash in front.
	nameForm = form{first: "_.:", rest: "_.:-"}
	// hostForm is what a host name is made of, and the names of SRV records.
	hostForm = form{first: "_", rest: "_.-"}
	// pathForm is an absolute path that socat reads nothing into either.
	pathForm = form{first: "/", rest: "_./@%+=-"}
)

// fits says whether a word has the form, and a length that names have.
func (f form) fits(word string) bool {
	if word == "" || len(word) > 255 || !isOf(word[:1], f.first) {
		return false
	}
	return isOf(word[1:], f.rest)
}

func isOf(word, others string) bool {
	for _, c := range []byte(word) {
		alphanumeric := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
		if !alphanumeric && strings.IndexByte(others, c) < 0 {
			return false
		}
	}
	return true
}

// ask is a command for HAProxy's socket; none where there is no socket.
func (f Facts) ask(command string) []string {
	if !f.Socket {
		return nil
	}
	address, worker := f.Endpoint, ""
	// A worker behind a master CLI is called PATH@2 and asked by its number.
	if at := strings.LastIndexByte(address, '@'); at > 0 && isWorker(address[at+1:]) {
		address, worker = address[:at], address[at:]+" "
	}
	if !strings.HasPrefix(address, "/") || !pathForm.fits(address) {
		host, port, err := net.SplitHostPort(address)
		if err != nil || !isHost(host) || !isPort(port) {
			return nil
		}
		address = "TCP:" + address
	}
	return []string{fmt.Sprintf("echo '%s%s' | socat stdio %s", worker, command, address)}
}

// isWorker recognises the number of a master CLI's worker.
func isWorker(number string) bool {
	_, err := strconv.ParseUint(number, 10, 16)
	return err == nil && len(number) <= 3
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
func (f Facts) dig(s haproxy.Server) []string {
	switch {
	case hostForm.fits(s.FQDN):
		return []string{fmt.Sprintf("dig +noall +answer +comments %s A %s AAAA", s.FQDN, s.FQDN)}
	case hostForm.fits(s.SRVRecord):
		return []string{fmt.Sprintf("dig +noall +answer +comments %s SRV", s.SRVRecord)}
	}
	return nil
}

// tryServer does by hand what the health check does, as far as the statistics
// tell: they know neither path nor TLS, which only shows in a check's result.
func (f Facts) tryServer(s haproxy.Server, address string) []string {
	place, err := netip.ParseAddrPort(address)
	if err != nil || place.Addr().Zone() != "" || place.Port() == 0 {
		return nil
	}
	switch {
	case strings.HasPrefix(s.CheckResult(), "L6"):
		return []string{fmt.Sprintf("curl -gvk --max-time 10 -o /dev/null 'https://%s/'", place)}
	case f.Backend.Mode == "tcp":
		return []string{fmt.Sprintf("curl -gv --max-time 10 'telnet://%s' </dev/null", place)}
	default:
		return []string{fmt.Sprintf("curl -gv --max-time 10 -o /dev/null 'http://%s/'", place)}
	}
}

// mendAddress gives HAProxy the new address at once; without the socket, a
// reload resolves the name again.
func (f Facts) mendAddress(server string, s haproxy.Server) []string {
	commands := []string{"systemctl reload haproxy"}
	if place, err := netip.ParseAddrPort(f.movedTo(s)); err == nil && place.Addr().Zone() == "" {
		commands = append(f.ask("set server "+server+" addr "+place.Addr().String()), commands...)
	}
	return mend(commands, "for now; a resolvers section keeps it right")
}

// movedTo is the first of a server's new addresses, with the old one's port.
func (f Facts) movedTo(s haproxy.Server) string {
	moved := f.Moved[s.Name]
	if len(moved) == 0 {
		return ""
	}
	return withPort(moved[0], s.Port)
}

// moreSlots is twice what a server has now.
func (f Facts) moreSlots(s haproxy.Server) string {
	return strconv.FormatInt(2*max(s.SessionLimit.Value, 1), 10)
}

// address is where HAProxy believes the server to be, with its port; empty if
// that is unknown.
func address(s haproxy.Server) string {
	if s.Host == "" {
		return ""
	}
	return withPort(s.Host, s.Port)
}

func withPort(address string, port int64) string {
	if port == 0 {
		return address
	}
	return net.JoinHostPort(address, strconv.FormatInt(port, 10))
}

func join(lists ...[]string) []string {
	var all []string
	for _, list := range lists {
		all = append(all, list...)
	}
	return all
}
