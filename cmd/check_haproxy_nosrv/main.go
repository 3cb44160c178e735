// Command check_haproxy_nosrv answers whether the rate of requests that find no
// server is high, or rising, and in which backend.
package main

import (
	"os"

	"check-haproxy/internal/check/nosrv"
)

func main() { os.Exit(nosrv.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }
