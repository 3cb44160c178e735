// Command lshaproxy shows what a HAProxy does now, what is wrong with it and why, and
// how to look further.
package main

import (
	"os"

	"check-haproxy/internal/overview"
)

func main() { os.Exit(overview.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }
