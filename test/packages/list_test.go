package packages

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"check-haproxy/test/rig"
)

// listed is what the installed lshaproxy lists in a format.
func listed(t *testing.T, format string, args ...string) string {
	t.Helper()
	output, err := exec.Command(filepath.Join(installed(t), "usr/bin/lshaproxy"), append(args, "--list", format)...).Output()
	if err != nil {
		t.Fatalf("lshaproxy --list %s: %v", format, err)
	}
	return string(output)
}

// hostileNames is a saved answer whose names mean something to Icinga and Nagios.
// HAProxy refuses such names; a page can claim anything.
func hostileNames(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	b.WriteString("# pxname,svname,status,weight,act,bck,type,\n")
	for _, name := range []string{`a\b`, "c!d$e$", "f;g'h", "{{{i}}}", "$(reboot)", "/* j", "k//l", "m*n", "é"} {
		b.WriteString(name + "," + name + ",UP,1,1,0,2,\n" + name + ",BACKEND,UP,1,1,0,1,\n")
	}
	path := filepath.Join(t.TempDir(), "hostile.csv")
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestListForIcinga has Icinga 2 make its services out of what lshaproxy lists.
func TestListForIcinga(t *testing.T) {
	rig.Need(t, "icinga2")
	s := newSite(t, "")
	i := rig.NewIcinga(t, "single", plugins(t), nil)
	i.Alone(t)
	host := func(name, variables string) string {
		return "object Host \"" + name + "\" {\n\tcheck_command = \"dummy\"\n" + variables + "}\n"
	}
	i.Configure(t, map[string]string{
		"conf.d/check_haproxy.conf":    icingaFile(t, "check_haproxy.conf"),
		"conf.d/haproxy-services.conf": icingaFile(t, "haproxy-services.conf"),
		"conf.d/hosts.conf": host("lb1", listed(t, "icinga2", "-S", s.socket, "-f", s.log)) +
			host("page", listed(t, "icinga2", "-u", "http://user:s3cret@127.0.0.1:"+s.port+"/haproxy?stats")) +
			host("hostile", listed(t, "icinga2", "--stats-file", hostileNames(t))),
	})
	i.Start(t)
	services := i.Services(t, "lb1")
	for _, want := range []string{"haproxy-backend-v2", "haproxy-backend-v2e", "haproxy-nosrv-v2"} {
		if !slices.Contains(services, want) {
			t.Errorf("there is no service %s among %q", want, services)
		}
	}
	i.CheckNow(t, "lb1", "haproxy-backend-v2")
	i.AwaitState(t, "lb1", "haproxy-backend-v2", 2)
	i.CheckNow(t, "page", "haproxy-backend-v2e")
	i.AwaitState(t, "page", "haproxy-backend-v2e", 0)
}

// TestListForNagios has Nagios check the services that lshaproxy lists.
func TestListForNagios(t *testing.T) {
	rig.Need(t, "nagios4")
	s := newSite(t, "")
	definitions := listed(t, "nagios", "-S", s.socket) + listed(t, "nagios", "--stats-file", hostileNames(t))
	page := listed(t, "nagios", "-u", "http://user:s3cret@127.0.0.1:"+s.port+"/haproxy?stats")
	if strings.Contains(page, "s3cret") || !strings.Contains(page, "check_haproxy_backend!"+s.port+"!/haproxy?stats!v2\n") {
		t.Errorf("for a page it is\n%s", page)
	}
	name, _, _ := strings.Cut(strings.SplitAfter(definitions, "host_name\t\t")[1], "\n")
	// The same services of several lists are the same service.
	host := strings.Replace(nagiosHost, "host_name\tlb1", "host_name\t"+name, 1)
	templates := "define service {\n\tname generic-service\n\tuse rig-service\n\tregister 0\n}\n"
	n := rig.StartNagios(t, plugins(t), []string{filepath.Join(installed(t), nagiosConfig)}, templates+host+once(definitions))
	n.AwaitState(t, name, "haproxy backend v2", "2")
	n.AwaitState(t, name, "haproxy backend v2e", "0")
}

// once leaves out definitions of services that were there before.
func once(definitions string) string {
	var kept []string
	said := map[string]bool{}
	for part := range strings.SplitSeq(definitions, "define service {") {
		_, description, _ := strings.Cut(part, "service_description\t")
		description, _, _ = strings.Cut(description, "\n")
		if description == "" || !said[description] {
			kept = append(kept, part)
		}
		said[description] = true
	}
	return strings.Join(kept, "define service {")
}

// TestListForDirector: rows that a JSON import of Icinga Director takes, flat and
// with a key that is unique.
func TestListForDirector(t *testing.T) {
	s := newSite(t, "")
	var rows []map[string]string
	if err := json.Unmarshal([]byte(listed(t, "director", "-S", s.socket)), &rows); err != nil {
		t.Fatal(err)
	}
	keys := map[string]bool{}
	for _, row := range rows {
		if keys[row["key"]] || row["key"] == "" {
			t.Errorf("the key %q is there twice", row["key"])
		}
		keys[row["key"]] = true
	}
	if len(rows) < 6 {
		t.Errorf("there are %d rows", len(rows))
	}
}
