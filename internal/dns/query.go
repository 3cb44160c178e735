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

// addresses asks for a name's addresses of one kind.
func (r *Resolver) addresses(ctx context.Context, name string, ipv4 bool, nth int) ([]netip.Addr, error) {
	kind := dnsmessage.TypeAAAA
	if ipv4 {
		kind = dnsmessage.TypeA
	}
	reply, err := r.records(ctx, name, kind, nth)
	return reply.addresses, err
}

// records asks for a name's records of one kind, over as many questions as its
// aliases take.
func (r *Resolver) records(ctx context.Context, name string, kind dnsmessage.Type, nth int) (reply, error) {
	for range maxAliases {
		host, err := dnsmessage.NewName(name)
		if err != nil || !wellFormed(name) {
			return reply{}, fmt.Errorf("%q cannot be looked up: it is no host name", name)
		}
		got, err := r.query(ctx, dnsmessage.Question{Name: host, Type: kind, Class: dnsmessage.ClassINET}, nth)
		if err != nil {
			return reply{}, err
		}
		if len(got.addresses)+len(got.targets) > 0 {
			return got, nil
		}
		if got.end == canonical(name) {
			return reply{}, errNoAddress
		}
		name = got.end + "." // the name server left an alias to be followed
	}
	return reply{}, fmt.Errorf("DNS leads from alias to alias more than %d times", maxAliases)
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

// result is what an attempt came to: an answer, or a failure, or, before one of
// these, that it is late.
type result struct {
	reply reply
	err   error
	late  bool
}

// query asks one name server after the other, each again after a while, until
// one has a certain answer. Earlier ones may still answer while later ones are
// asked.
func (r *Resolver) query(ctx context.Context, q dnsmessage.Question, nth int) (reply, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	attempts := maxAttempts * len(r.servers)
	results := make(chan result, 2*attempts)
	sent, waiting, failures := 0, 0, 0
	next := func() {
		if sent < attempts && (sent == 0 || ctx.Err() == nil) {
			go r.attempt(ctx, r.servers[(nth+sent)%len(r.servers)], q, sent, results)
			sent++
			waiting++
		}
	}
	var failure error = silence{r.servers}
	for next(); waiting > 0; {
		got := <-results
		switch {
		case got.late:
			next()
			continue
		case got.err == nil || errors.Is(got.err, errNoAddress):
			return got.reply, got.err
		case got.err == errNoTime && sent == 1:
			return reply{}, errNoTime
		case got.err != errNoTime && got.err != errSilent:
			failure = got.err
			failures++
		}
		// When each has said that it cannot, to ask again brings the same.
		if waiting--; failures < len(r.servers) {
			next()
		}
	}
	return reply{}, failure
}

// attempt asks one name server once, when there is a place for it. If the answer
// does not come in the time it has, it says so, leaves the place to others, and
// goes on waiting as long as there is room.
func (r *Resolver) attempt(ctx context.Context, server string, q dnsmessage.Question, sent int, results chan<- result) {
	places := r.places[min(sent, len(r.places)-1)]
	select {
	case places <- struct{}{}:
	case <-ctx.Done():
		results <- result{err: errNoTime}
		return
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	answered := make(chan result, 1)
	go func() {
		var got result
		defer func() { answered <- got }()
		defer panics.Catch(&got.err)
		got.reply, got.err = exchange(ctx, server, q)
	}()
	patience := time.NewTimer(r.patience << min(sent/len(r.servers), 2))
	defer patience.Stop()
	select {
	case got := <-answered:
		<-places
		results <- got
		return
	case <-patience.C:
		<-places
		results <- result{late: true}
	}
	select {
	case r.late <- struct{}{}:
		results <- <-answered
		<-r.late
	default:
		results <- result{err: errSilent}
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

// exchange asks one name server over UDP, and over TCP if the answer does not
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

// silence is that no name server has answered, however often it was asked.
type silence struct{ servers []string }

func (s silence) Error() string { return "no answer from " + listed(s.servers) + " in time" }

// errSilent is an attempt without an answer in the time it had.
var errSilent = errors.New("no answer in time")

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
		return errSilent
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
