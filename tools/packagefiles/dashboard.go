package packagefiles

import (
	"fmt"
	"strings"
)

// panel is one graph of the dashboards: which metrics of which plugin. A metric
// is named <section>_<ending>, or just <ending> where it is of everything
// together (--perfdata summary).
type panel struct {
	title   string
	about   string
	command string // Icinga's CheckCommand; "*" is every one
	endings []string
	unit    string // as Grafana calls it
}

// panels are the graphs, two in a row. Their endings are all that the plugins
// print; the tests hold them against real output.
var panels = []panel{
	{"Servers up", "Servers of a backend that can answer. None left: users get 503.", "haproxy_backend", []string{"up"}, "short"},
	{"Servers down or taken out", "Down: failed checks. Out: taken out on purpose (maintenance, drain, weight 0).", "haproxy_backend", []string{"down", "out"}, "short"},
	{"Requests without a server, per minute", "Out of HAProxy's log, or as it has counted; redirects, denials and clients' own faults are not counted.", "haproxy_nosrv", []string{"nosrv_rate"}, "short"},
	{"Share of requests without a server", "Of all requests of a section, in the check's window.", "haproxy_nosrv", []string{"nosrv_share"}, "percent"},
	{"Requests in the window", "All, and those that found no server, in the check's window.", "haproxy_nosrv", []string{"requests", "nosrv"}, "short"},
	{"Share of requests that servers spoiled", "Refused, broken off, answered too late or with 5xx, of those that servers were given.", "haproxy_errors", []string{"errors_share"}, "percent"},
	{"Requests that servers spoiled", "All requests and the spoiled ones in the check's window; with --perfdata servers each kind and each server.", "haproxy_errors", []string{"requests", "errors", "connect", "response", "timeout", "server_error", "slow", "retry", "abort"}, "short"},
	{"Sessions and connections", "In use, of limits that are enforced (maxconn).", "haproxy_sessions", []string{"sessions", "connections"}, "short"},
	{"Waiting in queues", "Requests that wait for a slot of a server. They time out next, and get 503.", "haproxy_sessions", []string{"queue"}, "short"},
	{"Rates of new sessions", "Where HAProxy limits them: new sessions, connections and TLS handshakes a second.", "haproxy_sessions", []string{"session_rate", "connection_rate", "ssl_rate"}, "short"},
	{"Names that mean something else", "Servers that HAProxy has no address for, an old one, or one that DNS cannot confirm.", "haproxy_dns", []string{"unresolved", "stale", "lookup_failed"}, "short"},
	{"HAProxy's own DNS queries", "Since its start, by name server of its resolvers sections.", "haproxy_dns", []string{"sent", "valid", "update", "cname"}, "short"},
	{"HAProxy's own DNS queries that failed", "The same; nx: no such name.", "haproxy_dns", []string{"nx", "timeout", "refused", "invalid", "too_big", "truncated", "outdated", "other", "snd_error", "cname_error", "any_err"}, "short"},
	{"Idle time of HAProxy", "How much of its time HAProxy has left (Idle_pct). Near 0: it is the bottleneck.", "haproxy_process", []string{"idle"}, "percent"},
	{"Connections and their rates", "Of the whole process: open ones, and new ones a second.", "haproxy_process", []string{"connections", "connection_rate", "session_rate", "ssl_connections", "ssl_rate"}, "short"},
	{"What HAProxy lost, and old workers", "Log lines that were dropped and memory that was refused, since its start; workers from before a reload that still serve sessions.", "haproxy_process", []string{"dropped_logs", "failed_allocations", "old_workers"}, "short"},
	{"Requests since HAProxy's start", "It begins anew with each reload.", "haproxy_process", []string{"requests"}, "short"},
	{"Time since HAProxy's start", "A drop to 0 is a reload or a restart.", "haproxy_process", []string{"uptime"}, "s"},
	{"Memory of HAProxy's pools", "Of its limit, if it has one (-m).", "haproxy_process", []string{"memory"}, "bytes"},
	{"Stick tables", "Entries of each; a full one forgets its oldest.", "haproxy_process", []string{"table"}, "short"},
	{"Days until certificates expire", "Of those that HAProxy serves, whatever is on disk.", "haproxy_certs", []string{"days"}, "d"},
	{"Certificates", "How many were checked (--perfdata summary).", "haproxy_certs", []string{"certificates"}, "short"},
	{"Nearest limit", "How much of the limit that bites first is used (--perfdata summary).", "haproxy_sessions", []string{"used"}, "percent"},
	{"Backends by state", "How many are OK, WARNING and CRITICAL (--perfdata summary).", "haproxy_backend", []string{"ok", "warning", "critical"}, "short"},
	{"Limits by state", "How many are OK, WARNING and CRITICAL (--perfdata summary).", "haproxy_sessions", []string{"ok", "warning", "critical"}, "short"},
	{"Risks in the configuration", "What in haproxy.cfg invites the next outage, and what else is worth a note.", "haproxy_config", []string{"risks", "notes"}, "short"},
	{"Time that a check takes", "Near the timeout: HAProxy or its network answers slowly.", "*", []string{"time"}, "s"},
}

