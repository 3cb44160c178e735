package haproxy

import (
	"bytes"
	"fmt"
	"strings"
)

// StickTable is how full a stick table is, as "show table" tells (Management
// Guide 9.3).
type StickTable struct {
	Name string // its section; "peers/name" if a peers section defines it
	Type string // "ip", "string", …
	Size int64  // entries that it can hold
	Used int64  // entries that it holds
}

// StickTables reads an answer to "show table"; without a table it is empty.
func (r *Reader) StickTables() ([]StickTable, error) {
	line, none, err := r.firstOrNone(func(line []byte) bool { return bytes.HasPrefix(line, []byte(tablePrefix)) })
	if err != nil || none {
		return nil, err
	}
	var tables []StickTable
	for more := true; more; line, more, err = r.next() {
		table, err := parseStickTable(string(line))
		if err != nil {
			return nil, fmt.Errorf("the list of stick tables has a line %w: %s", err, quoted(line))
		}
		if tables = append(tables, table); len(tables) > maxTables {
			return nil, fmt.Errorf("there are more than %d stick tables: this is not HAProxy's answer", maxTables)
		}
	}
	if err != nil {
		return nil, err
	}
	return tables, nil
}

const (
	tablePrefix = "# table: "
	maxTables   = 100_000 // a section has one at most
)

// parseStickTable reads "# table: be, type: string, size:204800, used:171".
func parseStickTable(line string) (StickTable, error) {
	text, ok := strings.CutPrefix(line, tablePrefix)
	if !ok {
		return StickTable{}, errNoKnownForm
	}
	fields := strings.Split(text, ", ")
	t := StickTable{Name: fields[0]}
	var size, used Number
	for _, field := range fields[1:] {
		name, value, _ := strings.Cut(field, ":")
		value = strings.TrimSpace(value)
		var err error
		switch name {
		case "type":
			t.Type = value
		case "size":
			size, err = parseWrapped(value)
		case "used":
			used, err = parseWrapped(value)
		}
		if err != nil {
			return StickTable{}, fmt.Errorf("whose %s %w", name, err)
		}
	}
	if t.Name == "" || !size.Known || !used.Known {
		return StickTable{}, errNoKnownForm
	}
	t.Size, t.Used = size.Value, used.Value
	return t, nil
}

// parseWrapped reads a count of 32 bits that HAProxy prints as if it had a sign
// ("%d"): from 2^31 on it is negative.
func parseWrapped(text string) (Number, error) {
	rest, negative := strings.CutPrefix(text, "-")
	number, err := parseNumber([]byte(rest))
	if negative {
		number.Value = 1<<32 - number.Value
	}
	return number, err
}
