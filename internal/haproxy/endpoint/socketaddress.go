package endpoint

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"check-haproxy/internal/advice"
	"check-haproxy/internal/argument"
)

// Sockets are the stats sockets at these addresses, each as --socket takes it.
// A program that asks nothing else is 2 MB smaller for it: the linker leaves out
// what reads pages.
func Sockets(addresses []string) ([]Endpoint, error) {
	var endpoints []Endpoint
	for _, address := range addresses {
		found, err := sockets(address)
		if err != nil {
			return nil, err
		}
		endpoints = append(endpoints, found...)
	}
	return distinct(endpoints), nil
}

// forms are how haproxy.cfg and other tools begin an address (Configuration
// Manual 11.1, "Address formats"; socat's and systemd's have a colon only).
var forms = []struct {
	prefix  string
	sockets func(rest string) ([]Endpoint, error)
}{
	{"unix@", unixSockets}, {"unix://", unixSockets}, {"unix:", unixSockets},
	{"abns@", abstractSocket(maxUnixPath)}, {"abnsz@", abstractSocket(0)},
	{"tcp://", tcpSocket("tcp")}, {"tcp@", tcpSocket("tcp")},
	{"ipv4@", tcpSocket("tcp4")}, {"tcp4@", tcpSocket("tcp4")},
	{"ipv6@", tcpSocket("tcp6")}, {"tcp6@", tcpSocket("tcp6")},
}

// sockets are the stats sockets at an address: a path, a glob, or host:port, or
// one of these as haproxy.cfg writes it.
func sockets(address string) ([]Endpoint, error) {
	for _, form := range forms {
		if rest, ok := strings.CutPrefix(address, form.prefix); ok {
			return form.sockets(rest)
		}
	}
	switch {
	case address == "":
		return nil, advice.New("--socket is empty", "give the path of the stats socket, or host:port")
	case strings.HasPrefix(address, "http://"), strings.HasPrefix(address, "https://"):
		return nil, advice.New("--socket"+withoutSecrets(address)+" is a URL", "a stats page is asked with --url")
	case strings.Contains(address, "/"), exists(address):
		return unixSockets(address)
	case net.ParseIP(address) != nil && !hasPort(address):
		return nil, advice.New("--socket "+address+" has no port", "write "+net.JoinHostPort(address, "PORT"))
	case strings.Contains(address, ":"):
		return tcpSocket("tcp")(address)
	}
	return unixSockets(address)
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// hasPort says whether an IPv6 address without brackets is one with a port, as
// HAProxy takes it.
func hasPort(address string) bool {
	i := strings.LastIndexByte(address, ':')
	return i >= 0 && net.ParseIP(address[:i]) != nil
}

// tcpSocket is the socket at host:port. As in haproxy.cfg the last colon is the
// port's, and the addresses to listen on mean this machine.
func tcpSocket(network string) func(address string) ([]Endpoint, error) {
	return func(address string) ([]Endpoint, error) {
		i := strings.LastIndexByte(address, ':')
		if i < 0 {
			return nil, advice.New("--socket has no port", "write HOST:PORT")
		}
		host, port := address[:i], address[i+1:]
		if inner, ok := strings.CutPrefix(host, "["); ok {
			host = strings.TrimSuffix(inner, "]")
		}
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 || !isHost(host) {
			return nil, advice.New("--socket"+shownNumber(address)+" is neither a path nor host:port", "write an IPv6 address as [::1]:9999")
		}
		switch {
		case host == "::":
			host = "::1"
		case host == "0.0.0.0", network == "tcp4" && isAny(host):
			host = "127.0.0.1"
		case network == "tcp6" && isAny(host):
			host = "::1"
		case isAny(host):
			host = "localhost"
		}
		address = net.JoinHostPort(host, port)
		return []Endpoint{{Name: address, Label: address, source: socket{network, address}}}, nil
	}
}

func isAny(host string) bool { return host == "" || host == "*" }

// isHost says whether a text can be a host's name or address.
func isHost(text string) bool {
	if strings.Contains(text, ":") {
		address, _, _ := strings.Cut(text, "%") // an interface
		return net.ParseIP(address) != nil
	}
	return isAny(text) || strings.Trim(text, nameCharacters) == ""
}

// maxUnixPath is how many characters a Unix address has room for, after the
// first.
const maxUnixPath = 107

// abstractSocket is a socket in Linux's abstract namespace, whose name HAProxy
// fills up to a length.
func abstractSocket(length int) func(name string) ([]Endpoint, error) {
	return func(name string) ([]Endpoint, error) {
		if name == "" || len(name) > maxUnixPath {
			return nil, advice.New("--socket abns@ has no name that a socket can have", "write the name of the \"stats socket\" line")
		}
		address := "@" + name + strings.Repeat("\x00", max(length-len(name), 0))
		return []Endpoint{{Name: "abns@" + name, Label: "abns@" + name, source: socket{"unix", address}}}, nil
	}
}

// unixSockets are the sockets at a path or a glob.
func unixSockets(path string) ([]Endpoint, error) {
	if path == "" {
		return nil, advice.New("--socket has no path", "give the path of the stats socket")
	}
	if exists(path) || !strings.ContainsAny(path, `*?[`) {
		return []Endpoint{unixSocket(path)}, nil
	}
	return globbed(path)
}

func unixSocket(path string) Endpoint {
	return Endpoint{Name: path, Label: filepath.Base(path), source: socket{"unix", path}}
}

// globbed are the sockets that a glob matches. Other files are left out, so that
// "/run/haproxy/*" is fine with a pid file there.
func globbed(glob string) ([]Endpoint, error) {
	paths, err := filepath.Glob(glob)
	if err != nil {
		return nil, advice.New("--socket is no glob: a bracket or a backslash is left open", "")
	}
	var found []Endpoint
	for _, path := range paths {
		if info, err := os.Stat(path); err == nil && info.Mode().Type() == os.ModeSocket {
			e := unixSocket(path)
			e.found = true
			found = append(found, e)
		}
	}
	if len(found) == 0 && argument.HasSecret(glob) {
		return nil, advice.New("--socket is neither a path nor host:port", "a stats page is asked with --url")
	}
	if len(found) == 0 {
		return []Endpoint{{Name: glob, Label: filepath.Base(glob), source: failed{noMatch(glob, len(paths))}}}, nil
	}
	return found, nil
}

// defaultSockets are where packages and the manual's examples put the socket.
var defaultSockets = []string{"/run/haproxy/monitor.sock", "/run/haproxy/admin.sock", "/var/run/haproxy.sock", "/run/haproxy.sock", "/var/lib/haproxy/stats"}

// defaultSocket is the first of the places that is there, even if it is behind a
// directory that must not be searched.
func defaultSocket(places []string) Endpoint {
	for _, path := range places {
		if _, err := os.Stat(path); err == nil || !os.IsNotExist(err) {
			return unixSocket(path)
		}
	}
	err := &Failure{Reach: Unreachable, doing: "cannot find a stats socket", trouble: trouble{
		"there is none in the usual places",
		fmt.Sprintf("these are %s; is HAProxy running, and is there a line like \"stats socket %s mode 660 level user\" in its global section? Otherwise name it with --socket, or a stats page with --url",
			strings.Join(places, ", "), places[0]),
	}}
	return Endpoint{Name: "stats socket", Label: "stats socket", source: failed{err}}
}

// shownNumber is an address without names for an error, in quotes and with a
// blank before it; others may be a secret in the wrong place.
func shownNumber(address string) string {
	if !argument.IsNumber(address) {
		return ""
	}
	return " " + argument.Number(address)
}
