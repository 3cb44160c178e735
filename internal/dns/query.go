package dns

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/netip"
	"strings"
	"syscall"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"check-haproxy/internal/panics"
)

const (
	// maxAttempts bounds how often a query is sent to each name server.
	maxAttempts = 4
	// maxMessage is a DNS message's largest size over TCP.
	maxMessage = 1<<16 - 1
	// maxAliases bounds the CNAMEs that are followed.
	maxAliases = 16
)

// addresses asks for a name's addresses of one kind, over as many questions as
// its aliases take.
func (r *Resolver) addresses(ctx context.Context, name string, ipv4 bool, nth int) ([]netip.Addr, error) {
	kind := dnsmessage.TypeAAAA
	if ipv4 {
		kind = dnsmessage.TypeA
	}
	for range maxAliases {
		host, err := dnsmessage.NewName(name)
		if err != nil || !wellFormed(name) {
			return nil, fmt.Errorf("%q cannot be looked up: it is no host name", name)
		}
		reply, err := r.query(ctx, dnsmessage.Question{Name: host, Type: kind, Class: dnsmessage.ClassINET}, nth)
		if err != nil {
			return nil, err
		}
		if len(reply.addresses) > 0 {
			return reply.addresses, nil
		}
		if reply.end == canonical(name) {
			return nil, errNoAddress
		}
		name = reply.end + "." // the name server left an alias to be followed
	}
	return nil, fmt.Errorf("DNS leads from alias to alias more than %d times", maxAliases)
}

// wellFormed says whether each part of a full name is there and fits.
func wellFormed(name string) bool {
	for label := range strings.SplitSeq(strings.TrimSuffix(name, "."), ".") {
		if label == "" || len(label) > 63 {
			return false
		}
	}
	return true
}

// query asks one name server after the other, each again after a while, until
// one has a certain answer. Earlier ones may still answer while later ones are
// asked.
func (r *Resolver) query(ctx context.Context, q dnsmessage.Question, nth int) (reply, error) {
	select {
	case r.running <- struct{}{}:
		defer func() { <-r.running }()
	case <-ctx.Done():
		return reply{}, errNoTime
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	type result struct {
		reply reply
		err   error
	}
	attempts := maxAttempts * len(r.servers)
	results := make(chan result, attempts)
	tick := time.NewTimer(0)
	defer tick.Stop()
	waiting, failures := 0, 0
	var failure error
	for sent := 0; ; {
		select {
		case <-tick.C:
			if sent == attempts {
				continue
			}
			server := r.servers[(nth+sent)%len(r.servers)]
			sent++
			waiting++
			tick.Reset(r.patience << min((sent-1)/len(r.servers), 2))
			go func() {
				var got result
				defer func() { results <- got }()
				defer panics.Catch(&got.err)
				got.reply, got.err = exchange(ctx, server, q)
			}()
		case got := <-results:
			waiting--
			if got.err == nil || errors.Is(got.err, errNoAddress) {
				return got.reply, got.err
			}
			failures++
			if failure == nil || !errors.Is(got.err, context.Canceled) {
				failure = got.err
			}
			// Each has said that it cannot; to ask again brings the same.
			if waiting == 0 && failures >= len(r.servers) {
				return reply{}, failure
			}
			tick.Reset(0)
		case <-ctx.Done():
			if failure != nil && waiting == 0 {
				return reply{}, failure
			}
			return reply{}, fmt.Errorf("no answer from %s in time", listed(r.servers))
		}
	}
}

// listed names the name servers.
func listed(servers []string) string {
	names := make([]string, len(servers))
	for i, s := range servers {
		names[i] = strings.TrimSuffix(s, ":53")
	}
	return "name server " + strings.Join(names, " or ")
}

// exchange asks one name server over UDP, and over TCP where the answer does not
// fit.
func exchange(ctx context.Context, server string, q dnsmessage.Question) (reply, error) {
	id := uint16(rand.Uint32())
	message, err := question(id, q)
	if err != nil {
		return reply{}, err
	}
	got, err := overUDP(ctx, server, message, id, q)
	if errors.Is(err, errTruncated) {
		got, err = overTCP(ctx, server, message, id, q)
	}
	if err == nil || errors.Is(err, errNoAddress) {
		return got, err
	}
	return reply{}, explain(server, err)
}

func question(id uint16, q dnsmessage.Question) ([]byte, error) {
	m := dnsmessage.Message{Header: dnsmessage.Header{ID: id, RecursionDesired: true}, Questions: []dnsmessage.Question{q}}
	return m.Pack()
}

func overUDP(ctx context.Context, server string, message []byte, id uint16, q dnsmessage.Question) (reply, error) {
	conn, stop, err := dial(ctx, "udp", server)
	if err != nil {
		return reply{}, err
	}
	defer stop()
	if _, err := conn.Write(message); err != nil {
		return reply{}, err
	}
	buffer := make([]byte, 4096)
	for {
		n, err := conn.Read(buffer)
		if err != nil {
			return reply{}, err
		}
		// What is no answer to this question is somebody else's, or forged.
		if got, err := parse(buffer[:n], id, q); !errors.Is(err, errForeign) {
			return got, err
		}
	}
}

func overTCP(ctx context.Context, server string, message []byte, id uint16, q dnsmessage.Question) (reply, error) {
	conn, stop, err := dial(ctx, "tcp", server)
	if err != nil {
		return reply{}, err
	}
	defer stop()
	if _, err := conn.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(message))), message...)); err != nil {
		return reply{}, err
	}
	var length [2]byte
	if _, err := io.ReadFull(conn, length[:]); err != nil {
		return reply{}, err
	}
	answer := make([]byte, min(int(binary.BigEndian.Uint16(length[:])), maxMessage))
	if _, err := io.ReadFull(conn, answer); err != nil {
		return reply{}, err
	}
	got, err := parse(answer, id, q)
	if errors.Is(err, errTruncated) {
		err = errors.New("the answer is cut short over TCP, too")
	}
	return got, err
}

// dial connects; reads and writes end with the context.
func dial(ctx context.Context, network, server string) (conn net.Conn, stop func(), err error) {
	var d net.Dialer
	if conn, err = d.DialContext(ctx, network, server); err != nil {
		return nil, nil, err
	}
	ended := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	return conn, func() { ended(); _ = conn.Close() }, nil
}

// explain puts into words why a name server gave no certain answer.
func explain(server string, err error) error {
	server = listed([]string{server})
	var code rcodeError
	switch {
	case errors.As(err, &code):
		return fmt.Errorf("%s %s", server, code.words())
	case errors.Is(err, syscall.ECONNREFUSED):
		return fmt.Errorf("nothing listens at %s (connection refused)", server)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("%s closed the connection without an answer", server)
	case errors.Is(err, context.Canceled), isTimeout(err):
		return fmt.Errorf("no answer from %s in time", server)
	}
	var syscallErr syscall.Errno
	if errors.As(err, &syscallErr) {
		return fmt.Errorf("cannot reach %s: %s", server, syscallErr.Error())
	}
	return fmt.Errorf("%s: %w", server, err)
}

func isTimeout(err error) bool {
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout()
}
