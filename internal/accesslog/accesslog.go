// Package accesslog turns one line of HAProxy's log into one Record: when it
// was written, which frontend, backend and server it names, and why the session
// ended.
//
// The leftmost real structure of a line decides, and only the server field says
// whether a request found a server: request text, user agents and captured
// headers come from clients and may hold a whole forged line.
//
// A line is read in four steps, each in its own file: a wrapper is taken off
// (wrapper.go), the header is skipped and its time read (header.go, clock.go),
// then the text is a request in columns (columns.go), in CLF (clf.go) or in a
// log-format of the operator's own (formats.go, with what package logformat has
// compiled), or one of HAProxy's own messages (message.go). reference.go does this
// plainly for any line; fast.go does the same for lines that look like the one before,
// and groups.go counts those of them that need not be visited one by one.
package accesslog

import (
	"time"

	"check-haproxy/internal/accesslog/logformat"
)

// Class says what one line is.
type Class uint8

const (
	// Unreadable is no HAProxy line in a known (or the given) format: junk,
	// another program's, or cut short before what decides.
	Unreadable Class = iota
	// Request is a request or connection: Frontend, Backend and Server are set.
	Request
	// Transition is a change of a server's state: Record.Transition is set.
	Transition
	// Message is another of HAProxy's own messages, or what systemd, journalctl
	// and syslog daemons say in between: neither a request nor unreadable.
	// Backend is the proxy that it names, nil if it names none.
	Message
	// Connection is "Connect from …", all that HAProxy logs of a frontend without
	// a log format: it does not tell how a request ended.
	Connection
	// HalfRead is a request without a server whose termination state cannot be
	// read. Frontend, Backend and Server are set.
	HalfRead
)

// String is the class in lower case, for messages and tests.
func (c Class) String() string {
	return [...]string{"unreadable", "request", "transition", "message", "connection", "half-read"}[c]
}

// Record is one line, understood. Its byte slices point into the line (or into
// the parser's scratch) and live until the next line is read: copy what you keep.
//
// It can stand for several requests that went well (Options.Periods), then they had
// the same frontend, backend and server in the same period, and Written is when
// the newest was. Line, Origin, Status and Details.ResponseTime, in which they differ,
// are not set.
type Record struct {
	Class    Class
	Line     []byte  // the line as it was read, without its line end
	Written  int64   // when the line was written, Unix nanoseconds; 0 if nothing tells
	Times    int     // how many lines it stands for: 1, but for requests together and "message repeated N times"
	Own      bool    // the line itself shows that HAProxy wrote it: it reads so, or its tag says so
	Origin   *Origin // who wrote it, as its header tells; never nil
	Frontend []byte  // without the trailing ~ of a TLS listener; nil if the format does not name it
	Backend  []byte
	Server   []byte // "<NOSRV>", a name, an internal service like "<STATS>", "-" or empty
	Route    uint64 // a number of Frontend, Backend and Server that this parser gives to no others; 0 if it has not given them one

	// NoServer: Server is <NOSRV>, "-" or empty. Other names in angle brackets
	// are HAProxy's own services, never a missing server.
	NoServer bool

	// Flags are the first two characters of the termination state (HAProxy
	// manual 8.5), Status the HTTP status or -1, Request the request text as
	// logged. They are set for NoServer lines; elsewhere they may be zero, -1
	// and nil, because reading them costs time that nobody needs.
	Flags   [2]byte
	Assumed bool // the line tells no flags: they are what its status suggests
	Status  int
	Request []byte

	// Details are of a request with a server, if Options.Details wants them. Then
	// Flags and Status are set too, and Request unless the request went well.
	Details Details

	Change Change // for Class Transition

	step  bool // a Message that is of a step before a request's end
	loose bool // a Message by words that another program may write as well
}

// clear makes it the record of a line of which nothing is known.
func (r *Record) clear() { *r = Record{Times: 1, Origin: &noOrigin, Status: -1} }

// Details are how a request with a server went.
type Details struct {
	Known        bool  // false if the line is cut short before its flags: then nothing else is set
	TCP          bool  // there was no HTTP
	Redispatched bool  // the last attempt went to another server than the first
	Retries      int32 // attempts after the first
	ResponseTime int32 // %Tr, milliseconds that the server needed to answer; 0 if it did not, or the format does not tell
}

// Change is what a Transition line says about one server.
type Change struct {
	Backend, Server string
	Up              bool   // true: it takes traffic again
	Via             string // the server that it tracks, "backend/server"; empty if the line names none
	Reason          string // "Layer4 connection problem", "maintenance", "drain", …; empty if the line gives none
	Info            string // the check's own words, "Connection refused"
}

// Options say how times without zone or year are read and which formats are
// expected.
type Options struct {
	Location *time.Location      // for times that name no zone; nil is UTC
	Now      time.Time           // a header that names no year is of the last one that is not later, unless the request tells its own
	Formats  []*logformat.Format // nil means the built-in ones, detected line by line
	Details  bool                // how requests with a server went is wanted, too
	Periods  []int64             // times in Unix nanoseconds, in order; requests between two of them that went well are visited together, see Record
}

// Parser reads lines. It belongs to one goroutine. What it remembers of lines
// makes it faster and changes nothing: a line reads the same whatever came before.
type Parser struct {
	clock   clock
	formats []*logformat.Format // nil: the built-in ones
	details bool

	rec     Record // what a visitor is handed
	like    likeness
	scratch []byte // a docker line without its JSON escapes
	match   logformat.Matcher
	request []byte // put together of its parts
	moment  moment
	notes   notes
	repeats repeats
	groups  groups
	spare   []*doubtful // see doubt
	marks   markSet     // see edges.marks
	helper  *Parser     // see reader
	late    bool        // of the piece that is being read

	// Of the last line that was read in full:
	origin Origin
	data   []byte       // its structured data, if it is in RFC 5424
	text   []byte       // HAProxy's own text
	textAt int          // where that begins in the line; -1 if a wrapper has changed it
	loss   announcement // text is empty if it announces none
	flow   flow         // what of a container it came out of
	ending ending       // whether it goes on in the next one of the flow
}

// New returns a parser for one goroutine.
func New(o Options) *Parser {
	if o.Location == nil {
		o.Location = time.UTC
	}
	return &Parser{clock: clock{loc: o.Location, now: o.Now}, formats: o.Formats, details: o.Details, groups: groups{periods: o.Periods, details: o.Details}, notes: newNotes(), marks: markSet{}}
}

// Parse reads one line, with or without its line end. late chooses the second
// of two readings if a local time without a zone is ambiguous (the hour that
// daylight saving repeats).
func (p *Parser) Parse(line []byte, late bool, rec *Record) {
	p.parseReference(line, late, rec)
}

// WrittenAt tells only when a line was written, Unix nanoseconds, for searching
// a file by time. Any line with a timestamp has one, another program's too. An
// ambiguous local time is read as its first occurrence.
func (p *Parser) WrittenAt(line []byte) (int64, bool) {
	var rec Record
	p.Parse(line, false, &rec)
	return rec.Written, rec.Written != 0
}
