package rig

import (
	"io/fs"
	"net"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// monitoringUser is whom Nagios, Icinga 2 and NRPE drop to when root starts
// them, as Debian's packages have it.
const monitoringUser = "nagios"

// SharedDir is Dir for the monitoring user to read, too.
func SharedDir(t testing.TB) string {
	t.Helper()
	dir := Dir(t)
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

// GiveAway makes a folder and all in it the monitoring user's, if root runs
// the test; what another user starts stays that user.
func GiveAway(t testing.TB, dir string) {
	t.Helper()
	if os.Geteuid() != 0 {
		return
	}
	owner, err := user.Lookup(monitoringUser)
	if err != nil {
		t.Fatalf("the user that the daemon drops to: %v", err)
	}
	uid, _ := strconv.Atoi(owner.Uid)
	gid, _ := strconv.Atoi(owner.Gid)
	err = filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Lchown(path, uid, gid)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// daemonUser is the user that a daemon drops to, or already is.
func daemonUser(t testing.TB) string {
	t.Helper()
	if os.Geteuid() == 0 {
		return monitoringUser
	}
	self, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	return self.Username
}

// daemonGroup is daemonUser's own group.
func daemonGroup(t testing.TB) string {
	t.Helper()
	owner, err := user.Lookup(daemonUser(t))
	if err != nil {
		t.Fatal(err)
	}
	group, err := user.LookupGroupId(owner.Gid)
	if err != nil {
		t.Fatal(err)
	}
	return group.Name
}

// daemonPatience is patience for a scheduler, which takes its own time.
const daemonPatience = 60 * time.Second

// Await is Eventually for a condition that can say what is missing: the test
// fails with its last error.
func Await(t testing.TB, condition func() error) {
	t.Helper()
	deadline := time.Now().Add(daemonPatience)
	for {
		err := condition()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("gave up after %s: %v", daemonPatience, err)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// awaitPort waits until something listens on a port of loopback.
func awaitPort(t testing.TB, port string) {
	t.Helper()
	Await(t, func() error {
		conn, err := net.Dial("tcp", net.JoinHostPort("127.0.0.1", port))
		if err != nil {
			return err
		}
		return conn.Close()
	})
}

// WriteFiles writes files, named by paths below dir, that everybody can read.
func WriteFiles(t testing.TB, dir string, files map[string]string) {
	t.Helper()
	for name, content := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
