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
	"time"
)

// inode is a file's owner and rights.
type inode struct {
	mode     fs.FileMode
	uid, gid uint32
}

func (i inode) Name() string       { return "haproxy.log" }
func (i inode) Size() int64        { return 0 }
func (i inode) Mode() fs.FileMode  { return i.mode }
func (i inode) ModTime() time.Time { return time.Time{} }
func (i inode) IsDir() bool        { return false }
func (i inode) Sys() any           { return &syscall.Stat_t{Uid: i.uid, Gid: i.gid} }

func TestAdvice(t *testing.T) {
	nagios := accounts{
		me:     "nagios",
		groups: map[int]bool{100: true},
		user:   func(int) string { return "root" },
		group:  func(gid int) string { return map[int]string{0: "root", 4: "adm", 100: "nagios"}[gid] },
	}
	root := nagios
	root.root = true
	for name, tt := range map[string]struct {
		file inode
		who  accounts
		want string
	}{
		"group adm":  {inode{0o640, 0, 4}, nagios, "it belongs to root:adm with mode 0640: add nagios to group adm (usermod -aG adm nagios, then restart its agent), or give an ACL: setfacl -m u:nagios:r /var/log/haproxy.log"},
		"root only":  {inode{0o600, 0, 4}, nagios, "it belongs to root:adm with mode 0600: let rsyslog and logrotate make it readable for a group like adm (mode 0640), or give an ACL: setfacl -m u:nagios:r /var/log/haproxy.log"},
		"group root": {inode{0o640, 0, 0}, nagios, "it belongs to root:root with mode 0640: let rsyslog and logrotate make it readable for a group like adm (mode 0640), or give an ACL: setfacl -m u:nagios:r /var/log/haproxy.log"},
		"in it":      {inode{0o640, 0, 100}, nagios, "it belongs to root:nagios with mode 0640: that should do, so look for an ACL, SELinux, AppArmor or a network file system that forbids it"},
		"root":       {inode{0o640, 0, 4}, root, "it belongs to root:adm with mode 0640: that should do, so look for an ACL, SELinux, AppArmor or a network file system that forbids it"},
	} {
		if got := advice("/var/log/haproxy.log", tt.file, 0o040, "r", tt.who); got != tt.want {
			t.Errorf("%s:\n%s\nwant\n%s", name, got, tt.want)
		}
	}
}

// TestPermissionDenied reads as nobody what nobody may read.
func TestPermissionDenied(t *testing.T) {
	if path := os.Getenv("LOGSOURCE_TEST_READ"); path != "" {
		report, err := Files([]string{path}, nil).Read(context.Background(), Span{}, 1, utc, func(int, Chunk) {})
		fmt.Println(report.Bytes, report.Notes, err, errors.Is(err, fs.ErrPermission))
		return
	}
	if os.Geteuid() != 0 {
		t.Skip("only root can become nobody")
	}
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
		dir + "/unlisted/haproxy.log": {"7 [rotated siblings of ", " were not looked for: cannot read "},
		file:                          {"cannot read " + file + ": permission denied; it belongs to root:", "with mode 0640: add ", "usermod -aG ", "true"},
		dir + "/closed/haproxy.log":   {"permission denied; the directory " + dir + "/closed is closed: it belongs to root:", "setfacl -m u:"},
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
