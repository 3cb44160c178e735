package endpoint

import (
	"cmp"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"check-haproxy/internal/advice"
)

// defaultPath is where "stats enable" puts the page (Configuration Manual,
// "stats uri").
const defaultPath = "/haproxy?stats"

// pages are the stats pages that the flags name.
func (f *Flags) pages(getenv func(string) string) ([]Endpoint, error) {
	urls := f.URL
	if len(urls) == 0 && f.Hostname != "" {
		urls = []string{defaultPath}
	}
	if err := f.checkPageFlags(); err != nil || len(urls) == 0 {
		return nil, err
	}
	login, err := f.login(getenv)
	if err != nil {
		return nil, err
	}
	trust, err := f.trust()
	if err != nil {
		return nil, err
	}
	family, err := f.family()
	if err != nil {
		return nil, err
	}
	var endpoints []Endpoint
	for _, text := range urls {
		address, err := f.pageURL(text)
		if err != nil {
			return nil, err
		}
		own := login.over(address.User)
		if own.username == "" && login.password != "" {
			return nil, advice.New("there is a password without a user name", "add --username")
		}
		address.User = nil
		endpoints = append(endpoints, Endpoint{Name: place(address), Label: hostPort(address), source: page{address.String(), own, trust, f.Proxy, family}})
	}
	return endpoints, nil
}

func (f *Flags) checkPageFlags() error {
	switch {
	case f.Hostname == "" && (f.Port != 0 || f.TLS):
		return advice.New("--port and --tls belong to --hostname", "add it, or write the whole URL in --url")
	case f.Password != "" && f.PasswordFile != "":
		return advice.New("--password and --password-file are both given", "drop one")
	case f.Key != "" && f.Cert == "":
		return advice.New("--key is given without --cert", "add the certificate")
	}
	return nil
}

// likeThis is how a URL is written.
const likeThis = "write it like http://host:8404/haproxy?stats"

// pageURL makes the URL of the CSV out of --url, which is a whole URL or, with
// --hostname, the path alone.
func (f *Flags) pageURL(text string) (*url.URL, error) {
	switch {
	case text == "":
		return nil, advice.New("--url is empty", likeThis+", or its path with --hostname")
	case strings.Contains(text, "://") && f.Hostname != "":
		return nil, advice.New("--url"+withoutSecrets(text)+" names the host, and --hostname does", "use one of them")
	case strings.HasPrefix(text, "/") && f.Hostname == "":
		return nil, advice.New("--url"+withoutSecrets(text)+" is only a path", "add --hostname, or write the whole URL: http://host:8404/haproxy?stats")
	case f.Hostname != "":
		base, err := f.base()
		if err != nil {
			return nil, err
		}
		text = base + "/" + strings.TrimPrefix(text, "/")
	}
	address, err := url.Parse(csvOf(text))
	if err != nil {
		// The error would repeat the URL, and with it a password.
		return nil, advice.New("--url"+withoutSecrets(text)+" is not a URL", likeThis+", with special characters in a password as %40")
	}
	if (address.Scheme != "http" && address.Scheme != "https") || address.Hostname() == "" {
		return nil, advice.New("--url"+withoutSecrets(text)+" is neither http:// nor https:// with a host", likeThis)
	}
	if port := address.Port(); port != "" {
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
			return nil, advice.New("--url"+withoutSecrets(text)+" has a port that is none of 1 to 65535", likeThis)
		}
	}
	return address, nil
}

// base is "http://host:port" of --hostname, --port and --tls.
func (f *Flags) base() (string, error) {
	if f.Hostname == "" || !isHost(f.Hostname) || isAny(f.Hostname) {
		return "", advice.New("--hostname is no host name or address", "a port goes into --port, a URL into --url, a user name into --username")
	}
	scheme, host := "http", f.Hostname
	if f.TLS {
		scheme = "https"
	}
	switch {
	case f.Port != 0:
		host = net.JoinHostPort(host, strconv.Itoa(int(f.Port)))
	case strings.Contains(host, ":"):
		host = "[" + host + "]"
	}
	return scheme + "://" + host, nil
}

// csvOf makes a stats page's address that of its CSV ("/haproxy?stats;csv"),
// with all rows, whatever the browser showed.
func csvOf(address string) string {
	address, _, _ = strings.Cut(address, "#")
	host := 0 // where it ends
	if i := strings.Index(address, "://"); i >= 0 {
		host = i + len("://")
	}
	end := strings.IndexAny(address[host:], "/?")
	if end < 0 {
		return address + "/;csv" // http://host is http://host/.
	}
	end += host
	path := withoutOptions(address[end:])
	if !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	return address[:end] + path + ";csv"
}

// options are the page's options that leave out rows or choose another form
// (Configuration Manual, "stats uri"; HAProxy's src/http_ana.c,
// http_handle_stats, which takes any text that begins so).
var options = []string{";csv", ";up", ";no-maint", ";norefresh", ";typed", ";json", ";st=", ";scope=", "?scope=", "&scope="}

// withoutOptions is a page's path and query without its options.
func withoutOptions(path string) string {
	var kept strings.Builder
	for path != "" {
		isOption := slices.ContainsFunc(options, func(option string) bool { return strings.HasPrefix(path, option) })
		end := 1 + strings.IndexAny(path[1:], ";?&")
		if end == 0 {
			end = len(path)
		}
		if !isOption {
			kept.WriteString(path[:end])
		} else if rest := path[end:]; path[0] == '?' && strings.HasPrefix(rest, "&") { // the query goes on
			path = path[:end] + "?" + rest[1:]
		}
		path = path[end:]
	}
	return kept.String()
}

// withoutSecrets is a URL as typed, for an error, with a blank before it: without
// what may be a password (everything before the last "@" of what could be the
// host) or a token (the query). What does not look like a URL or a path may be
// anything, and is not repeated.
func withoutSecrets(text string) string {
	scheme, rest, ok := strings.Cut(text, "://")
	if !ok && !strings.HasPrefix(text, "/") {
		return ""
	}
	if scheme += "://"; !ok {
		scheme, rest = "", text
	}
	at, end := strings.LastIndexByte(rest, '@'), strings.IndexAny(rest, "?;#")
	if end >= 0 && end < at { // which of the two is it?
		return ""
	}
	if end >= 0 {
		rest = rest[:end]
	}
	return " " + scheme + rest[at+1:]
}

// login is a user name and a password for HTTP Basic.
type login struct {
	username, password string
	// what to fall back to if a URL has none
	defaultUsername, defaultPassword string
}

// login reads the credentials of the flags and the environment.
func (f *Flags) login(getenv func(string) string) (login, error) {
	l := login{
		username: f.Username, password: f.Password,
		defaultUsername: getenv(UsernameVariable), defaultPassword: getenv(PasswordVariable),
	}
	if f.PasswordFile != "" {
		var err error
		if l.password, err = readPassword(f.PasswordFile); err != nil {
			return login{}, err
		}
	}
	return l, nil
}

// over returns the credentials for a page; user is what its URL has.
func (l login) over(user *url.Userinfo) login {
	inURL, _ := user.Password()
	return login{
		username: cmp.Or(l.username, user.Username(), l.defaultUsername),
		password: cmp.Or(l.password, inURL, l.defaultPassword),
	}
}
