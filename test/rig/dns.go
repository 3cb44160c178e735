package rig

import (
	"encoding/binary"
	"io"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// DNS is a name server of the test's own, on UDP and TCP. Names that were not
// set do not exist.
type DNS struct {
	Address string // "127.0.0.1:port"

	lock    sync.Mutex
	names   map[string]Name
	queries map[string]int
	begin   map[string]int // where the next answer of a name with Most begins
}

// Name is what the name server says of a name.
type Name struct {
	Addresses  []string         // IPv4 and IPv6, in this order
	Targets    []string         // "host:port" of an SRV record
	Alias      string           // a CNAME; followed if its target is set, too
	Most       int              // most addresses in an answer: each begins where the one before it ended
	RCode      dnsmessage.RCode // instead of an answer
	Delay      time.Duration    // before the answer
	Silent     bool             // no answer at all
	NoIPv6     bool             // no answer to questions for IPv6
	NoNameIPv6 bool             // the wrong answer to them that the name does not exist
	Lonely     bool             // an alias is not followed
	Big        bool             // does not fit into a datagram
	NoTCP      bool             // no answer over TCP
}

// StartDNS starts a name server that is gone when the test ends.
func StartDNS(t testing.TB) *DNS {
	t.Helper()
	d := &DNS{names: map[string]Name{}, queries: map[string]int{}, begin: map[string]int{}}
	packets, listener := listenBoth(t)
	d.Address = listener.Addr().String()
	var serving sync.WaitGroup
	serving.Go(func() { d.serveUDP(packets) })
	serving.Go(func() { d.serveTCP(listener) })
	t.Cleanup(func() {
		_ = packets.Close()
		_ = listener.Close()
		serving.Wait()
	})
	return d
}

// listenBoth listens on a port that is free for both protocols.
func listenBoth(t testing.TB) (net.PacketConn, net.Listener) {
	t.Helper()
	for range 100 {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		if packets, err := net.ListenPacket("udp", listener.Addr().String()); err == nil {
			return packets, listener
		}
		_ = listener.Close()
	}
	t.Fatal("no port is free for both UDP and TCP")
	return nil, nil
}

// Set says what a name is from now on.
func (d *DNS) Set(name string, is Name) {
	d.lock.Lock()
	defer d.lock.Unlock()
	d.names[name] = is
}

// Move gives a name these addresses and no others.
func (d *DNS) Move(name string, addresses ...string) { d.Set(name, Name{Addresses: addresses}) }

// Queries is how often a name was asked for, over UDP and TCP.
func (d *DNS) Queries(name string) int {
	d.lock.Lock()
	defer d.lock.Unlock()
	return d.queries[name]
}

func (d *DNS) serveUDP(packets net.PacketConn) {
	buffer := make([]byte, 1<<16)
	for {
		n, from, err := packets.ReadFrom(buffer)
		if err != nil {
			return
		}
		reply, after := d.answer(append([]byte{}, buffer[:n]...), true)
		if reply != nil {
			time.AfterFunc(after, func() { _, _ = packets.WriteTo(reply, from) })
		}
	}
}

func (d *DNS) serveTCP(listener net.Listener) {
	for {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		go func() {
			defer conn.Close()
			_ = conn.SetDeadline(time.Now().Add(patience))
			var length [2]byte
			if _, err := io.ReadFull(conn, length[:]); err != nil {
				return
			}
			message := make([]byte, binary.BigEndian.Uint16(length[:]))
			if _, err := io.ReadFull(conn, message); err != nil {
				return
			}
			reply, after := d.answer(message, false)
			if reply != nil {
				time.Sleep(after)
				_, _ = conn.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(reply))), reply...))
			}
		}()
	}
}

// answer returns the reply to a message, and how long to wait with it; nil for
// none.
func (d *DNS) answer(message []byte, udp bool) ([]byte, time.Duration) {
	var m dnsmessage.Message
	if err := m.Unpack(message); err != nil || len(m.Questions) != 1 {
		return nil, 0
	}
	q := m.Questions[0]
	m.Response, m.RecursionAvailable = true, true
	m.Additionals = nil

	d.lock.Lock()
	defer d.lock.Unlock()
	name := strings.ToLower(strings.TrimSuffix(q.Name.String(), "."))
	d.queries[name]++
	is, ok := d.names[name]
	switch {
	case is.Silent, is.NoIPv6 && q.Type == dnsmessage.TypeAAAA, is.NoTCP && !udp:
		return nil, 0
	case is.Big && udp:
		m.Truncated = true
	case !ok, is.NoNameIPv6 && q.Type == dnsmessage.TypeAAAA:
		m.RCode = dnsmessage.RCodeNameError
	case is.RCode != 0:
		m.RCode = is.RCode
	default:
		m.Answers = d.records(q.Type, name)
	}
	reply, err := m.Pack()
	if err != nil {
		panic(err) // the test set a name that cannot be one
	}
	return reply, is.Delay
}

// records are the aliases of a name and the addresses at their end.
func (d *DNS) records(kind dnsmessage.Type, name string) []dnsmessage.Resource {
	var records []dnsmessage.Resource
	for d.names[name].Alias != "" {
		is := d.names[name]
		records = append(records, dnsmessage.Resource{
			Header: header(name, dnsmessage.TypeCNAME),
			Body:   &dnsmessage.CNAMEResource{CNAME: dnsmessage.MustNewName(is.Alias + ".")},
		})
		if name = is.Alias; is.Lonely {
			return records
		}
	}
	is := d.names[name]
	var all []dnsmessage.Resource
	for _, target := range is.Targets {
		if kind == dnsmessage.TypeSRV {
			all = append(all, dnsmessage.Resource{Header: header(name, kind), Body: service(target)})
		}
	}
	for _, text := range is.Addresses {
		address := netip.MustParseAddr(text)
		switch {
		case address.Is4() && kind == dnsmessage.TypeA:
			all = append(all, dnsmessage.Resource{Header: header(name, kind), Body: &dnsmessage.AResource{A: address.As4()}})
		case address.Is6() && kind == dnsmessage.TypeAAAA:
			all = append(all, dnsmessage.Resource{Header: header(name, kind), Body: &dnsmessage.AAAAResource{AAAA: address.As16()}})
		}
	}
	if is.Most > 0 && len(all) > is.Most {
		begin := d.begin[name]
		d.begin[name] = begin + is.Most
		for i := range is.Most {
			records = append(records, all[(begin+i)%len(all)])
		}
		return records
	}
	return append(records, all...)
}

func service(target string) *dnsmessage.SRVResource {
	host, port, _ := strings.Cut(target, ":")
	number, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		panic(err) // the test set a target without a port
	}
	return &dnsmessage.SRVResource{Priority: 1, Weight: 1, Port: uint16(number), Target: dnsmessage.MustNewName(host + ".")}
}

func header(name string, kind dnsmessage.Type) dnsmessage.ResourceHeader {
	return dnsmessage.ResourceHeader{Name: dnsmessage.MustNewName(name + "."), Type: kind, Class: dnsmessage.ClassINET, TTL: 5}
}
