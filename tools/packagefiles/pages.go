package packagefiles

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"check-haproxy/internal/check/config"
	"check-haproxy/internal/plugin"
)

// A page of docs/ has the table of a program's flags between these lines.
var flagTable = regexp.MustCompile(`(?s)(<!-- flags of (\w+), by make generate -->\n).*?(<!-- end of flags -->\n)`)

// The page of check_haproxy_config has the table of its rules between these.
var rulesTable = regexp.MustCompile(`(?s)(<!-- rules, by make generate -->\n).*?(<!-- end of rules -->\n)`)

// Pages are the pages of folder with their tables of flags and rules made anew,
// by name.
func Pages(folder string, programs []Program) (map[string][]byte, error) {
	files, err := filepath.Glob(filepath.Join(folder, "*.md"))
	if err != nil {
		return nil, err
	}
	pages := map[string][]byte{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("cannot read the page: %w", err)
		}
		text = flagTable.ReplaceAllFunc(text, func(table []byte) []byte {
			parts := flagTable.FindSubmatch(table)
			return []byte(string(parts[1]) + flagsOf(programs, string(parts[2])) + string(parts[3]))
		})
		pages[filepath.Base(file)] = rulesTable.ReplaceAll(text, []byte("${1}"+strings.ReplaceAll(rules(), "$", "$$")+"${2}"))
	}
	return pages, nil
}

func flagsOf(programs []Program, name string) string {
	var b strings.Builder
	b.WriteString("\n| flag | meaning |\n| --- | --- |\n")
	for _, p := range programs {
		if p.Name != name {
			continue
		}
		for _, f := range p.Flags {
			fmt.Fprintf(&b, "| %s | %s |\n", markdownFlag(f), markdownText(f.Help))
		}
	}
	b.WriteString("\n")
	return b.String()
}

// rules is the table of what check_haproxy_config looks for.
func rules() string {
	var b strings.Builder
	b.WriteString("\n| rule | finds | severity | otherwise | HAProxy's manual |\n| --- | --- | --- | --- | --- |\n")
	for _, r := range config.Rules() {
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s |\n", r.Name, markdownText(r.Finds), r.Severity, markdownText(r.Why), markdownText(r.Chapter))
	}
	b.WriteString("\n")
	return b.String()
}

// markdownFlag is "`-s, --section PATTERN`".
func markdownFlag(f plugin.Flag) string {
	text := f.Long
	if f.Short != "" {
		text = f.Short + ", " + text
	}
	if f.Value != "" {
		text += " " + f.Value
	}
	return "`" + strings.ReplaceAll(text, "|", `\|`) + "`"
}

// markdownText keeps text out of the table's way.
func markdownText(text string) string {
	return strings.NewReplacer("|", `\|`, "<", "&lt;", "*", `\*`).Replace(text)
}
