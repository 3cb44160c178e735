package plugin

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestExtraOpts(t *testing.T) {
	folder := t.TempDir()
	file := filepath.Join(folder, "plugins.ini")
	ini := "# a comment\n; another\nlost=1\n[check_x]\nsection = v2\n[ web ]\n w=5\njson\npassword='a=b # c'\n\n[other]\nport=1\n[web]\nurl=\"/x\"\n"
	if err := os.WriteFile(file, []byte(ini), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("MP_CONFIG_FILE", "")
	t.Setenv("NAGIOS_CONFIG_PATH", "/nonexistent:"+folder)
	for name, test := range map[string]struct{ args, want string }{
		"none":             {"-v -- a", "-v -- a"},
		"the program's":    {"-v --extra-opts=@" + file, "--section=v2 -v"},
		"a section":        {"--extra-opts=web@" + file + " -w 6", "-w=5 --json --password=a=b # c --url=/x -w 6"},
		"of the usual one": {"--extra-opts=other", "--port=1"},
		"without a value":  {"--extra-opts -v", "--section=v2 -v"},
		"a value apart":    {"--extra-opts other -v", "--port=1 -v"},
		"several":          {"--extra-opts=other --extra-opts=check_x", "--port=1 --section=v2"},
	} {
		got, err := expand("check_x", strings.Fields(test.args))
		if diff := cmp.Diff(test.want, strings.Join(got, " ")); err != nil || diff != "" {
			t.Errorf("%s: %v (-want +got):\n%s", name, err, diff)
		}
	}
	for args, want := range map[string]string{
		"--extra-opts=nix":                   "the file has no such section",
		"--extra-opts=web@/nonexistent":      "cannot read /nonexistent",
		"--extra-opts=web@" + folder:         "not a regular file",
		"--extra-opts=" + "web@/dev/zero":    "not a regular file",
		"--extra-opts=a@http://u:hush@h/ -v": "cannot read the file",
	} {
		if _, err := expand("check_x", strings.Fields(args)); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "hush") {
			t.Errorf("%s: %v, want %q", args, err, want)
		}
	}
}
