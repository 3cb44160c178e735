package configuration

import "strings"

// Old is a word that today's HAProxy refuses or ignores.
type Old struct {
	Word    string // "clitimeout", "option forceclose"
	Since   string // the version that refuses it: "2.1"
	Instead string // what to write
	Works   bool   // with versions that are still maintained
	modern  string // the words that mean the same today; empty if none do so exactly
}

// oldWords are the words that HAProxy has given up, from the messages in its
// cfgparse-listen.c, cfgparse-global.c, proxy.c, listener.c and cli.c. Words
// that are only deprecated are not here.
var oldWords = oldByWord([]Old{
	{Word: "clitimeout", Since: "2.1", Instead: "timeout client", modern: "timeout client"},
	{Word: "contimeout", Since: "2.1", Instead: "timeout connect", modern: "timeout connect"},
	{Word: "srvtimeout", Since: "2.1", Instead: "timeout server", modern: "timeout server"},
	{Word: "redispatch", Since: "2.1", Instead: "option redispatch", modern: "option redispatch"},
	{Word: "redisp", Since: "2.1", Instead: "option redispatch", modern: "option redispatch"},
	{Word: "block", Since: "2.1", Instead: "http-request deny", modern: "http-request deny"},
	{Word: "appsession", Since: "1.6", Instead: "cookie or stick on"},
	{Word: "bind-process", Since: "2.5", Instead: "nothing: every thread takes every listener"},
	{Word: "grace", Since: "2.5", Instead: "nothing, or hard-stop-after in global"},
	{Word: "monitor-net", Since: "2.1", Instead: "http-request return status 200 if { src ADDRESS }"},
	{Word: "mode health", Since: "2.1", Instead: "http-request return status 200"},
	{Word: "cliexp", Since: "2.1", Instead: "http-request replace-header or replace-uri"},
	{Word: "srvexp", Since: "2.1", Instead: "http-response replace-header"},
	{Word: "reqadd", Since: "2.1", Instead: "http-request add-header"},
	{Word: "reqallow", Since: "2.1", Instead: "http-request allow"},
	{Word: "reqiallow", Since: "2.1", Instead: "http-request allow"},
	{Word: "reqdel", Since: "2.1", Instead: "http-request del-header"},
	{Word: "reqidel", Since: "2.1", Instead: "http-request del-header"},
	{Word: "reqdeny", Since: "2.1", Instead: "http-request deny"},
	{Word: "reqideny", Since: "2.1", Instead: "http-request deny"},
	{Word: "reqpass", Since: "2.1", Instead: "http-request allow"},
	{Word: "reqipass", Since: "2.1", Instead: "http-request allow"},
	{Word: "reqrep", Since: "2.1", Instead: "http-request replace-header or replace-uri"},
	{Word: "reqirep", Since: "2.1", Instead: "http-request replace-header or replace-uri"},
	{Word: "reqtarpit", Since: "2.1", Instead: "http-request tarpit"},
	{Word: "reqitarpit", Since: "2.1", Instead: "http-request tarpit"},
	{Word: "reqsetbe", Since: "2.1", Instead: "use_backend"},
	{Word: "reqisetbe", Since: "2.1", Instead: "use_backend"},
	{Word: "rspadd", Since: "2.1", Instead: "http-response add-header"},
	{Word: "rspdel", Since: "2.1", Instead: "http-response del-header"},
	{Word: "rspidel", Since: "2.1", Instead: "http-response del-header"},
	{Word: "rspdeny", Since: "2.1", Instead: "http-response deny"},
	{Word: "rspideny", Since: "2.1", Instead: "http-response deny"},
	{Word: "rsprep", Since: "2.1", Instead: "http-response replace-header"},
	{Word: "rspirep", Since: "2.1", Instead: "http-response replace-header"},
	{Word: "option forceclose", Since: "2.0", Instead: "option httpclose", modern: "option httpclose"},
	{Word: "option http-tunnel", Since: "2.1", Instead: "nothing: it is not needed"},
	{Word: "option http_proxy", Since: "2.5", Instead: "http-request set-dst and set-uri, or do-resolve"},
	{Word: "option http-use-htx", Since: "2.1", Instead: "nothing: it is always so"},
	{Word: "option tcpsplice", Since: "2.1", Instead: "option splice-auto"},
	{Word: "option independant-streams", Since: "2.1", Instead: "option independent-streams", modern: "option independent-streams"},
	{Word: "dispatch", Since: "3.5", Instead: "a server with that address", Works: true},
	{Word: "transparent", Since: "3.5", Instead: "a server with the address 0.0.0.0", Works: true},
	{Word: "option transparent", Since: "3.5", Instead: "a server with the address 0.0.0.0", Works: true},
	{Word: "nbproc", Since: "2.5", Instead: "nothing: nbthread follows the processors by itself"},
	{Word: "tune.chksize", Since: "2.4", Instead: "nothing: tune.bufsize is used"},
	{Word: "stats bind-process", Since: "2.5", Instead: "nothing, or thread on the stats socket line"},
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
