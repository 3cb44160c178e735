// Package rules holds the rules of the house that a compiler does not.
package rules

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const root = "../.."

// sources parses every Go file of the programs, tests and their helpers aside.
func sources(t *testing.T) map[string]*ast.File {
	t.Helper()
	files := map[string]*ast.File{}
	for _, dir := range []string{"cmd", "internal", "tools"} {
		err := filepath.WalkDir(filepath.Join(root, dir), func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
			name, _ := filepath.Rel(root, path)
			files[name] = file
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(files) < 20 {
		t.Fatalf("found %d files", len(files))
	}
	return files
}

// doors are the libraries that one package knows the traps of.
var doors = map[string]string{
	"atc0005/go-nagios":         "internal/plugin/",
	"haproxytech/client-native": "internal/haproxy/configuration/",
}

func TestOneDoorToALibrary(t *testing.T) {
	for name, file := range sources(t) {
		for _, spec := range file.Imports {
			for library, door := range doors {
				if strings.Contains(spec.Path.Value, library) && !strings.HasPrefix(name, door) {
					t.Errorf("%s imports %s; %s is the door to it", name, library, door)
				}
			}
		}
	}
}

// A check ends with its result: os.Exit and log.Fatal are for main alone.
func TestOnlyMainExits(t *testing.T) {
	for name, file := range sources(t) {
		if file.Name.Name == "main" {
			continue
		}
		ast.Inspect(file, func(node ast.Node) bool {
			if call, ok := node.(*ast.CallExpr); ok {
				if f := called(call); f == "os.Exit" || strings.HasPrefix(f, "log.Fatal") {
					t.Errorf("%s calls %s", name, f)
				}
			}
			return true
		})
	}
}

// What stands in a package's variables is paid at the start of every check; a
// regular expression with a large count costs more than the check.
func TestNothingCostlyAtStart(t *testing.T) {
	for name, file := range sources(t) {
		if strings.HasPrefix(name, "tools/") {
			continue // not part of a plugin
		}
		for _, decl := range file.Decls {
			general, ok := decl.(*ast.GenDecl)
			if !ok || general.Tok != token.VAR {
				continue
			}
			ast.Inspect(general, func(node ast.Node) bool {
				if call, ok := node.(*ast.CallExpr); ok && strings.HasPrefix(called(call), "regexp.") {
					t.Errorf("%s compiles a regular expression at start", name)
				}
				return true
			})
		}
	}
}

// Sorting is compiled anew for each type, and every binary is bounded: sorting.Stable
// is not.
func TestSortedInOnePlace(t *testing.T) {
	for name, file := range sources(t) {
		if strings.HasPrefix(name, "tools/") || strings.HasPrefix(name, "test/") {
			continue // not part of a plugin
		}
		ast.Inspect(file, func(node ast.Node) bool {
			if call, ok := node.(*ast.CallExpr); ok {
				if f := called(call); f == "slices.SortStableFunc" || f == "slices.SortedStableFunc" {
					t.Errorf("%s calls %s: sorting.Stable does the same", name, f)
				}
			}
			return true
		})
	}
}

// What a package is for stands once above its name, as go doc shows it.
func TestPackagesAreDescribed(t *testing.T) {
	described := map[string]string{}
	for name, file := range sources(t) {
		folder := filepath.ToSlash(filepath.Dir(name))
		opening := "Package " + file.Name.Name + " "
		if file.Name.Name == "main" {
			opening = "Command " + filepath.Base(folder) + " "
		}
		clause, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, name), nil, parser.PackageClauseOnly|parser.ParseComments)
		switch {
		case err != nil:
			t.Fatal(err)
		case clause.Doc != nil && described[folder] != "":
			t.Errorf("%s is described in %s too", folder, described[folder])
		case clause.Doc != nil && !strings.HasPrefix(clause.Doc.Text(), opening):
			t.Errorf("the description in %s does not begin with %q", name, opening)
		case clause.Doc != nil:
			described[folder] = name
		case described[folder] == "":
			described[folder] = ""
		}
	}
	for folder, name := range described {
		if name == "" {
			t.Errorf("%s is not described", folder)
		}
	}
}

// called is "package.Function" of a call.
func called(call *ast.CallExpr) string {
	selector, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return ""
	}
	of, ok := selector.X.(*ast.Ident)
	if !ok {
		return ""
	}
	return of.Name + "." + selector.Sel.Name
}

// order lists the product's packages from the bottom to the top; a package
// imports only those that stand above it here.
var order = []string{
	"internal/sorting",
	"internal/panics",
	"internal/argument",
	"internal/advice",
	"internal/regular",
	"internal/plugin/pattern",
	"internal/plugin",
	"internal/plugin/threshold",
	"internal/haproxy",
	"internal/haproxy/endpoint",
	"internal/haproxy/configuration",
	"internal/accesslog/logformat",
	"internal/accesslog",
	"internal/logsource",
	"internal/dns",
	"internal/samples",
	"internal/check",
	"internal/diagnosis",
	"internal/check/kinds",
	"internal/check/rates",
	"internal/check/*",
	"internal/overview/draw",
	"internal/overview/picture",
	"internal/overview/*",
	"internal/overview",
	"cmd/*",
}

func place(t *testing.T, folder string) int {
	t.Helper()
	for i, pattern := range order {
		if matched, _ := filepath.Match(pattern, folder); matched {
			return i
		}
	}
	t.Errorf("%s has no place in the order of the packages", folder)
	return 0
}

// Data flows one way: nothing points upward, no check knows another one, and
// what has read HAProxy's answers does not know how they are printed.
func TestNothingPointsUpward(t *testing.T) {
	for name, file := range sources(t) {
		folder := filepath.ToSlash(filepath.Dir(name))
		if strings.HasPrefix(folder, "tools/") {
			continue
		}
		for _, spec := range file.Imports {
			imported, ours := strings.CutPrefix(strings.Trim(spec.Path.Value, `"`), "check-haproxy/")
			if !ours {
				continue
			}
			if place(t, imported) >= place(t, folder) {
				t.Errorf("%s imports %s, which does not stand below it", name, imported)
			}
		}
	}
}

// The map of the house shows all of it.
func TestArchitectureNamesEveryPackage(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, "docs/architecture.md"))
	if err != nil {
		t.Fatal(err)
	}
	for name := range sources(t) {
		folder := filepath.ToSlash(filepath.Dir(name))
		base := filepath.Base(folder)
		if strings.HasPrefix(folder, "internal/") && !strings.Contains(string(text), "`"+base+"`") && !strings.Contains(string(text), "/"+base+"`") {
			t.Errorf("docs/architecture.md does not name %s", folder)
		}
	}
}

// A command leads to its package: its main only exits with what that returns.
func TestMainsAreShort(t *testing.T) {
	mains, err := filepath.Glob(filepath.Join(root, "cmd/*/main.go"))
	if err != nil || len(mains) < 5 {
		t.Fatalf("found %v: %v", mains, err)
	}
	for _, main := range mains {
		text, err := os.ReadFile(main)
		if err != nil {
			t.Fatal(err)
		}
		if lines := strings.Count(string(text), "\n"); lines >= 20 {
			t.Errorf("%s has %d lines", main, lines)
		}
	}
}
