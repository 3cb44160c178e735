package plugin

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"unicode"
)

// formatJSON makes the output of --json: one object on one line. Encoded text
// is cleaned like the plain one, only by escaping: "|", control characters and
// invisible ones stand as \uXXXX.
func formatJSON(check string, r Result) (string, error) {
	head := struct {
		Check    string `json:"check"`
		State    State  `json:"state"`
		ExitCode int    `json:"exit_code"`
		Summary  string `json:"summary"`
	}{check, r.State, int(r.State), summary(r)}
	tail := struct {
		Sections any `json:"sections"`
	}{r.Sections}
	if r.Sections == nil {
		tail.Sections = []any{}
	}
	fields := r.Fields
	if fields == nil {
		fields = struct{}{}
	}
	var members []string
	for _, part := range []any{head, fields, tail} {
		encoded, err := encode(part)
		if err != nil {
			return "", fmt.Errorf("cannot encode the result as JSON: %w", err)
		}
		if body := strings.Trim(encoded, "{}"); body != "" {
			members = append(members, encoded[1:len(encoded)-1])
		}
	}
	return escape("{" + strings.Join(members, ",") + "}\n"), nil
}

// summary is what the first line says, without its length limit.
func summary(r Result) string {
	return strings.Join(append(append([]string{}, r.Headline...), nonEmpty(r.Rest)...), "; ")
}

// encode is json.Marshal that leaves <NOSRV> readable.
func encode(value any) (string, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return "", err
	}
	return strings.TrimRight(b.String(), "\n"), nil
}

// escape writes what must not reach a terminal or Nagios raw as \uXXXX. All of
// it stands inside JSON strings: outside of them JSON is plain ASCII.
func escape(object string) string {
	var b strings.Builder
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
