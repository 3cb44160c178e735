package main

import (
	"os"

	"check-haproxy/internal/overview"
)

func main() { os.Exit(overview.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }
