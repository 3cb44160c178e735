package packagefiles

import (
	"fmt"
	"slices"
	"strings"
)

// panel is one graph of the dashboards: which metrics of which plugin. A metric
// is named <section>_<ending>, or just <ending> if it is of everything
// together (--perfdata summary).
type panel struct {
	title   string
	about   string
	command string // Icinga's CheckCommand; "*" is every one
	endings []string
	unit    string // as Grafana calls it
}

// atLeast has the default limits that a metric must not fall below, WARNING's and
// CRITICAL's; 0 is none. They are fixed lines: Icinga's writers send no threshold
// that is a range ("1:").
var atLeast = map[string][2]float64{"up": {0, 1}, "idle": {20, 5}, "days": {14, 7}}

// The graphs, two in a row. Their endings are all that the plugins print; the
// tests hold them against real output.
var panels = slices.Concat(sectionPanels, hostPanels)

// sectionPanels are about HAProxy's sections, of which a person chooses some.
var sectionPanels = []panel{
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
}

// hostPanels are about what a HAProxy has once.
var hostPanels = []panel{
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

// bySection says if the variable for sections chooses among the panel's metrics.
func (p panel) bySection() bool {
	return slices.ContainsFunc(sectionPanels, func(s panel) bool { return s.title == p.title })
}

// pattern is the regular expression that a panel's metrics match.
func (p panel) pattern() string { return "(^|_)" + group(p.endings) + "$" }

// chosenPattern is the one that those of the sections chosen in Grafana match.
func (p panel) chosenPattern() string {
	if !p.bySection() {
		return p.pattern()
	}
	// A section's name and its server's, or everything together.
	return `^((${section:regex})(\/.+)?_)?` + group(p.endings) + "$"
}

// group is an alternative of words in a regular expression.
func group(words []string) string {
	if len(words) == 1 {
		return words[0]
	}
	return "(" + strings.Join(words, "|") + ")"
}

// sectionOf is the regular expression, as the browser has them, whose first group
// is the section's name in a label.
func sectionOf() string {
	var endings []string
	for _, p := range sectionPanels {
		endings = append(endings, p.endings...)
	}
	slices.Sort(endings)
	return `/^([^\/]+?)(?:\/.+)?_` + group(slices.Compact(endings)) + "$/"
}

// globs are the same as patterns of Graphite, which knows no alternative of one.
func (p panel) globs() []string {
	endings := p.endings[0]
	if len(p.endings) > 1 {
		endings = "{" + strings.Join(p.endings, ",") + "}"
	}
	named := "*_" + endings
	if p.bySection() {
		named = "${section}{_,_*_}" + endings // Icinga writes a server's "/" as "_"
	}
	globs := []string{endings}
	for dots := range maxDots + 1 {
		globs = append(globs, strings.Repeat("*.", dots)+named)
	}
	return globs
}

// What a panel asks for of each metric, in this order: its value, and the limits in
// effect, if Icinga's writer sends them (enable_send_thresholds).
var fields = []string{"value", "warn", "crit"}

// The names of the queries of limits, by which their lines get their look.
const (
	valueQuery    = "A"
	warningQuery  = "B"
	criticalQuery = "C"
)

// influxQuery finds the metrics as Icinga 2's InfluxdbWriter and
// Influxdb2Writer store them by default: the measurement is the check command,
// the perfdata's label is the tag "metric".
func (p panel) influxQuery(field string) (query, alias string) {
	from, tags, alias := `"`+p.command+`"`, `"hostname", "service", "metric"`, "$tag_hostname $tag_service $tag_metric"
	if p.command == "*" {
		from, tags, alias = "/^haproxy_/", `"hostname", "service"`, "$tag_hostname $tag_service"
	}
	return fmt.Sprintf(`SELECT mean("%s") FROM %s WHERE ("hostname" =~ /^${host:regex}$/ AND "metric" =~ /%s/) AND $timeFilter GROUP BY time($__interval), %s fill(null)`,
		field, from, p.chosenPattern(), tags), alias + ofLimit(field)
}

// ofLimit is what tells the line of a limit from that of the value.
func ofLimit(field string) string {
	if field == "value" {
		return ""
	}
	return " " + field
}

// maxDots is how many dots in a metric's name the Graphite dashboard reckons
// with: those of an IPv4 address or a host name.
const maxDots = 3

// graphiteTarget finds them as Icinga 2's GraphiteWriter stores them:
// icinga2.HOST.services.SERVICE.COMMAND.perfdata.LABEL.value. A dot in a label
// stays one and so makes a folder.
func (p panel) graphiteTarget(field string) string {
	if p.command == "*" {
		return "aliasByNode(icinga2.$host.services.*.haproxy_*.perfdata." + p.endings[0] + "." + field + ", 1, 3)"
	}
	var paths []string
	for _, glob := range p.globs() {
		paths = append(paths, "icinga2.$host.services.*."+p.command+".perfdata."+glob+"."+field)
	}
	return "aliasSub(group(" + strings.Join(paths, ", ") + `), '^icinga2\.([^.]+)\.services\.([^.]+)\..*\.perfdata\.(.+)\.` + field + `$', '\1 \2 \3` + ofLimit(field) + `')`
}

type object = map[string]any

// commandsOfSections have metrics of all sections; those of haproxy_dns are some of
// them, beside name servers.
var commandsOfSections = []string{"haproxy_backend", "haproxy_sessions", "haproxy_nosrv", "haproxy_errors"}

// InfluxDashboard makes the Grafana dashboard for InfluxDB.
func InfluxDashboard() string {
	hosts := `SHOW TAG VALUES FROM /^haproxy_/ WITH KEY = "hostname"`
	metrics := "SHOW TAG VALUES FROM /^" + group(commandsOfSections) + `$/ WITH KEY = "metric" WHERE "hostname" =~ /^${host:regex}$/`
	return dashboard("influxdb", "InfluxDB", hosts, metrics, ".*", func(p panel, field string) object {
		query, alias := p.influxQuery(field)
		return object{"rawQuery": true, "resultFormat": "time_series", "query": query, "alias": alias}
	})
}

// GraphiteDashboard makes the Grafana dashboard for Graphite.
func GraphiteDashboard() string {
	metrics := "icinga2.$host.services.*.{" + strings.Join(commandsOfSections, ",") + "}.perfdata.*"
	return dashboard("graphite", "Graphite", "icinga2.*", metrics, "*", func(p panel, field string) object {
		return object{"target": p.graphiteTarget(field)}
	})
}

// dashboard makes one out of the queries for hosts and for metrics, what stands
// for all sections in its other queries, and these.
func dashboard(kind, name, hosts, metrics, allSections string, target func(panel, string) object) string {
	source := object{"type": kind, "uid": "${datasource}"}
	section := variable("section", "Section", metrics, source)
	section["regex"], section["allValue"] = sectionOf(), allSections

	var graphs []object
	for i, p := range panels {
		var queries []object
		for at, ref := range []string{valueQuery, warningQuery, criticalQuery} {
			query := target(p, fields[at])
			query["refId"], query["datasource"] = ref, source
			queries = append(queries, query)
		}
		graphs = append(graphs, object{
			"id": i + 1, "type": "timeseries", "title": p.title, "description": p.about, "datasource": source,
			"gridPos":     object{"h": 8, "w": 12, "x": i % 2 * 12, "y": i / 2 * 8},
			"fieldConfig": object{"defaults": p.look(), "overrides": []object{limitLine(warningQuery, warningColour), limitLine(criticalQuery, criticalColour)}},
			"options":     object{"legend": object{"displayMode": "list", "placement": "bottom", "calcs": []string{}}, "tooltip": object{"mode": "multi", "sort": "desc"}},
			"targets":     queries,
		})
	}
	return encode(object{
		"uid": "check-haproxy-" + kind, "title": "HAProxy: missing servers (" + name + ")", "tags": []string{"haproxy", "icinga"},
		"schemaVersion": 36, "version": 1, "editable": true, "graphTooltip": 1, "refresh": "1m",
		"time": object{"from": "now-6h", "to": "now"}, "timezone": "",
		"annotations": object{"list": []object{}},
		"templating": object{"list": []object{
			{"name": "datasource", "label": "Data source", "type": "datasource", "query": kind},
			variable("host", "Host", hosts, source), section,
		}},
		"panels": graphs,
	})
}

// variable is a choice of several values that a query finds, all of them at first.
func variable(name, label, query string, source object) object {
	return object{
		"name": name, "label": label, "type": "query", "query": query, "datasource": source,
		"multi": true, "includeAll": true, "refresh": 2, "sort": 1, "current": object{"text": "All", "value": "$__all"},
	}
}

const (
	warningColour  = "orange"
	criticalColour = "red"
)

// look is how a panel's lines are drawn, those of its fixed limits among them.
func (p panel) look() object {
	custom := object{"drawStyle": "line", "lineInterpolation": "stepAfter", "fillOpacity": 10, "showPoints": "never"}
	look := object{"unit": p.unit, "min": 0, "custom": custom}
	limits := atLeast[p.endings[0]]
	steps := []object{{"color": "transparent", "value": nil}} // Grafana wants them to rise
	if limit := limits[1]; limit > 0 {
		steps = append(steps, object{"color": criticalColour, "value": limit})
	}
	if limit := limits[0]; limit > 0 {
		steps = append(steps, object{"color": warningColour, "value": limit})
	}
	if len(steps) > 1 {
		custom["thresholdsStyle"] = object{"mode": "dashed"}
		look["thresholds"] = object{"mode": "absolute", "steps": steps}
	}
	return look
}

// limitLine draws what a query finds as limits: dashed, in a colour, and not in
// the legend.
func limitLine(query, colour string) object {
	property := func(id string, value any) object { return object{"id": id, "value": value} }
	return object{"matcher": object{"id": "byFrameRefID", "options": query}, "properties": []object{
		property("color", object{"mode": "fixed", "fixedColor": colour}),
		property("custom.lineStyle", object{"fill": "dash", "dash": []int{10, 10}}),
		property("custom.fillOpacity", 0),
		property("custom.hideFrom", object{"legend": true, "tooltip": false, "viz": false}),
	}}
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
	$rules = array(); # each limit once, of however many sections
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
		# PNP gives a plain limit as WARN, the ends of a range as WARN_MIN and WARN_MAX.
		foreach (array('WARN' => '#ffa500', 'CRIT' => '#ff0000') as $limit => $colour) {
			foreach (array('', '_MIN', '_MAX') as $end) {
				$at = isset($source[$limit . $end]) ? $source[$limit . $end] : '';
				if (is_numeric($at)) {
					$rules["$at$colour"] = "HRULE:$at$colour ";
				}
			}
		}
	}
	if ($lines == '') {
		continue;
	}
	$number++;
	$ds_name[$number] = $title;
	$opt[$number] = sprintf('--title "%s" --lower-limit 0 ', $title);
	$def[$number] = $lines . implode('', $rules);
}
?>
`
