//go:build web

package packages

import (
	"html"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"check-haproxy/test/rig"
)

// pictures is where the pages' pictures go: docs/ if PICTURES says so.
func pictures(t *testing.T) string {
	if folder := os.Getenv("PICTURES"); folder != "" {
		return folder
	}
	return t.TempDir()
}

// TestWebIcinga looks at an alert in a real Icinga Web 2, as a person does: the
// whole text is there, line by line, and nothing of it was taken for HTML.
func TestWebIcinga(t *testing.T) {
	rig.Need(t, "icinga2")
	s := newSite(t, "")
	i := rig.NewIcinga(t, "single", plugins(t), nil)
	i.Alone(t)
	web := rig.NewIcingaWeb(t, i)
	i.Configure(t, map[string]string{
		"conf.d/check_haproxy.conf":    icingaFile(t, "check_haproxy.conf"),
		"conf.d/haproxy-services.conf": icingaFile(t, "haproxy-services.conf"),
		"conf.d/hosts.conf":            icingaHost(s, ""),
	})
	i.Start(t)
	for _, service := range []string{"haproxy-backend-v2", "haproxy-nosrv-v2"} {
		i.CheckNow(t, "lb1", service)
	}
	lines := strings.Split(i.AwaitState(t, "lb1", "haproxy-nosrv-v2", 2).CheckResult.Output, "\n")
	rig.Eventually(t, "the database has the alert", func() bool { return strings.TrimSpace(web.Knows(t, 2)) != "0" })
	web.Start(t)

	page := "http://127.0.0.1:" + web.Port + "/monitoring/service/show?host=lb1&service=haproxy-nosrv-v2"
	shown := rig.Page(t, page)
	text := html.UnescapeString(shown)
	for _, line := range lines {
		if line = strings.TrimSpace(line); line != "" && !strings.Contains(text, line) {
			t.Errorf("Icinga Web does not show the line %q", line)
		}
	}
	if !strings.Contains(shown, "plugin-output preformatted") {
		t.Error("Icinga Web does not keep the lines of the output apart")
	}
	if !strings.Contains(text, "v2_nosrv_rate") {
		t.Error("Icinga Web does not show the perfdata")
	}
	rig.Screenshot(t, page, filepath.Join(pictures(t), "icingaweb2.png"))
}

// TestWebNagios looks at the same alert in Nagios's own pages.
func TestWebNagios(t *testing.T) {
	rig.Need(t, "nagios4")
	s := newSite(t, "")
	n := rig.StartNagios(t, plugins(t), []string{filepath.Join(installed(t), nagiosConfig)}, nagiosHost+
		nagiosService("haproxy requests without a server", "check_haproxy_nosrv_socket!"+s.log+"!"+s.socket+"!v2"))
	first := n.AwaitState(t, "lb1", "haproxy requests without a server", "2")["plugin_output"]
	page := n.Page(t, "extinfo.cgi?type=2&host=lb1&service=haproxy+requests+without+a+server")
	shown := html.UnescapeString(rig.Page(t, page))
	if !strings.Contains(shown, first) {
		t.Errorf("Nagios's page does not show %q", first)
	}
	if !strings.Contains(shown, "nosrv_rate") {
		t.Error("Nagios's page does not show the perfdata")
	}
	rig.Screenshot(t, page, filepath.Join(pictures(t), "nagios.png"))
}

// TestWebGrafana holds the dashboards against the types of a current Grafana.
func TestWebGrafana(t *testing.T) {
	npm := rig.Need(t, "npm")
	dir := t.TempDir()
	rig.WriteFiles(t, dir, map[string]string{"package.json": `{"private":true}`})
	install := exec.Command(npm, "install", "--silent", "--no-audit", "--no-fund", "@grafana/schema@13.2.3", "typescript@5.9.3")
	install.Dir = dir
	if output, err := install.CombinedOutput(); err != nil {
		t.Fatalf("npm install: %v\n%s", err, output)
	}
	for _, name := range []string{"influxdb", "graphite"} {
		// An enumeration's word is no text to TypeScript.
		text := strings.ReplaceAll(example(t, "grafana/"+name+".json"), `"mode": "absolute"`, `"mode": ThresholdsMode.Absolute`)
		rig.WriteFiles(t, dir, map[string]string{name + ".ts": "import { type Dashboard, ThresholdsMode } from '@grafana/schema';\nexport const dashboard: Dashboard = " + text})
		check := exec.Command(filepath.Join(dir, "node_modules/.bin/tsc"), "--noEmit", "--strict", "--skipLibCheck", "--moduleResolution", "bundler",
			"--module", "esnext", "--target", "es2022", name+".ts")
		check.Dir = dir
		if output, err := check.CombinedOutput(); err != nil {
			t.Errorf("%s.json is no dashboard: %v\n%s", name, err, output)
		}
	}
}
