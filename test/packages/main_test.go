package packages

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"check-haproxy/test/rig"
)

// workDir is where the packages are built and installed once for all tests.
var workDir string

func TestMain(m *testing.M) {
	os.Exit(run(m))
}

func run(m *testing.M) int {
	// An ordinary user's PATH lacks where daemons are, and what dpkg calls.
	if err := os.Setenv("PATH", os.Getenv("PATH")+":/usr/local/sbin:/usr/sbin:/sbin"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	var err error
	if workDir, err = os.MkdirTemp("/tmp", "check-haproxy-packages"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(workDir) }()
	// The monitoring user runs what is installed here.
	if err := os.Chmod(workDir, 0o755); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}

// sources is a copy of the working tree, so that all packages of a run are made
// of the same files, whatever is edited meanwhile.
var sources = sync.OnceValues(func() (string, error) {
	to := filepath.Join(workDir, "sources")
	list, err := exec.Command("git", "-C", "../..", "ls-files", "-z", "--cached", "--others", "--exclude-standard").Output()
	if err != nil {
		return "", fmt.Errorf("git ls-files: %w", err)
	}
	for name := range strings.SplitSeq(strings.TrimSuffix(string(list), "\x00"), "\x00") {
		if err := copyFile(filepath.Join("../..", name), filepath.Join(to, name)); err != nil {
			return "", err
		}
	}
	return to, nil
})

func copyFile(from, to string) error {
	info, err := os.Stat(from)
	if os.IsNotExist(err) { // deleted, not yet committed
		return nil
	}
	if err != nil {
		return err
	}
	content, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	return os.WriteFile(to, content, info.Mode())
}

// pack runs scripts/package.sh into a folder, with more environment.
func pack(folder string, environment ...string) error {
	from, err := sources()
	if err != nil {
		return err
	}
	command := exec.Command(filepath.Join(from, "scripts/package.sh"))
	command.Env = append(os.Environ(), "DIST="+folder, "COMMIT=0123456789ab", "SOURCE_DATE_EPOCH=1795363640")
	command.Env = append(command.Env, environment...)
	if output, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("scripts/package.sh: %w\n%s", err, output)
	}
	return nil
}

// built is the folder of all packages, made once.
var built = sync.OnceValues(func() (string, error) {
	folder := filepath.Join(workDir, "dist")
	return folder, pack(folder)
})

// dist returns the folder of the packages.
func dist(t *testing.T) string {
	t.Helper()
	folder, err := built()
	if err != nil {
		t.Fatal(err)
	}
	return folder
}

// theFile returns the one file in a folder that a pattern matches.
func theFile(t *testing.T, folder, pattern string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, pattern))
	if err != nil || len(files) != 1 {
		t.Fatalf("%d files are called %s in %s: %v", len(files), pattern, folder, err)
	}
	return files[0]
}

// dpkg runs dpkg on a system of its own below root, and returns its error.
func dpkg(root string, args ...string) error {
	admin := filepath.Join(root, "var/lib/dpkg")
	for _, folder := range []string{"info", "updates", "triggers"} {
		if err := os.MkdirAll(filepath.Join(admin, folder), 0o755); err != nil {
			return err
		}
	}
	status, err := os.OpenFile(filepath.Join(admin, "status"), os.O_CREATE|os.O_RDONLY, 0o644)
	if err != nil {
		return err
	}
	_ = status.Close()
	command := exec.Command("dpkg", append([]string{"--root=" + root, "--force-not-root", "--force-architecture", "--force-script-chrootless", "--log=/dev/null"}, args...)...)
	if os.Geteuid() != 0 {
		// Only root gives a folder away: what the package's script makes stays the test's.
		stubs := filepath.Join(root, "..", "stubs")
		if err := os.MkdirAll(stubs, 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(stubs, "chown"), []byte("#!/bin/sh\n"), 0o755); err != nil {
			return err
		}
		command.Env = append(os.Environ(), "PATH="+stubs+":"+os.Getenv("PATH"))
	}
	if output, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("dpkg %s: %w\n%s", strings.Join(args, " "), err, output)
	}
	return nil
}

var installation = sync.OnceValues(func() (string, error) {
	folder, err := built()
	if err != nil {
		return "", err
	}
	debs, err := filepath.Glob(filepath.Join(folder, "*_amd64.deb"))
	if err != nil || len(debs) != 1 {
		return "", fmt.Errorf("%d packages for amd64: %w", len(debs), err)
	}
	root := filepath.Join(workDir, "installed")
	return root, dpkg(root, "--install", debs[0])
})

// installed returns the root of a system into which dpkg installed the deb.
func installed(t *testing.T) string {
	t.Helper()
	rig.Need(t, "dpkg")
	root, err := installation()
	if err != nil {
		t.Fatal(err)
	}
	return root
}

// Where the deb puts things, below installed's root.
const (
	pluginFolder  = "usr/lib/nagios/plugins"
	nagiosConfig  = "etc/nagios-plugins/config/check_haproxy.cfg"
	exampleFolder = "usr/share/check-haproxy"
)

// plugins returns the plugins' folder.
func plugins(t *testing.T) string { return filepath.Join(installed(t), pluginFolder) }

// example reads an installed example, with the paths of the plugins as they are
// here.
func example(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(installed(t), exampleFolder, name))
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(text), "/usr/lib/nagios/plugins", plugins(t))
}

// tree lists the files and folders below root that are not dpkg's own.
func tree(t *testing.T, root string) []string {
	t.Helper()
	var names []string
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := strings.TrimPrefix(path, root)
		if strings.HasPrefix(name, "/var/lib/dpkg") || strings.HasPrefix(name, "/var/lib/rpm") {
			return nil
		}
		names = append(names, name)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}
