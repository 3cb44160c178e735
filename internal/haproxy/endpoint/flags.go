package endpoint

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"check-haproxy/internal/plugin"
)

// Flags say where the statistics come from, for go-arg; every check that reads
// statistics embeds them.
type Flags struct {
	Socket       []string     `arg:"-S,--socket,separate" placeholder:"ADDR" help:"stats socket: a path, a glob or host:port; a master CLI's workers are all asked (repeatable) [default: the first of the usual places]"`
	URL          []string     `arg:"-u,--url,separate" placeholder:"URL" help:"stats page, with or without ;csv; with -H just the path (repeatable)"`
	Hostname     string       `arg:"-H,--hostname" placeholder:"HOST" help:"host of the stats page"`
	Port         uint16       `arg:"-p,--port" placeholder:"PORT" help:"port of the stats page [default: 80, with --tls 443]"`
	TLS          bool         `arg:"--tls" help:"the stats page is https"`
	Username     string       `arg:"-U,--username" placeholder:"NAME" variable:"HAPROXY_STATS_USERNAME" help:"user of the stats page; better in HAPROXY_STATS_USERNAME"`
	Password     string       `arg:"-P,--password" placeholder:"PASSWORD" variable:"HAPROXY_STATS_PASSWORD" help:"its password; better in HAPROXY_STATS_PASSWORD or --password-file, which the process list does not show"`
	PasswordFile string       `arg:"--password-file" placeholder:"PATH" help:"file whose first line is the password"`
	CAFile       string       `arg:"--ca-file" placeholder:"PATH" help:"certificates (PEM) of the authorities to trust, instead of the system's"`
	Cert         string       `arg:"--cert" placeholder:"PATH" help:"client certificate (PEM)"`
	Key          string       `arg:"--key" placeholder:"PATH" help:"its private key (PEM) [default: in --cert]"`
	ServerName   string       `arg:"--server-name" placeholder:"NAME" help:"name that the server's certificate has to be for"`
	Insecure     bool         `arg:"-k,--insecure" help:"do not verify the server's certificate"`
	StatsFile    string       `arg:"--stats-file" placeholder:"PATH" help:"a saved answer to show stat or of a page with ;csv; - is standard input"`
	Unreachable  plugin.State `arg:"--unreachable" placeholder:"STATE" default:"unknown" help:"state when HAProxy gives no answer: ok, warning, critical or unknown"`
}

// Environment variables that hold the credentials of the stats page.
const (
	UsernameVariable = "HAPROXY_STATS_USERNAME"
	PasswordVariable = "HAPROXY_STATS_PASSWORD"
)

// defaultSockets are where packages and the manual's examples put the socket.
var defaultSockets = []string{"/run/haproxy/admin.sock", "/var/run/haproxy.sock", "/run/haproxy.sock", "/var/lib/haproxy/stats"}

// Endpoints are the places that the flags name: sockets, pages, the file, in
// this order, or the first usual socket where they name none. Standard input is
// read for "--stats-file -", and getenv (os.Getenv) asked for the credentials:
// those of a flag or --password-file win over those in a URL, and these over
// the environment. An error is one in the arguments; a socket or file that is
// not there is an Answer's.
func (f *Flags) Endpoints(stdin io.Reader, getenv func(string) string) ([]Endpoint, error) {
	endpoints, err := Sockets(f.Socket)
	if err != nil {
		return nil, err
	}
	pages, err := f.pages(getenv)
	if err != nil {
		return nil, err
	}
	endpoints = append(endpoints, pages...)
	switch f.StatsFile {
	case "":
	case "-":
		endpoints = append(endpoints, Endpoint{"standard input", file{stdin: stdin}})
	default:
		endpoints = append(endpoints, Endpoint{f.StatsFile, file{path: f.StatsFile}})
	}
	if len(endpoints) == 0 {
		endpoints = append(endpoints, defaultSocket(defaultSockets))
	}
	return distinct(endpoints), nil
}

