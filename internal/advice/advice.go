// Package advice has errors that say what to try beside what failed. A plugin's
// first line has room for what failed; what to try stands on the second.
package advice

import "errors"

// Error is what failed, and what to try.
type Error struct {
	what, try string
	cause     error
}

// New returns an error: a sentence of what failed on what, and what to try.
func New(what, try string) *Error { return &Error{what: what, try: try} }

// Because is New with a cause for errors.Is and errors.As, of which the sentence
// says as much as an operator needs.
func Because(cause error, what, try string) *Error {
	return &Error{what: what, try: try, cause: cause}
}

// Add returns the error with something more to try.
func Add(err error, try string) error {
	if known := Of(err); known != "" {
		try = known + "; " + try
	}
	return &Error{what: err.Error(), try: try, cause: err}
}

// Error is what failed, without the advice.
func (e *Error) Error() string { return e.what }

// Advice is what to try.
func (e *Error) Advice() string { return e.try }

// Unwrap is the cause.
func (e *Error) Unwrap() error { return e.cause }

// Of is what to try about an error; empty if nobody knows.
func Of(err error) string {
	var advised interface{ Advice() string }
	if errors.As(err, &advised) {
		return advised.Advice()
	}
	return ""
}

// Whole is an error's sentence with its advice.
func Whole(err error) string {
	if try := Of(err); try != "" {
		return err.Error() + "; " + try
	}
	return err.Error()
}
