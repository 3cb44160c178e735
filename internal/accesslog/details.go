package accesslog

import (
	"bytes"
	"math/bits"

	"check-haproxy/internal/accesslog/logformat"
)

// readDetails reads what follows the server of a line that has one. It answers
// Message for a step before the request's end.
func readDetails(rest []byte, rec *Record) Class {
	timers, _, tail := readTimers(rest)
	if readColumnsTail(rest, rec) != Request {
		rec.Status, rec.Flags, rec.Request = -1, [2]byte{}, nil
		return readOwnShape(rest, rec)
	}
	d := &rec.Details
	*d = Details{Known: true, TCP: timers == 3}
	_, tail = readInt(tail) // status, or in TCP mode bytes
	if !d.TCP {
		d.ResponseTime = answerTime(rest)
		_, tail = readInt(tail) // bytes
		tail = afterCookies(tail, rec)
	}
	if blank := bytes.IndexByte(tail, ' '); blank >= 0 {
		if count, n, last := lastCount(tail[blank+1:]); count == 5 {
			d.setRetries(tail[blank+1:][last:n])
		}
	}
	rec.forgetIfWell()
	if rec.isEarlyStep(d.TCP, true) {
		return Message
	}
	return Request
}

// afterCookies skips two captured cookies, whatever is in them: the flags that
// were read stand before the last counts.
func afterCookies(tail []byte, rec *Record) []byte {
	if bytes.HasPrefix(tail, []byte("- - ")) {
		return tail[4:]
	}
	best := tail[len(tail):]
	for at := 0; at < min(len(tail), maxCookies); {
		blank := bytes.IndexByte(tail[at:], ' ')
		if blank < 0 {
			break
		}
		at += blank + 1
		if request, ok := readStateAndCounts(tail[at:]); ok && bytes.Equal(request, rec.Request) {
			best = tail[at:]
		}
	}
	return best
}

// answerTime is the fourth of five timers, %Tr.
func answerTime(timers []byte) int32 {
	for range 3 {
		timers = timers[bytes.IndexByte(timers, '/')+1:]
	}
	v, _ := signedLen(timers)
	return milliseconds(v)
}

// milliseconds is a time as Details has it; -1, which HAProxy writes for a phase
// that was not reached, is none.
func milliseconds(v int64) int32 { return int32(min(max(v, 0), 1<<31-1)) }

// setRetries reads a number of retries; "+" before it says that the last one was
// a redispatch.
func (d *Details) setRetries(b []byte) {
	v, n := signedLen(b)
	if n == 0 {
		return
	}
	d.Redispatched = b[0] == '+'
	d.Retries = milliseconds(v)
}

// forgetIfWell drops the request text of a request that went well: nobody wants
// it as an example, and readWell does not read it.
func (r *Record) forgetIfWell() {
	if r.Flags == [2]byte{'-', '-'} && r.Status < 500 && !r.Details.TCP {
		r.Request = nil
	}
}

// readCLFDetails is readDetails for CLF; rest begins with the timers, and flags
// with what follows them.
func readCLFDetails(request []byte, status int, rest, flags []byte, rec *Record) {
	if readFlags(flags, rec, 4) != Request {
		return
	}
	rec.Status, rec.Request = status, request
	d := &rec.Details
	*d = Details{Known: true, TCP: string(request) == "TCP "}
	if !d.TCP {
		for range 3 {
			_, rest = readInt(rest)
		}
		v, _ := readInt(rest)
		d.ResponseTime = milliseconds(int64(v))
	}
	counts := flags[min(5, len(flags)):]
	for range 4 {
		_, counts = readInt(counts)
	}
	if blank := bytes.IndexByte(counts, ' '); blank >= 0 {
		d.setRetries(counts[:blank])
	}
	rec.forgetIfWell()
}

// fillServed sets what the operator's format tells of a request with a server.
func (p *Parser) fillServed(f *logformat.Format, text []byte, rec *Record) {
	if !p.fillDetails(f, text, rec) {
		rec.Status = -1
		return
	}
	d := &rec.Details
	*d = Details{Known: true, TCP: rec.Status == 0}
	if v, n := signedLen(p.match.Field(text, logformat.FieldAnswer)); n > 0 {
		d.ResponseTime = milliseconds(v)
	}
	d.setRetries(p.match.Field(text, logformat.FieldRetries))
	rec.forgetIfWell()
}

