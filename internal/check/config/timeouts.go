package config

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"check-haproxy/internal/haproxy/configuration"
	"check-haproxy/internal/plugin"
)

var timeouts = Rule{
	Name:     "timeouts",
	Finds:    "`timeout client`, `connect` or `server` is missing; a note if `timeout connect` times the retries is longer than the health checks take to find a server DOWN",
	Why:      "without it HAProxy waits for ever, and dead connections use up maxconn",
	Chapter:  "4.2 timeout client, timeout connect, timeout server",
	Severity: Warning,
	find:     findTimeouts,
}

func findTimeouts(c Subject) []Finding {
	var findings []Finding
	for _, p := range c.Proxies {
		if mode := p.Mode(); mode != "http" && mode != "tcp" {
			continue
		}
		name := p.Title()
		if missing := missingTimeouts(p); len(missing) > 0 {
			findings = append(findings, Finding{
				Severity: Warning, Position: p.Position, Section: name,
				Brief:   fmt.Sprintf("%s has no %s", name, strings.Join(missing, ", ")),
				Message: fmt.Sprintf("there is no %s", strings.Join(missing, ", no ")),
				Advice:  "the timeouts in defaults, such as \"timeout connect 5s\", \"timeout client 50s\", \"timeout server 50s\"",
			})
		}
		if connecting, falling := connectTime(p), fallTime(p); falling > 0 && connecting > falling {
			findings = append(findings, Finding{
				Severity: Note, Position: p.Position, Section: name,
				Brief:   fmt.Sprintf("%s tries to connect for %s", name, plugin.FormatDuration(connecting)),
				Message: fmt.Sprintf("connecting may take %s (timeout connect times retries), and health checks find a server DOWN within %s", plugin.FormatDuration(connecting), plugin.FormatDuration(falling)),
				Why:     "users wait longer for a dead server than HAProxy needs to know that it is dead",
				Advice:  "a shorter timeout connect, or fewer retries",
			})
		}
	}
	return findings
}

// missingTimeouts are those that HAProxy warns of when they are not set
// (proxy_finalize in its proxy.c): a section without servers connects to
// nothing, and in TCP mode timeout tunnel does for timeout server.
func missingTimeouts(p *configuration.Proxy) []string {
	lacks := func(name string) bool {
		_, set := p.Timeout(name)
		return !set
	}
	var missing []string
	if p.TakesConnections() && lacks("client") {
		missing = append(missing, "timeout client")
	}
	if len(p.Servers) == 0 {
		return missing
	}
	if lacks("connect") {
		missing = append(missing, "timeout connect")
	}
	if lacks("server") && (p.Mode() == "http" || lacks("tunnel")) {
		missing = append(missing, "timeout server")
	}
	return missing
}

// connectTime is how long HAProxy may try to connect for one request.
func connectTime(p *configuration.Proxy) time.Duration {
	const defaultRetries = 3
	connect, _ := p.Timeout("connect")
	retries := int64(defaultRetries)
	if line, ok := p.Last("retries"); ok {
		n, err := strconv.ParseUint(line.Word(1), 10, 16)
		if err != nil {
			return 0
		}
		retries = int64(n)
	}
	if connect > 24*time.Hour {
		connect = 24 * time.Hour
	}
	return connect * time.Duration(retries)
}

// fallTime is how long the health checks of the slowest server take to find it
// DOWN, 0 if none is checked.
func fallTime(p *configuration.Proxy) time.Duration {
	var longest time.Duration
	for _, s := range p.Servers {
		if s.Options.Has("check") {
			longest = max(longest, s.FallTime())
		}
	}
	return longest
}
