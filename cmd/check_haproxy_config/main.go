// Command check_haproxy_config answers whether a haproxy.cfg invites the next outage.
package main

import (
	"os"

	"check-haproxy/internal/check/config"
)

func main() { os.Exit(config.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }
