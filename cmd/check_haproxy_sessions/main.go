// Command check_haproxy_sessions answers how near a HAProxy is to the limits that it
// really enforces.
package main

import (
	"os"

	"check-haproxy/internal/check/sessions"
)

func main() { os.Exit(sessions.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }
