package certs

import (
	"bytes"
	"encoding/json"
	"io"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"check-haproxy/internal/check"
	"check-haproxy/internal/haproxy/endpoint"
	"check-haproxy/internal/plugin"
	"check-haproxy/test/rig"
)

// checkLive runs the plugin on a socket.
func checkLive(socket string, args ...string) (string, plugin.State) {
	var stdout bytes.Buffer
	code := Main(append([]string{"-S", socket}, args...), strings.NewReader(""), &stdout, io.Discard)
	return stdout.String(), plugin.State(code)
}

// wants holds a state and parts of the output against what the plugin says.
func wants(t *testing.T, socket, args string, state plugin.State, parts ...string) {
	t.Helper()
	output, got := checkLive(socket, strings.Fields(args)...)
	for _, part := range parts {
		if !strings.Contains(output, part) {
			t.Errorf("%s: %q is not in the output", args, part)
		}
	}
	if got != state || t.Failed() {
		t.Fatalf("%s: %s, want %s\n%s", args, got, state, output)
	}
}

// startServing starts a HAProxy that serves all certificates of a new folder.
func startServing(t *testing.T, served map[string]rig.Certificate) (h *rig.HAProxy, dir, config string) {
	t.Helper()
	dir = rig.Dir(t)
	for file, c := range served {
		c.Write(t, filepath.Join(dir, file))
	}
	config = "global\n\tstats socket DIR/user.sock mode 600 level user\nfrontend fe\n\tbind 127.0.0.1:" + rig.Port(t) + " ssl crt " + dir + "/\n"
	return rig.StartMaster(t, config), dir, config
}

func TestLive(t *testing.T) {
	h, dir, config := startServing(t, map[string]rig.Certificate{
		"three.pem":      {Names: []string{"three.example.com", "www.three.example.com"}, Valid: rig.Days(3.5), Key: "RSA"},
		"ten.pem":        {Names: []string{"ten.example.com"}, Valid: rig.Days(10.5)},
		"long.pem":       {Names: []string{"long.example.com"}},
		"early.pem":      {Names: []string{"early.example.com"}, From: rig.Days(1.5)},
		"edward.pem":     {Names: []string{"edward.example.com"}, Key: "Ed25519"},
		"dual.pem.rsa":   {Names: []string{"dual.example.com"}, Key: "RSA", Valid: rig.Days(5.5)},
		"dual.pem.ecdsa": {Names: []string{"dual.example.com"}},
	})
	for _, socket := range []string{h.Socket, h.Master} {
		wants(t, socket, "", plugin.Critical, "4 of 7 certificates in trouble: three.pem expires in 3 days", "3 others OK")
	}
	wants(t, h.Socket, "-s three.pem", plugin.Critical, "three.pem expires in 3 days", "(three.example.com +1)")
	wants(t, h.Socket, "-s ten.example.com", plugin.Warning, "ten.pem expires in 10 days")
	wants(t, h.Socket, "-s long.pem -s edward.pem", plugin.OK, "2 certificates OK")
	wants(t, h.Socket, "-s early.pem", plugin.Critical, "early.pem is not valid before")
	wants(t, h.Socket, "-s dual.example.com -v", plugin.Critical, "dual.pem.rsa expires in 5 days", "1 other OK", "OK dual.pem.ecdsa: dual.example.com (EC256), expires in 299 days")
	wants(t, filepath.Join(h.Dir, "user.sock"), "", plugin.Unknown, "level user", "level operator")

	// Renewed on disk, which a reload loads.
	for _, file := range []string{"long.pem", "edward.pem"} {
		kind := rig.Certificate{Names: []string{"long.example.com"}, Valid: rig.Days(390)}
		if file == "edward.pem" {
			kind.Key = "Ed25519"
		}
		kind.Write(t, filepath.Join(dir, file))
		wants(t, h.Socket, "-s "+file, plugin.Warning, file+" was renewed on disk on ", " and not loaded", "reload HAProxy")
		wants(t, h.Socket, "--no-disk -s "+file, plugin.OK)
	}
	rig.Certificate{Names: []string{"dual.example.com"}, Valid: rig.Days(5)}.Write(t, filepath.Join(dir, "dual.pem.ecdsa"))
	if serial, fingerprint := onDisk(t, h.Socket, "dual.pem.ecdsa"); serial == fingerprint {
		t.Errorf("the file has the fingerprint %s of what is served", serial)
	}
	h.Reload(t, config)
	wants(t, h.Socket, "-s long.pem -s edward.pem", plugin.OK)

	// A renewal over the socket that is not committed.
	h.Command(t, "set ssl cert "+filepath.Join(dir, "long.pem")+" <<\n"+rig.Certificate{Names: []string{"long.example.com"}, From: -time.Minute}.PEM(t)+"\n")
	wants(t, h.Socket, "-t 2 -s long.pem", plugin.Warning, "long.pem has a new one, until ", "never committed")
	h.Command(t, "commit ssl cert "+filepath.Join(dir, "long.pem"))
	wants(t, h.Socket, "-s long.pem", plugin.Warning, "long.pem is not the one of its file", "brings the older one back")
}

