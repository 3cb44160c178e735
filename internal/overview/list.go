package overview

import (
	"context"
	"io"
	"net/url"
	"os"
	"strings"

	"check-haproxy/internal/check"
	"check-haproxy/internal/overview/inventory"
	"check-haproxy/internal/overview/picture"
)

// list prints what there is to watch, and returns the exit code.
func (l *looker) list(ctx context.Context, stdout, stderr io.Writer) int {
	facts, err := l.look(ctx)
	if err != nil {
		complain(stderr, err.Error())
		return couldNotLook
	}
	text, err := inventory.Write(l.List, l.inventory(&facts))
	if err == nil && len(facts.Processes) > 0 {
		_, err = io.WriteString(stdout, text)
	}
	if err != nil {
		facts.Failures = append(facts.Failures, err.Error())
	}
	for _, failure := range facts.Failures {
		complain(stderr, failure)
	}
	return exitCode(facts)
}

// inventory is what each HAProxy has.
func (l *looker) inventory(facts *picture.Facts) []inventory.HAProxy {
	var all []inventory.HAProxy
	for i := range facts.Processes {
		process := &facts.Processes[i]
		h := inventory.HAProxy{
			Host: hostOf(process), Socket: process.Address, URL: l.page(process), Journal: l.Journal,
			Frontends: []string{}, Backends: []inventory.Backend{},
		}
		if len(l.Files) == 1 && strings.HasPrefix(l.Files[0], "/") {
			h.Log = l.Files[0]
		}
		for _, t := range facts.Frontends {
			if t.Endpoint == process.Endpoint {
				h.Frontends = append(h.Frontends, t.Name)
			}
		}
		for _, t := range facts.Backends {
			if t.Endpoint == process.Endpoint {
				h.Backends = append(h.Backends, backendIn(t))
			}
		}
		all = append(all, h)
	}
	return all
}

func backendIn(t check.Target) inventory.Backend {
	b := inventory.Backend{Name: t.Name, Servers: []string{}}
	for i := range t.Backend.Servers {
		b.Servers = append(b.Servers, t.Backend.Servers[i].Name)
	}
	return b
}

// hostOf is the node's name, or that of this machine.
func hostOf(p *picture.Process) string {
	if p.Info != nil && p.Info.Node != "" {
		return p.Info.Node
	}
	name, err := os.Hostname()
	if err != nil {
		return "localhost"
	}
	return name
}

// page is the address of a stats page, with its query and without credentials;
// empty if there is none.
func (l *looker) page(p *picture.Process) string {
	if !strings.HasPrefix(p.Endpoint, "http://") && !strings.HasPrefix(p.Endpoint, "https://") {
		return ""
	}
	if len(l.URL) != 1 {
		return p.Endpoint
	}
	named, err := url.Parse(l.URL[0])
	page, pageErr := url.Parse(p.Endpoint)
	if err != nil || pageErr != nil {
		return p.Endpoint
	}
	page.RawQuery, _, _ = strings.Cut(named.RawQuery, ";")
	return page.String()
}
