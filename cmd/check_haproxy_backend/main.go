// Command check_haproxy_backend answers whether a server is left that can answer, in
// every backend of a HAProxy.
package main

import (
	"os"

	"check-haproxy/internal/check/backend"
)

func main() { os.Exit(backend.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }
