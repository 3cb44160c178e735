package logformat

import "strings"

// builtIn are the variables that HAProxy sets while it reads its configuration
// (configuration manual 2.4), with the formats of option httplog and its kin.
var builtIn = map[string]string{
	"HAPROXY_HTTP_LOG_FMT":     httpFormat,
	"HAPROXY_HTTPS_LOG_FMT":    httpFormat + " %[fc_err]/%[ssl_fc_err,hex]/%[ssl_c_err]/%[ssl_c_ca_err]/%[ssl_fc_is_resumed] %[ssl_fc_sni]/%sslv/%sslc",
	"HAPROXY_TCP_LOG_FMT":      "%ci:%cp [%t] %ft %b/%s %Tw/%Tc/%Tt %B %ts %ac/%fc/%bc/%sc/%rc %sq/%bq",
	"HAPROXY_HTTP_CLF_LOG_FMT": `%{+Q}o %{-Q}ci - - [%trg] %r %ST %B "" "" %cp %ms %ft %b %s %TR %Tw %Tc %Tr %Ta %tsc %ac %fc %bc %sc %rc %sq %bq %CC %CS %hrl %hsl`,
	"HAPROXY_TCP_CLF_LOG_FMT":  `%{+Q}o %{-Q}ci - - [%T] "TCP " 000 %B "" "" %cp %ms %ft %b %s %Th %Tw %Tc %Tt %U %ts-- %ac %fc %bc %sc %rc %sq %bq "" "" `,
}

const httpFormat = "%ci:%cp [%tr] %ft %b/%s %TR/%Tw/%Tc/%Tr/%Ta %ST %B %CC %CS %tsc %ac/%fc/%bc/%sc/%rc %sq/%bq %hr %hs %{+Q}r"

// optionOf is the built-in format that a text is, word for word.
func optionOf(text string) (Option, bool) {
	switch text {
	case builtIn["HAPROXY_HTTP_LOG_FMT"], builtIn["HAPROXY_HTTPS_LOG_FMT"], builtIn["HAPROXY_TCP_LOG_FMT"]:
		return Columns, true
	case builtIn["HAPROXY_HTTP_CLF_LOG_FMT"], builtIn["HAPROXY_TCP_CLF_LOG_FMT"]:
		return CLF, true
	}
	return Custom, false
}

// expandBuiltIn puts the built-in variables into a format that was not written as
// in haproxy.cfg, and tells the first other one that it names in braces. Any other
// dollar sign is the format's own.
func expandBuiltIn(text string) (expanded, unset string) {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(text, "$")
		b.WriteString(before)
		if !found {
			return b.String(), unset
		}
		v, err := expand("$"+rest, builtInVariable)
		switch {
		case err == nil && v.set:
			b.WriteString(v.value)
			text = rest[v.used-1:]
			continue
		case err == nil && rest[0] == '{' && unset == "":
			unset = v.name
		}
		b.WriteByte('$')
		text = rest
	}
}

func builtInVariable(name string) (string, bool) {
	value, ok := builtIn[name]
	return value, ok
}
