package endpoint

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
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
	var endpoints []Endpoint
	for _, text := range urls {
		address, err := f.pageURL(text)
		if err != nil {
			return nil, err
		}
		own := login.over(address.User)
		if own.username == "" && login.password != "" {
			return nil, errors.New("there is a password without a user name; add --username")
		}
		address.User = nil
		endpoints = append(endpoints, Endpoint{place(address), page{address.String(), own, trust}})
	}
	return endpoints, nil
}

func (f *Flags) checkPageFlags() error {
	switch {
	case f.Hostname == "" && (f.Port != 0 || f.TLS):
		return errors.New("--port and --tls belong to --hostname; add it, or write the whole URL in --url")
	case f.Password != "" && f.PasswordFile != "":
		return errors.New("--password and --password-file are both given; drop one")
	case f.Key != "" && f.Cert == "":
		return errors.New("--key is given without --cert; add the certificate")
	}
	return nil
}

// pageURL makes the URL of the CSV out of --url, which is a whole URL or, with
// --hostname, the path alone.
func (f *Flags) pageURL(text string) (*url.URL, error) {
	switch {
	case text == "":
		return nil, errors.New("--url is empty; write it like http://host:8404/haproxy?stats, or its path with --hostname")
	case strings.Contains(text, "://") && f.Hostname != "":
		return nil, fmt.Errorf("--url %s names the host, and --hostname does; use one of them", withoutCredentials(text))
	case strings.HasPrefix(text, "/") && f.Hostname == "":
		return nil, fmt.Errorf("--url %s is only a path; add --hostname, or write the whole URL (http://host:8404%s)", text, text)
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
		return nil, fmt.Errorf("--url %s is not a URL; write it like http://host:8404/haproxy?stats, with special characters in a password as %%40", withoutCredentials(text))
	}
	if (address.Scheme != "http" && address.Scheme != "https") || address.Hostname() == "" {
		return nil, fmt.Errorf("--url %s is neither http:// nor https:// with a host; write it like http://host:8404/haproxy?stats", withoutCredentials(text))
	}
	if port := address.Port(); port != "" {
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
			return nil, fmt.Errorf("--url %s has a port that is none of 1 to 65535", withoutCredentials(text))
		}
	}
	return address, nil
}

// base is "http://host:port" of --hostname, --port and --tls.
func (f *Flags) base() (string, error) {
	if strings.ContainsAny(f.Hostname, "/@?#[] ") || strings.Contains(f.Hostname, ":") && net.ParseIP(f.Hostname) == nil {
		return "", fmt.Errorf("--hostname %q is no host name or address; a port goes into --port, a URL into --url", f.Hostname)
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

// csvOf makes a stats page's address that of its CSV ("/haproxy?stats;csv").
func csvOf(address string) string {
	address, _, _ = strings.Cut(address, "#")
	if strings.Contains(address, ";csv") {
		return address
	}
	// http://host is http://host/.
	if _, rest, ok := strings.Cut(address, "://"); ok && !strings.ContainsAny(rest, "/?") {
		address += "/"
	}
	return address + ";csv"
}

// withoutCredentials is a URL as typed, for an error, without what may be a
// password: everything before the last "@" of what could be the host.
func withoutCredentials(text string) string {
	scheme, rest, ok := strings.Cut(text, "://")
	if !ok {
		return text[strings.LastIndexByte(text, '@')+1:]
	}
	return scheme + "://" + rest[strings.LastIndexByte(rest, '@')+1:]
}

// login is a user name and a password for HTTP Basic.
type login struct {
	username, password string
	// what to fall back to where a URL has none
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

// over returns the credentials for a page, where user is what its URL has.
func (l login) over(user *url.Userinfo) login {
	inURL, _ := user.Password()
	return login{
		username: firstOf(l.username, user.Username(), l.defaultUsername),
		password: firstOf(l.password, inURL, l.defaultPassword),
	}
}

func firstOf(texts ...string) string {
	for _, text := range texts {
		if text != "" {
			return text
		}
	}
	return ""
}
