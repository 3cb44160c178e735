package rig

import (
	"net/http"
	"net/http/cgi"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
)

// Where Debian's nagios4-cgi has its programs and pages.
const (
	nagiosCGI   = "/usr/lib/cgi-bin/nagios4"
	nagiosPages = "/usr/share/nagios4/htdocs"
	nagiosStyle = "/etc/nagios4/stylesheets"
)

// Page serves Nagios's own CGIs over this instance, to a user who is logged in,
// and returns the address of one of their pages.
func (n *Nagios) Page(t testing.TB, page string) string {
	t.Helper()
	config := filepath.Join(n.dir, "cgi.cfg")
	WriteFiles(t, n.dir, map[string]string{"cgi.cfg": strings.NewReplacer("DIR", n.dir, "PAGES", nagiosPages).Replace(`main_config_file=DIR/nagios.cfg
physical_html_path=PAGES
url_html_path=/nagios4
use_authentication=1
default_user_name=rig
authorized_for_all_services=*
authorized_for_all_hosts=*
authorized_for_system_information=*
escape_html_tags=1
`)})
	program, _, _ := strings.Cut(page, "?")
	mux := http.NewServeMux()
	mux.Handle("/cgi-bin/", &cgi.Handler{Path: Need(t, filepath.Join(nagiosCGI, program)), Env: []string{"NAGIOS_CGI_CONFIG=" + config, "REMOTE_USER=rig"}})
	mux.Handle("/nagios4/stylesheets/", http.StripPrefix("/nagios4/stylesheets/", http.FileServer(http.Dir(nagiosStyle))))
	mux.Handle("/nagios4/", http.StripPrefix("/nagios4/", http.FileServer(http.Dir(nagiosPages))))
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL + "/cgi-bin/" + page
}