// pattern is the regular expression that a panel's metrics match.
func (p panel) pattern() string {
	if len(p.endings) == 1 {
		return "(^|_)" + p.endings[0] + "$"
	}
	return "(^|_)(" + strings.Join(p.endings, "|") + ")$"
}

// glob is the same as a pattern of Graphite.
func (p panel) glob() string {
	var globs []string
	for _, ending := range p.endings {
		globs = append(globs, ending, "*_"+ending)
	}
	return "{" + strings.Join(globs, ",") + "}"
}

// influxQuery finds the metrics as Icinga 2's InfluxdbWriter and
// Influxdb2Writer store them by default: the measurement is the check command,
// the perfdata's label is the tag "metric".
func (p panel) influxQuery() (query, alias string) {
	from, tag := `"`+p.command+`"`, "metric"
	if p.command == "*" {
		from, tag = "/^haproxy_/", "service"
	}
	return fmt.Sprintf(`SELECT mean("value") FROM %s WHERE ("hostname" =~ /^${host:regex}$/ AND "metric" =~ /%s/) AND $timeFilter GROUP BY time($__interval), "hostname", "%s" fill(null)`,
		from, p.pattern(), tag), "$tag_hostname $tag_" + tag
}

// maxDots is how many dots in a metric's name the Graphite dashboard reckons
// with: those of an IPv4 address or a host name.
const maxDots = 3

// graphiteTarget finds them as Icinga 2's GraphiteWriter stores them:
// icinga2.HOST.services.SERVICE.COMMAND.perfdata.LABEL.value. A dot in a label
// stays one and so makes a folder.
func (p panel) graphiteTarget() string {
	if p.command == "*" {
		return "aliasByNode(icinga2.$host.services.*.haproxy_*.perfdata." + p.glob() + ".value, 1, 3)"
	}
	var paths []string
	for dots := range maxDots + 1 {
		paths = append(paths, "icinga2.$host.services.*."+p.command+".perfdata."+strings.Repeat("*.", dots)+p.glob()+".value")
	}
	return "aliasSub(group(" + strings.Join(paths, ", ") + `), '^icinga2\.([^.]+)\..*\.perfdata\.(.+)\.value$', '\1 \2')`
}

type object = map[string]any

// InfluxDashboard makes the Grafana dashboard for InfluxDB.
func InfluxDashboard() string {
	hosts := object{"type": "query", "query": `SHOW TAG VALUES FROM /^haproxy_/ WITH KEY = "hostname"`}
	return dashboard("influxdb", "InfluxDB", hosts, func(p panel) object {
		query, alias := p.influxQuery()
		return object{"rawQuery": true, "resultFormat": "time_series", "query": query, "alias": alias}
	})
}

// GraphiteDashboard makes the Grafana dashboard for Graphite.
func GraphiteDashboard() string {
	hosts := object{"type": "query", "query": "icinga2.*"}
	return dashboard("graphite", "Graphite", hosts, func(p panel) object {
		return object{"target": p.graphiteTarget()}
	})
}

