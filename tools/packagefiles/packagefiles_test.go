package packagefiles

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRoff(t *testing.T) {
	for text, want := range map[string]string{
		"-s a":        `\-s a`,
		".hidden\n.x": "\\&.hidden\n\\&.x",
		`a\b`:         `a\eb`,
		"'x' ~^":      `\(aqx\(aq \(ti\(ha`,
	} {
		if got := roff(text); got != want {
			t.Errorf("roff(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestGeneratedFilesAreCurrent(t *testing.T) {
	want := Files(Programs(), currentPages(t))
	for name, content := range want {
		got, err := os.ReadFile(filepath.Join("../../packaging", name))
		if err != nil {
			t.Errorf("%v; run make generate", err)
			continue
		}
		if diff := cmp.Diff(string(content), string(got)); diff != "" {
			t.Errorf("packaging/%s is not what the programs' flags say; run make generate\n%s", name, diff)
		}
	}
	for _, folder := range []string{"man", "completions"} {
		files, _ := filepath.Glob(filepath.Join("../../packaging", folder, "*"))
		for _, file := range files {
			if name, _ := filepath.Rel("../../packaging", file); want[name] == nil {
				t.Errorf("%s is of a program that is gone: remove it", file)
			}
		}
	}
}

func currentPages(t *testing.T) map[string][]byte {
	t.Helper()
	pages, err := Pages("../../docs", Programs())
	if err != nil {
		t.Fatal(err)
	}
	return pages
}

func TestFlagsInPagesAreCurrent(t *testing.T) {
	var all strings.Builder
	for name, want := range currentPages(t) {
		got, err := os.ReadFile(filepath.Join("../../docs", name))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(got)); diff != "" {
			t.Errorf("docs/%s is not what the programs' flags say; run make generate\n%s", name, diff)
		}
		all.Write(got)
	}
	for _, p := range Programs() {
		if !strings.Contains(all.String(), "<!-- flags of "+p.Name+", by make generate -->") {
			t.Errorf("no page has the flags of %s", p.Name)
		}
	}
}

// TestEveryFlagIsEverywhere reads the flags out of the help that the program
// prints, so that a mistake of plugin.Describe shows.
func TestEveryFlagIsEverywhere(t *testing.T) {
	for _, p := range Programs() {
		help := helpOf(t, p.Name)
		for _, flag := range regexp.MustCompile(`(?m)^  (--[a-z0-9-]+)`).FindAllStringSubmatch(help, -1) {
			wantFlag(t, p, flag[1])
		}
	}
}

func wantFlag(t *testing.T, p Program, flag string) {
	t.Helper()
	variable := p.Command() + "_" + strings.ReplaceAll(flag[2:], "-", "_")
	type place struct{ name, text, want string }
	places := []place{{"the man page", ManPage(p, nil), `\fB` + roff(flag) + `\fR`}}
	places = append(places, place{"bash's completion", BashCompletion(p), flag}, place{"zsh's completion", strings.NewReplacer("=-[", "[", "=[", "[").Replace(ZshCompletion(p)), flag + "["},
		place{"fish's completion", FishCompletion(p), " -l " + flag[2:]})
	switch {
	case !p.IsPlugin():
	case flag == "--username" || flag == "--password":
		places = append(places, place{"the environment of the CheckCommand", CheckCommands([]Program{p}), ` = "$` + variable + `$"`})
		if strings.Contains(CheckCommands([]Program{p}), `"`+flag+`"`) || strings.Contains(DirectorBasket([]Program{p}), `"`+flag+`"`) {
			t.Errorf("%s %s is given on the command line, where everybody sees it", p.Name, flag)
		}
	case flag != "--help" && flag != "--version":
		places = append(places, place{"the CheckCommand", CheckCommands([]Program{p}), "\t\t\"" + flag + "\" = {"},
			place{"the CheckCommand", CheckCommands([]Program{p}), ` = "$` + variable + `$"`},
			place{"the Director basket", DirectorBasket([]Program{p}), `"` + variable + `"`})
	}
	for _, place := range places {
		if !strings.Contains(place.text, place.want) {
			t.Errorf("%s of %s has no %s", place.name, p.Name, place.want)
		}
	}
}

// binaries builds every program once.
var binaries = sync.OnceValues(func() (string, error) {
	folder, err := os.MkdirTemp("", "packagefiles")
	if err != nil {
		return "", err
	}
	build := exec.Command("go", "build", "-o", folder+"/", "./cmd/...")
	build.Dir = "../.."
	if output, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w\n%s", err, output)
	}
	return folder, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if folder, err := binaries(); err == nil {
		_ = os.RemoveAll(folder)
	}
	os.Exit(code)
}

func helpOf(t *testing.T, name string) string {
	t.Helper()
	folder, err := binaries()
	if err != nil {
		t.Fatal(err)
	}
	help, _ := exec.Command(filepath.Join(folder, name), "--help").Output() // exits 3
	if len(help) == 0 {
		t.Fatalf("%s --help prints nothing", name)
	}
	return string(help)
}

func TestExamplesUseFlagsThatExist(t *testing.T) {
	for _, p := range Programs() {
		if len(p.Examples) == 0 {
			t.Errorf("%s has no example for its man page", p.Name)
		}
		known := map[string]bool{}
		for _, o := range p.Flags {
			known[o.Short], known[o.Long] = true, true
		}
		for _, example := range p.Examples {
			for _, flag := range regexp.MustCompile(`(?:^| )(--?[A-Za-z][a-z-]*)`).FindAllStringSubmatch(example.Args, -1) {
				if !known[flag[1]] {
					t.Errorf("the example %q of %s has %s, which it does not know", example.Args, p.Name, flag[1])
				}
			}
		}
	}
}

// TestRepeatableIsSaid holds the help against the flags: a user reads there that
// a flag can be given several times.
func TestRepeatableIsSaid(t *testing.T) {
	for _, p := range Programs() {
		for _, f := range p.Flags {
			// "the same for CRITICAL" stands after a flag that says it.
			if says := strings.Contains(f.Help, "repeatable"); f.Repeatable != says && !strings.HasPrefix(f.Help, "the same") {
				t.Errorf("%s %s can be repeated: %v; its help says so: %v", p.Name, f.Long, f.Repeatable, says)
			}
		}
	}
}

// TestEveryProgramIsDescribed holds the list against the commands.
func TestEveryProgramIsDescribed(t *testing.T) {
	folders, err := filepath.Glob("../../cmd/*")
	if err != nil {
		t.Fatal(err)
	}
	var want, got []string
	for _, folder := range folders {
		want = append(want, filepath.Base(folder))
	}
	for _, p := range Programs() {
		got = append(got, p.Name)
		if p.Summary == "" {
			t.Errorf("%s does not say what it answers", p.Name)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-cmd +Programs):\n%s", diff)
	}
}

func TestDirectorBasketIsConsistent(t *testing.T) {
	var out basket
	if err := json.Unmarshal([]byte(DirectorBasket(Programs())), &out); err != nil {
		t.Fatal(err)
	}
	for name, command := range out.Command {
		used := map[string]bool{}
		for _, f := range command.Fields {
			used["$"+out.Datafield[strconv.Itoa(f.DatafieldID)].VarName+"$"] = true
		}
		for flag, argument := range command.Arguments {
			if variable := argument.Value + argument.SetIf; !used[variable] {
				t.Errorf("%s %s takes %s, for which there is no field", name, flag, variable)
			}
		}
		if len(used) != len(command.Arguments) {
			t.Errorf("%s has %d fields for %d arguments", name, len(used), len(command.Arguments))
		}
	}
}
