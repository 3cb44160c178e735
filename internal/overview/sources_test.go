package overview

import (
	"encoding/json"
	"net/http"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"check-haproxy/test/rig"
)

// TestWhoFills says of a full frontend where its sessions come from, and gives a
// command that says so too when it is typed, at a socket and at a master CLI.
func TestWhoFills(t *testing.T) {
	rig.Need(t, "socat")
	held := make(chan struct{})
	origin := rig.Origin(t, func(http.ResponseWriter, *http.Request) { <-held })
	config := func(front string) string {
		return "frontend web\n\tbind 127.0.0.1:" + front + "\n\tmaxconn 4\n\tdefault_backend api\nbackend api\n\tserver s1 " + origin + "\n"
	}
	var waiting sync.WaitGroup
	defer func() {
		close(held)
		waiting.Wait()
	}()
	front, masterFront := rig.Port(t), rig.Port(t)
	for socket, address := range map[string]string{
		rig.Start(t, config(front)).Socket:             front,
		rig.StartMaster(t, config(masterFront)).Master: masterFront,
	} {
		for range 4 {
			waiting.Go(func() {
				if response, err := http.Get("http://127.0.0.1:" + address + "/"); err == nil {
					_ = response.Body.Close()
				}
			})
		}
		var object struct {
			Sections []struct {
				Kind, Name, State string
				Findings          []struct {
					Evidence string
					Commands []string
				}
			}
		}
		rig.Eventually(t, "the frontend is full", func() bool {
			text := look(t, 0, "-S", socket, "-s", "web", "--json")
			return strings.Contains(text, "of its 4 streams now 127.0.0.1 has 4") && json.Unmarshal([]byte(text), &object) == nil
		})
		for _, f := range object.Sections[0].Findings {
			for _, command := range f.Commands {
				output, err := exec.Command("sh", "-c", command).CombinedOutput()
				if fields := strings.Fields(string(output)); err != nil || len(fields) != 2 || fields[0] != "4" || fields[1] != "127.0.0.1" {
					t.Errorf("%s: %v: %s", command, err, output)
				}
			}
		}
	}
}

// TestCommands types every command that lshaproxy gives for a section in trouble
// and that asks or tells HAProxy, at a socket and at a master CLI.
func TestCommands(t *testing.T) {
	rig.Need(t, "socat")
	config := strings.NewReplacer("NOBODY", rig.Port(t)).Replace(`
backend refused
	server s1 127.0.0.1:NOBODY check inter 50ms fall 1
backend maint
	server s1 127.0.0.1:NOBODY disabled
backend drained
	server s1 127.0.0.1:NOBODY
backend weightless
	server s1 127.0.0.1:NOBODY weight 0
frontend web
	bind unix@DIR/web.sock
	default_backend refused
`)
	plain, master := rig.Start(t, config), rig.StartMaster(t, config)
	for socket, h := range map[string]*rig.HAProxy{plain.Socket: plain, master.Master: master} {
		h.AwaitStatus(t, "refused", "s1", "DOWN")
		h.Command(t, "set server drained/s1 state drain")
		h.Command(t, "disable frontend web")
		var object struct {
			Sections []struct {
				Name, State string
				Findings    []struct{ Commands []string }
			}
		}
		if err := json.Unmarshal([]byte(look(t, 0, "-S", socket, "--json")), &object); err != nil {
			t.Fatal(err)
		}
		typed := 0
		for _, s := range object.Sections {
			for _, f := range s.Findings {
				for _, command := range f.Commands {
					if strings.Contains(command, socket) {
						typed++
						typeAt(t, command)
					}
				}
			}
		}
		if typed < 5 {
			t.Errorf("%s: only %d commands were typed", socket, typed)
		}
		after := h.Command(t, "show stat")
		for _, want := range []string{"web,FRONTEND", "drained,s1", "maint,s1"} {
			if line := lineOf(after, want); strings.Contains(line, "PAUSED") || strings.Contains(line, "DRAIN") || strings.Contains(line, "MAINT") {
				t.Errorf("the commands did not take it back: %s", line)
			}
		}
	}
}

func lineOf(text, prefix string) string {
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, prefix) {
			return line
		}
	}
	return ""
}
