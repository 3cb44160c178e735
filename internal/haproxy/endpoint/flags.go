package endpoint

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"check-haproxy/internal/advice"
	"check-haproxy/internal/argument"
	"check-haproxy/internal/regular"
)

// Flags say where the statistics come from, for go-arg; every check that reads
// statistics embeds them.
type Flags struct {
	Socket       []string `arg:"-S,--socket,separate" placeholder:"ADDR" help:"stats socket: a path, a glob or host:port; a master CLI's workers are all asked (repeatable) [default: the first of the usual places]"`
	URL          []string `arg:"-u,--url,separate" placeholder:"URL" help:"stats page, with or without ;csv; with -H just the path (repeatable)"`
	Hostname     string   `arg:"-H,--hostname" placeholder:"HOST" help:"host of the stats page"`
	Port         uint16   `arg:"-p,--port" placeholder:"PORT" help:"port of the stats page [default: 80, with --tls 443]"`
	TLS          bool     `arg:"--tls" help:"the stats page is https"`
	Username     string   `arg:"-U,--username" placeholder:"NAME" variable:"HAPROXY_STATS_USERNAME" help:"user of the stats page; better in HAPROXY_STATS_USERNAME"`
	Password     string   `arg:"-P,--password" placeholder:"PASSWORD" variable:"HAPROXY_STATS_PASSWORD" help:"its password; better in HAPROXY_STATS_PASSWORD or --password-file, which the process list does not show"`
	PasswordFile string   `arg:"--password-file" placeholder:"PATH" help:"file whose first line is the password"`
	CAFile       string   `arg:"--ca-file" placeholder:"PATH" help:"certificates (PEM) of the authorities to trust, instead of the system's"`
	Cert         string   `arg:"--cert" placeholder:"PATH" help:"client certificate (PEM)"`
	Key          string   `arg:"--key" placeholder:"PATH" help:"its private key (PEM) [default: in --cert]"`
	ServerName   string   `arg:"--server-name" placeholder:"NAME" help:"name that the server's certificate has to be for"`
	Insecure     bool     `arg:"-k,--insecure" help:"do not verify the server's certificate"`
	Proxy        bool     `arg:"--proxy" help:"ask the page through the proxy that the environment names (HTTP_PROXY, HTTPS_PROXY, NO_PROXY); else there is none"`
	IPv4         bool     `arg:"-4,--use-ipv4" help:"connect by IPv4 alone"`
	IPv6         bool     `arg:"-6,--use-ipv6" help:"connect by IPv6 alone"`
	ExtraOpts    []string `arg:"--extra-opts,separate" placeholder:"[SECTION][@FILE]" help:"read more options from a file (plugins.ini), as the Monitoring Plugins do; those of the command line win (repeatable) [default: the section of this name]"` // read by plugin.ParseArgs
	StatsFile    string   `arg:"--stats-file" placeholder:"PATH" help:"a saved answer to show stat or of a page with ;csv; - is standard input"`
}

// Environment variables that hold the credentials of the stats page.
const (
	UsernameVariable = "HAPROXY_STATS_USERNAME"
	PasswordVariable = "HAPROXY_STATS_PASSWORD"
)

// Endpoints are the places that the flags name: sockets, pages, the file, in
// this order, or the first usual socket if they name none. Standard input is
// read for "--stats-file -", and getenv (os.Getenv) asked for the credentials:
// those of a flag or --password-file win over those in a URL, and these over
// the environment. An error is one in the arguments; a socket or file that is
// not there is an Answer's.
func (f *Flags) Endpoints(stdin io.Reader, getenv func(string) string) ([]Endpoint, error) {
	family, err := f.family()
	if err != nil {
		return nil, err
	}
	endpoints, err := Sockets(f.Socket)
	if err != nil {
		return nil, err
	}
	for i, e := range endpoints {
		if s, ok := e.source.(socket); ok && s.network == "tcp" {
			s.network += family
			endpoints[i].source = s
		}
	}
	pages, err := f.pages(getenv)
	if err != nil {
		return nil, err
	}
	endpoints = append(endpoints, pages...)
	switch {
	case f.StatsFile == "":
	case argument.HasSecret(f.StatsFile) && !exists(f.StatsFile):
		// Not a word of it: an address may have a password in it.
		return nil, errors.New("--stats-file takes a file; a page is asked with --url")
	case f.StatsFile == "-":
		endpoints = append(endpoints, Endpoint{Name: "standard input", Label: "standard input", source: file{stdin: stdin}})
	default:
		endpoints = append(endpoints, Endpoint{Name: f.StatsFile, Label: filepath.Base(f.StatsFile), source: file{path: f.StatsFile}})
	}
	if len(endpoints) == 0 {
		endpoints = append(endpoints, defaultSocket(defaultSockets))
	}
	return distinct(endpoints), nil
}

// family ends the name of a network, as package net has it, that is of the kind of
// address that was asked for: "4", "6", or empty for either.
func (f *Flags) family() (string, error) {
	switch {
	case f.IPv4 && f.IPv6:
		return "", advice.New("--use-ipv4 and --use-ipv6 are both given", "drop one")
	case f.IPv4:
		return "4", nil
	case f.IPv6:
		return "6", nil
	}
	return "", nil
}

// distinct drops places that are named twice, and numbers different ones that
// are called the same: pages at one path with different queries. Labels that
// more than one would have are the whole names instead.
func distinct(endpoints []Endpoint) []Endpoint {
	var kept []Endpoint
	names, labels := map[string]int{}, map[string]int{}
	for _, e := range endpoints {
		if slices.ContainsFunc(kept, func(k Endpoint) bool { return k.source == e.source }) {
			continue
		}
		names[e.Name]++
		labels[e.Label]++
		if n := names[e.Name]; n > 1 {
			e.Name = fmt.Sprintf("%s#%d", e.Name, n)
		}
		kept = append(kept, e)
	}
	for i := range kept {
		if labels[kept[i].Label] > 1 {
			kept[i].Label = kept[i].Name
		}
	}
	return kept
}

// maxPassword bounds a password file.
const maxPassword = 4 << 10

// readPassword returns the first line of a password file. The path is not
// repeated: it may be the password itself, in the wrong place.
func readPassword(path string) (string, error) {
	content, err := regular.Read(path, maxPassword)
	if err != nil {
		return "", advice.Because(err, fmt.Sprintf("cannot read the file of --password-file: %v", err), "give the path of a file that the monitoring user may read, with the password on its first line")
	}
	password, _, _ := strings.Cut(string(content), "\n")
	if password = strings.TrimRight(password, "\r"); password == "" {
		return "", advice.New("the first line of the file of --password-file is empty", "it should be the password")
	}
	return password, nil
}
