package plugin

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"unicode"
)

// FormatJSON makes the output of --json: one object on one line. Encoded text
// is cleaned like the plain one, only by escaping: "|", control characters and
// invisible ones stand as \uXXXX.
func FormatJSON(check string, r Result, exitCode int) (string, error) {
	head := struct {
		Check    string `json:"check"`
		State    State  `json:"state"`
		ExitCode int    `json:"exit_code"`
		Summary  string `json:"summary"`
	}{check, r.State, exitCode, r.Headline()}
	tail := struct {
		Sections any `json:"sections"`
	}{r.Sections}
	if r.Sections == nil {
		tail.Sections = []any{}
	}
	var object bytes.Buffer
	for _, part := range []any{head, r.Fields, tail} {
		if part == nil {
			continue
		}
		if err := appendMembers(&object, part); err != nil {
			return "", fmt.Errorf("cannot encode the result as JSON: %w", err)
		}
	}
	object.WriteString("}\n")
	return escape(object.String()), nil
}

// appendMembers adds the fields of a struct to an object that is not closed yet.
func appendMembers(object *bytes.Buffer, part any) error {
	start := object.Len()
	encoder := json.NewEncoder(object)
	encoder.SetEscapeHTML(false) // <NOSRV> stays readable
	if err := encoder.Encode(part); err != nil {
		return err
	}
	object.Truncate(object.Len() - len("}\n"))
	switch {
	case start == 0:
	case object.Len() == start+len("{"): // no fields
		object.Truncate(start)
	default:
		object.Bytes()[start] = ','
	}
	return nil
}

// escape writes what must not reach a terminal or Nagios raw as \uXXXX. All of
// it stands inside JSON strings: outside of them JSON is plain ASCII.
func escape(object string) string {
	if isClean(strings.TrimSuffix(object, "\n")) {
		return object
	}
	var b strings.Builder
	b.Grow(len(object) + len(object)/16)
	for _, r := range object {
		switch {
		case r != '\n' && (r == '|' || !unicode.IsPrint(r)):
			writeEscaped(&b, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

func writeEscaped(b *strings.Builder, r rune) {
	if r > 0xFFFF {
		r -= 0x10000
		fmt.Fprintf(b, `\u%04x\u%04x`, 0xD800+r>>10, 0xDC00+r&0x3FF)
		return
	}
	fmt.Fprintf(b, `\u%04x`, r)
}
