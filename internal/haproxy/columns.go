package haproxy

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"strings"
)

// column is a column of the statistics that is read (Management Guide 9.1). The
// others are skipped.
type column int

const (
	pxname column = iota
	svname
	status
	weight
	act
	bck
	kindColumn
	qcur
	qlimit
	scur
	smax
	slim
	dreq
	dresp
	econ
	intercepted
	lbtot
	throttle
	lastchg
	lastsess
	rate
	rateLim
	checkStatus
	checkCode
	lastChk
	agentStatus
	lastAgt
	tracked
	hrsp1xx
	hrsp2xx
	hrsp3xx
	hrsp4xx
	hrsp5xx
	hrspOther
	addr
	mode
	algo

	// The rest is read only for Counters and Traffic.
	stot
	eresp
	wretr
	wredis
	chkdown
	cliAbrt
	srvAbrt
	rtime
	reqTot
	bin
	bout
	columnCount

	firstOfCounters = stot

	skipped column = -1
)

// columnNames are the columns' names in the header.
var columnNames = [columnCount]string{
	pxname: "pxname", svname: "svname", status: "status", weight: "weight", act: "act", bck: "bck", kindColumn: "type",
	qcur: "qcur", qlimit: "qlimit", scur: "scur", smax: "smax", slim: "slim", dreq: "dreq", dresp: "dresp", econ: "econ", intercepted: "intercepted", lbtot: "lbtot", throttle: "throttle",
	lastchg: "lastchg", lastsess: "lastsess", rate: "rate", rateLim: "rate_lim",
	checkStatus: "check_status", checkCode: "check_code", lastChk: "last_chk",
	agentStatus: "agent_status", lastAgt: "last_agt", tracked: "tracked",
	hrsp1xx: "hrsp_1xx", hrsp2xx: "hrsp_2xx", hrsp3xx: "hrsp_3xx", hrsp4xx: "hrsp_4xx", hrsp5xx: "hrsp_5xx", hrspOther: "hrsp_other",
	addr: "addr", mode: "mode", algo: "algo",
	stot: "stot", eresp: "eresp", wretr: "wretr", wredis: "wredis", chkdown: "chkdown",
	cliAbrt: "cli_abrt", srvAbrt: "srv_abrt", rtime: "rtime",
	reqTot: "req_tot", bin: "bin", bout: "bout",
}

// needed are the columns without which nothing can be said.
var needed = []column{pxname, svname, status, weight, bck}

// columns says which field of a row is which column.
type columns struct {
	fields []column // up to the last one that is read
	count  int      // fields that a row has
}

// newColumns reads the header. Columns may come in any order, and those that
// are not known are skipped: every version adds some. The columns of Counters
// are skipped too, unless they are wanted.
func newColumns(header []byte, counters bool) (*columns, error) {
	read := columnNames[:firstOfCounters]
	if counters {
		read = columnNames[:]
	}
	byName := make(map[string]column, len(read))
	for c, name := range read {
		byName[name] = column(c)
	}
	names := strings.Split(strings.TrimPrefix(string(header), "# "), ",")
	fields := make([]column, len(names))
	last := 0
	var seen [columnCount]bool
	for i, name := range names {
		c, known := byName[name]
		if !known {
			fields[i] = skipped
			continue
		}
		if seen[c] {
			return nil, fmt.Errorf("the header has the column %s twice", name)
		}
		seen[c] = true
		fields[i] = c
		last = i
	}
	for _, c := range needed {
		if !seen[c] {
			return nil, fmt.Errorf("the header has no column %s: these are not the statistics of sections and servers, or they are cut short", columnNames[c])
		}
	}
	return &columns{fields: fields[:last+1], count: len(names)}, nil
}

// row holds the fields of a row that are read. They point into the row.
type row [columnCount][]byte

// split fills row from a record. It has a plain twin in the tests. If it
// fails, row holds what was read, or nothing.
func (cols *columns) split(record []byte, row *row) error {
	if bytes.IndexByte(record, 0) >= 0 {
		clear(row[:])
		return errBinary
	}
	if bytes.IndexByte(record, '"') >= 0 {
		return cols.splitQuoted(record, row)
	}
	err := cols.splitPlain(record, row)
	if err != nil && bytes.Count(record, comma) >= cols.count && cols.splitUnquoted(record, row) == nil {
		return nil
	}
	return err
}

// splitPlain is split for a record without quotes.
func (cols *columns) splitPlain(record []byte, row *row) error {
	field, start := 0, 0
	for i, char := range record {
		if char != ',' {
			continue
		}
		cols.set(row, field, record[start:i])
		field++
		start = i + 1
		if field == len(cols.fields) {
			// The rest is only counted, which is many times faster.
			return cols.checkCount(field + bytes.Count(record[start:], comma) + 1)
		}
	}
	cols.set(row, field, record[start:])
	return cols.checkCount(field + 1)
}

