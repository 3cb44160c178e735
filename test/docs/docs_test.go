// Package docs runs the examples of the README and of docs/, and follows their
// links, so that neither can go stale.
package docs

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const root = "../.."

// update rewrites the output in the pages instead of comparing it; look at the
// difference before you commit it.
var update = os.Getenv("UPDATE_DOCS") != ""

// The examples speak of a HAProxy at its usual socket and of its log; here
// recorded ones answer.
var recorded = strings.NewReplacer(
	"-S /run/haproxy/monitor.sock", "--stats-file testdata/captures/3.2/stat.csv",
	"check_haproxy_nosrv --at", "check_haproxy_nosrv -f testdata/logs/incident.log --at",
)

func pages(t *testing.T) []string {
	t.Helper()
	list, err := filepath.Glob(filepath.Join(root, "docs/*.md"))
	if err != nil || len(list) < 10 {
		t.Fatalf("found the pages %v: %v", list, err)
	}
	return append(list, filepath.Join(root, "README.md"), filepath.Join(root, "CHANGELOG.md"))
}

func read(t *testing.T, page string) string {
	t.Helper()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestExamples runs every "$ command" of a ```console block. The lines after it
// are its output; "…" stands for anything, and "$ echo $?" for the exit code of
// the command before.
func TestExamples(t *testing.T) {
	bin := binaries(t)
	ran := 0
	for _, page := range pages(t) {
		text := read(t, page)
		for _, e := range parse(text) {
			ran++
			output, code := run(t, bin, recorded.Replace(e.command))
			if e.code != "" && e.code != code {
				t.Errorf("%s: $ %s\nexits %s, the page says %s", page, e.command, code, e.code)
			}
			if matches(e.output, output) {
				continue
			}
			if !update {
				t.Errorf("%s: $ %s\n(-page +now, UPDATE_DOCS=1 rewrites it):\n%s", page, e.command, cmp.Diff(e.output, output))
				continue
			}
			text = strings.Replace(text, "$ "+e.command+"\n"+e.output, "$ "+e.command+"\n"+lasting(output), 1)
			if err := os.WriteFile(page, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	if ran < 5 {
		t.Errorf("found %d examples", ran)
	}
}

type example struct{ command, output, code string }

func parse(page string) []example {
	var found []example
	inside := false
	for line := range strings.Lines(page) {
		last := len(found) - 1
		switch {
		case strings.HasPrefix(line, "```"):
			inside = !inside && strings.TrimSpace(line) == "```console"
		case !inside:
		case strings.HasPrefix(line, "$ echo $?"):
			found[last].code = "next"
		case strings.HasPrefix(line, "$ "):
			found = append(found, example{command: strings.TrimSpace(line[2:])})
		case found[last].code == "next":
			found[last].code = strings.TrimSpace(line)
		default:
			found[last].output += line
		}
	}
	return found
}

func matches(want, got string) bool {
	pattern := strings.ReplaceAll(regexp.QuoteMeta(want), "…", ".*")
	return regexp.MustCompile(`(?s)^` + pattern + `$`).MatchString(got)
}

var changing = regexp.MustCompile(`'time'=[^ \n]+|testdata/captures/3.2/stat.csv`)

// lasting is an output without what differs from run to run.
func lasting(output string) string {
	return changing.ReplaceAllStringFunc(output, func(text string) string {
		if name, _, ok := strings.Cut(text, "="); ok {
			return name + "=…"
		}
		return "…"
	})
}

func run(t *testing.T, bin, command string) (output, code string) {
	t.Helper()
	cmd := exec.Command("sh", "-c", command)
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"), "TZ=UTC")
	out, err := cmd.Output()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return string(out), strings.TrimPrefix(cmd.ProcessState.String(), "exit status ")
}

// bin is the folder of all programs, once a test wanted them.
var bin string

func TestMain(m *testing.M) {
	code := m.Run()
	if bin != "" {
		_ = os.RemoveAll(bin)
	}
	os.Exit(code)
}

// binaries builds all programs once, and returns their folder.
func binaries(t *testing.T) string {
	t.Helper()
	if bin != "" {
		return bin
	}
	folder, err := os.MkdirTemp("", "docs")
	if err != nil {
		t.Fatal(err)
	}
	bin = folder
	cmd := exec.Command("go", "build", "-o", bin, "./cmd/...")
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return bin
}

var (
	link    = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading = regexp.MustCompile(`(?m)^#+ (.+)$`)
	fenced  = regexp.MustCompile("(?ms)^```.*?^```$")
)

// TestLinks follows every link to a file or a heading of the project.
func TestLinks(t *testing.T) {
	for _, page := range pages(t) {
		for _, match := range link.FindAllStringSubmatch(fenced.ReplaceAllString(read(t, page), ""), -1) {
			if strings.Contains(match[1], "://") {
				continue
			}
			file, anchor, _ := strings.Cut(match[1], "#")
			target := page
			if file != "" {
				target = filepath.Join(filepath.Dir(page), file)
			}
			if _, err := os.Stat(target); err != nil {
				t.Errorf("%s: the link %s leads nowhere", page, match[1])
				continue
			}
			if anchor != "" && !anchors(read(t, target))[anchor] {
				t.Errorf("%s: the link %s leads to no heading", page, match[1])
			}
		}
	}
}

// anchors are the headings of a page as GitHub names them in links.
func anchors(page string) map[string]bool {
	found := map[string]bool{}
	for _, match := range heading.FindAllStringSubmatch(fenced.ReplaceAllString(page, ""), -1) {
		name := regexp.MustCompile(`[^a-z0-9 _-]`).ReplaceAllString(strings.ToLower(match[1]), "")
		found[strings.ReplaceAll(name, " ", "-")] = true
	}
	return found
}

// TestReadmeIsShort holds the README to what fits a few screens.
func TestReadmeIsShort(t *testing.T) {
	if size := len(read(t, filepath.Join(root, "README.md"))); size >= 12_000 {
		t.Errorf("the README has %d bytes; more than 12 KB belongs into docs/", size)
	}
}

// TestNoSentenceTwice finds sentences that stand in two places of the pages: one
// of them goes stale.
func TestNoSentenceTwice(t *testing.T) {
	seen := map[string]string{}
	for _, page := range pages(t) {
		text := fenced.ReplaceAllString(read(t, page), "")
		text = regexp.MustCompile(`(?m)^(\||#|<!--).*$`).ReplaceAllString(text, "\n\n")
		for _, paragraph := range strings.Split(text, "\n\n") {
			for _, sentence := range strings.SplitAfter(strings.Join(strings.Fields(paragraph), " "), ". ") {
				if sentence = strings.TrimSpace(sentence); len(sentence) < 50 {
					continue
				}
				if before, twice := seen[sentence]; twice {
					t.Errorf("%s and %s both say: %s", before, page, sentence)
				}
				seen[sentence] = page
			}
		}
	}
}
