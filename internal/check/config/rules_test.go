package config

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"check-haproxy/internal/diagnosis"
	"check-haproxy/internal/haproxy/configuration"
	"check-haproxy/internal/plugin/pattern"
)

func vocabulary(t testing.TB) *configuration.Vocabulary {
	t.Helper()
	v, err := configuration.NewVocabulary()
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func parse(t *testing.T, text string) *configuration.Configuration {
	t.Helper()
	c, err := configuration.Parse([]configuration.Source{{Name: "haproxy.cfg", Text: []byte(text)}}, nil)
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	return c
}

func only(t *testing.T, rule string) []RulePattern {
	t.Helper()
	var p RulePattern
	if err := p.UnmarshalText([]byte(rule)); err != nil {
		t.Fatal(err)
	}
	return []RulePattern{p}
}

// found is what a rule finds, as "WARNING 3 be".
func found(t *testing.T, rule, text string, more Options) []string {
	t.Helper()
	more.Only = only(t, rule)
	list := []string{}
	for _, j := range Judge(Subject{Configuration: parse(t, text)}, more) {
		list = append(list, fmt.Sprintf("%s %d %s", j.Severity, j.Line, j.Section))
		for what, text := range map[string]string{"brief": j.Brief, "message": j.Message, "advice": j.Advice, "reason": j.why()} {
			if text == "" {
				t.Errorf("%s has no %s: %+v", rule, what, j.Finding)
			}
		}
	}
	return list
}

// ruleCase is a configuration and what a rule finds in it, one a line: "WARNING
// 3 be". The first line of the text is 1.
type ruleCase struct{ name, text, want string }

var ruleCases = map[string][]ruleCase{
	"dns-at-start": {
		{"a name", "backend be\n server s app.example.com:80 check", "WARNING 2 be"},
		{"in a listen, and a template", "listen li\n server-template s 3 app:80", "WARNING 2 li"},
		{"with resolvers", "resolvers dns\n parse-resolv-conf\nbackend be\n server s app:80 resolvers dns", ""},
		{"with resolvers by default", "resolvers dns\nbackend be\n default-server resolvers dns\n server s app:80", ""},
		{"with HAProxy's own", "backend be\n server s app:80 resolvers default", ""},
		{"with resolvers that are not there", "backend be\n server s app:80 resolvers dns", "WARNING 2 be"},
		{"resolvers after the server", "resolvers dns\nbackend be\n server s app:80\n default-server resolvers dns", "WARNING 3 be"},
		{"addresses", "backend be\n server a 10.0.0.1:80\n server b [2001:db8::1]:80\n server c unix@/run/x\n server d /run/x\n server e ipv4@10.0.0.1:80\n server f *:80", ""},
		{"loopback names", "backend be\n server a localhost:80\n server b api.localhost:80\n server c ip6-localhost:80", ""},
		{"a name with a prefix", "backend be\n server a ipv4@app:80", "WARNING 2 be"},
		{"an SRV record alone", "backend be\n server-template s 3 _http._tcp.app", "WARNING 2 be"},
		{"a variable", "backend be\n server a ${HOST}:80", ""},
		{"no traffic", "ring r\n server s app:514\npeers p\n server s app:1000\nlog-forward l\n log app:514 local0\nbackend logs\n mode log\n server s app:514", ""},
		{"disabled", "backend be\n disabled\n server a app:80", ""},
		{"each", "backend be\n server a app:80\n server b app:81", "WARNING 2 be\nWARNING 3 be"},
	},
	"dns-stops-start": {
		{"a name", "backend be\n server s app:80", "NOTE 2 be"},
		{"none", "backend be\n server s app:80 init-addr last,libc,none", ""},
		{"an address to fall back to", "backend be\n server s app:80 init-addr libc,127.0.0.1", ""},
		{"an address is not a name", "backend be\n server s 10.0.0.1:80", ""},
		{"resolvers add none by themselves", "backend be\n server s app:80 resolvers dns", "NOTE 2 be"},
		{"resolvers with a list that lacks it", "backend be\n server s app:80 resolvers dns init-addr last,libc", "NOTE 2 be"},
		{"by default", "backend be\n default-server init-addr none\n server s app:80", ""},
		{"a record is never looked up at the start", "backend be\n server-template s 2 _http._tcp.app resolvers dns", ""},
	},
	"no-check": {
		{"unchecked", "backend be\n server s 10.0.0.1:80", "WARNING 2 be"},
		{"checked", "backend be\n server s 10.0.0.1:80 check", ""},
		{"by default", "backend be\n default-server check\n server a 10.0.0.1:80\n server b 10.0.0.2:80 no-check", "WARNING 4 be"},
		{"tracking", "backend be\n server s 10.0.0.1:80 track other/s", ""},
		{"an agent", "backend be\n server s 10.0.0.1:80 agent-check agent-port 9", ""},
		{"observe alone", "backend be\n server s 10.0.0.1:80 observe layer7", "NOTE 2 be"},
		{"observed and checked", "backend be\n server s 10.0.0.1:80 check observe layer7", ""},
		{"unknown options beside it", "backend be\n server s 10.0.0.1:80 brand-new 5 check", ""},
		{"another frontend of its own", "frontend in\n bind 127.0.0.1:81\nbackend be\n server s 127.0.0.1:81", ""},
		{"the address of the request", "backend be\n server s 0.0.0.0:0\n server t *", ""},
		{"a connection that the server opens", "backend be\n server s rhttp@", ""},
		{"no traffic", "ring r\n server s 10.0.0.1:514\nbackend logs\n mode log\n server s 10.0.0.1:514", ""},
	},
	"check-misplaced": {
		{"all of them", "frontend fe\n option httpchk GET /\n http-check expect status 200\n tcp-check connect\n option tcp-check\n option ssl-hello-chk\n option mysql-check\n option smtpchk\n external-check command /x",
			"WARNING 2 fe\nWARNING 3 fe\nWARNING 4 fe\nWARNING 5 fe\nWARNING 6 fe\nWARNING 7 fe\nWARNING 8 fe\nWARNING 9 fe"},
		{"where they belong", "defaults\n option httpchk\nfrontend fe\n bind :80\nbackend be\n option httpchk\nlisten li\n option tcp-check", ""},
		{"other options", "frontend fe\n option httplog\n option checkcache\n option httpclose", ""},
	},
	"no-spare": {
		{"one", "backend be\n server s 10.0.0.1:80", "NOTE 2 be"},
		{"two", "backend be\n server a 10.0.0.1:80\n server b 10.0.0.2:80", ""},
		{"a backup", "backend be\n server a 10.0.0.1:80\n server b 10.0.0.2:80 backup", ""},
		{"a template of one", "backend be\n server-template s 1 app:80", "NOTE 2 be"},
		{"a template of two", "backend be\n server-template s 2 app:80", ""},
		{"none", "backend be\n http-request return status 200", ""},
		{"its own frontend", "frontend in\n bind unix@/run/x\nbackend be\n server s unix@/run/x", ""},
	},
	"no-redispatch": {
		{"a cookie", "backend be\n cookie SRV insert\n server a 10.0.0.1:80 cookie a\n server b 10.0.0.2:80 cookie b", "WARNING 2 be"},
		{"with it", "backend be\n option redispatch\n cookie SRV insert\n server a 10.0.0.1:80\n server b 10.0.0.2:80", ""},
		{"at an interval", "backend be\n option redispatch 1\n cookie SRV insert\n server a 10.0.0.1:80\n server b 10.0.0.2:80", ""},
		{"with none", "backend be\n option redispatch 0\n cookie SRV insert\n server a 10.0.0.1:80\n server b 10.0.0.2:80", "WARNING 3 be"},
		{"by default", "defaults\n option redispatch\nbackend be\n stick on src\n server a 10.0.0.1:80\n server b 10.0.0.2:80", ""},
		{"switched off", "defaults\n option redispatch\nbackend be\n no option redispatch\n stick on src\n server a 10.0.0.1:80\n server b 10.0.0.2:80", "WARNING 5 be"},
		{"in its old word", "backend be\n redispatch\n stick on src\n server a 10.0.0.1:80\n server b 10.0.0.2:80", ""},
		{"other ways to stick", "backend a\n stick match src\n server-template s 2 10.0.0.1:80\nbackend b\n persist rdp-cookie\n server-template s 2 10.0.0.1:80", "WARNING 2 a\nWARNING 5 b"},
		{"one server", "backend be\n cookie SRV insert\n server a 10.0.0.1:80", ""},
		{"no persistence", "backend be\n stick-table type ip size 1m\n stick store-response src\n server a 10.0.0.1:80\n server b 10.0.0.2:80", ""},
	},
	"uncovered": {
		{"no rule", "frontend fe\n bind :80", "WARNING 1 fe"},
		{"a default", "frontend fe\n default_backend be", ""},
		{"a default of defaults", "defaults\n default_backend be\nfrontend fe\n bind :80", ""},
		{"conditional rules", "frontend fe\n use_backend be if { path / }\n use_backend bf unless { src 10.0.0.1 }", "WARNING 1 fe"},
		{"an unconditional rule", "frontend fe\n use_backend be if { path / }\n use_backend bf", ""},
		{"rules that exclude each other", "frontend fe\n acl a path /\n use_backend be if a\n use_backend bf if !a", ""},
		{"unconditional answers", "frontend a\n http-request deny\nfrontend b\n http-request return status 404\nfrontend c\n redirect location /\nfrontend d\n tcp-request content reject\nfrontend e\n http-request use-service lua.x\nfrontend f\n stats enable\nfrontend g\n http-request redirect location /", ""},
		{"conditional answers", "frontend fe\n use_backend be if { path / }\n http-request deny if { src 10.0.0.1 }", "NOTE 1 fe"},
		{"the incident's", "frontend fe\n redirect location / if !a !b\n use_backend x if a\n use_backend y if b", ""},
		{"a computed name", "frontend fe\n use_backend %[req.hdr(host)]", "NOTE 1 fe"},
		{"a computed name with all the rest", "frontend fe\n use_backend %[req.hdr(host),map(/etc/hosts.map,be)]", ""},
		{"an address for monitoring", "frontend fe\n monitor-uri /healthz", "NOTE 1 fe"},
		{"an address for monitoring beside rules", "frontend fe\n monitor-uri /healthz\n use_backend be if { path /a }\nbackend be", "WARNING 1 fe"},
		{"an ACL that is always true", "frontend fe\n acl all always_true\n use_backend be if all\nbackend be", ""},
		{"an ACL that is never true", "frontend fe\n use_backend be if !{ always_true }\nbackend be", "WARNING 1 fe"},
		{"it answers itself", "frontend fe\n mode haterm\n bind :80", ""},
		{"Lua", "frontend fe\n http-request lua.answer", "NOTE 1 fe"},
		{"a listen with servers", "listen li\n server s 10.0.0.1:80", ""},
		{"a listen without", "listen li\n bind :80", "NOTE 1 li"},
		{"a backend", "backend be\n mode http\nfrontend fe\n default_backend be\nlisten li\n server s 10.0.0.1:80\nfrontend ff\n bind :80", "WARNING 7 ff"},
	},
	"shadowed": {
		{"the wider first", "frontend fe\n acl v2 path_beg /path/v2\n acl v2e path_beg /path/v2e\n use_backend v2 if v2\n use_backend v2e if v2e", "WARNING 5 fe"},
		{"the narrower first", "frontend fe\n acl v2 path_beg /path/v2\n acl v2e path_beg /path/v2e\n use_backend v2e if v2e\n use_backend v2 if v2", ""},
		{"after an unconditional one", "frontend fe\n use_backend a\n use_backend b if { path / }", "WARNING 3 fe"},
		{"the same backend", "frontend fe\n use_backend a if { path_beg /x }\n use_backend a if { path_beg /xy }", ""},
		{"a computed name takes nothing for certain", "frontend fe\n use_backend %[path]\n use_backend a if { path / }", ""},
		{"a condition more", "frontend fe\n use_backend a if { path_beg /x } { ssl_fc }\n use_backend b if { path_beg /xy }", ""},
		{"in a listen", "listen li\n server s 10.0.0.1:80\n use_backend a if { path_beg / }\n use_backend b if { path /x }", "WARNING 4 li"},
	},
	"unknown-backend": {
		{"not there", "frontend fe\n use_backend gone if { path / }\n default_backend lost\nbackend be\n mode http", "WARNING 2 fe\nWARNING 3 fe\nNOTE 4 be"},
		{"there", "frontend fe\n use_backend li if { path / }\n default_backend be\nbackend be\n mode http\nlisten li\n bind :81", ""},
		{"disabled is there", "frontend fe\n default_backend be\nbackend be\n disabled", ""},
		{"a frontend is no backend", "frontend fe\n default_backend fe2\nfrontend fe2\n bind :81", "WARNING 2 fe"},
		{"a computed name", "frontend fe\n use_backend bk_%[hdr(host)]\nbackend bk_a\n mode http\nbackend other\n mode http", "NOTE 5 other"},
		{"from a map", "frontend fe\n use_backend %[hdr(host),map(/m)]\nbackend any\n mode http", ""},
		{"a variable", "frontend fe\n default_backend \"${B}\"\nbackend any\n mode http", ""},
		{"for other things", "frontend fe\n bind :80\nbackend table\n stick-table type ip size 1m\nbackend logs\n mode log\nbackend agents\n mode spop\nbackend checks\n mode http\n server s 10.0.0.1:80 check\nlisten li\n server s 10.0.0.1:80 track checks/s", ""},
		{"agents", "frontend fe\n filter spoe engine x config /x\nbackend agents\n mode tcp\n server s 10.0.0.1:80\nbackend be\n mode http", "NOTE 6 be"},
		{"a part of a configuration", "backend be\n mode http", ""},
	},
	"maxconn-order": {
		{"the process below its servers", "global\n maxconn 100\nbackend a\n server s 10.0.0.1:80 maxconn 60\nbackend b\n server s 10.0.0.1:80 maxconn 41", "NOTE 2 global"},
		{"the process above", "global\n maxconn 100\nbackend a\n server s 10.0.0.1:80 maxconn 60\nbackend b\n server s 10.0.0.1:80 maxconn 40", ""},
		{"a frontend below", "frontend fe\n maxconn 10\n default_backend a\nbackend a\n server-template s 2 10.0.0.1:80 maxconn 6", "NOTE 2 fe"},
		{"a frontend as large", "frontend fe\n maxconn 12\n default_backend a\nbackend a\n server-template s 2 10.0.0.1:80 maxconn 6", ""},
		{"not all limited", "frontend fe\n maxconn 10\n default_backend a\nbackend a\n server s 10.0.0.1:80 maxconn 60\n server t 10.0.0.1:80", ""},
		{"backups aside", "frontend fe\n maxconn 10\n default_backend a\nbackend a\n server s 10.0.0.1:80 maxconn 60\n server t 10.0.0.1:80 backup", "NOTE 2 fe"},
		{"a backup first", "frontend fe\n maxconn 10\n default_backend a\nbackend a\n server t 10.0.0.1:80 backup\n server s 10.0.0.1:80 maxconn 60\n server u 10.0.0.1:80", ""},
		{"more let in than there is room", "frontend fe\n maxconn 10\n default_backend a\nbackend a\n server s 10.0.0.1:80 maxconn 9", "NOTE 4 a"},
		{"they wait", "frontend fe\n maxconn 10\n default_backend a\nbackend a\n timeout queue 5s\n server s 10.0.0.1:80 maxconn 9", ""},
		{"let in by the process", "global\n maxconn 10\nfrontend fe\n default_backend a\nbackend a\n server s 10.0.0.1:80 maxconn 9", "NOTE 5 a"},
		{"the process lets in no more", "global\n maxconn 9\nfrontend fe\n maxconn 10\n default_backend a\nbackend a\n server s 10.0.0.1:80 maxconn 9", ""},
		{"one of two backends is not limited", "frontend fe\n maxconn 10\n use_backend b if { path /b }\n default_backend a\nbackend a\n timeout queue 1s\n server s 10.0.0.1:80 maxconn 60\nbackend b\n server s 10.0.0.1:80", ""},
		{"both backends together", "frontend fe\n maxconn 119\n use_backend b if { path /b }\n default_backend a\nbackend a\n timeout queue 1s\n server s 10.0.0.1:80 maxconn 60\nbackend b\n timeout queue 1s\n server s 10.0.0.1:80 maxconn 60", "NOTE 2 fe"},
		{"a backend that a map names", "frontend fe\n maxconn 10\n use_backend %[path,map(/m)]\n default_backend a\nbackend a\n server s 10.0.0.1:80 maxconn 60", "NOTE 2 fe"},
		{"the last maxconn wins", "frontend fe\n maxconn 100\n maxconn 10\n default_backend a\nbackend a\n server s 10.0.0.1:80 maxconn 60", "NOTE 3 fe"},
		{"a maxconn of 0 is none", "global\n maxconn 5\nfrontend fe\n maxconn 10\n default_backend a\nbackend a\n server s 10.0.0.1:80 maxconn 0", ""},
		{"a maxconn that is no number", "global\n maxconn many\nfrontend fe\n maxconn some\n default_backend a\nbackend a\n server s 10.0.0.1:80 maxconn 9", ""},
		{"a maxconn below 0", "global\n maxconn -9\nfrontend fe\n maxconn -9\n default_backend a\nbackend a\n server s 10.0.0.1:80 maxconn 9", ""},
		{"a backend that is disabled", "global\n maxconn 10\nbackend a\n disabled\n server s 10.0.0.1:80 maxconn 60", ""},
		{"nobody leads there", "global\n maxconn 10\nbackend a\n server s 10.0.0.1:80 maxconn 9", ""},
		{"a listen", "listen li\n maxconn 10\n server s 10.0.0.1:80 maxconn 5\nlisten l2\n maxconn 10\n server s 10.0.0.1:80 maxconn 15", "NOTE 1 li\nNOTE 5 l2"},
	},
	"timeouts": {
		{"none", "frontend fe\n bind :80\nbackend be\n server s 10.0.0.1:80\nlisten li\n server s 10.0.0.1:80", "WARNING 1 fe\nWARNING 3 be\nWARNING 5 li"},
		{"all", "defaults\n timeout client 1s\n timeout connect 1s\n timeout server 1s\nfrontend fe\n bind :80\nbackend be\n server s 10.0.0.1:80", ""},
		{"old words", "defaults\n clitimeout 1s\n contimeout 1s\n srvtimeout 1s\nlisten li\n server s 10.0.0.1:80", ""},
		{"zero is none", "frontend fe\n timeout client 0", "WARNING 1 fe"},
		{"a variable is one", "frontend fe\n timeout client \"${T}\"", ""},
		{"a backend without servers", "backend be\n mode http", ""},
		{"a tunnel in TCP mode", "backend be\n mode tcp\n timeout connect 1s\n timeout tunnel 1h\n server s 10.0.0.1:80", ""},
		{"a tunnel in HTTP mode", "backend be\n mode http\n timeout connect 1s\n timeout tunnel 1h\n server s 10.0.0.1:80", "WARNING 1 be"},
		{"logs", "backend be\n mode log\n server s 10.0.0.1:80\nfrontend fe\n bind :80", "WARNING 4 fe"},
		{"connecting longer than checking", "defaults\n timeout connect 2001\n timeout server 1s\nbackend be\n server s 10.0.0.1:80 check", "NOTE 4 be"},
		{"as long", "defaults\n timeout connect 2000\n timeout server 1s\nbackend be\n server s 10.0.0.1:80 check", ""},
		{"fewer retries", "defaults\n timeout connect 5s\n timeout server 1s\n retries 1\nbackend be\n server s 10.0.0.1:80 check", ""},
		{"slower checks", "defaults\n timeout connect 5s\n timeout server 1s\nbackend be\n server s 10.0.0.1:80 check inter 5s", ""},
		{"no check", "defaults\n timeout connect 5s\n timeout server 1s\nbackend be\n server s 10.0.0.1:80", ""},
	},
	"blind-log": {
		{"no log", "listen li\n option httplog\n server s 10.0.0.1:80", "WARNING 1 li"},
		{"a log", "listen li\n log /dev/log local0\n option httplog\n server s 10.0.0.1:80", ""},
		{"global's", "global\n log /dev/log local0\nlisten li\n log global\n option tcplog\n server s 10.0.0.1:80", ""},
		{"global's, after defaults", "defaults\n log global\n option httplog\nglobal\n log /dev/log local0\nlisten li\n server s 10.0.0.1:80", ""},
		{"global has none", "global\n daemon\nlisten li\n log global\n option tcplog\n server s 10.0.0.1:80", "WARNING 3 li"},
		{"no format", "listen li\n log /dev/log local0\n server s 10.0.0.1:80", "WARNING 1 li"},
		{"by default", "defaults\n log /dev/log local0\n option httplog\nfrontend fe\n default_backend be\nbackend be\n server s 10.0.0.1:80", ""},
		{"switched off", "defaults\n log /dev/log local0\n option httplog\nfrontend fe\n no log\n default_backend be", "WARNING 4 fe"},
		{"a format that tells", "listen li\n log stdout local0\n log-format \"%ci %{+Q}b/%s %ST %tsc\"\n server s 10.0.0.1:80", ""},
		{"without a backend", "listen li\n log stdout local0\n log-format \"%ci %s %ST %ts\"\n server s 10.0.0.1:80", "WARNING 3 li"},
		{"without a server", "listen li\n log stdout local0\n log-format \"%ci %b %%s %ts\"\n server s 10.0.0.1:80", "WARNING 3 li"},
		{"without flags", "listen li\n log stdout local0\n log-format \"%ci %b %s %ST\"\n server s 10.0.0.1:80", "WARNING 3 li"},
		{"by samples and names", "listen li\n log stdout local0\n log-format \"%{+json}o %(be)b %[srv_name] %(x)ts\"\n server s 10.0.0.1:80", ""},
		{"HAProxy's own", "listen li\n log stdout local0\n log-format \"${HAPROXY_HTTP_LOG_FMT} %ID\"\n server s 10.0.0.1:80", ""},
		{"in a profile", "listen li\n log stdout profile p local0\n server s 10.0.0.1:80", ""},
		{"no servers behind it", "frontend fe\n stats enable", ""},
		{"a backend", "backend be\n server s 10.0.0.1:80", ""},
		{"dontlognull in TCP mode", "defaults\n log stdout local0\n option tcplog\n option dontlognull\nlisten a\n server s 10.0.0.1:80\nlisten b\n mode http\n server s 10.0.0.1:80\nlisten c\n no option dontlognull\n server s 10.0.0.1:80", "NOTE 4 a"},
		{"errors to two", "global\n log a local0\n log b local0\nlisten a\n log global\n option httplog\n option log-separate-errors\n server s 10.0.0.1:80", "NOTE 7 a"},
		{"errors to one", "global\n log a local0\nlisten a\n log global\n option httplog\n option log-separate-errors\n server s 10.0.0.1:80", ""},
	},
	"old-words": {
		{"all over", "global\n nbproc 2\ndefaults\n clitimeout 5\n option forceclose\nfrontend fe\n bind :80 process 1\n reqadd X\n block if x", "WARNING 2 global\nWARNING 4 defaults\nWARNING 5 defaults\nWARNING 7 fe\nWARNING 8 fe\nWARNING 9 fe"},
		{"a socket's process", "global\n stats socket /run/x process 1", "WARNING 2 global"},
		{"today's", "global\n nbthread 2\ndefaults\n timeout client 5\n option httpclose\nfrontend fe\n bind :80 thread 1\n http-request add-header X y", ""},
		{"gone from the newest alone", "listen li\n dispatch 10.0.0.1:80\nlisten lj\n option transparent", "NOTE 2 li\nNOTE 4 lj"},
		{"in a condition", "frontend fe\n acl nbproc path /\n use_backend block if nbproc", ""},
	},
	"sockets": {
		{"none", "global\n daemon", "NOTE 1 global"},
		{"none, and no global", "defaults\n mode http", "NOTE 1 global"},
		{"admin for a group", "global\n stats socket /run/h.sock mode 660 level admin", ""},
		{"admin for all", "global\n stats socket /run/h.sock mode 666 level admin", "WARNING 2 global"},
		{"admin for all, with new words", "global\n stats socket /run/h.sock brand-new level admin mode 777", "WARNING 2 global"},
		{"less for all", "global\n stats socket /run/h.sock mode 666 level operator", ""},
		{"reading is no writing", "global\n stats socket /run/h.sock mode 644 level admin", ""},
		{"over the network", "global\n stats socket ipv4@*:9999 level admin\n stats socket 10.0.0.1:9999 level admin\n stats socket :9998 level user", "WARNING 2 global\nWARNING 3 global"},
		{"over loopback", "global\n stats socket ipv4@127.0.0.1:9999 level admin\n stats socket fd@3 level admin\n stats socket ${X} level admin", ""},
		{"a page for all", "global\n stats socket /run/h\nlisten st\n mode http\n bind :8404\n stats enable", "WARNING 6 st"},
		{"with a password", "global\n stats socket /run/h\nlisten st\n mode http\n bind :8404\n stats enable\n stats auth a:b", ""},
		{"with a password by default", "global\n stats socket /run/h\ndefaults\n mode http\n stats auth a:b\nlisten st\n bind :8404\n stats enable", ""},
		{"with rules", "global\n stats socket /run/h\nlisten st\n mode http\n bind :8404\n stats enable\n http-request deny if !{ src 10.0.0.0/8 }", ""},
		{"with TCP rules", "global\n stats socket /run/h\nlisten st\n mode http\n bind :8404\n stats enable\n tcp-request connection reject if !{ src 10.0.0.0/8 }", ""},
		{"with certificates", "global\n stats socket /run/h\nlisten st\n mode http\n bind :8404 ssl crt a verify required ca-file b\n stats enable", ""},
		{"on loopback", "global\n stats socket /run/h\nlisten st\n mode http\n bind 127.0.0.1:8404\n bind unix@/run/x\n stats enable", ""},
		{"on loopback and beyond", "global\n stats socket /run/h\nlisten st\n mode http\n bind 127.0.0.1:8404,:8405\n stats enable", "WARNING 6 st"},
		{"in TCP mode it is none", "global\n stats socket /run/h\nlisten st\n mode tcp\n bind :8404\n stats enable", ""},
	},
}

func TestRules(t *testing.T) {
	for _, rule := range Rules() {
		if len(ruleCases[rule.Name]) == 0 && rule.Name != drift.Name {
			t.Errorf("%s has no case", rule.Name)
		}
		for _, test := range ruleCases[rule.Name] {
			t.Run(rule.Name+"/"+test.name, func(t *testing.T) {
				got := found(t, rule.Name, test.text, Options{})
				if diff := cmp.Diff(strings.FieldsFunc(test.want, newline), got); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			})
		}
	}
}

func newline(r rune) bool { return r == '\n' }

// TestIgnore holds, for everything that a rule finds in the cases above, that
// the flags and a comment on each line leave it out, and others do not.
func TestIgnore(t *testing.T) {
	ignore := func(text string) []Ignore {
		var i Ignore
		if err := i.UnmarshalText([]byte(text)); err != nil {
			t.Fatal(err)
		}
		return []Ignore{i}
	}
	for rule, cases := range ruleCases {
		for _, test := range cases {
			if test.want == "" {
				continue
			}
			first := strings.Fields(test.want)
			other := "drift"
			for flag, left := range map[string]bool{
				rule: false, rule[:3] + "*": false, "*=*": false, rule + "=*": false, other: true, rule + "=nowhere": true,
			} {
				got := found(t, rule, test.text, Options{Ignore: ignore(flag)})
				if (len(got) > 0) != left {
					t.Errorf("%s, %s: --ignore %s leaves %v", rule, test.name, flag, got)
				}
			}
			if got := found(t, rule, test.text, Options{Ignore: ignore(rule + "=" + first[2])}); slices.ContainsFunc(got, func(f string) bool { return strings.HasSuffix(f, " "+first[2]) }) {
				t.Errorf("%s, %s: --ignore %s=%s leaves %v", rule, test.name, rule, first[2], got)
			}
			for comment, left := range map[string]bool{rule: false, "drift " + rule: false, other: true, "nonsense " + rule: true} {
				if got := found(t, rule, commented(test, comment), Options{}); (len(got) > 0) != left {
					t.Errorf("%s, %s: a comment that ignores %s leaves %v", rule, test.name, comment, got)
				}
			}
		}
	}
}

// commented is a case with a comment on each line in which something is found.
func commented(test ruleCase, rule string) string {
	lines := strings.Split(test.text, "\n")
	for _, finding := range strings.Split(test.want, "\n") {
		var severity, section string
		var line int
		_, _ = fmt.Sscan(finding, &severity, &line, &section)
		lines[line-1] += " # check_haproxy: ignore " + rule
	}
	return strings.Join(lines, "\n")
}

// TestWhereCommentsHold holds how far a comment reaches.
func TestWhereCommentsHold(t *testing.T) {
	const text = `%s
backend a %s
	%s
	server s app:80 check %s
	server t app:81 check
	%s
backend b
	server s app:80 check
`
	for where, want := range map[string][]string{
		"before the section": {"# check_haproxy: ignore dns-at-start", "", "", "", "", "WARNING 8 b"},
		"on the heading":     {"", "# check_haproxy: ignore dns-at-start because", "", "", "", "WARNING 8 b"},
		"before the line":    {"", "", "# check_haproxy: ignore dns-at-start", "", "", "WARNING 5 a\nWARNING 8 b"},
		"on the line":        {"", "", "", "# check_haproxy: ignore dns-at-start", "", "WARNING 5 a\nWARNING 8 b"},
		"before the next":    {"", "", "", "", "# check_haproxy: ignore dns-at-start", "WARNING 4 a\nWARNING 5 a"},
		"nowhere":            {"", "# check_haproxy: ignore", "", "# ignore dns-at-start", "", "WARNING 4 a\nWARNING 5 a\nWARNING 8 b"},
	} {
		var parts []any
		for _, part := range want[:5] {
			parts = append(parts, part)
		}
		got := found(t, "dns-at-start", fmt.Sprintf(text, parts...), Options{})
		if diff := cmp.Diff(strings.Split(want[5], "\n"), got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", where, diff)
		}
	}
	// What is found of a section as a whole has no line of its own to say it on.
	whole := "frontend fe\n\tbind :80\n\t# check_haproxy: ignore uncovered\n\toption httplog\nfrontend other\n"
	if diff := cmp.Diff([]string{"WARNING 5 other"}, found(t, "uncovered", whole, Options{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestCritical holds that -c raises a rule's risks, not the notes beside them,
// and the notes of a rule that makes nothing else.
func TestCritical(t *testing.T) {
	for rule, test := range map[string]struct{ text, want string }{
		"dns-at-start": {"backend be\n server s app:80", "CRITICAL 2 be"},
		"no-spare":     {"backend be\n server s app:80", "CRITICAL 2 be"},
		"uncovered":    {"frontend a\n bind :80\nfrontend b\n monitor-uri /x", "CRITICAL 1 a\nNOTE 3 b"},
	} {
		got := found(t, rule, test.text, Options{Critical: only(t, rule)})
		if diff := cmp.Diff(strings.Split(test.want, "\n"), got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", rule, diff)
		}
	}
}

// TestSections holds that sections which are not wanted are not judged.
func TestSections(t *testing.T) {
	wanted, _ := pattern.Parse("b*")
	got := found(t, "dns-at-start", "backend a\n server s app:80\nbackend b\n server s app:80", Options{Selects: func(name string) bool { return wanted.Match(name) }})
	if diff := cmp.Diff([]string{"WARNING 4 b"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestIncident holds what the incident's file has: the contract's list.
func TestIncident(t *testing.T) {
	sources, err := configuration.ReadFiles([]string{"testdata/incident.cfg"})
	if err != nil {
		t.Fatal(err)
	}
	c, err := configuration.Parse(sources, vocabulary(t))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, j := range Judge(Subject{Configuration: c}, Options{}) {
		if j.Severity > Note {
			got = append(got, fmt.Sprintf("%s %d %s", j.Rule.Name, j.Line, j.Section))
		}
	}
	want := []string{"dns-at-start 14 v2", "check-misplaced 19 fe", "old-words 4 global", "old-words 8 defaults", "old-words 10 defaults"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if len(c.Unknown) > 0 {
		t.Errorf("unknown lines %v", c.Unknown)
	}
}

// TestBehind holds which finding explains a section's trouble.
func TestBehind(t *testing.T) {
	sources, err := configuration.ReadFiles([]string{"testdata/incident.cfg"})
	if err != nil {
		t.Fatal(err)
	}
	c, err := configuration.Parse(sources, vocabulary(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		section string
		cause   diagnosis.Cause
		want    string
	}{
		{"v2", diagnosis.DNSStale, "dns-at-start, incident.cfg line 14"},
		{"v2", diagnosis.DNSResolution, "dns-at-start, incident.cfg line 14"},
		{"v2", diagnosis.MaxconnExhausted, "maxconn-order, incident.cfg line 13"},
		{"v2e", diagnosis.DNSStale, ""},
		{"v2", diagnosis.Maintenance, ""},
		{"fe", diagnosis.NoBackend, ""},
		{"gone", diagnosis.DNSStale, ""},
	} {
		if got := PointInto(c).Behind(test.section, test.cause); got != test.want {
			t.Errorf("%s of %s: %q, want %q", test.cause, test.section, got, test.want)
		}
	}
}

// TestRuleTexts holds that each rule can be documented.
// TestTextsOfVariants: a rule that finds one thing in several forms says which.
func TestTextsOfVariants(t *testing.T) {
	for _, test := range []struct{ rule, text, want string }{
		{"dns-at-start", "backend b\n server s a.example.com:80", "server s "},
		{"dns-at-start", "backend b\n server s a.example.com:80 resolvers r", "server s names the resolvers r, and there is no such"},
		{"dns-stops-start", "backend b\n server s a.example.com:80 resolvers r\nresolvers r\n nameserver n 10.0.0.1:53", "server s has resolvers and no init-addr"},
		{"no-check", "backend b\n server s 10.0.0.1:80 observe layer4", "server s is observed and not checked"},
		{"maxconn-order", "frontend fe\n maxconn 119\n use_backend b if { path /b }\n default_backend a\nbackend a\n timeout queue 1s\n server s 10.0.0.1:80 maxconn 60\nbackend b\n timeout queue 1s\n server s 10.0.0.1:80 maxconn 60",
			"the frontend takes 119 connections, the servers behind it 120 together"},
		{"maxconn-order", "frontend fe\n maxconn 10\n default_backend a\nfrontend f2\n maxconn 7\n default_backend a\nbackend a\n server s 10.0.0.1:80 maxconn 11",
			"the servers take 11 requests together, 17 are let in"},
	} {
		judged := Judge(Subject{Configuration: parse(t, test.text)}, Options{Only: only(t, test.rule)})
		if !slices.ContainsFunc(judged, func(j Judgement) bool { return strings.HasPrefix(j.Message, test.want) }) {
			t.Errorf("%s of\n%s\nfinds %+v, want %q", test.rule, test.text, judged, test.want)
		}
	}
}

func TestRuleTexts(t *testing.T) {
	for _, rule := range Rules() {
		if rule.Name == "" || rule.Finds == "" || rule.Why == "" || rule.Chapter == "" || strings.ContainsAny(rule.Why, "<>|;") {
			t.Errorf("%+v", rule)
		}
	}
}

// FuzzJudge looks for panics in any rule.
func FuzzJudge(f *testing.F) {
	for _, cases := range ruleCases {
		for _, test := range cases {
			f.Add(test.text)
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := configuration.Parse([]configuration.Source{{Name: "x", Text: []byte(text)}}, nil)
		if err != nil {
			return
		}
		found := Judge(Subject{Configuration: c}, Options{})
		report(c, found, true)
		for _, j := range found {
			if j.Line < 1 || j.Section == "" {
				t.Errorf("%s finds %+v", j.Rule.Name, j.Finding)
			}
		}
	})
}