// splitUnquoted is split for a record that has too many fields because the quotes
// around a text got lost on the way, as in a file that another program wrote: in
// HAProxy's texts a blank follows a comma ("Detected 3 consecutive errors, last
// one was: …"), and no field begins with one.
func (cols *columns) splitUnquoted(record []byte, row *row) error {
	field, start := 0, 0
	for i, char := range record {
		if char != ',' || i+1 < len(record) && record[i+1] == ' ' {
			continue
		}
		cols.set(row, field, record[start:i])
		field++
		start = i + 1
	}
	cols.set(row, field, record[start:])
	return cols.checkCount(field + 1)
}

var comma = []byte{','}

// set keeps a field, if it is one that is read.
func (cols *columns) set(row *row, field int, value []byte) {
	if field >= len(cols.fields) {
		return
	}
	if c := cols.fields[field]; c != skipped {
		row[c] = value
	}
}

// checkCount makes sure that a row has as many fields as the header.
func (cols *columns) checkCount(fields int) error {
	if fields != cols.count {
		return fmt.Errorf("it has %d fields, the header has %d", fields, cols.count)
	}
	return nil
}

// splitQuoted is split for a record with quoted fields (RFC 4180): HAProxy
// quotes a field that holds a comma, a quote or a line end, and doubles the
// quotes in it.
func (cols *columns) splitQuoted(record []byte, row *row) error {
	clear(row[:]) // an error must not name the row before
	for field := 0; ; field++ {
		value, rest, more, err := cutField(record)
		if err != nil {
			return err
		}
		cols.set(row, field, value)
		if !more {
			return cols.checkCount(field + 1)
		}
		record = rest
	}
}

// cutField takes the first field off a record; more says whether a comma
// followed it.
func cutField(record []byte) (value, rest []byte, more bool, err error) {
	if len(record) == 0 || record[0] != '"' {
		value, rest, more = bytes.Cut(record, comma)
		if bytes.IndexByte(value, '"') >= 0 {
			return nil, nil, false, errors.New("a quote stands within a field")
		}
		return value, rest, more, nil
	}
	record = record[1:]
	end := 0
	for {
		next := bytes.IndexByte(record[end:], '"')
		if next < 0 {
			return nil, nil, false, errors.New("a quote is never closed")
		}
		end += next
		if end+1 == len(record) || record[end+1] != '"' {
			break
		}
		end += 2
	}
	value, rest = record[:end], record[end+1:]
	if bytes.Contains(value, quote) {
		value = bytes.ReplaceAll(value, []byte(`""`), quote)
	}
	if len(rest) == 0 {
		return value, nil, false, nil
	}
	if rest[0] != ',' {
		return nil, nil, false, errors.New("there is text between a closing quote and the comma")
	}
	return value, rest[1:], true, nil
}

// rowKind is the value of column "type".
type rowKind int

const (
	frontendRow rowKind = iota
	backendRow
	serverRow
	listenerRow // "option socket-stats"; says nothing that is judged
)

// kind returns what the row is about. If there is no column "type", the
// server's name tells.
func (r *row) kind() (rowKind, error) {
	isFrontend, isBackend := string(r[svname]) == "FRONTEND", string(r[svname]) == "BACKEND"
	if r[kindColumn] == nil {
		switch {
		case isFrontend:
			return frontendRow, nil
		case isBackend:
			return backendRow, nil
		}
		return serverRow, nil
	}
	switch string(r[kindColumn]) {
	case "0":
		if isFrontend {
			return frontendRow, nil
		}
	case "1":
		if isBackend {
			return backendRow, nil
		}
	case "2":
		return serverRow, nil
	case "3":
		return listenerRow, nil
	}
	return 0, fmt.Errorf("column type is %s, which does not go with this row", quoted(r[kindColumn]))
}

// count is the number of things there are now, or that may be. HAProxy keeps it
// in 32 bits: what is over the half of them is a count below zero.
func (r *row) count(c column) Number { return countOf(r[c]) }

// total is the number of things there were since the start, in 64 bits. 2^32-1 is
// -1 of some 32-bit count in it rather than that many things.
func (r *row) total(c column) Number {
	number, err := parseNumber(r[c])
	if err != nil || number.Value == math.MaxUint32 {
		return Number{Damaged: true}
	}
	return number
}

// orUnknown is a total that is unknown if it is damaged.
func (r *row) orUnknown(c column) Number { return undamaged(r.total(c)) }

// shown is a count that is only shown: a damaged one is unknown, as one that
// HAProxy leaves empty.
func (r *row) shown(c column) Number { return undamaged(r.count(c)) }

func countOf(field []byte) Number {
	number, err := parseNumber(field)
	if err != nil || number.Value > math.MaxInt32 {
		return Number{Damaged: true}
	}
	return number
}

func undamaged(n Number) Number {
	n.Damaged = false
	return n
}

// parseNumber reads a count: digits alone, or nothing at all.
func parseNumber(field []byte) (Number, error) {
	if len(field) == 0 {
		return Number{}, nil
	}
	const most = 18 // digits that fit into an int64, whatever they are
	var value int64
	for _, c := range field {
		if c < '0' || c > '9' || len(field) > most {
			return Number{}, fmt.Errorf("is %s, which is no count", quoted(field))
		}
		value = value*10 + int64(c-'0')
	}
	return Number{Value: value, Known: true}, nil
}
