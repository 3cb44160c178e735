#!/bin/sh
# Looks at an alert in a real Icinga Web 2 (over Icinga's database in PostgreSQL) and
# in Nagios's own pages, and holds the dashboards against Grafana's types. It is no
# part of test.sh, since it installs a browser and a database.
#
#   PICTURES=docs  where the pages' pictures go; else they are only looked at
set -eu
cd "$(dirname "$0")/.."

scripts/install.sh haproxy=haproxy icinga2=icinga2-bin nagios4=nagios4-core /usr/lib/cgi-bin/nagios4/extinfo.cgi=nagios4-cgi \
	/usr/share/icingaweb2/public/index.php=icingaweb2 /usr/share/icingaweb2/modules/monitoring/module.info=icingaweb2-module-monitoring \
	/usr/share/dbconfig-common/data/icinga2-ido-pgsql/install/pgsql=icinga2-ido-pgsql /usr/lib/postgresql/15/bin/initdb=postgresql php=php-cli \
	/etc/php/8.2/mods-available/pgsql.ini=php-pgsql chromium=chromium npm=npm
PICTURES=${PICTURES:+$(cd "$PICTURES" && pwd)} CI=true go test -count=1 -tags web -run '^TestWeb' ./test/packages
