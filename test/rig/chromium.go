package rig

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// Chromium is a browser without a window.
func chromium(t testing.TB, args ...string) string {
	t.Helper()
	command := exec.Command(Need(t, "chromium"), append([]string{"--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
		"--disable-component-update", "--disable-sync", "--hide-scrollbars", "--virtual-time-budget=8000", "--user-data-dir=" + Dir(t)}, args...)...)
	command.Stderr = nil
	output, err := command.Output()
	if err != nil {
		t.Fatalf("chromium %s: %v", strings.Join(args, " "), err)
	}
	return string(output)
}

// Page is a page's document once its scripts have run.
func Page(t testing.TB, url string) string { return chromium(t, "--dump-dom", url) }

// Screenshot writes a picture (PNG) of a page.
func Screenshot(t testing.TB, url, file string) {
	t.Helper()
	chromium(t, "--window-size=1200,760", "--screenshot="+file, url)
	if info, err := os.Stat(file); err != nil || info.Size() < 5000 {
		t.Fatalf("the picture of %s: %v", url, err)
	}
}
