// Command check_haproxy_errors answers whether servers spoil the requests that
// HAProxy gives them: refuse, break off, answer too late or with 5xx.
package main

import (
	"os"

	"check-haproxy/internal/check/errors"
)

func main() { os.Exit(errors.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }
