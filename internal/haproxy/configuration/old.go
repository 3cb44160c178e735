package configuration

import "strings"

// Old is a word that today's HAProxy refuses or ignores.
type Old struct {
	Word    string // "clitimeout", "option forceclose"
	Since   string // the version that refuses it: "2.1"
	Instead string // what to write
	modern  string // the words that mean the same today; empty if none do so exactly
}

// oldWords are the words that HAProxy has given up, from the messages in its
// cfgparse-listen.c, cfgparse-global.c, proxy.c, listener.c and cli.c. Words
// that are deprecated and still work are not here.
var oldWords = oldByWord([]Old{
	{"clitimeout", "2.1", "timeout client", "timeout client"},
	{"contimeout", "2.1", "timeout connect", "timeout connect"},
	{"srvtimeout", "2.1", "timeout server", "timeout server"},
	{"redispatch", "2.1", "option redispatch", "option redispatch"},
	{"redisp", "2.1", "option redispatch", "option redispatch"},
	{"block", "2.1", "http-request deny", "http-request deny"},
	{"appsession", "1.6", "cookie or stick on", ""},
	{"bind-process", "2.5", "nothing: every thread takes every listener", ""},
	{"grace", "2.5", "nothing, or hard-stop-after in global", ""},
	{"monitor-net", "2.1", "http-request return status 200 if { src ADDRESS }", ""},
	{"mode health", "2.1", "http-request return status 200", ""},
	{"cliexp", "2.1", "http-request replace-header or replace-uri", ""},
	{"srvexp", "2.1", "http-response replace-header", ""},
	{"reqadd", "2.1", "http-request add-header", ""},
	{"reqallow", "2.1", "http-request allow", ""},
	{"reqiallow", "2.1", "http-request allow", ""},
	{"reqdel", "2.1", "http-request del-header", ""},
	{"reqidel", "2.1", "http-request del-header", ""},
	{"reqdeny", "2.1", "http-request deny", ""},
	{"reqideny", "2.1", "http-request deny", ""},
	{"reqpass", "2.1", "http-request allow", ""},
	{"reqipass", "2.1", "http-request allow", ""},
	{"reqrep", "2.1", "http-request replace-header or replace-uri", ""},
	{"reqirep", "2.1", "http-request replace-header or replace-uri", ""},
	{"reqtarpit", "2.1", "http-request tarpit", ""},
	{"reqitarpit", "2.1", "http-request tarpit", ""},
	{"reqsetbe", "2.1", "use_backend", ""},
	{"reqisetbe", "2.1", "use_backend", ""},
	{"rspadd", "2.1", "http-response add-header", ""},
	{"rspdel", "2.1", "http-response del-header", ""},
	{"rspidel", "2.1", "http-response del-header", ""},
	{"rspdeny", "2.1", "http-response deny", ""},
	{"rspideny", "2.1", "http-response deny", ""},
	{"rsprep", "2.1", "http-response replace-header", ""},
	{"rspirep", "2.1", "http-response replace-header", ""},
	{"option forceclose", "2.0", "option httpclose", "option httpclose"},
	{"option http-tunnel", "2.1", "nothing: it is not needed", ""},
	{"option http_proxy", "2.5", "http-request set-dst and set-uri, or do-resolve", ""},
	{"option http-use-htx", "2.1", "nothing: it is always so", ""},
	{"option tcpsplice", "2.1", "option splice-auto", ""},
	{"option independant-streams", "2.1", "option independent-streams", "option independent-streams"},
	{"nbproc", "2.5", "nothing: nbthread follows the processors by itself", ""},
	{"tune.chksize", "2.4", "nothing: tune.bufsize is used", ""},
	{"stats bind-process", "2.5", "nothing, or thread on the stats socket line", ""},
})

func oldByWord(list []Old) map[string]*Old {
	byWord := make(map[string]*Old, len(list))
	for i := range list {
		byWord[list[i].Word] = &list[i]
	}
	return byWord
}

// modernize returns the words as today's HAProxy has them, and what is old
// about them, or nil.
func modernize(words []string) ([]string, *Old) {
	negated := words[0] == "no" && len(words) > 1
	rest := words
	if negated {
		rest = words[1:]
	}
	old, used := oldWords[rest[0]], 1
	if old == nil && len(rest) > 1 {
		old, used = oldWords[rest[0]+" "+rest[1]], 2
	}
	if old == nil || old.modern == "" {
		return words, old
	}
	var modern []string
	if negated {
		modern = append(modern, "no")
	}
	modern = append(modern, strings.Fields(old.modern)...)
	return append(modern, rest[used:]...), old
}
