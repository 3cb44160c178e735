package configuration

import (
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// Server is a server line with what default-server gives it, or a
// server-template with all its servers.
type Server struct {
	Line
	Name    string // of a server-template, the prefix
	First   int    // of a server-template, the number of its first server
	Count   int    // of a server-template, how many servers; 0 for a server
	Address Address
	Options Options
}

// Names are the names of the servers that HAProxy makes of the line.
func (s *Server) Names() []string {
	if s.Count == 0 {
		return []string{s.Name}
	}
	names := make([]string, 0, min(s.Count, maxTemplate))
	for i := range min(s.Count, maxTemplate) {
		names = append(names, s.Name+strconv.Itoa(s.First+i))
	}
	return names
}

// maxTemplate bounds the servers of a template; HAProxy has fewer sessions than
// that.
const maxTemplate = 100_000

// newServer reads "server NAME ADDRESS …" and "server-template PREFIX COUNT
// ADDRESS …" (Configuration Manual 4.2). ok is false for a line that lacks
// words.
func newServer(line Line, defaults Options) (s Server, ok bool) {
	words := line.Words
	s = Server{Line: line, First: 1}
	if words[0] == "server-template" && len(words) > 2 {
		s.First, s.Count, ok = templateRange(words[2])
		words = append([]string{words[0], words[1]}, words[3:]...)
		if !ok {
			return s, false
		}
	}
	if len(words) < 3 {
		return s, false
	}
	s.Name = words[1]
	s.Address = ParseAddress(words[2])
	s.Options = serverOptions(defaults, words[3:])
	return s, true
}

// templateRange reads "5" (1 to 5) or "3-7".
func templateRange(text string) (first, count int, ok bool) {
	low, high, isRange := strings.Cut(text, "-")
	if !isRange {
		low, high = "1", text
	}
	first, err := strconv.Atoi(low)
	last, err2 := strconv.Atoi(high)
	if err != nil || err2 != nil || first < 0 || last < first || last > maxTemplate {
		return 0, 0, false
	}
	return first, last - first + 1, true
}

// Backup says whether the server gets requests only when the others are gone.
func (s *Server) Backup() bool { return s.Options.Has("backup") }

// AddressKind is what an address of a server or bind line is.
type AddressKind int

// The kinds of addresses (Configuration Manual 2.9 and 11 of the Management
// Guide's "Address formats").
const (
	ByAddress  AddressKind = iota // an IP address, or any ("*", "0.0.0.0", nothing)
	ByName                        // a name that DNS or /etc/hosts knows
	BySRV                         // an SRV record: its name begins with "_"
	ByPath                        // a socket in the file system, or an abstract one
	Inherited                     // a file descriptor, or another way that needs no address
	ByVariable                    // what only HAProxy's environment knows
)

// Address is an address of a server or bind line.
type Address struct {
	Text string // as it is written
	Kind AddressKind
	Host string // without prefix, port and brackets; of a path, the path
	Port string // empty if none is written
}

// ParseAddress reads an address with its prefixes: ipv4@, unix@, quic4@ …
func ParseAddress(text string) Address {
	a := Address{Text: text}
	rest := text
	if before, after, ok := strings.Cut(text, "@"); ok && !strings.ContainsAny(before, "/:$") {
		rest = after
		if kind, ok := familyKind(before); ok {
			a.Kind, a.Host = kind, after
			return a
		}
	}
	switch {
	case strings.HasPrefix(rest, "/"):
		a.Kind, a.Host = ByPath, rest
	case strings.Contains(rest, "$"):
		a.Kind, a.Host = ByVariable, rest
	default:
		a.Host, a.Port = hostPort(rest)
		a.Kind = hostKind(a.Host)
	}
	return a
}

// familyKind is what an address with this prefix is whatever follows.
func familyKind(prefix string) (kind AddressKind, certain bool) {
	family := prefix[strings.LastIndex(prefix, "+")+1:]
	switch family {
	case "unix", "uxst", "uxdg", "abns", "abnsz":
		return ByPath, true
	case "fd", "sockpair", "rhttp", "rev", "haterm":
		return Inherited, true
	}
	return 0, false
}

// hostPort parts "host:port", "[2001:db8::1]:80" and, as HAProxy reads it,
// "2001:db8::1:80" at the last colon.
func hostPort(text string) (host, port string) {
	colon := strings.LastIndexByte(text, ':')
	if colon < 0 || strings.HasSuffix(text, "]") {
		return strings.Trim(text, "[]"), ""
	}
	return strings.Trim(text[:colon], "[]"), text[colon+1:]
}

func hostKind(host string) AddressKind {
	if host == "" || host == "*" {
		return ByAddress
	}
	if _, err := netip.ParseAddr(host); err == nil {
		return ByAddress
	}
	if strings.HasPrefix(host, "_") {
		return BySRV
	}
	return ByName
}

// Loopback says whether the address is only this machine's: a loopback address,
// localhost, a path.
func (a Address) Loopback() bool {
	switch a.Kind {
	case ByPath, Inherited:
		return true
	case ByAddress:
		ip, err := netip.ParseAddr(a.Host)
		return err == nil && ip.Unmap().IsLoopback()
	case ByName:
		return isLoopbackName(a.Host)
	}
	return false
}

// isLoopbackName knows the names that stand for this machine in /etc/hosts and
// by RFC 6761.
func isLoopbackName(name string) bool {
	name = strings.ToLower(strings.TrimSuffix(name, "."))
	switch name {
	case "localhost", "localhost.localdomain", "localhost4", "localhost6", "ip6-localhost", "ip6-loopback":
		return true
	}
	return strings.HasSuffix(name, ".localhost")
}

// Unspecified says whether the address is each request's own: "0.0.0.0", "*".
func (a Address) Unspecified() bool {
	if a.Kind != ByAddress {
		return false
	}
	ip, err := netip.ParseAddr(a.Host)
	return err != nil || ip.IsUnspecified()
}

// FallTime is how long health checks take to find the server DOWN: the first
// failure is seen after inter, the others after fastinter (Configuration Manual
// 5.2). A value that cannot be read makes it 0.
func (s *Server) FallTime() time.Duration {
	const defaultInter, defaultFall = "2s", "3"
	option := func(name, standIn string) string {
		if value := s.Options[name]; value != "" {
			return value
		}
		return standIn
	}
	inter, ok := parseTime(option("inter", defaultInter))
	fast, ok2 := parseTime(option("fastinter", option("inter", defaultInter)))
	fall, err := strconv.ParseUint(option("fall", defaultFall), 10, 16)
	if !ok || !ok2 || err != nil || fall == 0 || max(inter, fast) > 24*time.Hour {
		return 0
	}
	return inter + time.Duration(fall-1)*fast
}
