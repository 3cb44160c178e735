package overview

import (
	"testing"
	"time"

	"check-haproxy/internal/check"
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
