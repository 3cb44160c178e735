package advice

import (
	"io/fs"
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

func TestDenied(t *testing.T) {
	const log, socket = "/var/log/haproxy.log", "/run/haproxy/admin.sock"
	nagios := accounts{
		me:     "nagios",
		groups: map[int]bool{100: true},
		user:   func(int) string { return "root" },
		group:  func(gid int) string { return map[int]string{0: "root", 4: "adm", 100: "nagios", 200: "haproxy"}[gid] },
	}
	root := nagios
	root.root = true
	const (
		acl     = "give an ACL: setfacl -m u:nagios:r /var/log/haproxy.log"
		forAll  = `open it for all with "stats socket /run/haproxy/admin.sock mode 666 level user" in haproxy.cfg`
		forLog  = "let what writes it make it readable for a group (rsyslog, logrotate: mode 0640, group adm), or " + acl
		forSock = `give it a group of the monitoring user, with "stats socket /run/haproxy/admin.sock mode 660 group GROUP level user" in haproxy.cfg, or ` + forAll
		strange = "that should do, so look for an ACL, SELinux, AppArmor or a network file system that forbids it"
	)
	for _, test := range []struct {
		path       string
		right      Right
		file       inode
		who        accounts
		owner, try string
	}{
		{log, Read, inode{0o640, 0, 4}, nagios, "it belongs to root:adm with mode 0640", "add nagios to group adm (usermod -aG adm nagios, then restart what runs the check), or " + acl},
		{log, Read, inode{0o620, 0, 4}, nagios, "it belongs to root:adm with mode 0620", forLog},
		{log, Read, inode{0o640, 0, 0}, nagios, "it belongs to root:root with mode 0640", forLog},
		{log, Read, inode{0o640, 0, 100}, nagios, "it belongs to root:nagios with mode 0640", strange},
		{log, Read, inode{0o640, 0, 4}, root, "it belongs to root:adm with mode 0640", strange},
		{socket, Connect, inode{0o660, 0, 200}, nagios, "it belongs to root:haproxy with mode 0660", "add nagios to group haproxy (usermod -aG haproxy nagios, then restart what runs the check), or " + forAll},
		{socket, Connect, inode{0o640, 0, 200}, nagios, "it belongs to root:haproxy with mode 0640", forSock},
		{socket, Connect, inode{0o660, 0, 0}, nagios, "it belongs to root:root with mode 0660", forSock},
	} {
		owner, try := explain("it", test.path, test.file, test.right, test.who)
		if owner != test.owner || try != test.try {
			t.Errorf("%s with mode %s:\n%s\n%s\nwant\n%s\n%s", test.path, test.file.mode, owner, try, test.owner, test.try)
		}
	}
}
