package main

import (
	"os"

	"check-haproxy/internal/check/backend"
)

func main() { os.Exit(backend.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }
