package packages

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"check-haproxy/test/rig"
)

// limitedConfig has HAProxy limit everything that can be, so that every metric
// of the plugins is there.
const limitedConfig = `
global
	maxconn 1000
	maxconnrate 1000
	maxsessrate 1000
	maxsslrate 1000
	maxsslconn 1000
frontend limited
	bind unix@DIR/limited.sock
	rate-limit sessions 100
	default_backend full
backend full
	stick-table type ip size 10
	server s 127.0.0.1:1 maxconn 10
resolvers nobody
	nameserver one 127.0.0.1:9
backend dotted.example.com
	server s 127.0.0.1:1
backend named
	server s name.test:80 check resolvers nobody init-addr none
`

// dashboard is what Grafana reads of a dashboard and the tests need.
type dashboard struct {
	Panels []struct {
		ID      int
		Title   string
		Targets []struct{ Query, Target string }
	}
	Templating struct {
		List []struct{ Name, Type, Query string }
	}
}

func readDashboard(t *testing.T, name string) dashboard {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(installed(t), exampleFolder, "grafana", name))
	if err != nil {
		t.Fatal(err)
	}
	var d dashboard
	if err := json.Unmarshal(text, &d); err != nil {
		t.Fatal(err)
	}
	return d
}

// store is a database as Icinga's writers see it: it keeps the names of what
// they send.
type store struct {
	mu     sync.Mutex
	series map[string]bool
}

func (s *store) add(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.series[name] = true
}

func (s *store) names() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var names []string
	for name := range s.series {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// listenGraphite keeps the path of each line of Graphite's plain text protocol.
func listenGraphite(t *testing.T) (*store, string) {
	t.Helper()
	s := &store{series: map[string]bool{}}
	listener := listen(t)
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			t.Cleanup(func() { _ = conn.Close() })
			go func() {
				lines := bufio.NewScanner(conn)
				for lines.Scan() {
					path, _, _ := strings.Cut(lines.Text(), " ")
					s.add(path)
				}
			}()
		}
	}()
	return s, portOf(listener)
}

