package errors

import (
	"os"
	"testing"

	"check-haproxy/test/scenario"
)

func TestMain(m *testing.M) {
	scenario.Main(m, "check_haproxy_errors", func() { os.Exit(Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) })
}

func TestScenarios(t *testing.T) { scenario.Run(t) }
