package haproxy

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Resolver is a "resolvers" section with what became of its queries, as "show
// resolvers" tells (Management Guide 9.3).
type Resolver struct {
	Name        string
	Nameservers []Nameserver
}

// Nameserver is one server of a resolvers section.
type Nameserver struct {
	Name     string
	Counters []Counter // in HAProxy's order: sent, snd_error, valid, …, timeout, …
}

// Counter is one of a name server's counters, since HAProxy's start.
type Counter struct {
	Name  string
	Value int64
}

// Resolvers reads an answer to "show resolvers", up to the end of its stream:
// HAProxy 1.8 has empty lines in it, so that the first one need not be the end.
// A HAProxy without resolvers gives none.
func (r *Reader) Resolvers() ([]Resolver, error) {
	line, err := r.first(func(line []byte) bool {
		return bytes.HasPrefix(line, []byte("Resolvers section ")) || bytes.HasPrefix(line, []byte("No resolvers found"))
	})
	if err != nil {
		return nil, err
	}
	var resolvers []Resolver
	ended := false // the last line is empty
	for ; err == nil; line, err = r.line() {
		if ended = len(line) == 0; ended {
			continue
		}
		if resolvers, err = addResolverLine(resolvers, string(line)); err != nil {
			return nil, fmt.Errorf("%w in the resolvers' counters: %s", err, quoted(line))
		}
	}
	if err != io.EOF {
		return nil, err
	}
	if !ended {
		return nil, ErrCutShort
	}
	return resolvers, nil
}

// addResolverLine takes one line: a section, one of its name servers, or one of
// that one's counters.
func addResolverLine(resolvers []Resolver, line string) ([]Resolver, error) {
	if line == "No resolvers found" {
		return resolvers, nil
	}
	if name, ok := strings.CutPrefix(line, "Resolvers section "); ok {
		return append(resolvers, Resolver{Name: name}), nil
	}
	if len(resolvers) == 0 {
		return nil, errors.New("there is a line before the first section")
	}
	r := &resolvers[len(resolvers)-1]
	if name, ok := strings.CutPrefix(line, " nameserver "); ok {
		r.Nameservers = append(r.Nameservers, Nameserver{Name: strings.TrimSuffix(name, ":")})
		return resolvers, nil
	}
	key, value, ok := strings.Cut(strings.TrimSpace(line), ":")
	if !ok || len(r.Nameservers) == 0 {
		return nil, errors.New("there is a line of no known form")
	}
	number, err := parseNumber([]byte(strings.TrimSpace(value)))
	if err != nil || !number.Known {
		return nil, errors.New("there is a counter without a count")
	}
	n := &r.Nameservers[len(r.Nameservers)-1]
	n.Counters = append(n.Counters, Counter{key, number.Value})
	return resolvers, nil
}
