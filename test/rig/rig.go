// Package rig starts real programs for tests: HAProxy with a configuration of
// the test's own, and small servers behind it. All that it starts listens on
// loopback alone, lives in a directory of its own and is gone when the test
// ends.
package rig

import (
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Need returns the path of a program. Without it the test is skipped, and fails
// in CI (environment CI=true), where everything has to be there.
func Need(t testing.TB, program string) string {
	t.Helper()
	for _, candidate := range []string{program, "/usr/sbin/" + program, "/usr/local/sbin/" + program} {
		if path, err := exec.LookPath(candidate); err == nil {
			return path
		}
	}
	lacks(t, program+" is not installed")
	return ""
}

// NeedRoot skips a test that only root can run, and fails it in CI.
func NeedRoot(t testing.TB) {
	t.Helper()
	if os.Geteuid() != 0 {
		lacks(t, "only root can run this")
	}
}

// lacks ends a test for what is missing here.
func lacks(t testing.TB, what string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatal(what + ", and CI needs it")
	}
	t.Skip(what)
}

// Dir returns a new directory whose path is short enough for sockets in it,
// which t.TempDir's is not always.
func Dir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "rig")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// handedOut are the ports that Port has returned: a test may want several
// before it uses the first.
var handedOut sync.Map

// Port returns a TCP port on loopback that nobody listens on. It is none of those
// that the kernel gives to connections (32768 and up), so that none takes it
// before the test does.
func Port(t testing.TB) string {
	t.Helper()
	const lowest, ports = 10_000, 22_000
	for {
		port := strconv.Itoa(lowest + rand.IntN(ports))
		listener, err := net.Listen("tcp", "127.0.0.1:"+port)
		if err != nil {
			continue
		}
		_ = listener.Close()
		if _, taken := handedOut.LoadOrStore(port, true); !taken {
			return port
		}
	}
}

// Origin starts an HTTP server to stand behind HAProxy, and returns its
// address, "127.0.0.1:port". Without a handler it answers 200.
func Origin(t testing.TB, handler http.HandlerFunc) string {
	t.Helper()
	if handler == nil {
		handler = func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) }
	}
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return strings.TrimPrefix(server.URL, "http://")
}

// patience is how long something that has to happen may take. It is only ever
// waited for when a test fails.
const patience = 20 * time.Second

// Eventually waits until a condition holds, and fails the test when it never
// does.
func Eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	deadline := time.Now().Add(patience)
	for !holds() {
		if time.Now().After(deadline) {
			t.Fatalf("this never happened: %s", what)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// start runs a program in the background until the test ends. What it prints is
// shown if the test fails.
func start(t testing.TB, path string, args ...string) *exec.Cmd {
	t.Helper()
	var output strings.Builder
	command := exec.Command(path, args...)
	command.Stdout, command.Stderr = &output, &output
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stop(command)
		if t.Failed() {
			t.Logf("%s said:\n%s", path, output.String())
		}
	})
	return command
}

// stop ends a program and all that it started.
func stop(command *exec.Cmd) {
	ended := make(chan struct{})
	go func() {
		_ = command.Wait()
		close(ended)
	}()
	_ = command.Process.Signal(syscall.SIGTERM)
	select {
	case <-ended:
	case <-time.After(patience):
	}
	// The group, for children that outlived it.
	_ = syscall.Kill(-command.Process.Pid, syscall.SIGKILL)
	<-ended
}
