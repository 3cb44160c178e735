package inventory

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var lb1 = HAProxy{
	Host: "lb1", Socket: "/run/haproxy/monitor.sock", Log: "/var/log/haproxy.log", Frontends: []string{"fe"},
	Backends: []Backend{{"v2", []string{"v2Elb", "v2Elb2"}}, {"empty", []string{}}},
}

func TestWrite(t *testing.T) {
	page := lb1
	page.Socket, page.URL = "", "https://lb1.example.org/haproxy?stats"
	for _, test := range []struct {
		format Format
		of     HAProxy
		want   []string
		not    []string
	}{
		{Names, lb1, []string{"frontend fe\nbackend v2\nserver v2/v2Elb\nserver v2/v2Elb2\nbackend empty\n"}, nil},
		{Icinga, lb1, []string{
			"vars.haproxy.socket = \"/run/haproxy/monitor.sock\"\nvars.haproxy.log = \"/var/log/haproxy.log\"\nvars.haproxy.backends[\"v2\"] = {}\n",
			`vars.haproxy.frontends = [ "fe" ]`, `vars.haproxy.servers["v2"] = [ "v2Elb", "v2Elb2" ]`,
		}, []string{"empty"}},
		{Icinga, page, []string{`vars.haproxy.url = "https://lb1.example.org/haproxy?stats"`}, []string{"socket"}},
		{Nagios, lb1, []string{
			"\thost_name\t\tlb1\n\tservice_description\thaproxy backend v2\n\tcheck_command\t\tcheck_haproxy_backend_socket!/run/haproxy/monitor.sock!v2\n",
			"check_haproxy_sessions_socket!/run/haproxy/monitor.sock!*\n",
		}, []string{"empty"}},
		{Nagios, page, []string{"\tcheck_command\t\tcheck_haproxy_backend!443!/haproxy?stats!v2\n"}, []string{"socket"}},
		{Nagios, HAProxy{Host: "a;b", Backends: []Backend{{"c!$;'", []string{"s"}}}}, []string{
			"host_name\t\ta_b\n", "haproxy backend c____\n", `!c\!$$\;'\''` + "\n", "came out of a file",
		}, nil},
		{Director, lb1, []string{`"key": "lb1!haproxy-server-v2-v2Elb2"`, `"key": "lb1!haproxy-backend-empty"`}, nil},
		{JSON, lb1, []string{`"servers": []`, `"name": "v2"`}, []string{`"url"`}},
	} {
		text, err := Write(test.format, []HAProxy{test.of})
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range test.want {
			if !strings.Contains(text, want) {
				t.Errorf("%s: there is no %q in\n%s", test.format, want, text)
			}
		}
		for _, not := range test.not {
			if strings.Contains(text, not) {
				t.Errorf("%s: there is %q in\n%s", test.format, not, text)
			}
		}
	}
}

func TestFormats(t *testing.T) {
	for _, choice := range Format("").Choices() {
		var f Format
		if err := f.UnmarshalText([]byte(choice)); err != nil || string(f) != choice {
			t.Errorf("%q is read as %q, %v", choice, f, err)
		}
	}
	var f Format
	err := f.UnmarshalText([]byte("icinga"))
	if diff := cmp.Diff(`this is none of names, icinga2, nagios, director, json`, err.Error()); diff != "" {
		t.Error(diff)
	}
}
