// Command generate writes the files below packaging/ that are made from the
// programs' flags; run it with "make generate" after a flag changed.
package main

import (
	"fmt"
	"os"

	"check-haproxy/tools/packagefiles"
)

func main() {
	if err := packagefiles.Write("packaging", packagefiles.Files(packagefiles.Programs())); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}
