// Command check_haproxy_certs answers whether a certificate that a HAProxy serves
// expires, or differs from its file.
package main

import (
	"os"

	"check-haproxy/internal/check/certs"
)

func main() { os.Exit(certs.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }
