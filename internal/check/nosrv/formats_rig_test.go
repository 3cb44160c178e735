package nosrv

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"check-haproxy/test/rig"
)

// customFormats are formats as operators write them. Those that begin like option
// httplog are understood without being told; the others need --config.
var customFormats = []struct {
	name, format string
	told         bool
}{
	{"nocookies", "%ci:%cp [%tr] %ft %b/%s %TR/%Tw/%Tc/%Tr/%Ta %ST %B %tsc %ac/%fc/%bc/%sc/%rc %sq/%bq %hr %hs %{+Q}r", false},
	{"flagsfirst", "%ci:%cp [%tr] %ft %b/%s %tsc %ST %B %{+Q}r", false},
	{"requestfirst", "%ci:%cp [%tr] %ft %b/%s %{+Q}r %ST %B %tsc", false},
	{"statusonly", "%ci:%cp [%tr] %ft %b/%s %ST %B %{+Q}r", false},
	{"statustimers", "%ci:%cp [%tr] %ft %b/%s %ST %B %TR/%Tw/%Tc/%Tr/%Ta", false},
	{"twoflags", "%ci:%cp [%t] %ft %b/%s %Tw/%Tc/%Tt %ST %B %ts", false},
	{"nofrontend", "%ci:%cp [%tr] %b/%s %TR/%Tw/%Tc/%Tr/%Ta %ST %B %CC %CS %tsc %ac/%fc/%bc/%sc/%rc %sq/%bq %{+Q}r", false},
	{"more", "%ci:%cp [%tr] %ft %b/%s %TR/%Tw/%Tc/%Tr/%Ta %ST %B %CC %CS %tsc %ac/%fc/%bc/%sc/%rc %sq/%bq %hr %hs %{+Q}r %ID", true},
	{"json", `{\"be\":\"%b\",\"srv\":\"%s\",\"st\":%ST,\"ts\":\"%ts\",\"path\":\"%HP\"}`, true},
	{"keys", "be=%b srv=%s status=%ST term=%tsc ua=%{+Q}[capture.req.hdr(0)]", true},
	{"flagless", "%b/%s %ST %HM", true},
	{"quoted", "%{+Q}o %ci %f %b %s %{-Q}ts %ST", true},
}

// TestCustomFormats has a real HAProxy write each format through a real rsyslog, and
// finds the requests that found no server, by the format's own shape or as --config
// tells it.
func TestCustomFormats(t *testing.T) {
	syslog := rig.StartRsyslog(t)
	reducing := rig.StartReducingRsyslog(t)
	origin := rig.Origin(t, nil)
	nobody := rig.Port(t)
	var config strings.Builder
	fmt.Fprintf(&config, "defaults\n mode http\n timeout connect 1s\n timeout client 10s\n timeout server 10s\n")
	ports := map[string]string{}
	for _, f := range customFormats {
		ports[f.name] = rig.Port(t)
		address := syslog.Address
		if f.name == "flagless" { // nothing in its lines tells two requests apart
			address = reducing.Address
		}
		fmt.Fprintf(&config, "frontend fe_%s\n bind 127.0.0.1:%s\n log %s local0\n log-tag haproxy-%s\n capture request header User-Agent len 64\n log-format \"%s\"\n use_backend up_%s if { path /up }\n default_backend down_%s\n",
			f.name, ports[f.name], address, f.name, f.format, f.name, f.name)
		fmt.Fprintf(&config, "backend up_%s\n server u1 %s\nbackend down_%s\n server d1 127.0.0.1:%s check inter 50ms fall 1\n", f.name, origin, f.name, nobody)
	}
	haproxy := rig.Start(t, config.String())
	file := filepath.Join(rig.Dir(t), "haproxy.cfg")
	if err := os.WriteFile(file, []byte(config.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, f := range customFormats {
		haproxy.AwaitStatus(t, "down_"+f.name, "d1", "DOWN")
		tr := traffic{web: "127.0.0.1:" + ports[f.name]}
		tr.get(t, 2, "/up", 200)
		tr.get(t, 5, "/down", 503)
		tr.get(t, 1, "/up", 200) // so that what was repeated is told
	}
	for _, f := range customFormats {
		t.Run(f.name, func(t *testing.T) {
			source := syslog
			if f.name == "flagless" {
				source = reducing
			}
			path := filepath.Join(t.TempDir(), "haproxy.log")
			args := []string{"-f", path}
			if f.told {
				args = append(args, "--config", file)
			}
			var got answer
			rig.Eventually(t, "rsyslog has written all requests of "+f.name, func() bool {
				if err := os.WriteFile(path, []byte(linesOf(source.ISO, "haproxy-"+f.name)), 0o600); err != nil {
					t.Fatal(err)
				}
				if !strings.Contains(linesOf(source.ISO, "haproxy-"+f.name), "]: ") {
					return false
				}
				got = ask(t, nil, args...)
				return got.Requests == 8
			})
			if n := got.counted()["no-server"]["down_"+f.name]; n != 5 || got.Unreadable != 0 {
				t.Errorf("%d found no server, want 5; %d unreadable", n, got.Unreadable)
			}
		})
	}
}

// linesOf are the lines of a log under a tag.
func linesOf(path, tag string) string {
	data, _ := os.ReadFile(path)
	var b strings.Builder
	for line := range strings.Lines(string(data)) {
		if strings.Contains(line, " "+tag+"[") {
			b.WriteString(line)
		}
	}
	return b.String()
}
