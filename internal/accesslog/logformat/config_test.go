package logformat

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFromConfig(t *testing.T) {
	const wanted = "%b/%s %ts"
	for _, tt := range []struct {
		name, config string
		want         []string // "format: frontends"
	}{
		{"own format", "frontend a\n log-format \"" + wanted + "\"\n", []string{wanted + ": a"}},
		{"defaults", "defaults\n log-format '" + wanted + "'\nfrontend a\nlisten b\nbackend c\n", []string{wanted + ": a b"}},
		{"own over defaults", "defaults\n option httplog\nfrontend a\n log-format '" + wanted + "'\nfrontend b\n", []string{wanted + ": a", "option httplog: b"}},
		{"later defaults", "defaults\n option httplog\ndefaults\n option tcplog\nfrontend a\n", []string{"option tcplog: a"}},
		{"defaults do not add up", "defaults\n option httplog\nfrontend x\ndefaults\n mode tcp\nfrontend a\n", []string{"option httplog: x"}},
		{"named defaults", "defaults http\n option httplog clf\ndefaults tcp\n option tcplog\nfrontend a from http\nfrontend b\n",
			[]string{"option httplog clf: a", "option tcplog: b"}},
		{"defaults from defaults", "defaults base\n option httpslog\ndefaults more from base\n mode http\nfrontend a from more\n", []string{"option httpslog: a"}},
		{"anonymous defaults from", "defaults base\n option httpslog\ndefaults from base\nfrontend a\n", []string{"option httpslog: a"}},
		{"switched off", "defaults\n option httplog\nfrontend a\n no option httplog\nfrontend b\n", []string{"option httplog: b"}},
		{"tcplog clf", "listen a\n option tcplog clf\n", []string{"option httplog clf: a"}},
		{"the last wins", "frontend a\n log-format '" + wanted + "'\n option httplog\n", []string{"option httplog: a"}},
		{"escapes", `frontend a` + "\n" + `	log-format  %b/%s\ \"%ts\"\ \#1\ a\\b\ \>` + "\n", []string{`%b/%s "%ts" #1 a\b \>: a`}},
		{"joined quotes", "frontend a\n log-format \"%b\"'/'%s\\ \"%ts\"   # a comment\n", []string{wanted + ": a"}},
		{"hash in quotes", "frontend a\n log-format \"%b/%s %ts #\"\n", []string{wanted + " #: a"}},
		{"tabs and CRLF", "frontend\ta\r\n\tlog-format\t'" + wanted + "'\r\n", []string{wanted + ": a"}},
		{"hex", "frontend a\n log-format %b/%s\\x20%ts\n", []string{wanted + ": a"}},
		{"own environment", "global\n setenv FMT '%b/%s'\nfrontend a\n log-format \"${FMT} %ts\"\n", []string{wanted + ": a"}},
		{"presetenv", "global\n presetenv HOMEFMT x\nfrontend a\n log-format \"$HOMEFMT %ts\"\n", []string{wanted + ": a"}},
		{"environment", "frontend a\n log-format \"$HOMEFMT ${NONE-%ts}$NONE\"\n", []string{wanted + ": a"}},
		{"no variables outside of double quotes", "frontend a\n log-format $HOMEFMT\\ %b/%s\\ '%ts$HOMEFMT'\n", []string{"$HOMEFMT %b/%s %ts$HOMEFMT: a"}},
		{"continued as the manual prints it", "frontend a\n log-format \"%b/%s \\\n     %ts\"\n", []string{wanted + ": a"}},
		{"comment with a backslash", "frontend a\n # C:\\\n log-format '" + wanted + "'\n", []string{wanted + ": a"}},
		{"only defaults", "defaults\n option httplog\nbackend b\n", []string{"option httplog: "}},
		{"error format", "frontend a\n option httplog\n error-log-format '%ci: failed'\n", []string{"option httplog: a", "%ci: failed: "}},
		{"log profile", "log-profile p\n on error format '%ci'\n on any format '" + wanted + "' sd x\nfrontend a\n option httplog\n",
			[]string{"option httplog: a", "%ci: ", wanted + ": "}},
		{"conditions", ".if defined(X)\nfrontend a\n option httplog\n.endif\n", []string{"option httplog: a"}},
		{"other sections", "frontend a\n option httplog\npeers p\n log-format nonsense\nresolvers r\nbackend b\n log-format nonsense\n", []string{"option httplog: a"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			getenv := func(name string) (string, bool) { return "%b/%s", name == "HOMEFMT" }
			formats, err := FromConfig(strings.NewReader(tt.config), "haproxy.cfg", getenv)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, f := range formats {
				got = append(got, f.String()+": "+strings.Join(f.Frontends(), " "))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestFromConfigErrors(t *testing.T) {
	for name, tt := range map[string]struct{ config, want string }{
		"nothing":     {"global\n daemon\n", "haproxy.cfg has no log-format and no option httplog, httpslog or tcplog for a frontend; name the file that has, or give --log-format"},
		"lacking":     {"frontend a\n\n log-format '%b/%s'\n", `cannot use haproxy.cfg: line 3: the log-format "%b/%s" lacks the termination state (%ts or %tsc)`},
		"unknown":     {"frontend a\n log-format '%b/%s %ts %zz'\n", "HAProxy has no variable %zz"},
		"spaces":      {"frontend a\n log-format %b/%s %ts\n", "log-format has more than one argument; escape its spaces or quote it"},
		"open quote":  {"frontend a\n log-format \"%b/%s %ts\n", `cannot read haproxy.cfg: line 2: a quote (") is not closed`},
		"binary file": {strings.Repeat("\x00", maxConfigLine+10), "longer than"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := FromConfig(strings.NewReader(tt.config), "haproxy.cfg", nil)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want …%s…", err, tt.want)
			}
		})
	}
}

func FuzzFromConfig(f *testing.F) {
	example, err := os.ReadFile(filepath.Join("..", "testdata", "haproxy-2.6.cfg"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(example))
	f.Add("defaults a from b\nfrontend x from a\n log-format \"${A-b} %[x(']')]\"\n")
	f.Fuzz(func(t *testing.T, config string) {
		formats, err := FromConfig(strings.NewReader(config), "x", func(string) (string, bool) { return "v v", true })
		if (err == nil) != (len(formats) > 0) {
			t.Fatalf("%d formats, error %v", len(formats), err)
		}
	})
}
