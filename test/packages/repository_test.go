package packages

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"check-haproxy/test/rig"
	"check-haproxy/tools/packagefiles"
)

// TestAptRepository has apt itself read the repository from its folder, with
// lists and settings of its own, and choose the package.
func TestAptRepository(t *testing.T) {
	apt := rig.Need(t, "apt-get")
	rig.Need(t, "apt-ftparchive")
	root := filepath.Join(workDir, "apt")
	for _, folder := range []string{"lists/partial", "archives/partial", "etc"} {
		if err := os.MkdirAll(filepath.Join(root, folder), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	sources := filepath.Join(root, "etc/sources.list")
	if err := os.WriteFile(sources, []byte("deb [trusted=yes] file:"+dist(t)+"/apt ./\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	options := []string{"-o", "Dir::Etc::SourceList=" + sources, "-o", "Dir::Etc::SourceParts=/dev/null", "-o", "Dir::State::Lists=" + root + "/lists",
		"-o", "Dir::Cache=" + root, "-o", "APT::Sandbox::User=root", "-o", "Dir::State::Status=/dev/null"}
	if output, err := exec.Command(apt, append(options, "update")...).CombinedOutput(); err != nil || strings.Contains(string(output), "W:") || strings.Contains(string(output), "E:") {
		t.Fatalf("apt-get update: %v\n%s", err, output)
	}
	output, err := exec.Command(apt, append(options, "--print-uris", "download", "check-haproxy")...).CombinedOutput()
	if want := filepath.Base(theFile(t, dist(t), "*_amd64.deb")); err != nil || !strings.Contains(string(output), want) {
		t.Errorf("apt-get would download, instead of %s: %v\n%s", want, err, output)
	}
}

// TestDnfRepository has dnf itself read the repository from its folder.
func TestDnfRepository(t *testing.T) {
	dnf := rig.Need(t, "dnf")
	rig.Need(t, "createrepo_c")
	output, err := exec.Command(dnf, "--repofrompath=new,file://"+dist(t)+"/dnf", "--repo=new", "--nogpgcheck", "--forcearch=x86_64",
		"--setopt=cachedir="+filepath.Join(workDir, "dnf"), "--setopt=reposdir=/dev/null", "repoquery", "--location", "check-haproxy").CombinedOutput()
	if want := filepath.Base(theFile(t, dist(t), "*.x86_64.rpm")); err != nil || !strings.Contains(string(output), want) {
		t.Errorf("dnf finds, instead of %s: %v\n%s", want, err, output)
	}
}

// TestBillsOfMaterials: there is one for each program, and it names the modules
// that are linked in.
func TestBillsOfMaterials(t *testing.T) {
	for _, p := range packagefiles.Programs() {
		text, err := os.ReadFile(filepath.Join(dist(t), "sbom", p.Name+".cdx.json"))
		if err != nil {
			t.Error(err)
			continue
		}
		var bill struct {
			BOMFormat  string `json:"bomFormat"`
			Components []struct{ Name, Version string }
		}
		if err := json.Unmarshal(text, &bill); err != nil || bill.BOMFormat != "CycloneDX" {
			t.Errorf("%s: %v, format %q", p.Name, err, bill.BOMFormat)
		}
		found := false
		for _, component := range bill.Components {
			found = found || component.Name == "github.com/alexflint/go-arg" && component.Version != ""
		}
		if !found {
			t.Errorf("%s: the modules are %v", p.Name, bill.Components)
		}
	}
}

// TestARM64 runs the binaries for arm64, in emulation.
func TestARM64(t *testing.T) {
	qemu := rig.Need(t, "qemu-aarch64")
	folder := filepath.Join(workDir, "arm64")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	if output, err := exec.Command("tar", "-xzf", theFile(t, dist(t), "*-linux-arm64.tar.gz"), "-C", folder, "--strip-components=1").CombinedOutput(); err != nil {
		t.Fatalf("tar: %v\n%s", err, output)
	}
	for _, p := range packagefiles.Programs() {
		output, _ := exec.Command(qemu, filepath.Join(folder, "bin", p.Name), "--version").Output() // exits 3
		if !strings.HasPrefix(string(output), p.Name+" v") {
			t.Errorf("%s --version says %q", p.Name, output)
		}
	}
	output, err := exec.Command(qemu, filepath.Join(folder, "bin/check_haproxy_backend"), "--stats-file", "../../testdata/captures/3.2/stat.csv", "-s", "up").CombinedOutput()
	if err != nil || !strings.HasPrefix(string(output), "HAPROXY BACKEND OK: ") {
		t.Errorf("%v: %s", err, output)
	}
}