// listenInflux keeps "MEASUREMENT METRIC" of each line of InfluxDB's line
// protocol.
func listenInflux(t *testing.T) (*store, string) {
	t.Helper()
	s := &store{series: map[string]bool{}}
	line := regexp.MustCompile(`(?m)^([^,]+),(?:\\.|[^ ])*?\bmetric=((?:\\.|[^, ])+)`)
	listener := listen(t)
	server := &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		for _, match := range line.FindAllStringSubmatch(string(body), -1) {
			s.add(match[1] + " " + strings.ReplaceAll(match[2], `\`, ""))
		}
		w.WriteHeader(http.StatusNoContent)
	})}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
	return s, portOf(listener)
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	return listener
}

func portOf(listener net.Listener) string {
	return strconv.Itoa(listener.Addr().(*net.TCPAddr).Port)
}

// TestDashboards has the real Icinga write the plugins' perfdata the way its
// InfluxDB and Graphite writers do by default: each panel finds some of it, and
// all of it is found by a panel.
func TestDashboards(t *testing.T) {
	rig.Need(t, "icinga2")
	graphite, graphitePort := listenGraphite(t)
	influx, influxPort := listenInflux(t)
	s := newSite(t, limitedConfig)
	i := rig.NewIcinga(t, "single", plugins(t), nil)
	i.Alone(t)
	i.Configure(t, map[string]string{
		"conf.d/check_haproxy.conf":    icingaFile(t, "check_haproxy.conf"),
		"conf.d/haproxy-services.conf": icingaFile(t, "haproxy-services.conf"),
		"conf.d/hosts.conf":            icingaHost(s, ""),
		"conf.d/summaries.conf":        summaries(s),
		"conf.d/writers.conf": fmt.Sprintf(`object GraphiteWriter "graphite" {
	host = "127.0.0.1"
	port = %s
}
object InfluxdbWriter "influxdb" {
	host = "127.0.0.1"
	port = %s
	database = "icinga2"
	flush_threshold = 1
	service_template = {
		measurement = "$service.check_command$"
		tags = {
			hostname = "$host.name$"
			service = "$service.name$"
		}
	}
}
`, graphitePort, influxPort),
	})
	i.Start(t)
	// The writers drop what comes before they are connected.
	check := func() {
		for _, service := range []string{"haproxy-backend-v2", "haproxy-backend-v2e", "haproxy-nosrv-v2", "haproxy-errors-v2e", "errors-servers", "haproxy-sessions", "haproxy-process", "haproxy-certs", "backend-summary", "certs-summary", "sessions-summary", "dns-summary", "dns-servers", "backend-servers", "config-summary"} {
			i.CheckNow(t, "lb1", service)
		}
	}

	var graphitePanels, influxPanels []search
	for _, panel := range readDashboard(t, "graphite.json").Panels {
		graphitePanels = append(graphitePanels, search{panel.Title, graphiteTarget(t, panel.Targets[0].Target)})
	}
	for _, panel := range readDashboard(t, "influxdb.json").Panels {
		influxPanels = append(influxPanels, search{panel.Title, influxQuery(t, panel.Targets[0].Query)})
	}
	wantFound(t, graphite, graphitePanels, check)
	wantFound(t, influx, influxPanels, check)
}

// summaries are services at the levels of perfdata that haproxy-services.conf has not.
func summaries(s *site) string {
	var b strings.Builder
	for _, check := range []struct{ name, level, more string }{
		{"backend", "summary", ""}, {"certs", "summary", "vars.haproxy_certs_socket = " + icingaString(s.operator)}, {"backend", "servers", ""}, {"sessions", "summary", ""}, {"errors", "servers", ""},
		{"dns", "summary", "vars.haproxy_dns_no_lookup = true"}, {"dns", "servers", "vars.haproxy_dns_no_lookup = true"},
		{"config", "summary", "vars.haproxy_config_config = " + icingaString(s.config)},
	} {
		fmt.Fprintf(&b, "object Service \"%[1]s-%[2]s\" {\n\thost_name = \"lb1\"\n\tcheck_command = \"haproxy_%[1]s\"\n\tvars.haproxy_%[1]s_socket = %[3]s\n\tvars.haproxy_%[1]s_perfdata = \"%[2]s\"\n\t%[4]s\n}\n",
			check.name, check.level, icingaString(s.socket), check.more)
	}
	return b.String()
}

// search is what a panel finds.
type search struct {
	title   string
	pattern *regexp.Regexp
}

// wantFound waits, with checks run every other second, until each search finds
// something in the store, and demands that nothing is there which none finds.
func wantFound(t *testing.T, s *store, searches []search, check func()) {
	t.Helper()
	var checked time.Time
	rig.Await(t, func() error {
		if time.Since(checked) > 2*time.Second {
			check()
			checked = time.Now()
		}
		names := s.names()
		for _, search := range searches {
			if !slices.ContainsFunc(names, search.pattern.MatchString) {
				return fmt.Errorf("the panel %q finds nothing by %s in:\n%s", search.title, search.pattern, strings.Join(names, "\n"))
			}
		}
		return nil
	})
	for _, name := range s.names() {
		if !slices.ContainsFunc(searches, func(search search) bool { return search.pattern.MatchString(name) }) {
			t.Errorf("no panel shows %s", name)
		}
	}
}

// graphiteTarget turns "aliasByNode(PATH, …)" or "aliasSub(group(PATH, …), …)"
// into what matches the paths' series, with all hosts chosen.
func graphiteTarget(t *testing.T, target string) *regexp.Regexp {
	t.Helper()
	paths := regexp.MustCompile(`icinga2\.\$host\.[^ ()]+\.value`).FindAllString(target, -1)
	if len(paths) == 0 {
		t.Fatalf("this target is of no known form: %s", target)
	}
	for i, path := range paths {
		paths[i] = graphiteGlob(strings.ReplaceAll(path, "$host", "*"))
	}
	return regexp.MustCompile("^(?:" + strings.Join(paths, "|") + ")$")
}

// graphiteGlob is a path with globs as a regular expression; "*" stops at dots.
func graphiteGlob(path string) string {
	var b strings.Builder
	for _, c := range path {
		switch c {
		case '*':
			b.WriteString(`[^.]*`)
		case '{':
			b.WriteString(`(?:`)
		case ',':
			b.WriteString(`|`)
		case '}':
			b.WriteString(`)`)
		default:
			b.WriteString(regexp.QuoteMeta(string(c)))
		}
	}
	return b.String()
}

// influxQuery turns a query into what matches "MEASUREMENT METRIC".
func influxQuery(t *testing.T, query string) *regexp.Regexp {
	t.Helper()
	from := regexp.MustCompile(` FROM (?:"([a-z_]+)"|/(\^[a-z_]+)/) `).FindStringSubmatch(query)
	metric := regexp.MustCompile(`"metric" =~ /([^/]+)/\)`).FindStringSubmatch(query)
	if from == nil || metric == nil {
		t.Fatalf("this query is of no known form: %s", query)
	}
	measurement := from[1]
	if measurement == "" {
		measurement = strings.TrimPrefix(from[2], "^") + `\S*`
	}
	// The metric's own "^" stands after the blank here.
	return regexp.MustCompile("^" + measurement + " (?:.*_)?" + strings.TrimPrefix(strings.TrimPrefix(metric[1], "(^|_)"), "^"))
}

// TestDashboardsAreWhole looks at what Grafana needs to load them.
func TestDashboardsAreWhole(t *testing.T) {
	for _, name := range []string{"influxdb.json", "graphite.json"} {
		d := readDashboard(t, name)
		ids := map[int]bool{}
		for _, panel := range d.Panels {
			if ids[panel.ID] || panel.Title == "" || len(panel.Targets) != 1 {
				t.Errorf("%s: panel %d %q has a number that is taken, no title, or not one target", name, panel.ID, panel.Title)
			}
			ids[panel.ID] = true
		}
		if len(d.Panels) == 0 || len(d.Templating.List) != 2 || d.Templating.List[0].Query+".json" != name {
			t.Errorf("%s has %d panels and the variables %+v", name, len(d.Panels), d.Templating.List)
		}
	}
}

// pnpHarness includes a template as PNP4Nagios does, inside a method whose
// object has the metrics, and prints what it sets, for rrdtool to draw.
const pnpHarness = `<?php
class Page {
	public $DS;
	function show($template) {
		$opt = array(); $def = array(); $ds_name = array();
		include $template;
		foreach ($def as $i => $graph) { echo $ds_name[$i], "\n", trim($opt[$i] . ' ' . $graph), "\n"; }
	}
}
$page = new Page;
foreach (array_slice($argv, 2) as $i => $label) {
	$page->DS[$i] = array('LABEL' => $label, 'NAME' => $label, 'RRDFILE' => 'data.rrd', 'DS' => '1');
}
$page->show($argv[1]);
`

// TestPNPTemplates has PHP run each template on the labels that the plugin
// prints, and rrdtool draw every graph.
func TestPNPTemplates(t *testing.T) {
	php, rrdtool := rig.Need(t, "php"), rig.Need(t, "rrdtool")
	s := newSite(t, limitedConfig)
	dir := rig.SharedDir(t)
	rig.WriteFiles(t, dir, map[string]string{"harness.php": pnpHarness})
	run := func(program string, args ...string) string {
		t.Helper()
		command := exec.Command(program, args...)
		command.Dir = dir
		output, err := command.CombinedOutput()
		if err != nil {
			t.Fatalf("%s %v: %v\n%s", program, args, err, output)
		}
		return string(output)
	}
	run(rrdtool, "create", "data.rrd", "--step", "60", "DS:1:GAUGE:120:U:U", "RRA:AVERAGE:0.5:1:10", "RRA:MAX:0.5:1:10")

	for _, p := range programs(t) {
		if !p.IsPlugin() {
			continue
		}
		template := filepath.Join(installed(t), exampleFolder, "pnp4nagios", p.Name+".php")
		for _, level := range []string{"summary", "sections", "servers"} {
			source := []string{"-S", s.socket}
			switch p.Name {
			case "check_haproxy_nosrv":
				source = []string{"-f", s.log}
			case "check_haproxy_certs":
				source = []string{"-S", s.operator}
			case "check_haproxy_dns":
				source = append(source, "--no-lookup")
			case "check_haproxy_config":
				source = append(source, "--config", s.config)
			}
			output, _ := outputOf(t, filepath.Join(plugins(t), p.Name), append(source, "--perfdata", level)...)
			var labels []string
			for _, label := range regexp.MustCompile(`'([^'=]+)'=`).FindAllStringSubmatch(output, -1) {
				labels = append(labels, label[1])
			}
			if len(labels) < 3 {
				t.Fatalf("%s prints the metrics %q", p.Name, labels)
			}
			shown := run(php, append([]string{"harness.php", template}, labels...)...)
			for _, label := range labels {
				if !strings.Contains(shown, fmt.Sprintf("%q", fmt.Sprintf("%-30s", label))) {
					t.Errorf("%s has no line for %s", filepath.Base(template), label)
				}
			}
			lines := strings.Split(strings.TrimSpace(shown), "\n")
			for i := 1; i < len(lines); i += 2 {
				run("sh", "-c", rrdtool+" graph /dev/null "+lines[i])
			}
		}
	}
}