// TestLiveElsewhere: the files of a HAProxy on another machine are not here.
func TestLiveElsewhere(t *testing.T) {
	address := elsewhere(t)
	dir := rig.Dir(t)
	file := filepath.Join(dir, "www.pem")
	rig.Certificate{Names: []string{"www.example.com"}}.Write(t, file)
	port := rig.Port(t)
	rig.Start(t, "global\n\tstats socket ipv4@0.0.0.0:"+port+" level operator\nfrontend fe\n\tbind 127.0.0.1:"+rig.Port(t)+" ssl crt "+file+"\n")
	rig.Certificate{Names: []string{"www.example.com"}, Valid: rig.Days(390)}.Write(t, file)
	wants(t, "127.0.0.1:"+port, "", plugin.Warning, "was renewed on disk")
	wants(t, net.JoinHostPort(address, port), "", plugin.OK)
}

// elsewhere is an address of this machine that is not on loopback.
func elsewhere(t *testing.T) string {
	t.Helper()
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	for _, address := range addresses {
		if ip, ok := address.(*net.IPNet); ok && !ip.IP.IsLoopback() && ip.IP.To4() != nil {
			return ip.IP.String()
		}
	}
	t.Skip("this machine has no address but loopback")
	return ""
}

// onDisk are the fingerprints in the JSON of one certificate.
func onDisk(t *testing.T, socket, name string) (served, onDisk string) {
	t.Helper()
	output, _ := checkLive(socket, "-s", name, "--json")
	var result struct{ Sections []section }
	if err := json.Unmarshal([]byte(output), &result); err != nil || len(result.Sections) != 1 || result.Sections[0].OnDisk == nil {
		t.Fatalf("the JSON is %s, %v", output, err)
	}
	return *result.Sections[0].Fingerprint, *result.Sections[0].OnDisk
}

// TestLiveFirst: what lshaproxy's head says.
func TestLiveFirst(t *testing.T) {
	h, _, _ := startServing(t, map[string]rig.Certificate{
		"long.pem": {Names: []string{"long.example.com"}}, "ten.pem": {Names: []string{"ten.example.com"}, Valid: rig.Days(10.5)},
	})
	h.Command(t, "new ssl cert unused.pem")
	h.Command(t, "set ssl cert unused.pem <<\n"+rig.Certificate{Names: []string{"unused.example.com"}, Valid: rig.Days(3.5)}.PEM(t)+"\n")
	h.Command(t, "commit ssl cert unused.pem")
	wants(t, h.Socket, "-v", plugin.Warning, "1 certificate not in use")
	wants(t, h.Socket, "--unused", plugin.Critical, "unused.pem expires in 3 days")
	f := check.Flags{Flags: endpoint.Flags{Socket: []string{h.Socket}}}
	asked, err := f.Ask(t.Context(), strings.NewReader(""), endpoint.Query{Subject: endpoint.OfCertificates})
	if err != nil {
		t.Fatal(err)
	}
	first, ok := First(asked, time.Now())
	if !ok || first.State != plugin.Warning || !strings.HasPrefix(first.Sentence(), "ten.pem expires in 10 days, on ") {
		t.Errorf("the first is %+v, %t", first, ok)
	}
	if _, ok := First(&check.Asked{}, time.Now()); ok {
		t.Error("of nothing there is a first")
	}
}
