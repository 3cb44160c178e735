package check

import (
	"strings"
	"testing"

	"check-haproxy/internal/plugin/pattern"
)

func TestExact(t *testing.T) {
	filter := mustFilter(t, []string{"v2", "v2e"}, nil)
	if got := strings.Join(filter.Exact(), " "); got != "v2 v2e" {
		t.Errorf("exact names are %q", got)
	}
	for _, text := range []string{"v*", "v?", "v[2]", `v\2`, "~v2"} {
		if got := mustFilter(t, []string{"v2e", text}, nil).Exact(); got != nil {
			t.Errorf("with %q the exact names are %q, want none", text, got)
		}
	}
}

func TestSelects(t *testing.T) {
	filter := mustFilter(t, []string{"v*", "api"}, []string{"v2e", "*@lb2"})
	for name, want := range map[string]bool{"v2": true, "v2e": false, "api": true, "web": false} {
		if got := filter.Selects(name); got != want {
			t.Errorf("selects %q: %v", name, got)
		}
	}
	if filter.Selects("v2", "v2@lb2") {
		t.Error("an exclusion by endpoint does not win")
	}
	if !(Filter{}).Selects("anything") {
		t.Error("without patterns not everything is selected")
	}
}

func TestCheckMatched(t *testing.T) {
	have := [][]string{{"v2", "v2@a"}, {"web", "web@a"}}
	if err := mustFilter(t, []string{"v2", "w*", "web@a"}, nil).CheckMatched("backend", have); err != nil {
		t.Errorf("everything matches, but: %v", err)
	}
	err := mustFilter(t, []string{"v2", "v3"}, nil).CheckMatched("backend", have)
	if err == nil || !strings.Contains(err.Error(), `"v3" matches no backend of the 2 that HAProxy has`) {
		t.Errorf("a misspelt section gives %v", err)
	}
	if err := mustFilter(t, []string{"v3"}, nil).CheckMatched("backend", nil); err == nil {
		t.Error("a pattern matches although HAProxy has nothing")
	}
}

func mustFilter(t *testing.T, sections, excludes []string) Filter {
	t.Helper()
	var f Filter
	for _, text := range sections {
		f.Sections = append(f.Sections, mustParse(t, text))
	}
	for _, text := range excludes {
		f.Excludes = append(f.Excludes, mustParse(t, text))
	}
	return f
}

func mustParse(t *testing.T, text string) pattern.Pattern {
	t.Helper()
	p, err := pattern.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return p
}
