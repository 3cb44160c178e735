package haproxy

import (
	"bytes"
	"strings"
)

// Sources is how many streams come from which address, by frontend ("show sess",
// Management Guide 9.3).
type Sources struct {
	Frontends map[string]map[string]int
	// Cut says that there were more than are counted.
	Cut bool
}

// Bounds on what is counted: an answer has a line for each stream.
const (
	maxStreams   = 100_000
	maxAddresses = 20_000
)

// Sources reads an answer to "show sess". What is no stream's line is skipped:
// it is shown, and no verdict needs it.
func (r *Reader) Sources() (*Sources, error) {
	line, none, err := r.firstOrNone(func(line []byte) bool { return bytes.HasPrefix(line, []byte("0x")) })
	s := &Sources{Frontends: map[string]map[string]int{}}
	if err != nil || none {
		return s, err
	}
	addresses := 0
	for streams, more := 0, true; more; line, more, err = r.next() {
		if streams++; streams > maxStreams || addresses > maxAddresses {
			s.Cut = true
			return s, nil
		}
		frontend, address := valueIn(line, " fe="), withoutPort(valueIn(line, " src="))
		if frontend == "" || address == "" || frontend == "GLOBAL" { // the socket's own
			continue
		}
		of := s.Frontends[frontend]
		if of == nil {
			of = map[string]int{}
			s.Frontends[frontend] = of
		}
		if of[address]++; of[address] == 1 {
			addresses++
		}
	}
	return s, err
}

// valueIn is what follows a key, until the next blank.
func valueIn(line []byte, key string) string {
	_, rest, _ := bytes.Cut(line, []byte(key))
	value, _, _ := bytes.Cut(rest, []byte(" "))
	return string(value)
}

// withoutPort is the address of "192.0.2.1:5", "2001:db8::1:5" or "unix:1".
func withoutPort(source string) string {
	if i := strings.LastIndexByte(source, ':'); i >= 0 {
		return source[:i]
	}
	return source
}
