package accesslog

import (
	"bytes"

	"check-haproxy/internal/accesslog/logformat"
)

// readFormats reads text in one of the operator's formats. The first that fits
// wins, but one whose own frontend the line names goes before.
func (p *Parser) readFormats(text []byte, timeless bool, rec *Record, m *moment) Class {
	first, firstRec, firstMoment := Unreadable, Record{}, moment{}
	for _, f := range p.formats {
		rec.clear()
		*m = moment{}
		class := p.readFormat(f, text, timeless, rec, m)
		if class == Unreadable {
			continue
		}
		if f.Owns(rec.Frontend) {
			return class
		}
		if first == Unreadable {
			first, firstRec, firstMoment = class, *rec, *m
			firstRec.Request = bytes.Clone(rec.Request) // it may be in the parser's scratch
		}
	}
	*rec, *m = firstRec, firstMoment
	return first
}

// readFormat reads text in one format.
func (p *Parser) readFormat(f *logformat.Format, text []byte, timeless bool, rec *Record, m *moment) Class {
	switch {
	case f.Option() == logformat.Columns:
		return p.readColumns(text, rec, m)
	case f.Option() == logformat.CLF:
		return p.readCLF(text, rec, m)
	case f.Quiet():
		if f.Match(&p.match, text) {
			return Message
		}
		return Unreadable
	case f.Structured() && len(p.data) > 0:
		text = p.data
	}
	var served Record
	if f.HasNames() {
		if !f.MatchNames(&p.match, text) || !p.fillNames(text, rec) {
			return Unreadable
		}
		p.fillIdentity(text, m)
		if !rec.NoServer && !p.details && (!timeless || !f.Dated()) {
			return Request
		}
		served = *rec
	}
	if !f.Match(&p.match, text) || !p.fillNames(text, rec) {
		if served.Backend == nil {
			return Unreadable
		}
		*rec = served // cut short behind the names, or two readings differ there
		if rec.NoServer {
			return HalfRead
		}
		return Request
	}
	p.fillMoment(text, m)
	p.fillIdentity(text, m)
	known := true
	switch {
	case rec.NoServer:
		known = p.fillDetails(f, text, rec)
	case p.details:
		p.fillServed(f, text, rec)
	}
	switch noStatus := string(p.match.Field(text, logformat.FieldStatus)) == "-1"; {
	case noStatus && known && rec.isEarlyStep(false, false):
		return Message
	case noStatus && !known && f.Flagless():
		rec.step = true
		return Message
	case !known:
		return HalfRead
	}
	return Request
}

// fillIdentity sets what lines of one request have in common.
func (p *Parser) fillIdentity(text []byte, m *moment) {
	port, date := p.match.Field(text, logformat.FieldPort), p.match.Field(text, logformat.FieldDate)
	if len(date) == 0 {
		date = p.match.Field(text, logformat.FieldEpoch)
	}
	if len(date) == 0 || len(port) == 0 || !allDigits(port) {
		return
	}
	client, ms := p.match.Field(text, logformat.FieldClient), p.match.Field(text, logformat.FieldMillis)
	m.identity = identity{tail(client) ^ tail(port)<<8, tail(date) ^ tail(ms)}
}

// fillNames sets the names that were found.
func (p *Parser) fillNames(text []byte, rec *Record) bool {
	rec.Frontend = bytes.TrimSuffix(p.match.Field(text, logformat.FieldFrontend), []byte("~"))
	rec.Backend = p.match.Field(text, logformat.FieldBackend)
	rec.Server = p.match.Field(text, logformat.FieldServer)
	if len(rec.Backend) == 0 {
		return false
	}
	rec.NoServer = isNoServer(rec.Server)
	return true
}

// fillDetails sets what was found of how a request ended, and reports whether
// that is known. In a format without flags the status has to do.
func (p *Parser) fillDetails(f *logformat.Format, text []byte, rec *Record) bool {
	if b := p.match.Field(text, logformat.FieldStatus); b != nil {
		if v, n := signedLen(b); n == len(b) {
			rec.Status = int(v)
		}
	}
	if f.Flagless() {
		if rec.Status < 100 {
			return false
		}
		rec.assume()
	} else {
		flags := p.match.Field(text, logformat.FieldFlags)
		if len(flags) < 2 {
			return false
		}
		rec.Flags = [2]byte{flags[0], flags[1]}
	}
	rec.Request = p.match.Field(text, logformat.FieldRequest)
	if path := p.match.Field(text, logformat.FieldPath); rec.Request == nil && path != nil {
		p.request = append(p.request[:0], p.match.Field(text, logformat.FieldMethod)...)
		if len(p.request) > 0 {
			p.request = append(p.request, ' ')
		}
		p.request = append(p.request, path...)
		rec.Request = p.request
	}
	return true
}

// fillMoment sets the times that the format holds.
func (p *Parser) fillMoment(text []byte, m *moment) {
	switch date := p.match.Field(text, logformat.FieldDate); {
	case len(date) == acceptLen:
		m.accepted, m.known = readAccept(date)
	case len(date) == zonedLen:
		m.accepted, m.known = readZoned(date)
	}
	if epoch := p.match.Field(text, logformat.FieldEpoch); !m.known && len(epoch) > 0 {
		v, n := signedLen(epoch)
		m.accepted = epochStamp(int(v), 0)
		m.known = n == len(epoch) && m.accepted.sane()
	}
	if ms, n := signedLen(p.match.Field(text, logformat.FieldMillis)); n > 0 && ms > 0 && ms < 1000 && m.accepted.nano == 0 {
		m.accepted.nano = int(ms) * 1_000_000
	}
	for _, f := range [...]logformat.Field{logformat.FieldActive, logformat.FieldTotal} {
		if v, n := signedLen(p.match.Field(text, f)); n > 0 {
			m.lasted = v
		}
	}
}
