package packages

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"check-haproxy/internal/samples"
	"check-haproxy/test/rig"
	"check-haproxy/tools/packagefiles"
)

// programs are those that are installed.
func programs(t *testing.T) []packagefiles.Program {
	t.Helper()
	all := packagefiles.Programs()
	for _, p := range all {
		if _, err := os.Stat(filepath.Join(installed(t), folderOf(p), p.Name)); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// folderOf is where the Debian package has the program.
func folderOf(p packagefiles.Program) string {
	if p.IsPlugin() {
		return pluginFolder
	}
	return "usr/bin"
}

func TestSamePackagesFromSameSources(t *testing.T) {
	again := filepath.Join(workDir, "again")
	if err := pack(again, "ARCHS=amd64"); err != nil {
		t.Fatal(err)
	}
	files, _ := filepath.Glob(filepath.Join(again, "check-haproxy*"))
	if len(files) != 3 {
		t.Fatalf("one architecture gave the packages %v", files)
	}
	for _, file := range files {
		want, err := os.ReadFile(filepath.Join(dist(t), filepath.Base(file)))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(file); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s is another one the second time (%v)", filepath.Base(file), err)
		}
	}
}

func TestDistIsComplete(t *testing.T) {
	for _, pattern := range []string{"*_amd64.deb", "*_arm64.deb", "*.x86_64.rpm", "*.aarch64.rpm", "*-linux-amd64.tar.gz", "*-linux-arm64.tar.gz"} {
		theFile(t, dist(t), pattern)
	}
	check := exec.Command("sha256sum", "--check", "--strict", "SHA256SUMS")
	check.Dir = dist(t)
	if output, err := check.CombinedOutput(); err != nil || strings.Count(string(output), ": OK") != 6 {
		t.Errorf("sha256sum --check: %v\n%s", err, output)
	}
}

func TestLintian(t *testing.T) {
	lintian := rig.Need(t, "lintian")
	for _, arch := range []string{"amd64", "arm64"} {
		output, err := exec.Command(lintian, "--allow-root", "--fail-on", "error,warning", theFile(t, dist(t), "*_"+arch+".deb")).CombinedOutput()
		if err != nil {
			t.Errorf("lintian: %v\n%s", err, output)
		}
	}
}

// TestDebianPackage installs, upgrades over a configuration that the
// administrator changed, removes and purges, on a system of its own.
func TestDebianPackage(t *testing.T) {
	rig.Need(t, "dpkg")
	root := filepath.Join(workDir, "lifecycle")
	if err := dpkg(root, "--list"); err != nil {
		t.Fatal(err)
	}
	before := tree(t, root)

	if err := dpkg(root, "--install", theFile(t, dist(t), "*_amd64.deb")); err != nil {
		t.Fatal(err)
	}
	state := stateFolder(t, root)
	config := filepath.Join(root, nagiosConfig)
	const own = "# the administrator's own\n"
	if err := os.WriteFile(config, []byte(own), 0o644); err != nil {
		t.Fatal(err)
	}

	newer := filepath.Join(workDir, "newer")
	if err := pack(newer, "ARCHS=amd64", "KINDS=deb", "VERSION=99.0.0"); err != nil {
		t.Fatal(err)
	}
	if err := dpkg(root, "--force-confdef", "--install", theFile(t, newer, "*_amd64.deb")); err != nil {
		t.Fatal(err)
	}
	version, _ := exec.Command(filepath.Join(root, pluginFolder, "check_haproxy_backend"), "--version").Output()
	if !strings.HasPrefix(string(version), "check_haproxy_backend v99.0.0 ") {
		t.Errorf("after the upgrade the plugin says %q", version)
	}
	if kept, _ := os.ReadFile(config); string(kept) != own {
		t.Errorf("the upgrade replaced the administrator's configuration by %q", kept)
	}

	if _, err := os.Stat(state); state != "" && err != nil {
		t.Errorf("the upgrade lost what checks had kept: %v", err)
	}

	if err := dpkg(root, "--remove", "check-haproxy"); err != nil {
		t.Fatal(err)
	}
	if kept, _ := os.ReadFile(config); string(kept) != own {
		t.Errorf("removal, which keeps configuration, left %q", kept)
	}
	if err := dpkg(root, "--purge", "check-haproxy"); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, tree(t, root)); diff != "" {
		t.Errorf("purge leaves behind (+):\n%s", diff)
	}
}

