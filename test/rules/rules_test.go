// Package house holds the rules of the house that a compiler does not.
package rules

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
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

// internal/plugin is the only door to go-nagios, whose traps it knows.
func TestOneDoorToGoNagios(t *testing.T) {
	for name, file := range sources(t) {
		for _, spec := range file.Imports {
			if strings.Contains(spec.Path.Value, "atc0005/go-nagios") && !strings.HasPrefix(name, "internal/plugin/") {
				t.Errorf("%s imports go-nagios", name)
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
