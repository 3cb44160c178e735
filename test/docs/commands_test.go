package docs

import (
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	program  = regexp.MustCompile(`\b(?:check_haproxy_[a-z]+|lshaproxy)\b[^|` + "`" + `]*`)
	longFlag = regexp.MustCompile(`(?:^| )(--?[a-zA-Z][a-z-]*)`)
	target   = regexp.MustCompile("(?m)(?:^|`)make ([a-z-]+)")
	script   = regexp.MustCompile(`\bscripts/[a-z-]+\.sh\b`)
)

// TestCommands looks at the commands that no test runs, for want of a Docker, an
// Elasticsearch or root: each program has the flags that it is given there.
func TestCommands(t *testing.T) {
	bin := binaries(t)
	helps := map[string]string{}
	for _, page := range pages(t) {
		for line := range strings.Lines(read(t, page)) {
			for _, command := range program.FindAllString(line, -1) {
				name, arguments, _ := strings.Cut(command, " ")
				if helps[name] == "" {
					output, _ := exec.Command(filepath.Join(bin, name), "--help").Output()
					helps[name] = string(output)
				}
				for _, flag := range longFlag.FindAllStringSubmatch(arguments, -1) {
					if !regexp.MustCompile(`(?m)(^ +|, )` + flag[1] + `\b`).MatchString(helps[name]) {
						t.Errorf("%s: %s has no flag %s:\n%s", page, name, flag[1], command)
					}
				}
			}
		}
	}
}

// TestTargets: what is to be called with make, or as a script, is there.
func TestTargets(t *testing.T) {
	makefile := read(t, filepath.Join(root, "Makefile"))
	for _, page := range append(pages(t), filepath.Join(root, "CONTRIBUTING.md")) {
		text := read(t, page)
		for _, found := range target.FindAllStringSubmatch(text, -1) {
			if !strings.Contains(makefile, "\n"+found[1]+":") {
				t.Errorf("%s: the Makefile has no target %s", page, found[1])
			}
		}
		for _, name := range script.FindAllString(text, -1) {
			if _, err := exec.LookPath(filepath.Join(root, name)); err != nil {
				t.Errorf("%s: %v", page, err)
			}
		}
	}
}
