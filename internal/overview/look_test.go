package overview

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"check-haproxy/internal/check"
	"check-haproxy/internal/haproxy/endpoint"
	"check-haproxy/internal/plugin"
)

func TestLogCommand(t *testing.T) {
	for _, test := range []struct {
		flags   check.LogFlags
		sockets []string
		want    string
	}{
		{flags: check.LogFlags{Files: []string{"/var/log/haproxy.log"}}, want: "tail -n 10000 /var/log/haproxy.log"},
		{flags: check.LogFlags{Files: []string{"/var/log/a b.log"}}},
		{flags: check.LogFlags{Files: []string{"$(reboot).log"}}},
		{flags: check.LogFlags{Files: []string{"-"}}},
		{flags: check.LogFlags{Files: []string{"a.log", "b.log"}}},
		{flags: check.LogFlags{Files: []string{"a.log"}, At: "2026-11-22 14:10:00"}},
		{flags: check.LogFlags{Journal: "haproxy"}, want: "journalctl -o cat -u haproxy --since -5min"},
		{flags: check.LogFlags{Journal: "haproxy", JournalFile: "x.journal"}},
		{flags: check.LogFlags{Journal: "x;y"}},
		{flags: check.LogFlags{Ring: "trouble"}, sockets: []string{"/run/haproxy/admin.sock"}, want: "echo 'show events trouble' | socat stdio /run/haproxy/admin.sock"},
		{flags: check.LogFlags{Ring: "trouble"}, sockets: []string{"/run/*.sock", "/run/x.sock"}},
		{flags: check.LogFlags{Ring: "tr'ouble"}, sockets: []string{"/run/haproxy/admin.sock"}},
	} {
		f := flags{LogFlags: test.flags}
		f.Window = plugin.Duration(5 * time.Minute)
		f.Socket = test.sockets
		if got := f.logCommand(); got != test.want {
			t.Errorf("%+v gives %q, want %q", test.flags, got, test.want)
		}
	}
}

func TestWithDefaults(t *testing.T) {
	for _, test := range []struct{ args, want []string }{
		{[]string{"--watch"}, []string{"--watch=2s"}},
		{[]string{"--watch", "-v"}, []string{"--watch=2s", "-v"}},
		{[]string{"--watch", "5s"}, []string{"--watch", "5s"}},
		{[]string{"--list", "-s", "v2"}, []string{"--list=names", "-s", "v2"}},
		{[]string{"--list", "nagios"}, []string{"--list", "nagios"}},
		{[]string{"--watch=5s", "--journal"}, []string{"--watch=5s", "--journal=haproxy"}},
	} {
		got := withDefaults(test.args)
		if len(got) != len(test.want) {
			t.Fatalf("%q becomes %q", test.args, got)
		}
		for i := range got {
			if got[i] != test.want[i] {
				t.Errorf("%q becomes %q, want %q", test.args, got, test.want)
			}
		}
	}
}

func TestOptions(t *testing.T) {
	for _, test := range []struct {
		environment map[string]string
		width       int
		ascii       bool
	}{
		{nil, 0, false},
		{map[string]string{"COLUMNS": "72"}, 72, false},
		{map[string]string{"COLUMNS": "wide"}, 0, false},
		{map[string]string{"COLUMNS": "-3"}, 0, false},
		{map[string]string{"LANG": "de_DE.UTF-8"}, 0, false},
		{map[string]string{"LANG": "C.utf8"}, 0, false},
		{map[string]string{"LANG": "de_DE.UTF-8", "LC_ALL": "C"}, 0, true},
		{map[string]string{"LANG": "POSIX", "LC_CTYPE": "en_US.UTF-8"}, 0, false},
	} {
		pipe := &terminal{getenv: func(name string) string { return test.environment[name] }}
		if o := pipe.canvas(); o.Width != test.width || o.ASCII != test.ascii {
			t.Errorf("with %v it is %+v", test.environment, o)
		}
	}
}

// TestUsualLog is read if nothing else is named and all that is asked is on this
// machine; if it may not be read, that is said.
func TestUsualLog(t *testing.T) {
	there, gone := filepath.Join(t.TempDir(), "haproxy.log"), filepath.Join(t.TempDir(), "gone.log")
	if err := os.WriteFile(there, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name   string
		flags  flags
		log    string
		read   bool
		noteOn string
	}{
		{"nothing named", flags{}, there, true, ""},
		{"a local socket", flags{Flags: check.Flags{Flags: endpoint.Flags{Socket: []string{"/run/haproxy/admin.sock"}}}}, there, true, ""},
		{"a socket elsewhere", flags{Flags: check.Flags{Flags: endpoint.Flags{Socket: []string{"lb2:9999"}}}}, there, false, ""},
		{"a page", flags{Flags: check.Flags{Flags: endpoint.Flags{URL: []string{"http://lb2/"}}}}, there, false, ""},
		{"a saved answer", flags{Flags: check.Flags{Flags: endpoint.Flags{StatsFile: "x.csv"}}}, there, false, ""},
		{"a list", flags{List: "names"}, there, false, ""},
		{"another log", flags{LogFlags: check.LogFlags{Journal: "haproxy"}}, there, false, ""},
		{"it is not there", flags{}, gone, false, "no log is read: cannot read " + gone + ": no such file or directory; -f, --journal or --ring names another"},
	} {
		l := newLooker(&test.flags, nil, test.log)
		if read := len(l.Files) == 1 && l.Files[0] == there; read != test.read || strings.Join(l.notes, "") != test.noteOn {
			t.Errorf("%s: it reads %q and notes %q", test.name, l.Files, l.notes)
		}
	}
}
