package advice

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"

	"check-haproxy/internal/argument"
)

// Right is what a file is wanted for.
type Right struct {
	acl   string      // as setfacl has it
	group fs.FileMode // the group's bit of it
	// grant is how it can be given to a group that has not got it, and beside is
	// what else would do than to join a group that has it.
	grant, beside func(path, me, acl string) string
}

// The rights that are explained.
var (
	// Read is the right to read a log or another file.
	Read = Right{"r", 0o040, grantReading, grantACL}
	// Connect is the right to connect to a stats socket, which HAProxy makes anew
	// at each start: it is given by the configuration.
	Connect = Right{"rw", 0o020, grantSocket, openSocket}

	search = Right{"x", 0o010, grantSearching, grantACL}
)

func grantACL(path, me, acl string) string {
	return fmt.Sprintf("give an ACL: setfacl -m u:%s:%s %s", me, acl, path)
}

func grantReading(string, string, string) string {
	return "let what writes it make it readable for a group (rsyslog, logrotate: mode 0640, group adm)"
}

func grantSearching(path, _, _ string) string { return "let others search it: chmod o+x " + path }

func grantSocket(path, _, _ string) string {
	return fmt.Sprintf("give it a group of the monitoring user, with \"stats socket %s mode 660 group GROUP level user\" in haproxy.cfg", path)
}

func openSocket(path, _, _ string) string {
	return fmt.Sprintf("open it for all with \"stats socket %s mode 666 level user\" in haproxy.cfg", path)
}

// accounts are the names behind the numbers, and who asks.
type accounts struct {
	me     string // the user this program runs as
	root   bool
	groups map[int]bool // the user's
	user   func(uid int) string
	group  func(gid int) string
}

func lookUp() accounts {
	a := accounts{me: "the monitoring user", root: os.Geteuid() == 0, groups: map[int]bool{os.Getegid(): true}}
	if u, err := user.LookupId(strconv.Itoa(os.Geteuid())); err == nil {
		a.me = u.Username
	}
	groups, _ := os.Getgroups()
	for _, g := range groups {
		a.groups[g] = true
	}
	a.user = func(uid int) string {
		u, err := user.LookupId(strconv.Itoa(uid))
		if err != nil {
			return strconv.Itoa(uid)
		}
		return u.Username
	}
	a.group = func(gid int) string {
		g, err := user.LookupGroupId(strconv.Itoa(gid))
		if err != nil {
			return strconv.Itoa(gid)
		}
		return g.Name
	}
	return a
}

// Denied tells whose a file is for which permission was denied, "it belongs to
// haproxy:haproxy with mode 0660", and how to become one of those who have the
// right.
func Denied(path string, right Right) (owner, try string) { return denied(path, right, lookUp()) }

func denied(path string, right Right, who accounts) (owner, try string) {
	if info, err := os.Stat(path); err == nil {
		return explain("it", path, info, right, who)
	}
	// A directory above it may not be passed.
	for dir := filepath.Dir(path); ; dir = filepath.Dir(dir) {
		if info, err := os.Stat(dir); err == nil {
			return explain("its directory "+dir, dir, info, search, who)
		}
		if dir == filepath.Dir(dir) {
			return "a directory above it is closed", "look at the rights of the directories above it"
		}
	}
}

func explain(it, path string, info fs.FileInfo, right Right, who accounts) (owner, try string) {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return it + " may not be used", "look at its owner and mode"
	}
	gid, mode := int(stat.Gid), info.Mode().Perm()
	group := who.group(gid)
	owner = fmt.Sprintf("%s belongs to %s:%s with mode %04o", it, who.user(int(stat.Uid)), group, mode)
	granted, beside := mode&right.group != 0, right.beside(path, who.me, right.acl)
	switch {
	case who.root, granted && who.groups[gid]:
		try = "that should do, so look for an ACL, SELinux, AppArmor or a network file system that forbids it"
	case !granted, gid == 0: // nobody should join root
		try = right.grant(path, who.me, right.acl) + ", or " + beside
	default:
		try = join(who.me, group) + ", or " + beside
	}
	return owner, try
}

// JoinGroup is how the user who runs this program becomes a member of a group.
func JoinGroup(group string) string { return join(lookUp().me, group) }

func join(me, group string) string {
	return fmt.Sprintf("add %s to group %s (usermod -aG %s %s, then restart what runs the check)", me, group, group, me)
}

// TooManyFiles is what to try if this process, or the machine, has no file
// descriptor left.
const TooManyFiles = "raise the limit of what runs the check (ulimit -n, LimitNOFILE)"

// CannotRead is the error for a file that cannot be read.
func CannotRead(path string, err error) *Error {
	reason := Reason(err)
	if argument.HasSecret(path) {
		return Because(err, fmt.Sprintf("cannot read the file: %v", reason), "give its path")
	}
	what := fmt.Sprintf("cannot read %s: %v", path, reason)
	switch {
	case errors.Is(reason, fs.ErrPermission):
		owner, try := Denied(path, Read)
		return Because(err, what, owner+": "+try)
	case errors.Is(reason, syscall.ENOTDIR):
		return Because(err, what, "a part of the path is a file")
	case errors.Is(reason, syscall.EMFILE), errors.Is(reason, syscall.ENFILE):
		return Because(err, what, TooManyFiles)
	}
	return Because(err, what, "")
}

// Reason is an error without what it was about: "permission denied".
func Reason(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}