// stateFolder holds the folder that the package made for what checks keep against
// what the checks ask of it, and returns the name of a file in it; none if there is
// no monitoring user, who needs it.
func stateFolder(t *testing.T, root string) string {
	t.Helper()
	folder := filepath.Join(root, samples.Packaged)
	info, err := os.Stat(folder)
	monitoring, missing := user.Lookup("nagios")
	if missing != nil {
		if err == nil {
			t.Errorf("%s is there, and nobody is it for", folder)
		}
		return ""
	}
	if err != nil {
		t.Fatal(err)
	}
	wanted := monitoring.Uid
	if os.Geteuid() != 0 {
		wanted = fmt.Sprint(os.Geteuid())
	}
	if owner := fmt.Sprint(info.Sys().(*syscall.Stat_t).Uid); owner != wanted || info.Mode() != fs.ModeDir|0o700 {
		t.Errorf("%s belongs to %s, not to %s, and is %s", folder, owner, wanted, info.Mode())
	}
	file := filepath.Join(folder, "kept")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestRPMPackage(t *testing.T) {
	rpm := rig.Need(t, "rpm")
	root := filepath.Join(workDir, "rpm")
	if err := os.MkdirAll(root, 0o755); err != nil {
		t.Fatal(err)
	}
	run := func(args ...string) string {
		t.Helper()
		output, err := exec.Command(rpm, append([]string{"--root", root}, args...)...).CombinedOutput()
		if err != nil {
			t.Fatalf("rpm %v: %v\n%s", args, err, output)
		}
		return string(output)
	}
	run("--initdb")
	run("--install", "--ignorearch", "--nosignature", theFile(t, dist(t), "*.x86_64.rpm"))
	folder := filepath.Join(root, "usr/lib64/nagios/plugins")
	for _, p := range packagefiles.Programs() {
		if _, err := os.Stat(filepath.Join(folder, p.Name)); p.IsPlugin() && err != nil {
			t.Error(err)
		}
	}
	for _, name := range []string{"nrpe/check_haproxy.cfg", "sudoers/check_haproxy"} {
		text, err := os.ReadFile(filepath.Join(root, exampleFolder, name))
		if err != nil || !strings.Contains(string(text), "/usr/lib64/nagios/plugins/check_haproxy_nosrv") || strings.Contains(string(text), "/usr/lib/") {
			t.Errorf("%s names plugins where Red Hat does not have them (%v):\n%s", name, err, text)
		}
	}
	run("--erase", "check-haproxy")
	for _, name := range tree(t, root) {
		if strings.Contains(name, "haproxy") {
			t.Errorf("removal leaves %s behind", name)
		}
	}
}

func TestTarball(t *testing.T) {
	folder := filepath.Join(workDir, "tar")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	if output, err := exec.Command("tar", "-xzf", theFile(t, dist(t), "*-linux-amd64.tar.gz"), "-C", folder, "--strip-components=1").CombinedOutput(); err != nil {
		t.Fatalf("tar: %v\n%s", err, output)
	}
	for _, p := range programs(t) {
		if _, err := os.Stat(filepath.Join(folder, "bin", p.Name)); err != nil {
			t.Error(err)
		}
	}
	for _, name := range []string{"LICENSE", "README.md", "third-party.txt", "nagios/check_haproxy.cfg", "icinga2/check_haproxy.conf", "man/check_haproxy_backend.8"} {
		if _, err := os.Stat(filepath.Join(folder, name)); err != nil {
			t.Error(err)
		}
	}
}

// TestLicencesAreShipped: each module that is linked in wants its notice to
// travel along.
func TestLicencesAreShipped(t *testing.T) {
	notices, err := exec.Command("gzip", "-dc", filepath.Join(installed(t), "usr/share/doc/check-haproxy/third-party.gz")).Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range programs(t) {
		info, err := exec.Command("go", "version", "-m", filepath.Join(installed(t), folderOf(p), p.Name)).Output()
		if err != nil {
			t.Fatal(err)
		}
		modules := regexp.MustCompile(`(?m)^\tdep\t(\S+)\t(\S+)`).FindAllStringSubmatch(string(info), -1)
		if len(modules) == 0 {
			t.Errorf("%s names no module", p.Name)
		}
		for _, module := range modules {
			if !strings.Contains(string(notices), "\n"+module[1]+" "+module[2]+"\n") {
				t.Errorf("the licence of %s %s, which is in %s, is not shipped", module[1], module[2], p.Name)
			}
		}
	}
	if got := strings.Count(string(notices), "Copyright"); got < 5 {
		t.Errorf("the notices name %d copyright holders", got)
	}
}

// TestEveryProgramIsPackaged holds the package against the commands in the
// sources: binary, man page and completions.
func TestEveryProgramIsPackaged(t *testing.T) {
	folders, err := filepath.Glob("../../cmd/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, folder := range folders {
		name := filepath.Base(folder)
		files := []string{"usr/share/bash-completion/completions/" + name, "usr/share/zsh/vendor-completions/_" + name,
			"usr/share/fish/vendor_completions.d/" + name + ".fish"}
		if strings.HasPrefix(name, "check_") {
			files = append(files, pluginFolder+"/"+name, "usr/share/man/man8/"+name+".8.gz", exampleFolder+"/pnp4nagios/"+name+".php")
		} else {
			files = append(files, "usr/bin/"+name, "usr/share/man/man1/"+name+".1.gz")
		}
		for _, file := range files {
			if _, err := os.Stat(filepath.Join(installed(t), file)); err != nil {
				t.Errorf("not in the package: %v", err)
			}
		}
	}
}

// TestBuiltTheSameWay: the packages' binaries are those of scripts/build.sh, in
// everything but the version.
func TestBuiltTheSameWay(t *testing.T) {
	from, err := sources()
	if err != nil {
		t.Fatal(err)
	}
	if output, err := exec.Command(filepath.Join(from, "scripts/build.sh")).CombinedOutput(); err != nil {
		t.Fatalf("scripts/build.sh: %v\n%s", err, output)
	}
	settings := func(file string) string {
		info, err := exec.Command("go", "version", "-m", file).Output()
		if err != nil {
			t.Fatal(err)
		}
		_, after, _ := strings.Cut(string(info), "\n")
		return after
	}
	for _, p := range programs(t) {
		want, got := settings(filepath.Join(from, "bin", p.Name)), settings(filepath.Join(installed(t), folderOf(p), p.Name))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s is built otherwise by scripts/build.sh (-) than by scripts/package.sh (+):\n%s", p.Name, diff)
		}
	}
}

// TestBinariesAreSmall: they are copied to every machine that is watched.
func TestBinariesAreSmall(t *testing.T) {
	for _, p := range programs(t) {
		most := int64(12_000_000)
		if p.IsPlugin() {
			most = 8_000_000
		}
		info, err := os.Stat(filepath.Join(installed(t), folderOf(p), p.Name))
		if err != nil {
			t.Fatal(err)
		}
		if info.Size() >= most {
			t.Errorf("%s has %d bytes, bound %d", p.Name, info.Size(), most)
		}
	}
}
