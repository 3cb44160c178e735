package dns

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"time"

	"check-haproxy/internal/argument"
)

// Resolver knows whom to ask.
type Resolver struct {
	servers []string // host:port
	search  []string // domains that short names may be in
	ndots   int      // names with fewer dots are short
	hosts   map[string][]netip.Addr
	// places are those of the attempts that are under way: of the first ones of
	// queries, of the second ones, and so on. A place is left when the attempt is
	// late, and first ones never wait for repeated ones, so that names that nobody
	// answers for keep no other name waiting. Late are the places of late ones.
	places []chan struct{}
	late   chan struct{}
	// patience is how long a name server has before the next one is asked, too,
	// or the same again: a datagram may be lost. What comes later still counts,
	// while there is room.
	patience time.Duration
}

// Bounds on the attempts that are under way at once, by how often the query was
// sent before, and on those that are late. Each has a socket, and processes may
// have 1,024 files.
var maxPlaces = []int{256, 128, 64, 64}

const maxLate = 256

// New returns a resolver that asks these name servers and nothing else.
func New(nameservers []Nameserver) *Resolver {
	r := &Resolver{late: make(chan struct{}, maxLate), patience: time.Second}
	for _, most := range maxPlaces {
		r.places = append(r.places, make(chan struct{}, most))
	}
	for _, n := range nameservers {
		r.servers = append(r.servers, n.address)
	}
	return r
}

// Nameserver is the value of --nameserver.
type Nameserver struct{ address string }

// UnmarshalText reads ADDR[:PORT]; an IPv6 address with a port stands in
// brackets.
func (n *Nameserver) UnmarshalText(text []byte) error {
	host, port := string(text), "53"
	if _, err := netip.ParseAddr(host); err != nil {
		if h, p, err := net.SplitHostPort(host); err == nil {
			host, port = h, p
		}
		host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	}
	number, err := strconv.ParseUint(port, 10, 16)
	if err != nil || number == 0 {
		return fmt.Errorf("%s has no port from 1 to 65535 behind the colon", argument.Number(string(text)))
	}
	if _, err := netip.ParseAddr(host); err != nil {
		return fmt.Errorf("%s is not the address of a name server; write 192.0.2.53, 192.0.2.53:5353 or [2001:db8::53]:53", argument.Number(string(text)))
	}
	n.address = net.JoinHostPort(host, port)
	return nil
}

// MarshalText returns the address with its port.
func (n Nameserver) MarshalText() ([]byte, error) { return []byte(n.address), nil }

// System returns a resolver that knows what the machine's own does: the hosts
// file, and the name servers and search domains of resolv.conf.
func System() *Resolver {
	r := New(nil)
	r.ndots = 1
	if file, err := os.Open("/etc/resolv.conf"); err == nil {
		defer file.Close()
		r.readConfig(file)
	}
	if file, err := os.Open("/etc/hosts"); err == nil {
		defer file.Close()
		r.readHosts(file)
	}
	if len(r.servers) == 0 { // resolv.conf(5): then there is one on this machine
		r.servers = []string{"127.0.0.1:53", "[::1]:53"}
	}
	return r
}

// maxConfig bounds what is read of the system's files.
const maxConfig = 4 << 20

// readConfig reads resolv.conf (resolv.conf(5)).
func (r *Resolver) readConfig(config io.Reader) {
	const mostServers, mostDomains, mostDots = 3, 32, 15
	for fields := range lines(config) {
		switch values := fields[1:]; fields[0] {
		case "nameserver":
			if len(values) == 0 || len(r.servers) == mostServers {
				continue
			}
			var n Nameserver
			if _, err := netip.ParseAddr(values[0]); err == nil && n.UnmarshalText([]byte(values[0])) == nil {
				r.servers = append(r.servers, n.address)
			}
		case "domain", "search":
			r.search = values[:min(len(values), mostDomains)]
		case "options":
			for _, option := range values {
				if text, ok := strings.CutPrefix(option, "ndots:"); ok {
					if n, err := strconv.Atoi(text); err == nil {
						r.ndots = min(max(n, 0), mostDots)
					}
				}
			}
		}
	}
}

// readHosts reads a hosts file (hosts(5)).
func (r *Resolver) readHosts(hosts io.Reader) {
	r.hosts = map[string][]netip.Addr{}
	for fields := range lines(hosts) {
		address, err := netip.ParseAddr(fields[0])
		if err != nil {
			continue
		}
		for _, name := range fields[1:] {
			name = canonical(name)
			r.hosts[name] = append(r.hosts[name], address.Unmap().WithZone(""))
		}
	}
}

// lines are the fields of each line that is not empty, without comments.
func lines(file io.Reader) func(yield func([]string) bool) {
	return func(yield func([]string) bool) {
		scanner := bufio.NewScanner(io.LimitReader(file, maxConfig))
		for scanner.Scan() {
			line := scanner.Text()
			if i := strings.IndexAny(line, "#;"); i >= 0 {
				line = line[:i]
			}
			if fields := strings.Fields(line); len(fields) > 0 && !yield(fields) {
				return
			}
		}
	}
}

// known are the addresses that a name has without asking anybody.
func (r *Resolver) known(name string) []netip.Addr {
	if addresses := r.hosts[canonical(name)]; len(addresses) > 0 {
		return addresses[:len(addresses):len(addresses)]
	}
	if isLocal(name) {
		return []netip.Addr{netip.AddrFrom4([4]byte{127, 0, 0, 1}), netip.IPv6Loopback()}
	}
	return nil
}

// candidates are the full names that a name may stand for, the likelier first.
func (r *Resolver) candidates(name string) []string {
	full := strings.TrimSuffix(name, ".") + "."
	if len(r.search) == 0 || strings.HasSuffix(name, ".") {
		return []string{full}
	}
	var names []string
	for _, domain := range r.search {
		if domain = strings.Trim(domain, "."); domain != "" { // "search ." is how to have none
			names = append(names, full+domain+".")
		}
	}
	if strings.Count(name, ".") >= r.ndots {
		return append([]string{full}, names...)
	}
	return append(names, full)
}
