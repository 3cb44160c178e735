package rig

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// StartNRPE starts a real NRPE server on loopback with the command definitions
// in the files, and returns its port. It takes no arguments from the network
// (dont_blame_nrpe=0), as by default.
func StartNRPE(t testing.TB, files ...string) string {
	t.Helper()
	program := Need(t, "nrpe")
	dir, port := SharedDir(t), Port(t)
	var config strings.Builder
	fmt.Fprintf(&config, "pid_file=%s/nrpe.pid\nserver_address=127.0.0.1\nserver_port=%s\nnrpe_user=%s\nnrpe_group=%[3]s\n", dir, port, daemonUser(t))
	fmt.Fprintf(&config, "allowed_hosts=127.0.0.1\ndont_blame_nrpe=0\ncommand_timeout=60\nconnection_timeout=60\ndisable_syslog=1\nlog_file=%s/nrpe.log\n", dir)
	for _, file := range files {
		fmt.Fprintf(&config, "include=%s\n", file)
	}
	WriteFiles(t, dir, map[string]string{"nrpe.cfg": config.String()})
	GiveAway(t, dir)
	start(t, program, "-c", filepath.Join(dir, "nrpe.cfg"), "-f")
	t.Cleanup(func() {
		if log, _ := os.ReadFile(filepath.Join(dir, "nrpe.log")); t.Failed() {
			t.Logf("NRPE's log on port %s:\n%s", port, log)
		}
	})
	awaitPort(t, port)
	return port
}
