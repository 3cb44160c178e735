package dns

import (
	"errors"
	"fmt"
	"net/netip"

	"golang.org/x/net/dns/dnsmessage"
)

// reply is a name server's certain answer.
type reply struct {
	addresses []netip.Addr
	targets   []ServiceTarget // of an SRV record, without their addresses
	end       string          // the canonical name that the addresses belong to, or where the aliases stop
}

var (
	errForeign   = errors.New("this is no answer to the question")
	errTruncated = errors.New("the answer does not fit into a datagram")
	errLame      = errors.New("knows nothing of the name, and asks no other name server")
	errGarbled   = errors.New("sent an answer that is no DNS message")
)

// rcodeError is a name server's own word for why it does not answer.
type rcodeError dnsmessage.RCode

func (e rcodeError) Error() string { return fmt.Sprintf("response code %d", uint16(e)) }

func (e rcodeError) words() string {
	switch dnsmessage.RCode(e) {
	case dnsmessage.RCodeServerFailure:
		return "could not find out (SERVFAIL)"
	case dnsmessage.RCodeRefused:
		return "refuses to answer (REFUSED)"
	case dnsmessage.RCodeFormatError:
		return "does not understand the question (FORMERR)"
	case dnsmessage.RCodeNotImplemented:
		return "does not answer such questions (NOTIMP)"
	default:
		return fmt.Sprintf("gave up with response code %d", uint16(e))
	}
}

// parse reads a message that should answer a question. errForeign is a message
// to go on waiting after.
func parse(message []byte, id uint16, q dnsmessage.Question) (reply, error) {
	var p dnsmessage.Parser
	header, err := p.Start(message)
	if err != nil || header.ID != id || !header.Response {
		return reply{}, errForeign
	}
	asked, err := p.Question()
	if err != nil && !errors.Is(err, dnsmessage.ErrSectionDone) {
		return reply{}, errForeign
	}
	// A server that does not understand a question need not repeat it.
	repeated := err == nil && asked.Type == q.Type && asked.Class == q.Class && canonical(asked.Name.String()) == canonical(q.Name.String())
	if !repeated && (err == nil || header.RCode == dnsmessage.RCodeSuccess || header.RCode == dnsmessage.RCodeNameError) {
		return reply{}, errForeign
	}
	if header.Truncated {
		return reply{}, errTruncated
	}
	switch header.RCode {
	case dnsmessage.RCodeSuccess:
	case dnsmessage.RCodeNameError:
		return reply{}, errNoName
	default:
		return reply{}, rcodeError(header.RCode)
	}
	if err := p.SkipAllQuestions(); err != nil {
		return reply{}, errGarbled
	}
	got, any, err := answers(&p, q)
	if err == nil && !any && !header.Authoritative && !header.RecursionAvailable {
		return reply{}, errLame
	}
	return got, err
}

// answers reads the answer section: the aliases from the name asked for on, and
// the addresses at their end. Any says whether there was anything.
func answers(p *dnsmessage.Parser, q dnsmessage.Question) (got reply, any bool, err error) {
	records := map[string][]record{}
	for {
		header, err := p.AnswerHeader()
		if errors.Is(err, dnsmessage.ErrSectionDone) {
			break
		}
		if err != nil {
			return reply{}, false, errGarbled
		}
		any = true
		owner := canonical(header.Name.String())
		r, err := readRecord(p, header, q.Type)
		if err != nil {
			return reply{}, false, errGarbled
		}
		records[owner] = append(records[owner], r)
	}
	got.end = canonical(q.Name.String())
	for range maxAliases {
		next := aliasIn(records[got.end])
		if next == "" {
			break
		}
		got.end = next
	}
	for _, r := range records[got.end] {
		switch {
		case r.address.IsValid():
			got.addresses = append(got.addresses, r.address)
		case r.target.Host != "":
			got.targets = append(got.targets, r.target)
		}
	}
	return got, any, nil
}

// record is what a resource record says; one of no use is empty.
type record struct {
	alias   string
	address netip.Addr
	target  ServiceTarget
}

func aliasIn(records []record) string {
	for _, r := range records {
		if r.alias != "" {
			return r.alias
		}
	}
	return ""
}

// readRecord reads one resource record, if it is an alias or of the kind asked
// for.
func readRecord(p *dnsmessage.Parser, header dnsmessage.ResourceHeader, kind dnsmessage.Type) (record, error) {
	switch {
	case header.Class != dnsmessage.ClassINET:
	case header.Type == dnsmessage.TypeCNAME:
		r, err := p.CNAMEResource()
		return record{alias: canonical(r.CNAME.String())}, err
	case header.Type != kind:
	case kind == dnsmessage.TypeA:
		r, err := p.AResource()
		return record{address: netip.AddrFrom4(r.A)}, err
	case kind == dnsmessage.TypeAAAA:
		r, err := p.AAAAResource()
		return record{address: netip.AddrFrom16(r.AAAA).Unmap()}, err
	case kind == dnsmessage.TypeSRV:
		r, err := p.SRVResource()
		return record{target: ServiceTarget{Host: canonical(r.Target.String()), Port: r.Port}}, err
	}
	return record{}, p.SkipAnswer()
}
