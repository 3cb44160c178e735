package main

import (
	"os"

	"check-haproxy/internal/check/dns"
)

func main() { os.Exit(dns.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }
