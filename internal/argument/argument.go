// Package argument says how much of a value of the command line an error may
// repeat. A value may be a secret in the wrong place: a macro that was put behind
// another flag, an address with its password. What the monitoring system shows
// of it can be read by many.
package argument

import (
	"fmt"
	"strings"
)

// maxNumber is more than any number, range or time has characters.
const maxNumber = 64

// Number is a value for an error about a number, a range or a time: in quotes,
// or "this" if it is made of anything that these are not made of.
func Number(text string) string {
	if !IsNumber(text) {
		return "this"
	}
	return fmt.Sprintf("%q", text)
}

// IsNumber says whether a text is made as numbers, ranges, times and addresses are.
func IsNumber(text string) bool {
	return text != "" && len(text) <= maxNumber && strings.Trim(text, "0123456789.,:%@~+-[]") == ""
}

// Name is a value for an error about a name, a pattern or a path that was looked
// for and is not there: in quotes, or "this" if it may have a password or a query
// in it, as an address has.
func Name(text string) string {
	if HasSecret(text) {
		return "this"
	}
	return fmt.Sprintf("%q", text)
}

// HasSecret says whether a text has the form of an address, or of an address's
// parts, that may hold a secret: "user:password@host", "http://…", "/path?token=…".
func HasSecret(text string) bool {
	_, query, hasQuery := strings.Cut(text, "?")
	user, _, hasHost := strings.Cut(text, "@")
	return strings.Contains(text, "://") || hasHost && strings.Contains(user, ":") || hasQuery && strings.Contains(query, "=")
}
