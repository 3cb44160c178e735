// Package panics turns a panic into an error, so that a mistake in the program
// reads as UNKNOWN with a reason instead of a crash.
package panics

import (
	"fmt"
	"runtime/debug"
)

// Error is a panic that was caught. Its text is for the operator; Stack is for
// the diagnostics on standard error.
type Error struct {
	Value any
	Stack []byte
}

// Error says that the program is at fault, not HAProxy.
func (e *Error) Error() string {
	return fmt.Sprintf("this is a bug in the plugin: %v; run it again with --log-level error and report what it prints", e.Value)
}

// Catch is deferred at the top of every goroutine: it recovers a panic and
// stores it in *err as an *Error. Without a panic it leaves *err alone.
func Catch(err *error) {
	if value := recover(); value != nil {
		*err = &Error{Value: value, Stack: debug.Stack()}
	}
}
