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
	end       string // the canonical name that the addresses belong to, or where the aliases stop
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
	aliases := map[string]string{}
	addresses := map[string][]netip.Addr{}
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
		address, alias, err := record(p, header, q.Type)
		switch {
		case err != nil:
			return reply{}, false, errGarbled
		case alias != "":
			aliases[owner] = alias
		case address.IsValid():
			addresses[owner] = append(addresses[owner], address)
		}
	}
	got.end = canonical(q.Name.String())
	for range maxAliases {
		next, ok := aliases[got.end]
		if !ok {
			break
		}
		got.end = next
	}
	got.addresses = addresses[got.end]
	return got, any, nil
}

// record reads one resource record, if it is an alias or an address of the kind
// asked for.
func record(p *dnsmessage.Parser, header dnsmessage.ResourceHeader, kind dnsmessage.Type) (address netip.Addr, alias string, err error) {
	switch {
	case header.Class != dnsmessage.ClassINET:
	case header.Type == dnsmessage.TypeCNAME:
		r, err := p.CNAMEResource()
		return address, canonical(r.CNAME.String()), err
	case header.Type == dnsmessage.TypeA && kind == dnsmessage.TypeA:
		r, err := p.AResource()
		return netip.AddrFrom4(r.A), "", err
	case header.Type == dnsmessage.TypeAAAA && kind == dnsmessage.TypeAAAA:
		r, err := p.AAAAResource()
		return netip.AddrFrom16(r.AAAA).Unmap(), "", err
	}
	return address, "", p.SkipAnswer()
}
