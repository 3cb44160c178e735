package rig

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"testing"
)

// Where Debian's packages put what Icinga Web 2 is made of.
const (
	idoSchema     = "/usr/share/dbconfig-common/data/icinga2-ido-pgsql/install/pgsql"
	icingaWebRoot = "/usr/share/icingaweb2/public"
	webModules    = "/usr/share/icingaweb2/modules"
)

// IcingaWeb is Icinga Web 2 over an Icinga's database.
type IcingaWeb struct {
	Port string
	dir  string
	sql  string // the database's port
}

// NewIcingaWeb starts a PostgreSQL and tells an Icinga that has not been started
// yet to write into it.
func NewIcingaWeb(t testing.TB, icinga *Icinga) *IcingaWeb {
	t.Helper()
	initdb := Need(t, "/usr/lib/postgresql/15/bin/initdb")
	postgres := filepath.Join(filepath.Dir(initdb), "postgres")
	w := &IcingaWeb{Port: Port(t), dir: SharedDir(t), sql: Port(t)}
	GiveAway(t, w.dir)
	data := filepath.Join(w.dir, "data")
	asUser := []string{"-u", daemonUser(t), "--"}
	if output, err := exec.Command("runuser", append(asUser, initdb, "-D", data, "-A", "trust", "-U", "icinga", "-E", "UTF8", "--locale=C.UTF-8")...).CombinedOutput(); err != nil {
		t.Fatalf("initdb: %v\n%s", err, output)
	}
	start(t, "runuser", append(asUser, postgres, "-D", data, "-k", w.dir, "-p", w.sql, "-c", "listen_addresses=127.0.0.1")...)
	awaitPort(t, w.sql)
	w.psql(t, "postgres", "-c", "CREATE DATABASE icinga")
	w.psql(t, "icinga", "-q", "-f", idoSchema)
	icinga.Configure(t, map[string]string{"conf.d/ido.conf": fmt.Sprintf(`library "db_ido_pgsql"
object IdoPgsqlConnection "ido" {
	host = "127.0.0.1"
	port = %s
	user = "icinga"
	database = "icinga"
}
`, w.sql)})
	return w
}

func (w *IcingaWeb) psql(t testing.TB, database string, args ...string) string {
	t.Helper()
	output, err := exec.Command("psql", append([]string{"-h", "127.0.0.1", "-p", w.sql, "-U", "icinga", "-v", "ON_ERROR_STOP=1", "-At", "-d", database}, args...)...).CombinedOutput()
	if err != nil {
		t.Fatalf("psql: %v\n%s", err, output)
	}
	return string(output)
}

// Start serves the pages, to a user who is logged in already.
func (w *IcingaWeb) Start(t testing.TB) {
	t.Helper()
	resource := fmt.Sprintf("type = \"db\"\ndb = \"pgsql\"\nhost = \"127.0.0.1\"\nport = \"%s\"\ndbname = \"icinga\"\nusername = \"icinga\"\npassword = \"\"\ncharset = \"utf8\"\n", w.sql)
	WriteFiles(t, w.dir, map[string]string{
		"web/config.ini":                      "[global]\nshow_stacktraces = \"1\"\nconfig_backend = \"ini\"\nmodule_path = \"" + webModules + "\"\n[logging]\nlog = \"none\"\n",
		"web/authentication.ini":              "[all]\nbackend = \"external\"\n",
		"web/roles.ini":                       "[all]\nusers = \"rig\"\npermissions = \"*\"\n",
		"web/resources.ini":                   "[ido]\n" + resource,
		"web/modules/monitoring/backends.ini": "[icinga]\ntype = \"ido\"\nresource = \"ido\"\n",
		"web/modules/monitoring/config.ini":   "[security]\nprotected_customvars = \"*pw*\"\n",
		// PHP's own server, in place of a web server that authenticates.
		"router.php": `<?php
$_SERVER['REMOTE_USER'] = 'rig';
$_SERVER['SCRIPT_FILENAME'] = $_SERVER['DOCUMENT_ROOT'] . '/webrouter.php';
return require '/usr/share/php/Icinga/Application/webrouter.php';
`,
	})
	if output, err := exec.Command("sh", "-c", "mkdir -p "+w.dir+"/web/enabledModules "+w.dir+"/sessions && ln -s "+webModules+"/monitoring "+w.dir+"/web/enabledModules/monitoring").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	start(t, "env", "ICINGAWEB_CONFIGDIR="+w.dir+"/web", Need(t, "php"), "-d", "session.save_path="+w.dir+"/sessions", "-d", "date.timezone=UTC",
		"-S", "127.0.0.1:"+w.Port, "-t", icingaWebRoot, w.dir+"/router.php")
	awaitPort(t, w.Port)
}

// Knows says how many services the database has in a state.
func (w *IcingaWeb) Knows(t testing.TB, state int) string {
	t.Helper()
	return w.psql(t, "icinga", "-c", fmt.Sprintf("SELECT count(*) FROM icinga_servicestatus WHERE has_been_checked = 1 AND current_state = %d", state))
}
