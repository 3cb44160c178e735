package packagefiles

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const sample = `Does it work?
It asks, and tells.

Usage: check_haproxy_sample [OPTION]...

Options:
  --socket ADDR, -S ADDR
                         stats socket (repeatable) [default: the first of the usual places]
  --warning [PATTERN=]RANGE, -w [PATTERN=]RANGE
                         a range (repeatable)
  --critical [PATTERN=]RANGE, -c [PATTERN=]RANGE
                         the same for CRITICAL
  --password PASSWORD    its password; better in HAPROXY_STATS_PASSWORD or --password-file
  --tls                  the page is https
  --help, -h             display this help and exit
`

func TestParse(t *testing.T) {
	got, err := Parse("check_haproxy_sample", sample)
	if err != nil {
		t.Fatal(err)
	}
	want := Program{Name: "check_haproxy_sample", Summary: "Does it work?", About: "It asks, and tells.", Options: []Option{
		{Long: "--socket", Short: "-S", Value: "ADDR", Help: "stats socket (repeatable) [default: the first of the usual places]", Repeatable: true},
		{Long: "--warning", Short: "-w", Value: "[PATTERN=]RANGE", Help: "a range (repeatable)", Repeatable: true},
		{Long: "--critical", Short: "-c", Value: "[PATTERN=]RANGE", Help: "the same for CRITICAL", Repeatable: true},
		{Long: "--password", Value: "PASSWORD", Help: "its password; better in HAPROXY_STATS_PASSWORD or --password-file", Env: "HAPROXY_STATS_PASSWORD"},
		{Long: "--tls", Help: "the page is https"},
		{Long: "--help", Short: "-h", Help: "display this help and exit"},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestParseRefuses(t *testing.T) {
	for _, help := range []string{"", "no usage", "Usage: x\n", "Usage: x\n\nOptions:\nnot an option\n"} {
		if got, err := Parse("x", help); err == nil {
			t.Errorf("Parse(%q) = %+v, no error", help, got)
		}
	}
}

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

var programs = sync.OnceValues(func() ([]Program, error) { return Programs("../..") })

func allPrograms(t *testing.T) []Program {
	t.Helper()
	all, err := programs()
	if err != nil {
		t.Fatal(err)
	}
	if len(all) == 0 {
		t.Fatal("there is no program below cmd/")
	}
	return all
}

func TestGeneratedFilesAreCurrent(t *testing.T) {
	want := Files(allPrograms(t))
	for name, content := range want {
		got, err := os.ReadFile(filepath.Join("../../packaging", name))
		if err != nil {
			t.Errorf("%v; run make generate", err)
			continue
		}
		if diff := cmp.Diff(string(content), string(got)); diff != "" {
			t.Errorf("packaging/%s is not what the programs' --help says; run make generate\n%s", name, diff)
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

// TestEveryFlagIsEverywhere reads the flags out of the help by itself, so that a
// mistake of Parse shows.
func TestEveryFlagIsEverywhere(t *testing.T) {
	for _, p := range allPrograms(t) {
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
	places := []place{{"the man page", ManPage(p), `\fB` + roff(flag) + `\fR`}}
	switch {
	case !p.IsPlugin():
		word := flag[2:]
		places = append(places, place{"bash's completion", BashCompletion(p), flag}, place{"zsh's completion", ZshCompletion(p), flag + "["},
			place{"fish's completion", FishCompletion(p), " -l " + word})
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

func helpOf(t *testing.T, name string) string {
	t.Helper()
	command := exec.Command("go", "run", "./cmd/"+name, "--help")
	command.Dir = "../.."
	help, _ := command.Output() // exits 3
	if len(help) == 0 {
		t.Fatalf("%s --help prints nothing", name)
	}
	return string(help)
}

func TestExamplesUseFlagsThatExist(t *testing.T) {
	for _, p := range allPrograms(t) {
		if len(Examples[p.Name]) == 0 {
			t.Errorf("%s has no example for its man page", p.Name)
		}
		known := map[string]bool{}
		for _, o := range p.Options {
			known[o.Short], known[o.Long] = true, true
		}
		for _, example := range Examples[p.Name] {
			for _, flag := range regexp.MustCompile(`(?:^| )(--?[A-Za-z][a-z-]*)`).FindAllStringSubmatch(example.Args, -1) {
				if !known[flag[1]] {
					t.Errorf("the example %q of %s has %s, which it does not know", example.Args, p.Name, flag[1])
				}
			}
		}
	}
}

// TestRepeatableIsSaid holds the help against the flags' tags: "repeatable" in
// the help is what makes a flag an array in Icinga.
func TestRepeatableIsSaid(t *testing.T) {
	tags := 0
	for _, root := range []string{"../../internal"} {
		err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
			if err != nil {
				return err
			}
			ast.Inspect(file, func(node ast.Node) bool {
				if field, ok := node.(*ast.Field); ok && field.Tag != nil {
					text, _ := strconv.Unquote(field.Tag.Value)
					tag := reflect.StructTag(text)
					separate := strings.HasSuffix(tag.Get("arg"), ",separate")
					// "the same for CRITICAL" stands after a flag that says it.
					if says := strings.Contains(tag.Get("help"), "repeatable"); separate != says && !strings.HasPrefix(tag.Get("help"), "the same") {
						t.Errorf("%s: %s: the flag can be repeated: %v; its help says so: %v", path, tag.Get("arg"), separate, says)
					}
					if separate {
						tags++
					}
				}
				return true
			})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if tags == 0 {
		t.Error("found no flag that can be repeated: the test does not look where they are")
	}
}

func TestDirectorBasketIsConsistent(t *testing.T) {
	var out basket
	if err := json.Unmarshal([]byte(DirectorBasket(allPrograms(t))), &out); err != nil {
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
