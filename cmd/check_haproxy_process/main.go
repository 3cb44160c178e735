// Command check_haproxy_process answers whether a HAProxy process itself is well.
package main

import (
	"os"

	"check-haproxy/internal/check/process"
)

func main() { os.Exit(process.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }
