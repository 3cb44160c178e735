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
)

// Main is a command's TestMain: scripts can then call the command, as built
// from the sources under test, by its name.
func Main(m *testing.M, name string, command func()) {
	testscript.Main(m, map[string]func(){name: command})
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
