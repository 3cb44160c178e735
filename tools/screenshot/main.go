// Command screenshot makes pictures (SVG) out of what lshaproxy shows on a real
// terminal: docs/*.svg out of docs/*.ansi. "make pictures" makes both.
//
//	go run ./tools/screenshot docs/*.ansi
//
// The same output always makes the same picture.
package main

import (
	"fmt"
	"os"
	"strings"
)

func main() {
	for _, path := range os.Args[1:] {
		if err := convert(path); err != nil {
			fmt.Fprintln(os.Stderr, "screenshot:", err)
			os.Exit(1)
		}
	}
}

// convert writes the picture beside its text.
func convert(path string) error {
	output, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return os.WriteFile(picturePath(path), []byte(svg(string(output))), 0o644)
}

func picturePath(path string) string { return strings.TrimSuffix(path, ".ansi") + ".svg" }