// readWell is readDetails for what most lines are: a request in HTTP that went
// well at the first attempt, without captured cookies. Of any other it says
// nothing. It returns what wentWell wants to know. b begins with the timers, length
// is that of the line from there on.
//
//	0/0/1/5/6 200 217 - - ---- 3/3/0/0/0 0/0 "GET / HTTP/1.1"
//
// Numbers come in any length, which would make a loop over them a series of
// mispredicted branches; so where they end is found at once for 64 bytes, as
// bits (BenchmarkDetails).
func readWell(b []byte, length int) (status int, answer int32, ok bool) {
	const span = 64
	if len(b) < span || length < span {
		return 0, 0, false
	}
	numbers, slashes := classify(b[:span])
	timers := bits.TrailingZeros64(^numbers)
	state := timers + len(" 200")
	if timers < len("0/0/0/0/0") || timers > 20 || numbers>>(timers+1)&15 != 7 || slashes>>(timers+1)&7 != 0 || b[timers+1]-'1' > 3 {
		return 0, 0, false
	}
	size := state + 1 + bits.TrailingZeros64(^(numbers >> (state + 1)))
	flags := size + len(" - - ")
	if size == state+1 || size > state+18 || string(b[size:flags+2]) != " - - --" || !isFlags(b[flags+2:flags+4]) {
		return 0, 0, false
	}
	from := flags + 5
	counts := from + bits.TrailingZeros64(^(numbers >> from))
	inTimers, inCounts := slashes&upTo(timers), slashes&upTo(counts)&^upTo(from)
	if counts > from+18 || counts > span-1 || slashes&^(inTimers|inCounts)&upTo(counts) != 0 || !isFive(inTimers, 0, timers) || !isFive(inCounts, from, counts) {
		return 0, 0, false
	}
	if b[timers] != ' ' || b[state] != ' ' || b[from-1] != ' ' || b[counts] != ' ' || b[counts-1] != '0' || b[counts-2] != '/' {
		return 0, 0, false
	}
	third := inTimers & (inTimers - 1)
	third &= third - 1
	begin, end := bits.TrailingZeros64(third)+1, bits.TrailingZeros64(third&(third-1))
	status = int(b[timers+1]-'0')*100 + int(b[timers+2]-'0')*10 + int(b[timers+3]-'0')
	return status, shortNumber(load(b, begin), end-begin), end-begin <= 8
}

// wentWell sets the details of what readWell has read.
func (r *Record) wentWell(status int, answer int32) {
	r.Flags, r.Status = [2]byte{'-', '-'}, status
	r.Details = Details{Known: true, ResponseTime: answer}
}

// isFive says whether slashes, all between from and to, have five numbers
// between them.
func isFive(slashes uint64, from, to int) bool {
	return bits.OnesCount64(slashes) == 4 && slashes&(slashes>>1|1<<from|1<<(to-1)) == 0
}

// upTo has the bits before n.
func upTo(n int) uint64 { return 1<<n - 1 }

// classify has a bit for each of 64 bytes that is a digit or a slash, and one
// for each of those that is a slash. '/' is the byte before '0', and the only one
// of them without 0x10.
func classify(b []byte) (numbers, slashes uint64) {
	const (
		ones = 0x01010101_01010101
		high = 0x80 * ones
	)
	for i := 0; i < 64; i += 8 {
		x := load(b, i)
		low := x &^ high
		from := (low | high) - '/'*ones // the high bit stays if the byte is not below '/'
		to := '9'*ones + high - low     // and here if it is not above '9'
		number := from & to & high &^ x
		numbers |= gather(number) << i
		slashes |= gather(number&^(x<<3)) << i
	}
	return numbers, slashes
}

// gather makes eight bits of the high bits of eight bytes.
func gather(high uint64) uint64 { return high * 0x00020408_10204081 >> 56 }

// shortNumber reads the first of eight bytes as a decimal number of so many
// digits, without a loop (Lemire, "Quickly parsing eight digits").
func shortNumber(eight uint64, digits int) int32 {
	x := eight & 0x0f0f0f0f_0f0f0f0f << (64 - 8*min(digits, 8))
	x = x*10 + x>>8
	const pairs = 0x000000ff_000000ff
	return int32((x&pairs*(100+1000000<<32) + x>>16&pairs*(1+10000<<32)) >> 32)
}
