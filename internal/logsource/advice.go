package logsource

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// cannotRead is the sentence for a file that cannot be read, with what to do about it.
func cannotRead(path string, err error) error {
	var inner *fs.PathError
	if errors.As(err, &inner) {
		err = inner.Err
	}
	sentence := fmt.Errorf("cannot read %s: %w", path, err)
	switch {
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("%w; %s", sentence, permissionAdvice(path, lookUp()))
	case errors.Is(err, fs.ErrNotExist):
		return nothingMatches(path)
	case errors.Is(err, syscall.ENOTDIR):
		return fmt.Errorf("%w; a part of the path is a file", sentence)
	}
	return sentence
}

func nothingMatches(pattern string) error {
	return fmt.Errorf("nothing matches %s; check the path and where HAProxy logs to (its log lines, rsyslog's rules), or read the journal with --journal", pattern)
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

// permissionAdvice tells who may read a file, and how to become one of them.
func permissionAdvice(path string, who accounts) string {
	info, err := os.Stat(path)
	if err != nil {
		return directoryAdvice(path, who)
	}
	return advice(path, info, 0o040, "r", who)
}

// directoryAdvice is for a file that cannot even be looked at: a directory above it may not be passed.
func directoryAdvice(path string, who accounts) string {
	for dir := filepath.Dir(path); ; dir = filepath.Dir(dir) {
		if info, err := os.Stat(dir); err == nil {
			return fmt.Sprintf("the directory %s is closed: %s", dir, advice(dir, info, 0o010, "x", who))
		}
		if dir == filepath.Dir(dir) {
			return "look at the rights of the directories above it"
		}
	}
}

func advice(path string, info fs.FileInfo, groupBit fs.FileMode, right string, who accounts) string {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return "look at its owner and mode"
	}
	group := who.group(int(stat.Gid))
	sentence := fmt.Sprintf("it belongs to %s:%s with mode %04o: ", who.user(int(stat.Uid)), group, info.Mode().Perm())
	acl := fmt.Sprintf("setfacl -m u:%s:%s %s", who.me, right, path)
	switch {
	case who.root || who.groups[int(stat.Gid)] && info.Mode().Perm()&groupBit != 0:
		return sentence + "that should do, so look for an ACL, SELinux, AppArmor or a network file system that forbids it"
	case info.Mode().Perm()&groupBit == 0 || stat.Gid == 0:
		return sentence + "let rsyslog and logrotate make it readable for a group like adm (mode 0640), or give an ACL: " + acl
	}
	return fmt.Sprintf("%sadd %s to group %s (usermod -aG %s %s, then restart its agent), or give an ACL: %s", sentence, who.me, group, group, who.me, acl)
}
