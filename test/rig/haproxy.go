package rig

import (
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// HAProxy is a running HAProxy.
type HAProxy struct {
	Dir    string // for files of the test's own, too
	Socket string // stats socket at level admin
	Master string // master CLI, of StartMaster only

	command *exec.Cmd
}

// defaults go before a test's configuration: a stats socket, and time-outs that
// HAProxy warns without.
const defaults = `global
	stats socket SOCKET mode 600 level admin
	stats timeout 60s
defaults
	mode http
	timeout connect 5s
	timeout client 30s
	timeout server 30s
`

// Start runs HAProxy with a configuration, and returns when it answers on its
// socket. The configuration may have further global and defaults sections; the
// word DIR in it stands for the HAProxy's directory.
func Start(t testing.TB, config string) *HAProxy {
	t.Helper()
	program := Need(t, "haproxy")
	h := newHAProxy(t, config)
	h.command = start(t, program, "-db", "-f", h.config())
	Eventually(t, "HAProxy answers on its socket", h.answers)
	return h
}

// StartMaster runs HAProxy in master-worker mode, with a master CLI.
func StartMaster(t testing.TB, config string) *HAProxy {
	t.Helper()
	program := Need(t, "haproxy")
	h := newHAProxy(t, config)
	h.Master = filepath.Join(h.Dir, "master.sock")
	h.command = start(t, program, "-W", "-S", h.Master, "-f", h.config())
	Eventually(t, "HAProxy's worker answers on its socket", h.answers)
	Eventually(t, "HAProxy's master answers on its socket", h.masterAnswers)
	return h
}

func newHAProxy(t testing.TB, config string) *HAProxy {
	t.Helper()
	dir := Dir(t)
	h := &HAProxy{Dir: dir, Socket: filepath.Join(dir, "admin.sock")}
	h.write(t, config)
	return h
}

func (h *HAProxy) config() string { return filepath.Join(h.Dir, "haproxy.cfg") }

func (h *HAProxy) write(t testing.TB, config string) {
	t.Helper()
	text := strings.ReplaceAll(defaults, "SOCKET", h.Socket) + strings.ReplaceAll(config, "DIR", h.Dir)
	if err := os.WriteFile(h.config(), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// Reload has the master of StartMaster start a worker with a new configuration,
// and returns when that one answers. The old worker stays for its sessions.
func (h *HAProxy) Reload(t testing.TB, config string) {
	t.Helper()
	before := h.Pid(t)
	h.write(t, config)
	if _, err := ask(h.Master, "reload"); err != nil {
		t.Fatal(err)
	}
	Eventually(t, "a new worker answers", func() bool {
		info, err := ask(h.Socket, "show info")
		return err == nil && pidIn(info) != "" && pidIn(info) != before
	})
	Eventually(t, "the new master answers on its socket", h.masterAnswers)
}

// FailReload has the master try to load a configuration that is none. The worker
// that is there goes on.
func (h *HAProxy) FailReload(t testing.TB, config string) {
	t.Helper()
	h.write(t, config+"\nno such section\n")
	if _, err := ask(h.Master, "reload"); err != nil {
		t.Fatal(err)
	}
	Eventually(t, "the master says that the reload failed", func() bool {
		answer, err := ask(h.Master, "show proc")
		return err == nil && strings.Contains(answer, "[failed: 1]")
	})
}

func (h *HAProxy) masterAnswers() bool {
	answer, err := ask(h.Master, "show proc")
	return err == nil && strings.Contains(answer, "worker")
}

// Stop ends HAProxy before the test does, as a crash would: its socket's file
// stays.
func (h *HAProxy) Stop(t testing.TB) {
	t.Helper()
	if err := syscall.Kill(-h.command.Process.Pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	Eventually(t, "HAProxy is gone", func() bool { return !h.answers() })
}

// Restart starts a HAProxy of Start that was stopped again, as it was.
func (h *HAProxy) Restart(t testing.TB) {
	t.Helper()
	h.command = start(t, Need(t, "haproxy"), "-db", "-f", h.config())
	Eventually(t, "HAProxy answers on its socket", h.answers)
}

// Pid is the process id of the HAProxy that answers on the socket.
func (h *HAProxy) Pid(t testing.TB) string {
	t.Helper()
	return pidIn(h.Command(t, "show info"))
}

func pidIn(info string) string {
	_, after, _ := strings.Cut(info, "\nPid: ")
	pid, _, _ := strings.Cut(after, "\n")
	return pid
}

// Command gives a command on the stats socket and returns the answer.
func (h *HAProxy) Command(t testing.TB, command string) string {
	t.Helper()
	answer, err := ask(h.Socket, command)
	if err != nil {
		t.Fatalf("%q on HAProxy's socket: %v", command, err)
	}
	return answer
}

// AwaitStatus waits until a server has a status, "DOWN" for one.
func (h *HAProxy) AwaitStatus(t testing.TB, section, server, status string) {
	t.Helper()
	Eventually(t, section+"/"+server+" is "+status, func() bool {
		for line := range strings.Lines(h.Command(t, "show stat "+section+" 4 -1")) {
			fields := strings.Split(line, ",")
			if len(fields) > 17 && fields[1] == server {
				return fields[17] == status
			}
		}
		return false
	})
}

func (h *HAProxy) answers() bool {
	answer, err := ask(h.Socket, "show info")
	return err == nil && pidIn(answer) != ""
}

// ask gives a command on a socket. Like socat it says that no more comes, which
// a master CLI waits for.
func ask(socket, command string) (string, error) {
	conn, err := net.DialUnix("unix", nil, &net.UnixAddr{Name: socket, Net: "unix"})
	if err != nil {
		return "", err
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(patience))
	if _, err := io.WriteString(conn, command+"\n"); err != nil {
		return "", err
	}
	_ = conn.CloseWrite()
	answer, err := io.ReadAll(conn)
	return string(answer), err
}
