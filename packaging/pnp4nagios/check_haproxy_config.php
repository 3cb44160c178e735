<?php
# PNP4Nagios template of check_haproxy_config: copy it to the templates folder of PNP4Nagios
# (/etc/pnp4nagios/templates), under the name of each Nagios command that is to
# use it: check_haproxy_config.php, check_haproxy_config_socket.php, ...
#
# Made from the list of metrics (make generate): do not edit.

$graphs = array(
	array('Risks in the configuration', '/(^|_)(risks|notes)$/'),
	array('Time that a check takes', '/(^|_)time$/'),
);
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
