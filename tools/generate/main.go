// Command generate writes the files below packaging/, and the tables in docs/,
// that are made from the programs' flags; run it with "make generate" after a
// flag changed.
package main

import (
	"fmt"
	"os"

	"check-haproxy/tools/packagefiles"
)

func main() {
	if err := generate(); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

func generate() error {
	programs := packagefiles.Programs()
	pages, err := packagefiles.Pages("docs", programs)
	if err != nil {
		return err
	}
	if err := packagefiles.Write("docs", pages); err != nil {
		return err
	}
	return packagefiles.Write("packaging", packagefiles.Files(programs, pages))
}
