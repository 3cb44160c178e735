package rig

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// Icinga is an Icinga 2 of its own: its folders, certificates and daemon, which
// can be stopped and started again.
type Icinga struct {
	Name string // of its endpoint
	Port string // of its API and cluster listener
	dir  string

	user, group string // whom it runs as
	daemon      *exec.Cmd
	client      *http.Client
}

// IcingaService is what the API says of a service.
type IcingaService struct {
	State       float64 `json:"state"`
	LastCheck   float64 `json:"last_check"` // seconds since 1970; -1: never
	CheckResult struct {
		Output          string   `json:"output"`
		PerformanceData []string `json:"performance_data"`
		CheckSource     string   `json:"check_source"` // the endpoint that ran the check
	} `json:"last_check_result"` // empty before the first check
}

const icingaPassword = "only-on-loopback"

// NewIcinga lays out an instance without starting it. Its certificate is signed
// by the CA of authority, another instance, or by its own if that is nil.
// Plugins is its PluginDir.
func NewIcinga(t testing.TB, name, plugins string, authority *Icinga) *Icinga {
	t.Helper()
	Need(t, "icinga2")
	i := &Icinga{Name: name, Port: Port(t), dir: SharedDir(t), user: daemonUser(t), group: daemonGroup(t)}
	for _, folder := range []string{"data/certs", "log", "cache", "run", "spool", "zones.d"} {
		if err := os.MkdirAll(filepath.Join(i.dir, folder), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	WriteFiles(t, i.dir, map[string]string{"icinga2.conf": strings.NewReplacer("NAME", name, "PLUGINS", plugins, "PORT", i.Port, "PASSWORD", icingaPassword, "DIR", i.dir).Replace(icingaConfig)})
	GiveAway(t, i.dir)
	if authority == nil {
		authority = i
		i.run(t, "pki", "new-ca")
	}
	i.certify(t, authority)
	return i
}

// certify makes the instance's key and has the authority sign it.
func (i *Icinga) certify(t testing.TB, authority *Icinga) {
	t.Helper()
	certs := filepath.Join(i.dir, "data/certs")
	request, certificate := filepath.Join(authority.dir, i.Name+".csr"), filepath.Join(authority.dir, i.Name+".crt")
	own := filepath.Join(certs, i.Name+".csr")
	i.run(t, "pki", "new-cert", "--cn", i.Name, "--key", filepath.Join(certs, i.Name+".key"), "--csr", own)
	copyFile(t, own, request)
	GiveAway(t, authority.dir)
	authority.run(t, "pki", "sign-csr", "--csr", request, "--cert", certificate)
	copyFile(t, certificate, filepath.Join(certs, i.Name+".crt"))
	copyFile(t, filepath.Join(authority.dir, "data/ca/ca.crt"), filepath.Join(certs, "ca.crt"))
	GiveAway(t, i.dir)
}

// Alone makes the instance the only one of its cluster.
func (i *Icinga) Alone(t testing.TB) {
	t.Helper()
	i.Configure(t, map[string]string{"conf.d/zones.conf": `object Endpoint NodeName { }
object Zone ZoneName { endpoints = [ NodeName ] }
`})
}

// Configure adds configuration: the keys are file names below the instance's
// folder; "zones.d/..." is handed to its cluster, "conf.d/..." is its own.
func (i *Icinga) Configure(t testing.TB, files map[string]string) {
	t.Helper()
	WriteFiles(t, i.dir, files)
	GiveAway(t, i.dir)
}

// Validate runs "icinga2 daemon -C" and returns its error with what it printed.
func (i *Icinga) Validate() error {
	output, err := exec.Command("icinga2", i.args("daemon", "-C", "-c", i.config())...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("icinga2 daemon -C: %w\n%s", err, output)
	}
	return nil
}

// Start runs the daemon and waits for its API.
func (i *Icinga) Start(t testing.TB) {
	t.Helper()
	if err := i.Validate(); err != nil {
		t.Fatal(err)
	}
	i.daemon = start(t, "icinga2", i.args("daemon", "-c", i.config())...)
	authority, err := os.ReadFile(filepath.Join(i.dir, "data/certs/ca.crt"))
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(authority)
	i.client = &http.Client{
		Timeout:   10 * time.Second,
		Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, ServerName: i.Name}},
	}
	Await(t, func() error {
		return i.ask("/v1/status/IcingaApplication", nil)
	})
}

// Stop ends the daemon.
func (i *Icinga) Stop() { stop(i.daemon) }

// Service asks the API for a service.
func (i *Icinga) Service(host, service string) (IcingaService, error) {
	var answer struct {
		Results []struct {
			Attrs IcingaService `json:"attrs"`
		} `json:"results"`
	}
	if err := i.ask("/v1/objects/services/"+url.PathEscape(host+"!"+service), &answer); err != nil {
		return IcingaService{}, err
	}
	if len(answer.Results) != 1 {
		return IcingaService{}, fmt.Errorf("the API of %s has %d services %s!%s", i.Name, len(answer.Results), host, service)
	}
	return answer.Results[0].Attrs, nil
}

// Await waits until a service was checked and its result is as wanted, and
// returns it.
func (i *Icinga) Await(t testing.TB, host, service string, wanted func(IcingaService) bool) IcingaService {
	t.Helper()
	var found IcingaService
	Await(t, func() (err error) {
		if found, err = i.Service(host, service); err != nil {
			return err
		}
		if !wanted(found) {
			return fmt.Errorf("%s has service %s of %s otherwise than wanted: %+v, result %+v", i.Name, service, host, found, found.CheckResult)
		}
		return nil
	})
	return found
}

