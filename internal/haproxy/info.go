package haproxy

import (
	"bytes"
	"fmt"
	"strings"
)

// Info is an answer to "show info" (Management Guide 9.3): one HAProxy process.
// What a version does not tell is unknown, such as all about SSL if HAProxy
// was built without.
type Info struct {
	// Values are all lines, by HAProxy's own names ("CumReq", "Unstoppable Jobs").
	Values map[string]string

	Version string // "2.6.12-1+deb12u4"
	Node    string // the host name, or "node" of the global section

	Pid        Number
	Nbproc     Number // processes that share the configuration; always 1 since 2.5
	ProcessNum Number // which of them this is
	UptimeSec  Number // seconds since start
	Stopping   Number // 1 while the process waits for its last sessions to end

	CurrConns, Maxconn        Number // connections now, and the process's limit
	CurrSslConns, MaxSslConns Number // the same with TLS; a limit of 0 is none
	ConnRate, ConnRateLimit   Number // connections in the last second; a limit of 0 is none
	SessRate, SessRateLimit   Number // sessions in the last second; a limit of 0 is none
	SslRate, SslRateLimit     Number // TLS sessions in the last second; a limit of 0 is none
}

// Info reads an answer to "show info".
func (r *Reader) Info() (*Info, error) {
	line, err := r.first(func(line []byte) bool { return bytes.HasPrefix(line, []byte("Name:")) })
	if err != nil {
		return nil, err
	}
	info := Info{Values: map[string]string{}}
	numbers := info.numbers()
	for more := true; more; line, more, err = r.next() {
		if err := info.set(numbers, string(line)); err != nil {
			return nil, err
		}
	}
	if err != nil {
		return nil, err
	}
	if info.Version == "" {
		return nil, fmt.Errorf("the process information has no Version: %w", ErrOther)
	}
	return &info, nil
}

// Number is a line that is a count, unknown if there is no such line. The
// error says what the line is instead.
func (info *Info) Number(name string) (Number, error) {
	number, err := parseNumber([]byte(info.Values[name]))
	if err != nil {
		return Number{}, fmt.Errorf("%s %w", name, err)
	}
	return number, nil
}

// numbers are the lines that are read as numbers.
func (info *Info) numbers() map[string]*Number {
	return map[string]*Number{
		"Pid":           &info.Pid,
		"Nbproc":        &info.Nbproc,
		"Process_num":   &info.ProcessNum,
		"Uptime_sec":    &info.UptimeSec,
		"Stopping":      &info.Stopping,
		"CurrConns":     &info.CurrConns,
		"Maxconn":       &info.Maxconn,
		"CurrSslConns":  &info.CurrSslConns,
		"MaxSslConns":   &info.MaxSslConns,
		"ConnRate":      &info.ConnRate,
		"ConnRateLimit": &info.ConnRateLimit,
		"SessRate":      &info.SessRate,
		"SessRateLimit": &info.SessRateLimit,
		"SslRate":       &info.SslRate,
		"SslRateLimit":  &info.SslRateLimit,
	}
}

// set takes one line, "Key: value". Unknown keys are skipped: every version
// adds some.
func (info *Info) set(numbers map[string]*Number, line string) error {
	key, value, ok := strings.Cut(line, ":")
	if !ok {
		return fmt.Errorf("the process information has a line without a colon: %s", quoted(line))
	}
	value = strings.TrimSpace(value)
	info.Values[key] = value
	switch key {
	case "Version":
		info.Version = value
	case "node":
		info.Node = value
	}
	number, wanted := numbers[key]
	if !wanted {
		return nil
	}
	if number.Known || number.Damaged {
		return fmt.Errorf("the process information has %s twice", key)
	}
	*number = countOf([]byte(value))
	return nil
}
