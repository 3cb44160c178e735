package panics

import (
	"errors"
	"strings"
	"testing"
)

func TestCatch(t *testing.T) {
	run := func(work func() error) (err error) {
		defer Catch(&err)
		return work()
	}
	failure := errors.New("no answer")
	if err := run(func() error { return failure }); err != failure {
		t.Errorf("an error becomes %v", err)
	}
	if err := run(func() error { return nil }); err != nil {
		t.Errorf("no error becomes %v", err)
	}
	err := run(func() error { panic("index out of range") })
	var caught *Error
	if !errors.As(err, &caught) || !strings.HasPrefix(err.Error(), "this is a bug in the plugin: index out of range;") || !strings.Contains(string(caught.Stack), "panics_test.go") {
		t.Errorf("a panic becomes %v", err)
	}
}
