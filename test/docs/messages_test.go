package docs

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// sources are the texts of the product's Go files, tests aside.
func sources(t *testing.T) string {
	t.Helper()
	var all strings.Builder
	err := filepath.WalkDir(filepath.Join(root, "internal"), func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		all.Write(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(all.String(), `\"`, `"`)
}

var (
	message = regexp.MustCompile("`([^`]+)`")
	spoken  = regexp.MustCompile(`\b(?:trouble\{|Doubt\{plugin\.Unknown, )(?:fmt\.Sprintf\()?"(.*?)"[,+} ]`)
	clauses = regexp.MustCompile(`[,:]? *\(?%[a-z][ ,)]*|, |: ?$| \(`)
)

// TestMessages holds the messages of the troubleshooting page against what the
// plugins say: no row is about words that nobody says any more, and what failed
// when HAProxy was asked, or what is doubtful in a log, has its row.
func TestMessages(t *testing.T) {
	_, page, _ := strings.Cut(read(t, filepath.Join(root, "docs/troubleshooting.md")), "\n## Arguments\n")
	said := sources(t)
	var rows strings.Builder
	for line := range strings.Lines(page) {
		cells := strings.SplitN(line, "|", 3)
		if len(cells) < 3 {
			continue
		}
		for _, text := range message.FindAllStringSubmatch(cells[1], -1) {
			rows.WriteString(text[1] + "\n")
			for part := range strings.SplitSeq(text[1], "…") {
				if part = strings.Trim(part, " ,"); !strings.Contains(said, part) {
					t.Errorf("no plugin says %q", part)
				}
			}
		}
	}
	for _, text := range spoken.FindAllStringSubmatch(said, -1) {
		known := func(clause string) bool { return len(clause) > 5 && strings.Contains(rows.String(), clause) }
		if !slices.ContainsFunc(clauses.Split(text[1], -1), known) {
			t.Errorf("the page has no row for %q", text[1])
		}
	}
}
