package dns

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"strings"
	"testing"

	"check-haproxy/internal/plugin"
	"check-haproxy/test/rig"
)

// fakeSocket is a stats socket that gives these answers to these commands.
func fakeSocket(t *testing.T, answers map[string]string) string {
	t.Helper()
	path := filepath.Join(rig.Dir(t), "admin.sock")
	listener, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			line, _ := bufio.NewReader(conn).ReadString('\n')
			for command := range strings.SplitSeq(strings.TrimSpace(line), ";") {
				_, _ = io.WriteString(conn, answers[command]+"\n")
			}
			_ = conn.Close()
		}
	}()
	return path
}

// runPlugin runs the plugin and returns its output and state.
func runPlugin(args ...string) (string, plugin.State) {
	var stdout, stderr bytes.Buffer
	code := Main(args, strings.NewReader(""), &stdout, &stderr)
	return stdout.String() + stderr.String(), plugin.State(code)
}

const statHeader = "# pxname,svname,status,weight,act,bck,type,\n"

// A socket that keeps the names for itself leaves the question open: that is
// not OK. What it does tell is still reported.
func TestNamesRefused(t *testing.T) {
	for _, refusal := range []string{"Permission denied\n", "Unknown command. Please enter one of the following commands only :\n"} {
		for servers, want := range map[string]plugin.State{
			"v2,a,UP,1,1,0,2,\nv2,BACKEND,UP,1,1,0,1,\n":                   plugin.Unknown,
			"v2,a,MAINT (resolution),1,1,0,2,\nv2,BACKEND,DOWN,0,0,0,1,\n": plugin.Critical,
		} {
			socket := fakeSocket(t, map[string]string{"show stat": statHeader + servers, "show servers state": refusal, "show resolvers": "No resolvers found\n"})
			text, got := runPlugin("-S", socket, "--no-lookup")
			if got != want || !strings.Contains(text, "from "+socket+": the names behind the servers are not told, ") {
				t.Errorf("%s, want %s:\n%s", got, want, text)
			}
		}
	}
}

// Names come from outside, and so does what DNS says of them.
func TestHostileNamesStayLegal(t *testing.T) {
	var stat, state strings.Builder
	stat.WriteString(statHeader)
	state.WriteString("1\n# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_fqdn srv_port\n")
	for i := range 2000 {
		name := fmt.Sprintf("a|b'c=d\x1b[2J\xff%d", i)
		fmt.Fprintf(&stat, "%s,s|1,DOWN,1,1,0,2,\n%[1]s,BACKEND,DOWN,0,0,0,1,\n", name)
		fmt.Fprintf(&state, "1 %s 1 s|1 192.0.2.10 0 0 x|$(reboot)\x1b%d..test 80\n", name, i)
	}
	socket := fakeSocket(t, map[string]string{"show stat": stat.String(), "show servers state": state.String(), "show resolvers": "Resolvers section r|\n nameserver n'=:\n  sent:        5\n"})
	nobody := "127.0.0.1:" + rig.Port(t)
	text, got := runPlugin("-S", socket, "--nameserver", nobody, "-v")
	if got != plugin.Warning || len(text) > 8192 || strings.Count(text, "|") != 1 || strings.Contains(text, "\x1b") || strings.Contains(text, "\xff") || !strings.Contains(text, "it is no host name") {
		t.Errorf("%s, %d bytes:\n%.500q", got, len(text), text)
	}
	text, _ = runPlugin("-S", socket, "--nameserver", nobody, "--json")
	if !json.Valid([]byte(text)) || strings.ContainsAny(text, "|\x1b") {
		t.Errorf("JSON valid: %v, or there are raw characters", json.Valid([]byte(text)))
	}
}

func TestEveryFlagIsInHelp(t *testing.T) {
	help, state := runPlugin("--help")
	for _, flag := range []string{"--socket", "--url", "--hostname", "--port", "--tls", "--username", "--password", "--password-file", "--ca-file", "--cert", "--key",
		"--server-name", "--insecure", "--stats-file", "--unreachable", "--timeout", "--section", "--exclude", "--nameserver", "--no-lookup",
		"--verbose", "--perfdata", "--json", "--max-output", "--log-level", "--help", "--version"} {
		if !strings.Contains(help, flag) {
			t.Errorf("help does not tell of %s", flag)
		}
	}
	if state != plugin.Unknown {
		t.Errorf("--help exits %d", state)
	}
}
