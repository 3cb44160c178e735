package logsource

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"check-haproxy/internal/advice"
	"check-haproxy/test/rig"
)

// TestPermissionDenied reads as nobody what nobody may read.
func TestPermissionDenied(t *testing.T) {
	if path := os.Getenv("LOGSOURCE_TEST_READ"); path != "" {
		report, err := Files([]string{path}, nil).Read(context.Background(), Span{}, 1, utc, func(int, Chunk) {})
		text := ""
		if err != nil {
			text = advice.Whole(err)
		}
		fmt.Println(report.Bytes, report.Unread, text, errors.Is(err, fs.ErrPermission))
		return
	}
	rig.NeedRoot(t)
	dir, err := os.MkdirTemp("/tmp", "logsource")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	program, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(dir+"/test", program, 0o755); err != nil {
		t.Fatal(err)
	}
	const adm = 4
	file := write(t, dir+"/haproxy.log", "")
	if err := errors.Join(os.Chmod(file, 0o640), os.Chown(file, 0, adm), os.Mkdir(dir+"/closed", 0o700), os.Chown(dir+"/closed", 0, adm)); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.Mkdir(dir+"/unlisted", 0o711), os.Chmod(write(t, dir+"/unlisted/haproxy.log", "a line\n"), 0o644)); err != nil {
		t.Fatal(err)
	}
	for path, words := range map[string][]string{
		dir + "/unlisted/haproxy.log": {"7 [{" + dir + "/unlisted rotated siblings of ", " cannot be looked for: cannot read ", "permission denied"},
		file:                          {"cannot read " + file + ": permission denied; it belongs to root:", "with mode 0640: add ", "usermod -aG ", "true"},
		dir + "/closed/haproxy.log":   {"permission denied; its directory " + dir + "/closed belongs to root:", "setfacl -m u:"},
		dir + "/closed/*.log":         {"cannot read " + dir + "/closed: permission denied; it belongs to root:"},
	} {
		c := exec.Command(dir+"/test", "-test.run=TestPermissionDenied", "-test.count=1")
		c.Dir = dir
		c.Env = []string{"LOGSOURCE_TEST_READ=" + path}
		c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
		out, err := c.CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		for _, word := range words {
			if !strings.Contains(string(out), word) {
				t.Errorf("%s: want %s", out, word)
			}
		}
	}
}
