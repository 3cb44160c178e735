package overview

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"check-haproxy/test/rig"
)

// troubled is a HAProxy with each of the usual reasons for a request without a
// server, and one backend that is well.
const troubled = `
global
	log SYSLOG local0
resolvers dns
	nameserver own 127.0.0.1:NOBODY
defaults
	mode http
	log global
	option httplog
	timeout connect 1s
	timeout client 10s
	timeout server 10s
	timeout queue 10s
frontend web
	bind 127.0.0.1:WEB
	maxconn 100
	use_backend %[path,field(2,/)]
backend well
	server w1 ORIGIN check inter 50ms
backend refused
	server r1 127.0.0.1:NOBODY check inter 50ms fall 1
backend slow
	option httpchk GET /slow
	timeout check 100ms
	server s1 ORIGIN check inter 150ms fall 1
backend full
	server f1 ORIGIN maxconn 1
backend moved
	server m1 elb.example.test:1 check inter 50ms fall 1 init-addr 127.0.0.9
`

// look runs the command and returns the picture. If the exit code does not matter
// it is -1.
func look(t *testing.T, want int, args ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "out")
	out, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	var stderr bytes.Buffer
	if code := Main(args, nil, out, &stderr); code != want && want >= 0 {
		t.Fatalf("exit code %d, want %d: %s", code, want, &stderr)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// typeAt types a command that asks HAProxy; it must be one that HAProxy knows.
func typeAt(t *testing.T, command string) {
	t.Helper()
	command, _, _ = strings.Cut(command, "  # ")
	if !strings.Contains(command, "socat") || strings.Contains(command, "journalctl") {
		return
	}
	output, err := exec.Command("sh", "-c", command).CombinedOutput()
	if err != nil {
		t.Errorf("%s: %v: %s", command, err, output)
	}
	for _, refusal := range []string{"Unknown command", "No such", "Can't", "Permission denied", "Require", "Invalid", "nothing changed"} {
		if strings.Contains(string(output), refusal) {
			t.Errorf("%s: HAProxy says %s", command, output)
		}
	}
}

// TestReasons finds the cause of each trouble of a real HAProxy, the requests
// that met it, and gives commands that a shell can read.
func TestReasons(t *testing.T) {
	syslog := rig.StartRsyslog(t)
	dns := rig.StartDNS(t)
	dns.Set("elb.example.test", rig.Name{Addresses: []string{"127.0.0.10"}})
	done, occupied := make(chan struct{}), make(chan struct{}, 1)
	origin := rig.Origin(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/full/":
			occupied <- struct{}{}
			<-done
		case "/slow":
			<-r.Context().Done()
		}
		_, _ = io.WriteString(w, "ok\n")
	})
	web := rig.Port(t)
	h := rig.Start(t, strings.NewReplacer("SYSLOG", syslog.Address, "WEB", web, "ORIGIN", origin, "NOBODY", rig.Port(t)).Replace(troubled))
	for section, server := range map[string]string{"refused": "r1", "slow": "s1", "moved": "m1"} {
		h.AwaitStatus(t, section, server, "DOWN")
	}
	get := func(path string) {
		response, err := http.Get("http://127.0.0.1:" + web + path)
		if err != nil {
			t.Error(err)
			return
		}
		_ = response.Body.Close()
	}
	for range 7 {
		get("/refused/?token=s3cret")
	}
	get("/well/")
	var waiting sync.WaitGroup
	waiting.Go(func() { get("/full/") })
	<-occupied
	waiting.Go(func() { get("/full/") })
	rig.Eventually(t, "a request waits", func() bool { return strings.Contains(h.Command(t, "show stat full 2 -1"), "full,BACKEND,1,") })
	rig.Eventually(t, "rsyslog has written", func() bool {
		log, _ := os.ReadFile(syslog.ISO)
		return bytes.Count(log, []byte("refused/<NOSRV>")) == 7
	})

	args := []string{"-S", h.Socket, "-f", syslog.ISO, "--nameserver", dns.Address}
	text := look(t, 0, args...)
	for _, want := range []string{
		"✗ refused: health checks fail", "✗ slow: health checks time out", "✗ full: every slot that maxconn allows is taken",
		"✗ moved: HAProxy uses an old address (dns-stale)", "127.0.0.10", "✓ well ",
		"7 of 7 requests found no server (1.4/min): health checks fail on r1", "dig ",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("there is no %q in\n%s", want, text)
		}
	}
	if strings.Contains(text, "s3cret") {
		t.Error("a query string is shown")
	}
	var object struct {
		Sections []struct {
			Name, Cause string
			NOSRV       int
			Findings    []struct{ Commands []string }
		}
	}
	if err := json.Unmarshal([]byte(look(t, 0, append(args, "--json")...)), &object); err != nil {
		t.Fatal(err)
	}
	causes := map[string]string{}
	for _, s := range object.Sections {
		causes[s.Name] = s.Cause
		if s.Name == "refused" && s.NOSRV != 7 {
			t.Errorf("%d requests found no server in refused", s.NOSRV)
		}
		for _, f := range s.Findings {
			for _, command := range f.Commands {
				if output, err := exec.Command("sh", "-n", "-c", command).CombinedOutput(); err != nil {
					t.Errorf("a shell cannot read %q: %s", command, output)
				}
				typeAt(t, command)
			}
		}
	}
	for name, want := range map[string]string{
		"refused": "health-check-failed", "slow": "health-check-timeout", "full": "maxconn-exhausted", "moved": "dns-stale", "well": "",
	} {
		if causes[name] != want {
			t.Errorf("the cause of %s is %q, want %q", name, causes[name], want)
		}
	}
	close(done)
	waiting.Wait()
}
