package haproxy

import (
	"errors"
	"fmt"
	"strings"
)

// What can be wrong with an answer as a whole. Wrong rows and columns are
// errors of their own, which name the row and the column.
var (
	// ErrEmpty is an answer without anything in it.
	ErrEmpty = errors.New("the answer is empty")
	// ErrCutShort is an answer that stops before its end.
	ErrCutShort = errors.New("the answer is cut short")

	errLongLine = fmt.Errorf("a line is longer than %d KiB: this is not HAProxy's", maxLine>>10)
	errBinary   = errors.New("there is a NUL byte in the answer: this is not HAProxy's text")
)

// Kinds of Refused, for errors.Is.
var (
	ErrPermission     = errors.New("permission denied by HAProxy")       // the socket's level is too low
	ErrUnknownCommand = errors.New("HAProxy does not know this command") // an older version, or a master CLI
	ErrNoSuchProxy    = errors.New("HAProxy has no section of this name")
	// ErrLocked is said of certificates while another command looks at them or
	// changes them.
	ErrLocked = errors.New("HAProxy is busy with another command on certificates")
	// ErrOutOfMemory is said of certificates if the socket's level is too low,
	// too: cli_parse_show_cert in src/ssl_ckch.c.
	ErrOutOfMemory       = errors.New("HAProxy says that it cannot allocate memory")
	ErrNoSuchCertificate = errors.New("HAProxy has no certificate of this name")
	ErrHTML              = errors.New("this is an HTML page")
	ErrHTTP              = errors.New("this is an HTTP server")
	ErrOther             = errors.New("this is not what HAProxy answers")
)

// Refused is a text if an answer of another kind was asked for.
type Refused struct {
	Answer string // the text's first line, shortened
}

// Error tells the kind and the text.
func (e *Refused) Error() string {
	kind := e.Unwrap()
	if kind == ErrOther {
		return fmt.Sprintf("%v: %q", kind, e.Answer)
	}
	return kind.Error()
}

// Unwrap returns the kind of refusal, ErrOther if it is none of HAProxy's.
func (e *Refused) Unwrap() error {
	text := strings.ToLower(strings.TrimSpace(e.Answer))
	for _, known := range []struct {
		prefix string
		kind   error
	}{
		{"permission denied", ErrPermission},
		{"unknown command", ErrUnknownCommand},
		{"no such proxy", ErrNoSuchProxy},
		{"can't find backend", ErrNoSuchProxy},
		{"can't show!", ErrLocked},
		{"can't allocate memory", ErrOutOfMemory},
		{"can't display the certificate", ErrNoSuchCertificate},
		{"http/", ErrHTTP},
		{"<", ErrHTML},
	} {
		if strings.HasPrefix(text, known.prefix) {
			return known.kind
		}
	}
	return ErrOther
}

// mostShown is how much of a foreign text an error repeats.
const mostShown = 80

func bounded[T string | []byte](text T) string {
	if len(text) <= mostShown {
		return string(text)
	}
	return string(text[:mostShown]) + "…"
}

// quoted makes foreign text safe for an error: short and without control
// characters.
func quoted[T string | []byte](text T) string { return fmt.Sprintf("%q", bounded(text)) }
