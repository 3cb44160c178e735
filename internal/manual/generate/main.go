// Command generate writes the files that are made from the programs' --help
// into packaging/; run it from anywhere in the repository after a flag changed:
//
//	go generate ./internal/manual
package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"check-haproxy/internal/manual"
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
	programs, err := manual.Programs(root)
	if err != nil {
		return err
	}
	return manual.Write(filepath.Join(root, "packaging"), manual.Files(programs))
}