func dashboard(kind, name string, hosts object, target func(panel) object) string {
	source := object{"type": kind, "uid": "${datasource}"}
	hosts["name"], hosts["label"], hosts["datasource"] = "host", "Host", source
	hosts["multi"], hosts["includeAll"], hosts["refresh"], hosts["sort"] = true, true, 2, 1
	hosts["current"] = object{"text": "All", "value": "$__all"}

	var graphs []object
	for i, p := range panels {
		query := target(p)
		query["refId"], query["datasource"] = "A", source
		graphs = append(graphs, object{
			"id": i + 1, "type": "timeseries", "title": p.title, "description": p.about, "datasource": source,
			"gridPos":     object{"h": 8, "w": 12, "x": i % 2 * 12, "y": i / 2 * 8},
			"fieldConfig": object{"defaults": object{"unit": p.unit, "min": 0, "custom": object{"drawStyle": "line", "lineInterpolation": "stepAfter", "fillOpacity": 10, "showPoints": "never"}}, "overrides": []object{}},
			"options":     object{"legend": object{"displayMode": "list", "placement": "bottom", "calcs": []string{}}, "tooltip": object{"mode": "multi", "sort": "desc"}},
			"targets":     []object{query},
		})
	}
	return encode(object{
		"uid": "check-haproxy-" + kind, "title": "HAProxy: missing servers (" + name + ")", "tags": []string{"haproxy", "icinga"},
		"schemaVersion": 36, "version": 1, "editable": true, "graphTooltip": 1, "refresh": "1m",
		"time": object{"from": "now-6h", "to": "now"}, "timezone": "",
		"annotations": object{"list": []object{}},
		"templating":  object{"list": []object{{"name": "datasource", "label": "Data source", "type": "datasource", "query": kind}, hosts}},
		"panels":      graphs,
	})
}

// PNPTemplate makes a plugin's template for PNP4Nagios, which finds it by the
// name of the check command.
func PNPTemplate(p Program) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<?php
# PNP4Nagios template of %s: copy it to the templates folder of PNP4Nagios
# (/etc/pnp4nagios/templates), under the name of each Nagios command that is to
# use it: %[1]s.php, %[1]s_socket.php, ...
#
# Made from the list of metrics (make generate): do not edit.

$graphs = array(
`, p.Name)
	for _, graph := range panels {
		if graph.command == p.Command() || graph.command == "*" {
			fmt.Fprintf(&b, "\tarray(%s, %s),\n", phpString(graph.title), phpString("/"+graph.pattern()+"/"))
		}
	}
	b.WriteString(pnpBody)
	return b.String()
}

func phpString(text string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, "'", `\'`).Replace(text) + "'"
}

const pnpBody = `);
$colours = array('#1f78b4', '#33a02c', '#e31a1c', '#ff7f00', '#6a3d9a', '#b15928', '#a6cee3', '#b2df8a', '#fb9a99', '#fdbf6f');

$number = 0;
foreach ($graphs as $graph) {
	list($title, $pattern) = $graph;
	$lines = '';
	$line = 0;
	foreach ($this->DS as $index => $source) {
		if (!preg_match($pattern, $source['LABEL'])) {
			continue;
		}
		# Nothing of a section's name is markup to rrdtool.
		$label = str_replace(':', '\:', preg_replace('/[^A-Za-z0-9_.:\/@-]/', '_', $source['LABEL']));
		$lines .= sprintf('DEF:v%d=%s:%s:AVERAGE ', $index, $source['RRDFILE'], $source['DS']);
		$lines .= sprintf('LINE1:v%d%s:"%-30s" ', $index, $colours[$line++ % count($colours)], $label);
		foreach (array('LAST', 'AVERAGE', 'MAX') as $what) {
			$lines .= sprintf('GPRINT:v%d:%s:"%s %%8.2lf%s" ', $index, $what, strtolower($what), $what == 'MAX' ? '\l' : '');
		}
	}
	if ($lines == '') {
		continue;
	}
	$number++;
	$ds_name[$number] = $title;
	$opt[$number] = sprintf('--title "%s" --lower-limit 0 ', $title);
	$def[$number] = $lines;
}
?>
`
