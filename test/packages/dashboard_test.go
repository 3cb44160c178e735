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

	"github.com/google/go-cmp/cmp"

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
		List []variable
	}
}

type variable struct{ Name, Type, Query, Regex, AllValue string }

// variable is a dashboard's variable of a name.
func (d dashboard) variable(t *testing.T, name string) variable {
	t.Helper()
	for _, v := range d.Templating.List {
		if v.Name == name {
			return v
		}
	}
	t.Fatalf("the dashboard has no variable %s", name)
	return variable{}
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

// listenInflux keeps "MEASUREMENT METRIC FIELD" of each line of InfluxDB's line
// protocol.
func listenInflux(t *testing.T) (*store, string) {
	t.Helper()
	s := &store{series: map[string]bool{}}
	line := regexp.MustCompile(`(?m)^([^,]+),(?:\\.|[^ ])*?\bmetric=((?:\\.|[^, ])+)[^ ]* ([^ ]+)`)
	listener := listen(t)
	server := &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		for _, match := range line.FindAllStringSubmatch(string(body), -1) {
			for field := range strings.SplitSeq(match[3], ",") {
				name, _, _ := strings.Cut(field, "=")
				s.add(match[1] + " " + strings.ReplaceAll(match[2], `\`, "") + " " + name)
			}
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
// all of it is found by a panel. The limits that they send are found too, and the
// variable for sections has each section and chooses what is of it.
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
	enable_send_thresholds = true
}
object InfluxdbWriter "influxdb" {
	host = "127.0.0.1"
	port = %s
	database = "icinga2"
	flush_threshold = 1
	enable_send_thresholds = true
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

	inGraphite, inInflux := readDashboard(t, "graphite.json"), readDashboard(t, "influxdb.json")
	wantFound(t, graphite, inGraphite.searches(t, inGraphite.variable(t, "section").AllValue), check)
	wantFound(t, influx, inInflux.searches(t, inInflux.variable(t, "section").AllValue), check)

	got, want := inInflux.sections(t, influx), []string{"dotted.example.com", "fe", "full", "limited", "named", "process", "process_ssl", "stats", "stats_backend", "tls", "v2", "v2e"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the variable of InfluxDB has other sections (-want +got):\n%s", diff)
	}
	for _, section := range []string{"v2", "v2e"} {
		if got := inGraphite.sections(t, graphite); !slices.Contains(got, section) {
			t.Errorf("the variable of Graphite has no section %s: %v", section, got)
		}
	}
	other := regexp.MustCompile(`[ .](full|v2e)[_/]`)
	for _, d := range []struct {
		dashboard
		*store
	}{{inGraphite, graphite}, {inInflux, influx}} {
		for _, search := range d.searches(t, "v2") {
			for _, name := range d.names() {
				if search.ofSection && search.finds(name) && other.MatchString(name) {
					t.Errorf("with the section v2 chosen, the panel %q shows %s", search.title, name)
				}
			}
		}
	}
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

// search is one query of a panel.
type search struct {
	title     string
	limit     bool // it asks for a limit, which not every metric has
	ofSection bool // of those that are chosen
	finds     func(name string) bool
}

// searches are the queries of all panels, with all hosts chosen, and a section or
// what stands for all of them.
func (d dashboard) searches(t *testing.T, section string) []search {
	t.Helper()
	var all []search
	for _, panel := range d.Panels {
		for at, target := range panel.Targets {
			query, read := target.Query, influxQuery
			if target.Target != "" {
				query, read = target.Target, graphiteTarget
			}
			all = append(all, search{panel.Title, at > 0, strings.Contains(query, "${section"), read(t, strings.NewReplacer("${section:regex}", section, "${section}", section).Replace(query))})
		}
	}
	return all
}

// sections are the values of the variable for sections, out of what is stored.
func (d dashboard) sections(t *testing.T, s *store) []string {
	t.Helper()
	v := d.variable(t, "section")
	name := regexp.MustCompile(strings.Trim(v.Regex, "/"))
	find := regexp.MustCompile(`^(?:icinga2\..*\.perfdata\.([^.]+)|haproxy_(?:backend|sessions|nosrv|errors) ([^ ]+) )`)
	var sections []string
	for _, series := range s.names() {
		if found := find.FindStringSubmatch(series); found != nil {
			if match := name.FindStringSubmatch(found[1] + found[2]); match != nil {
				sections = append(sections, match[1])
			}
		}
	}
	slices.Sort(sections)
	return slices.Compact(sections)
}

// wantFound waits, with checks run every other second, until each search finds
// something in the store, limits aside, and demands that nothing is there which
// none finds, but the smallest and largest values that a metric can have.
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
			if !search.limit && !slices.ContainsFunc(names, search.finds) {
				return fmt.Errorf("the panel %q finds nothing in:\n%s", search.title, strings.Join(names, "\n"))
			}
		}
		return nil
	})
	limits := map[string]bool{}
	bounds := regexp.MustCompile(`[ .](min|max|unit)$`)
	for _, name := range s.names() {
		if bounds.MatchString(name) {
			continue
		}
		limits[name[len(name)-4:]] = true
		if !slices.ContainsFunc(searches, func(search search) bool { return search.finds(name) }) {
			t.Errorf("no panel shows %s", name)
		}
	}
	if !limits["warn"] || !limits["crit"] {
		t.Error("Icinga has sent no limits")
	}
}

// graphiteTarget turns "aliasByNode(PATH, …)" or "aliasSub(group(PATH, …), …)"
// into what finds the paths' series.
func graphiteTarget(t *testing.T, target string) func(string) bool {
	t.Helper()
	paths := regexp.MustCompile(`icinga2\.\$host\.[^ ()]+\.(?:value|warn|crit)`).FindAllString(target, -1)
	if len(paths) == 0 {
		t.Fatalf("this target is of no known form: %s", target)
	}
	for i, path := range paths {
		paths[i] = graphiteGlob(strings.ReplaceAll(path, "$host", "*"))
	}
	return regexp.MustCompile("^(?:" + strings.Join(paths, "|") + ")$").MatchString
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

// influxQuery turns a query into what finds a "MEASUREMENT METRIC FIELD".
func influxQuery(t *testing.T, query string) func(string) bool {
	t.Helper()
	parts := regexp.MustCompile(`^SELECT mean\("(\w+)"\) FROM (?:"([a-z_]+)"|/([^/]+)/) .*"metric" =~ /((?:\\/|[^/])+)/\)`).FindStringSubmatch(query)
	if parts == nil {
		t.Fatalf("this query is of no known form: %s", query)
	}
	from, metric := regexp.MustCompile("^"+parts[2]+"$"), regexp.MustCompile(parts[4])
	if parts[3] != "" {
		from = regexp.MustCompile(parts[3])
	}
	return func(name string) bool {
		series := strings.Fields(name)
		return series[2] == parts[1] && from.MatchString(series[0]) && metric.MatchString(series[1])
	}
}

// TestDashboardsAreWhole looks at what Grafana needs to load them.
func TestDashboardsAreWhole(t *testing.T) {
	for _, name := range []string{"influxdb.json", "graphite.json"} {
		d := readDashboard(t, name)
		ids := map[int]bool{}
		for _, panel := range d.Panels {
			if ids[panel.ID] || panel.Title == "" || len(panel.Targets) != 3 {
				t.Errorf("%s: panel %d %q has a number that is taken, no title, or not three targets", name, panel.ID, panel.Title)
			}
			ids[panel.ID] = true
		}
		if len(d.Panels) == 0 || len(d.Templating.List) != 3 || d.Templating.List[0].Query+".json" != name {
			t.Errorf("%s has %d panels and the variables %+v", name, len(d.Panels), d.Templating.List)
		}
	}
}

// pnpHarness includes a template as PNP4Nagios does, inside a method whose
// object has the metrics ("FILE LABEL WARN CRIT", a range by its ends), and prints
// what it sets, for rrdtool to draw.
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
foreach (array_slice($argv, 2) as $i => $metric) {
	list($file, $label, $warn, $crit) = explode(' ', $metric);
	$page->DS[$i] = array('LABEL' => $label, 'NAME' => $label, 'RRDFILE' => $file, 'DS' => '1');
	foreach (array('WARN' => $warn, 'CRIT' => $crit) as $limit => $range) {
		$ends = explode(':', $range);
		$page->DS[$i] += array($limit => isset($ends[1]) ? '' : $range, $limit . '_MIN' => isset($ends[1]) ? $ends[0] : '', $limit . '_MAX' => isset($ends[1]) ? $ends[1] : '');
	}
}
$page->show($argv[1]);
`

// TestPNPTemplates has PHP run each template on the metrics that the plugin
// prints, each in a file of its own, and rrdtool draw every graph: all of them, and
// then those of fewer sections.
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
	empty, err := os.ReadFile(filepath.Join(dir, "data.rrd"))
	if err != nil {
		t.Fatal(err)
	}

	perfdata := regexp.MustCompile(`'([^'=]+)'=[^; ]*(?:;([^; ]*);([^; ]*))?`)
	number := regexp.MustCompile(`-?[0-9.]+`)
	for _, p := range programs(t) {
		if !p.IsPlugin() {
			continue
		}
		template := filepath.Join(installed(t), exampleFolder, "pnp4nagios", p.Name+".php")
		for _, level := range []string{"summary", "sections", "servers"} {
			output, _ := outputOf(t, filepath.Join(plugins(t), p.Name), append(s.source(p.Name), "--perfdata", level)...)
			metrics := perfdata.FindAllStringSubmatch(output, -1)
			if len(metrics) < 3 {
				t.Fatalf("%s prints the metrics %q", p.Name, metrics)
			}
			for _, step := range []int{1, 2} {
				args := []string{"harness.php", template}
				var labels, limits []string
				for i := 0; i < len(metrics); i += step {
					file := fmt.Sprintf("%s-%s-%d-%d.rrd", p.Name, level, step, i)
					rig.WriteFiles(t, dir, map[string]string{file: string(empty)})
					args = append(args, strings.Join(append([]string{file}, metrics[i][1:]...), " "))
					labels = append(labels, metrics[i][1])
					limits = append(append(limits, number.FindAllString(metrics[i][2], -1)...), number.FindAllString(metrics[i][3], -1)...)
				}
				shown := run(php, args...)
				for _, label := range labels {
					if !strings.Contains(shown, fmt.Sprintf("%q", fmt.Sprintf("%-30s", label))) {
						t.Errorf("%s has no line for %s", filepath.Base(template), label)
					}
				}
				for _, limit := range limits {
					if !strings.Contains(shown, "HRULE:"+limit+"#") {
						t.Errorf("%s draws no limit at %s", filepath.Base(template), limit)
					}
				}
				lines := strings.Split(strings.TrimSpace(shown), "\n")
				for i := 1; i < len(lines); i += 2 {
					run("sh", "-c", rrdtool+" graph /dev/null "+lines[i])
				}
			}
		}
	}
}

// source are the flags that give a plugin what it looks at.
func (s *site) source(plugin string) []string {
	switch plugin {
	case "check_haproxy_nosrv":
		return []string{"-f", s.log}
	case "check_haproxy_certs":
		return []string{"-S", s.operator}
	case "check_haproxy_dns":
		return []string{"-S", s.socket, "--no-lookup"}
	case "check_haproxy_config":
		return []string{"-S", s.socket, "--config", s.config}
	default:
		return []string{"-S", s.socket}
	}
}
