// Command check_haproxy_dns answers whether the names behind the servers of a HAProxy
// still mean what it takes them for.
package main

import (
	"os"

	"check-haproxy/internal/check/dns"
)

func main() { os.Exit(dns.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }
