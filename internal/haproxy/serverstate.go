package haproxy

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// ServerState is one row of "show servers state" (Management Guide 9.3): where
// HAProxy believes the server to be, and by which name it knows.
type ServerState struct {
	Backend   string
	Server    string
	Address   string // srv_addr: empty where HAProxy has none
	Port      int64  // srv_port: 0 where HAProxy has none
	FQDN      string // srv_fqdn: empty for a server that is given by address
	SRVRecord string // srvrecord: empty for a server that comes from no SRV record
	// OpState is srv_op_state: 0 stopped, 1 starting, 2 running, 3 stopping.
	OpState int64
	// AdminState is srv_admin_state, a mask: 0x01, 0x02, 0x04 maintenance
	// (forced, inherited, configured), 0x08, 0x10 drain (forced, inherited),
	// 0x20 no address, 0x40 name set over the socket.
	AdminState int64
}

// ServersState reads an answer to "show servers state".
func (r *Reader) ServersState() ([]ServerState, error) {
	if _, err := r.first(func(line []byte) bool { return string(line) == "1" }); err != nil {
		return nil, err
	}
	header, more, err := r.next()
	if err != nil {
		return nil, err
	}
	if !more {
		return nil, errors.New("the servers' state has no header")
	}
	columns, err := newStateColumns(string(header))
	if err != nil {
		return nil, err
	}
	texts := texts{}
	var states []ServerState
	for {
		line, more, err := r.next()
		if err != nil || !more {
			return states, err
		}
		if line[0] == '#' {
			continue
		}
		state, err := columns.parse(line, texts)
		if err != nil {
			return nil, fmt.Errorf("row %d of the servers' state: %w", len(states)+1, err)
		}
		if states = append(states, state); len(states) > maxRows {
			return nil, fmt.Errorf("there are more than %d servers: this is not HAProxy's answer", maxRows)
		}
	}
}

// stateColumns are the column names in their order.
type stateColumns []string

func newStateColumns(header string) (stateColumns, error) {
	names, ok := strings.CutPrefix(header, "# ")
	columns := stateColumns(strings.Split(strings.TrimSuffix(names, " "), " "))
	for _, name := range []string{"be_name", "srv_name", "srv_addr"} {
		ok = ok && slices.Contains(columns, name)
	}
	if !ok {
		return nil, fmt.Errorf("this is no header of the servers' state: %s", quoted(header))
	}
	return columns, nil
}

// parse reads a row. An empty address is two blanks in a row (HAProxy 1.8), so
// each blank counts.
func (columns stateColumns) parse(line []byte, texts texts) (ServerState, error) {
	fields := bytes.Split(bytes.TrimSuffix(line, blank), blank)
	if len(fields) != len(columns) {
		return ServerState{}, fmt.Errorf("it has %d fields, the header has %d: %s", len(fields), len(columns), quoted(line))
	}
	var s ServerState
	for i, name := range columns {
		field := fields[i]
		var err error
		switch name {
		case "be_name":
			s.Backend = texts.of(field)
		case "srv_name":
			s.Server = texts.of(field)
		case "srv_addr":
			s.Address = texts.of(unlessDash(field))
		case "srv_fqdn":
			s.FQDN = texts.of(unlessDash(field))
		case "srvrecord":
			s.SRVRecord = texts.of(unlessDash(field))
		case "srv_port":
			s.Port, err = parseState(field)
		case "srv_op_state":
			s.OpState, err = parseState(field)
		case "srv_admin_state":
			s.AdminState, err = parseState(field)
		}
		if err != nil {
			return ServerState{}, fmt.Errorf("column %s of %s/%s %w", name, quoted(s.Backend), quoted(s.Server), err)
		}
	}
	if s.Backend == "" || s.Server == "" {
		return ServerState{}, fmt.Errorf("it has no names: %s", quoted(line))
	}
	return s, nil
}

var blank = []byte{' '}

func parseState(field []byte) (int64, error) {
	number, err := parseNumber(unlessDash(field))
	return number.Value, err
}

// unlessDash is nothing for the "-" by which HAProxy says so.
func unlessDash(field []byte) []byte {
	if string(field) == "-" {
		return nil
	}
	return field
}
