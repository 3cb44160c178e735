package haproxy

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"net/netip"
	"slices"
	"strings"
)

// ServerState is one row of "show servers state" (Management Guide 9.3): where
// HAProxy believes a server to be, and by which name it knows.
type ServerState struct {
	Backend string
	Server  string

	Address          string     // srv_addr: empty if HAProxy has none
	Port             int64      // srv_port: 0 if HAProxy has none
	FQDN             string     // srv_fqdn
	SRVRecord        string     // srvrecord
	AdminState       AdminState // srv_admin_state
	ConfiguredWeight Number     // srv_iweight
	UsesTLS          bool       // srv_use_ssl
	CheckAddress     string     // srv_check_addr
	CheckPort        int64      // srv_check_port
	AgentAddress     string     // srv_agent_addr
	AgentPort        int64      // srv_agent_port
}

// AddrPort is the address with its port; false if either is unknown.
func (s ServerState) AddrPort() (netip.AddrPort, bool) {
	address, err := netip.ParseAddr(s.Address)
	if err != nil || s.Port <= 0 || s.Port > math.MaxUint16 {
		return netip.AddrPort{}, false
	}
	return netip.AddrPortFrom(address.Unmap(), uint16(s.Port)), true
}

// AdminState is srv_admin_state, a mask: 0x01, 0x02, 0x04 maintenance (forced,
// inherited, configured), 0x08, 0x10 drain (forced, inherited), 0x20 no address,
// 0x40 name set over the socket (Management Guide 9.3, "show servers state").
type AdminState int64

// IsDrained says whether the server is to take no new requests.
func (a AdminState) IsDrained() bool { return a&(0x08|0x10) != 0 }

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
		s.set(name, fields[i], texts)
	}
	if s.Backend == "" || s.Server == "" {
		return ServerState{}, fmt.Errorf("it has no names: %s", quoted(line))
	}
	return s, nil
}

var blank = []byte{' '}

// set takes a column. Only the names have to be right; a number that is none is
// one that HAProxy does not tell.
func (s *ServerState) set(column string, field []byte, texts texts) {
	switch column {
	case "be_name":
		s.Backend = texts.of(field)
		return
	case "srv_name":
		s.Server = texts.of(field)
		return
	}
	if string(field) == "-" { // HAProxy's word for nothing
		return
	}
	switch column {
	case "srv_addr":
		s.Address = texts.of(field)
	case "srv_fqdn":
		if _, err := netip.ParseAddr(string(field)); err != nil { // else it is no name
			s.FQDN = texts.of(field)
		}
	case "srvrecord":
		s.SRVRecord = texts.of(field)
	case "srv_check_addr":
		s.CheckAddress = texts.of(field)
	case "srv_port":
		s.Port = countOf(field).Value
	case "srv_check_port":
		s.CheckPort = countOf(field).Value
	case "srv_agent_addr":
		s.AgentAddress = texts.of(field)
	case "srv_agent_port":
		s.AgentPort = countOf(field).Value
	case "srv_admin_state":
		s.AdminState = AdminState(countOf(field).Value)
	case "srv_use_ssl":
		s.UsesTLS = countOf(field).Value > 0
	case "srv_iweight":
		s.ConfiguredWeight = undamaged(countOf(field))
	}
}
