package main

import (
	"flag"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"check-haproxy/test/rig"
)

var makeThem = flag.Bool("make", false, "write the pictures to docs")

// outage is what the pictures show: v2's name leads elsewhere by now, and batch is
// out of slots.
const outage = `
global
	node lb1
	log SYSLOG local0
defaults
	mode http
	log global
	option httplog
	timeout connect 1s
	timeout client 60s
	timeout server 60s
	timeout queue 20s
frontend fe
	bind 127.0.0.1:FRONT
	maxconn 100
	use_backend %[path,field(2,/)]
backend v2
	server v2Elb internal-v2.elb.test:PORT check inter 100ms fall 1 init-addr 127.0.0.1
backend v2e
	server v2eElb ORIGIN check inter 100ms
	server v2eElb2 ORIGIN check inter 100ms
backend api
	server api01 ORIGIN check inter 100ms
	server api02 ORIGIN check inter 100ms
	server api03 ORIGIN check inter 100ms fall 1
	server api04 ORIGIN check inter 100ms
backend batch
	server b1 ORIGIN maxconn 1
backend static
	server s1 ORIGIN check inter 100ms
	server s2 ORIGIN check inter 100ms backup
`

// TestPictures makes the pictures of docs with the built lshaproxy in a real
// terminal: the look, the screen of --watch, and a section opened. It is not for
// every run of the tests: the pictures differ each time.
func TestPictures(t *testing.T) {
	if !*makeThem {
		t.Skip("make pictures makes them")
	}
	program, err := filepath.Abs("../../bin/lshaproxy")
	if err != nil {
		t.Fatal(err)
	}
	syslog, dns, front := rig.StartRsyslog(t), rig.StartDNS(t), rig.Port(t)
	dns.Set("internal-v2.elb.test", rig.Name{Addresses: []string{"127.0.0.10"}})
	held := make(chan struct{})
	origin := rig.Origin(t, func(_ http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/batch") {
			<-held
		}
	})
	_, port, _ := strings.Cut(origin, ":")
	h := rig.Start(t, strings.NewReplacer("SYSLOG", syslog.Address, "FRONT", front, "ORIGIN", origin, "PORT", port).Replace(outage))
	stop := traffic("http://127.0.0.1:" + front)
	defer func() {
		close(held)
		stop()
	}()
	time.Sleep(4 * time.Second) // in which all is well
	h.Command(t, "set server v2/v2Elb addr 127.0.0.9 port 1")
	h.Command(t, "set server api/api03 addr 127.0.0.8 port 1")
	h.AwaitStatus(t, "v2", "v2Elb", "DOWN")
	h.AwaitStatus(t, "api", "api03", "DOWN")
	names := strings.NewReplacer(h.Socket, "/run/haproxy/monitor.sock", syslog.ISO, "/var/log/haproxy.log", "127.0.0.9:1", "10.20.0.9:80", "127.0.0.9", "10.20.0.9", "127.0.0.8:1", "10.20.0.33:80", "127.0.0.10:1", "10.20.4.10:80", "127.0.0.10", "10.20.4.10", "internal-v2.elb.test", "internal-v2.elb.amazonaws.com")
	take := func(name string, text string) {
		text, _, _ = strings.Cut(text, "ready$")
		path := filepath.Join("../../docs", name+".ansi")
		if err := os.WriteFile(path, []byte(names.Replace(strings.TrimRight(text, "\n"))+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := convert(path); err != nil {
			t.Fatal(err)
		}
	}
	time.Sleep(3 * time.Second) // some requests that find no server
	arguments := " -S " + h.Socket + " --nameserver " + dns.Address
	look := rig.StartTerminal(t, 80, 70)
	look.Command("clear; " + program + arguments + " -s v2 -s api -s batch -s static -f " + syslog.ISO)
	look.Shows("$ journalctl")
	look.Prompts()
	take("lshaproxy-80", look.Styled())

	watch := rig.StartTerminal(t, 120, 26)
	watch.Command(program + arguments + " --watch 500ms -f " + syslog.ISO)
	watch.Shows("no server ")
	time.Sleep(6 * time.Second) // a few looks
	h.Command(t, "set server v2e/v2eElb2 state maint")
	watch.Shows("v2e/v2eElb2 was taken out")
	take("lshaproxy-watch", watch.Styled())

	watch.Resize(120, 40)
	watch.Press("Enter")
	watch.Shows("Esc back")
	take("lshaproxy-section", watch.Styled())
}

// traffic sends requests until it is stopped.
func traffic(address string) (stop func()) {
	stopped := make(chan struct{})
	for path, pause := range map[string]time.Duration{"/v2/": 80 * time.Millisecond, "/v2e/": 9 * time.Millisecond, "/api/": 15 * time.Millisecond, "/static/": 25 * time.Millisecond, "/batch/": time.Second} {
		go func() {
			for {
				select {
				case <-stopped:
					return
				case <-time.After(pause):
				}
				go func() {
					if response, err := http.Get(address + path); err == nil {
						_ = response.Body.Close()
					}
				}()
			}
		}()
	}
	return func() { close(stopped) }
}