// distinct drops places that are named twice, and numbers different ones that
// are called the same: pages at one path with different queries.
func distinct(endpoints []Endpoint) []Endpoint {
	var kept []Endpoint
	times := map[string]int{}
	for _, e := range endpoints {
		if slices.ContainsFunc(kept, func(k Endpoint) bool { return k.source == e.source }) {
			continue
		}
		times[e.Name]++
		if n := times[e.Name]; n > 1 {
			e.Name = fmt.Sprintf("%s#%d", e.Name, n)
		}
		kept = append(kept, e)
	}
	return kept
}

// sockets are the stats sockets at an address: a path, a glob, or host:port.
func sockets(address string) ([]Endpoint, error) {
	switch {
	case address == "":
		return nil, errors.New("--socket is empty; give the path of the stats socket, or host:port")
	case strings.Contains(address, "://"):
		return nil, fmt.Errorf("--socket %q is a URL; a stats page is asked with --url", withoutCredentials(address))
	case !strings.Contains(address, "/") && strings.Contains(address, ":"):
		host, port, err := net.SplitHostPort(address)
		if err != nil || port == "" {
			return nil, fmt.Errorf("--socket %q is neither a path nor host:port; write an IPv6 address as [::1]:9999", address)
		}
		if host == "" {
			host = "localhost"
		}
		address = net.JoinHostPort(host, port)
		return []Endpoint{{address, socket{"tcp", address}}}, nil
	}
	if _, err := os.Lstat(address); err == nil || !strings.ContainsAny(address, `*?[`) {
		return []Endpoint{unixSocket(address)}, nil
	}
	return globbed(address)
}

func unixSocket(path string) Endpoint { return Endpoint{path, socket{"unix", path}} }

// globbed are the sockets that a glob matches. Other files are left out, so that
// "/run/haproxy/*" is fine with a pid file there.
func globbed(glob string) ([]Endpoint, error) {
	paths, err := filepath.Glob(glob)
	if err != nil {
		return nil, fmt.Errorf("--socket %q is no glob: a bracket or a backslash is left open", glob)
	}
	var found []Endpoint
	for _, path := range paths {
		if info, err := os.Stat(path); err == nil && info.Mode().Type() == os.ModeSocket {
			found = append(found, unixSocket(path))
		}
	}
	if len(found) == 0 {
		return []Endpoint{{glob, failed{explainNoMatch(glob, len(paths))}}}, nil
	}
	return found, nil
}

// defaultSocket is the first of the places where there is something, be it
// behind a directory that must not be looked into.
func defaultSocket(places []string) Endpoint {
	for _, path := range places {
		if _, err := os.Stat(path); err == nil || !errors.Is(err, os.ErrNotExist) {
			return unixSocket(path)
		}
	}
	err := fmt.Errorf("there is no stats socket at %s; is HAProxy running, and is there a line like \"stats socket %s mode 660 level user\" in its global section? Otherwise name it with --socket, or a stats page with --url",
		strings.Join(places, ", "), places[0])
	return Endpoint{"stats socket", failed{err}}
}

// maxPassword bounds the first line of a password file.
const maxPassword = 4 << 10

// readPassword returns the first line of a password file.
func readPassword(path string) (string, error) {
	opened, err := os.Open(path)
	if err != nil {
		return "", fmt.Errorf("cannot read --password-file %s: %w; the monitoring user has to be allowed to read it", path, reason(err))
	}
	defer opened.Close()
	line, err := bufio.NewReader(io.LimitReader(opened, maxPassword+1)).ReadString('\n')
	if err != nil && err != io.EOF {
		return "", fmt.Errorf("cannot read --password-file %s: %w", path, reason(err))
	}
	password := strings.TrimRight(line, "\r\n")
	if password == "" || len(password) > maxPassword {
		return "", fmt.Errorf("the first line of --password-file %s is empty or longer than %d bytes; it should be the password", path, maxPassword)
	}
	return password, nil
}

// reason is an error without what it was about: "permission denied".
func reason(err error) error {
	var path *os.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}

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
