// Package scenario runs the scripts in a command's testdata/script: each shows
// a situation as a user meets it, the command, what it prints and its exit
// code, and so is documentation that cannot go stale.
package scenario

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"check-haproxy/internal/samples"
)

// Main is a command's TestMain: scripts can then call the command, as built
// from the sources under test, by its name.
//
// What checks keep between two runs is kept in a folder of the tests' own.
func Main(m *testing.M, name string, command func()) {
	testscript.Main(apart{m}, map[string]func(){name: command})
}

// apart runs tests with a folder of their own for samples.
type apart struct{ *testing.M }

// Run runs the tests.
func (a apart) Run() int {
	folder, err := os.MkdirTemp("", "samples")
	if err != nil {
		panic(err)
	}
	defer func() { _ = os.RemoveAll(folder) }()
	if err := os.Setenv(samples.Variable, folder); err != nil {
		panic(err)
	}
	return a.M.Run()
}

// Run runs testdata/script/*.txtar. Beside testscript's own commands a script
// has "exits CODE COMMAND ARG...", and $CAPTURES, the folder of recorded
// answers of real HAProxy.
func Run(t *testing.T) {
	_, self, _, _ := runtime.Caller(0)
	captures := filepath.Join(filepath.Dir(self), "../../testdata/captures")
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(env *testscript.Env) error {
			env.Setenv("CAPTURES", captures)
			env.Setenv("TZ", "UTC")
			env.Setenv(samples.Variable, filepath.Join(env.WorkDir, "state"))
			return nil
		},
		Cmds:                map[string]func(*testscript.TestScript, bool, []string){"exits": exits, "socket": socket},
		UpdateScripts:       os.Getenv("UPDATE_SCRIPTS") != "",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
	})
}

// exits runs a command and holds its exit code against the expected one.
func exits(ts *testscript.TestScript, negated bool, args []string) {
	if negated || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND ARG...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	var exit *exec.ExitError
	if err := ts.Exec(args[1], args[2:]...); errors.As(err, &exit) {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}
