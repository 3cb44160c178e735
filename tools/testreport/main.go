// Command testreport reads "go test -json" and prints what a person wants of it:
// a line per package, all that a failed test said, and at the end which tests were
// skipped, and why. Without -v, go test says nothing of those. It exits 1 if
// anything failed.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
)

func main() {
	ok, err := report(os.Stdin, os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, "testreport:", err)
	}
	if err != nil || !ok {
		os.Exit(1)
	}
}

// event is a line of go test -json ("go doc test2json").
type event struct{ Action, Package, Test, Output string }

// test is a test of a package; without a name it is the package.
type test struct{ pkg, name string }

// report copies what matters of the events, and says whether nothing failed.
func report(events io.Reader, to io.Writer) (bool, error) {
	said := map[test]*strings.Builder{}
	skipped := map[string][]string{} // by reason
	ok, finished := true, 0
	in := bufio.NewReader(events)
	for {
		line, err := in.ReadBytes('\n')
		if err == io.EOF {
			break
		} else if err != nil {
			return false, err
		}
		var e event
		if json.Unmarshal(line, &e) != nil { // go's own words
			fmt.Fprintf(to, "%s", line)
			continue
		}
		of := test{e.Package, e.Test}
		if said[of] == nil {
			said[of] = &strings.Builder{}
		}
		switch e.Action {
		case "output", "build-output":
			switch {
			case e.Action == "build-output", e.Test == "" && strings.HasPrefix(e.Output, "ok "):
				fmt.Fprint(to, e.Output)
			case !strings.HasPrefix(e.Output, "=== "):
				said[of].WriteString(e.Output)
			}
		case "fail", "build-fail":
			ok = false
			fmt.Fprint(to, said[of])
		case "skip":
			if e.Test != "" {
				why := reason(said[of].String())
				skipped[why] = append(skipped[why], e.Test)
			}
		}
		if e.Test == "" && (e.Action == "pass" || e.Action == "fail" || e.Action == "skip") {
			finished++
		}
	}
	for _, why := range slices.Sorted(maps.Keys(skipped)) {
		fmt.Fprintf(to, "skipped: %s (%s)\n", why, strings.Join(skipped[why], ", "))
	}
	return ok && finished > 0, nil
}

var skip = regexp.MustCompile(`\.go:\d+: (.*)`)

// reason is what a skipped test said: "    file_test.go:12: why".
func reason(said string) string {
	if found := skip.FindStringSubmatch(said); found != nil {
		return found[1]
	}
	return "it says no reason"
}
