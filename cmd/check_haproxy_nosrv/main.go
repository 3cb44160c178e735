package main

import (
	"os"

	"check-haproxy/internal/check/nosrv"
)

func main() { os.Exit(nosrv.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }
