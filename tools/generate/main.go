// Command generate writes the files that are made from the programs' --help
// into packaging/; run it from anywhere in the repository after a flag changed:
//
//	make generate
package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"check-haproxy/tools/packagefiles"
)

func main() {
	if err := generate(); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

func generate() error {
	module, err := exec.Command("go", "env", "GOMOD").Output()
	if err != nil {
		return err
	}
	root := filepath.Dir(strings.TrimSpace(string(module)))
	programs, err := packagefiles.Programs(root)
	if err != nil {
		return err
	}
	return packagefiles.Write(filepath.Join(root, "packaging"), packagefiles.Files(programs))
}
