package check

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"check-haproxy/internal/plugin"
)

// The unit after --journal may be left out.
func TestArgs(t *testing.T) {
	tests := []struct{ given, want string }{
		{"", ""},
		{"--journal", "--journal=haproxy"},
		{"--journal -v", "--journal=haproxy -v"},
		{"--journal --at x", "--journal=haproxy --at x"},
		{"--journal edge -v", "--journal edge -v"},
		{"--journal=edge", "--journal=edge"},
		{"-f --journal", "-f --journal=haproxy"},
	}
	for _, test := range tests {
		given := strings.Fields(test.given)
		if diff := cmp.Diff(strings.Fields(test.want), Args(given)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.given, diff)
		}
		if strings.Join(given, " ") != test.given {
			t.Errorf("%s: the caller's arguments were changed", test.given)
		}
	}
}

func TestStretch(t *testing.T) {
	now := time.Date(2026, 11, 22, 14, 0, 0, 0, time.UTC)
	tests := []struct {
		zone, at string
		want     string // RFC 3339
	}{
		{"UTC", "", "2026-11-22T14:00:00Z"},
		{"Europe/Paris", "", "2026-11-22T15:00:00+01:00"},
		{"UTC", "2026-07-01T12:00:00Z", "2026-07-01T12:00:00Z"},
		{"Europe/Paris", "2026-07-01T12:00:00Z", "2026-07-01T14:00:00+02:00"},
		{"Europe/Paris", "2026-07-01 12:00:00", "2026-07-01T12:00:00+02:00"},
		{"UTC", "2026-07-01T12:00:00.5+02:00", "2026-07-01T10:00:00Z"},
	}
	for _, test := range tests {
		f := LogFlags{At: test.at, Window: plugin.Duration(time.Minute), Baseline: plugin.Duration(time.Hour)}
		if err := f.Timezone.UnmarshalText([]byte(test.zone)); err != nil {
			t.Fatal(err)
		}
		s, err := f.Stretch(now)
		if got := s.At.Format(time.RFC3339); err != nil || got != test.want || s.Window != time.Minute || s.Baseline != time.Hour {
			t.Errorf("--timezone %s --at %q: %s, %v; want %s", test.zone, test.at, got, err, test.want)
		}
	}
	for _, bad := range []string{"now", "2026-07-01", "12:00", "2026-13-01 12:00:00", "1782907200"} {
		f := LogFlags{At: bad}
		if _, err := f.Stretch(now); err == nil {
			t.Errorf("--at %s was taken for a time", bad)
		}
	}
}

// Where the baseline is shorter than the window, as much as a window before it
// is looked at, to see whether the log reaches back so far.
func TestSpan(t *testing.T) {
	at := time.Date(2026, 11, 22, 14, 0, 0, 0, time.UTC)
	for baseline, want := range map[time.Duration]time.Duration{time.Hour: 65 * time.Minute, time.Minute: 10 * time.Minute} {
		span := spanOf(Stretch{At: at, Window: 5 * time.Minute, Baseline: baseline})
		if !span.To.Equal(at) || span.To.Sub(span.From) != want {
			t.Errorf("baseline %s: %s to %s, want %s", baseline, span.From, span.To, want)
		}
	}
}

func TestZone(t *testing.T) {
	for _, good := range []string{"local", "Local", "UTC", "Europe/Paris"} {
		var z Zone
		if err := z.UnmarshalText([]byte(good)); err != nil || z.Location() == nil {
			t.Errorf("%s: %v", good, err)
		}
	}
	for _, bad := range []string{"", "Mars", "../../etc/passwd", "+02:00"} {
		var z Zone
		if err := z.UnmarshalText([]byte(bad)); err == nil {
			t.Errorf("%q was taken for a zone", bad)
		}
	}
	if got := (Zone{}).Location(); got != time.Local {
		t.Errorf("the zero Zone is %s", got)
	}
}

// All files of --config, a folder's too, are one configuration, and a format that
// was given beside them counts before.
func TestFormats(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"1.cfg": "defaults\n option httplog\n", "2.cfg": "frontend a\nfrontend b\n log-format '%ci'\n", "notes.txt": "frontend x\n option httplog clf\n",
		"empty.cfg.d/x": "", "secret.cfg.d/1.cfg": "frontend a\n log-format \"$HAPROXY_STATS_PASSWORD %b/%s %ts\"\n",
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("HAPROXY_STATS_PASSWORD", "s3cret")
	first, second := filepath.Join(dir, "1.cfg"), filepath.Join(dir, "2.cfg")
	for _, test := range []struct {
		name    string
		flags   LogFlags
		formats string
		err     string
	}{
		{"none", LogFlags{}, "", ""},
		{"files", LogFlags{Configs: []string{first, second}}, "option httplog|%ci", ""},
		{"a folder", LogFlags{Configs: []string{dir}}, "option httplog|%ci", ""},
		{"a format beside", LogFlags{Configs: []string{dir}, LogFormats: []string{"%b/%s %ts"}}, "%b/%s %ts|option httplog|%ci", ""},
		{"a format beside a file without any", LogFlags{Configs: []string{filepath.Join(dir, "notes.txt")}, LogFormats: []string{"%b/%s %ts"}}, "%b/%s %ts|option httplog clf", ""},
		{"a format that is none", LogFlags{LogFormats: []string{"%b"}}, "", "--log-format: the log-format"},
		{"no such file", LogFlags{Configs: []string{dir + "/3.cfg"}}, "", "--config: cannot read " + dir + "/3.cfg: no such file"},
		{"an empty folder", LogFlags{Configs: []string{dir + "/empty.cfg.d"}}, "", "there is no *.cfg"},
		{"not a file", LogFlags{Configs: []string{"/dev/null"}}, "", "it is not a regular file"},
		{"this program's secrets", LogFlags{Configs: []string{dir + "/secret.cfg.d"}}, "", "the variable HAPROXY_STATS_PASSWORD is not set here"},
	} {
		found, err := test.flags.formats()
		if test.err != "" {
			if err == nil || !strings.Contains(err.Error(), test.err) || strings.Contains(err.Error(), "s3cret") {
				t.Errorf("%s: error %v, want %s", test.name, err, test.err)
			}
			continue
		}
		var formats []string
		for _, f := range found.Formats {
			formats = append(formats, f.String())
		}
		if got := strings.Join(formats, "|"); err != nil || got != test.formats {
			t.Errorf("%s: %s, %v; want %s", test.name, got, err, test.formats)
		}
	}
}