// AwaitChecked has a service checked, again and again, until its result is as
// wanted.
func (i *Icinga) AwaitChecked(t testing.TB, host, service string, wanted func(IcingaService) bool) IcingaService {
	t.Helper()
	var last time.Time
	return i.Await(t, host, service, func(s IcingaService) bool {
		if wanted(s) {
			return true
		}
		if time.Since(last) > time.Second {
			i.CheckNow(t, host, service)
			last = time.Now()
		}
		return false
	})
}

// AwaitState waits until a service was checked and has a state.
func (i *Icinga) AwaitState(t testing.TB, host, service string, state float64) IcingaService {
	t.Helper()
	return i.Await(t, host, service, func(s IcingaService) bool { return s.State == state && s.LastCheck > 0 })
}

// AwaitConnected waits until another endpoint of the cluster is connected, or
// is not.
func (i *Icinga) AwaitConnected(t testing.TB, endpoint string, connected bool) {
	t.Helper()
	Await(t, func() error {
		var answer struct {
			Results []struct {
				Attrs struct {
					Connected bool `json:"connected"`
				} `json:"attrs"`
			} `json:"results"`
		}
		if err := i.ask("/v1/objects/endpoints/"+url.PathEscape(endpoint), &answer); err != nil {
			return err
		}
		if len(answer.Results) != 1 || answer.Results[0].Attrs.Connected != connected {
			return fmt.Errorf("%s is connected with %s: %v is not so", i.Name, endpoint, connected)
		}
		return nil
	})
}

// CheckNow has a service checked without waiting for its turn.
func (i *Icinga) CheckNow(t testing.TB, host, service string) {
	t.Helper()
	order, err := json.Marshal(map[string]any{"type": "Service", "service": host + "!" + service, "force": true})
	if err == nil {
		err = i.call(http.MethodPost, "/v1/actions/reschedule-check", string(order), nil)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// ask gets a path of the API; into may be nil.
func (i *Icinga) ask(path string, into any) error { return i.call(http.MethodGet, path, "", into) }

func (i *Icinga) call(method, path, order string, into any) error {
	request, err := http.NewRequest(method, fmt.Sprintf("https://127.0.0.1:%s%s", i.Port, path), strings.NewReader(order))
	if err != nil {
		return err
	}
	request.Header.Set("Accept", "application/json")
	request.SetBasicAuth("root", icingaPassword)
	response, err := i.client.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(response.Body, 16<<20))
	if err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("the API of %s answers %s to %s: %s", i.Name, response.Status, path, body)
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(body, into)
}

func (i *Icinga) config() string { return filepath.Join(i.dir, "icinga2.conf") }

// args puts the instance's folders before a command's arguments.
func (i *Icinga) args(command ...string) []string {
	defines := map[string]string{
		"DataDir": "data", "LogDir": "log", "CacheDir": "cache", "InitRunDir": "run", "SpoolDir": "spool",
		"ConfigDir": ".", "ZonesDir": "zones.d", "PidPath": "run/icinga2.pid", "StatePath": "data/icinga2.state",
		"ModAttrPath": "data/modified-attributes.conf", "VarsPath": "cache/icinga2.vars", "ObjectsPath": "cache/icinga2.debug",
	}
	for name, folder := range defines {
		command = append(command, "-DConfiguration."+name+"="+filepath.Join(i.dir, folder))
	}
	return append(command, "-DConfiguration.RunAsUser="+i.user, "-DConfiguration.RunAsGroup="+i.group)
}

// run runs one of the instance's other commands.
func (i *Icinga) run(t testing.TB, command ...string) {
	t.Helper()
	if output, err := exec.Command("icinga2", i.args(command...)...).CombinedOutput(); err != nil {
		t.Fatalf("icinga2 %s: %v\n%s", strings.Join(command, " "), err, output)
	}
}

func copyFile(t testing.TB, from, to string) {
	t.Helper()
	content, err := os.ReadFile(from)
	if err = errors.Join(err, os.WriteFile(to, content, 0o644)); err != nil {
		t.Fatal(err)
	}
}

// icingaConfig is what each instance has; accept_config and accept_commands are
// what an agent needs.
const icingaConfig = `const PluginDir = "PLUGINS"
const PluginContribDir = PluginDir
const NodeName = "NAME"
const ZoneName = "NAME"
include <itl>
object CheckerComponent "checker" {
}
object ApiListener "api" {
	bind_host = "127.0.0.1"
	bind_port = PORT
	accept_config = true
	accept_commands = true
}
object ApiUser "root" {
	password = "PASSWORD"
	permissions = [ "*" ]
}
include_recursive "DIR/conf.d"
`

// Services are the names of a host's services, sorted.
func (i *Icinga) Services(t testing.TB, host string) []string {
	t.Helper()
	var answer struct {
		Results []struct {
			Attrs struct {
				Name string `json:"name"`
				Host string `json:"host_name"`
			} `json:"attrs"`
		} `json:"results"`
	}
	if err := i.ask("/v1/objects/services?attrs=name&attrs=host_name", &answer); err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, result := range answer.Results {
		if result.Attrs.Host == host {
			names = append(names, result.Attrs.Name)
		}
	}
	slices.Sort(names)
	return names
}
