package logformat

import (
	"fmt"
	"slices"
)

// Found compiles what the sections use, each format once. A format that no line
// can be judged by leaves its frontends out and spoils nothing else; that there is
// no other is an error.
func (c *Config) Found() (Found, error) {
	s := sorter{known: map[string]*Format{}}
	proxies := slices.DeleteFunc(slices.Clone(c.proxies), func(p *proxySection) bool { return !p.takesClient })
	for _, p := range proxies {
		s.take(p.name, p.logs, p.data)
	}
	for _, f := range c.profiles {
		s.takeProfile(f)
	}
	if len(proxies) == 0 { // the frontends are in another file
		s.take("", c.defaults.logs, c.defaults.data)
	}
	if len(s.usable) == 0 {
		return Found{}, c.nothing(s.leftOut)
	}
	for _, p := range proxies {
		if p.errorLog.text != "" {
			s.takeQuiet(p.errorLog, "")
		}
	}
	found := Found{Formats: append(s.usable, s.quiet...), LeftOut: s.leftOut}
	for _, p := range c.proxies {
		if partial, ok := p.partial(c.global); ok {
			found.Partial = append(found.Partial, partial)
		}
		if p.serves {
			found.Serving = append(found.Serving, p.name)
		}
	}
	return found, nil
}

// nothing is the error of a configuration without a format to judge lines by.
func (c *Config) nothing(leftOut []LeftOut) error {
	if len(leftOut) == 0 {
		return fmt.Errorf("%s has no log-format and no option httplog, httpslog or tcplog for a frontend; name the file that has, or give --log-format", c.file)
	}
	return fmt.Errorf("cannot use %s: %s", leftOut[0].Where, leftOut[0].Reason)
}

// sorter sorts formats into those that lines can be judged by, those whose lines
// are only recognised, and those that nothing can be done with.
type sorter struct {
	usable, quiet []*Format
	leftOut       []LeftOut
	known         map[string]*Format
}

// take takes what a frontend writes into its lines, and into their structured
// data.
func (s *sorter) take(owner string, logs, data []formatLine) {
	var faults []formatLine
	usable := false
	for _, f := range logs {
		if f.fault = s.use(f, owner, false); f.fault != "" {
			faults = append(faults, f)
			continue
		}
		usable = true
	}
	for _, f := range data {
		if f.fault = s.use(f, owner, true); f.fault == "" {
			usable = true
		} else if len(logs) == 0 {
			faults = append(faults, f)
		}
	}
	for _, f := range faults {
		if !usable {
			s.leave(f, owner)
		}
		if f.lean() {
			s.takeQuiet(f, owner)
		}
	}
}

// lean reports whether the format can be read and lacks what decides.
func (f formatLine) lean() bool {
	items, err := parseFormat(f.text)
	return err == nil && f.text != "" && len(missingFields(items)) > 0
}

// takeProfile takes a log profile's format. Those for other steps than a
// request's end lack what decides, and are no fault.
func (s *sorter) takeProfile(f formatLine) {
	if f.lean() {
		s.takeQuiet(f, "")
		return
	}
	if f.fault = s.use(f, "", false); f.fault != "" {
		s.leave(f, "")
	}
}

// use compiles a format, or says why it cannot.
func (s *sorter) use(f formatLine, owner string, structured bool) (fault string) {
	if f.fault != "" {
		return f.fault
	}
	key := fmt.Sprint(structured, f.option, "\x00", f.text)
	compiled := s.known[key]
	if compiled == nil {
		var err error
		if compiled, err = f.compile(); err != nil {
			return err.Error()
		}
		compiled.structured = structured
		s.known[key] = compiled
		s.usable = append(s.usable, compiled)
	}
	compiled.own(owner)
	return ""
}

// takeQuiet takes a format whose lines are no requests, so that they are known
// for HAProxy's.
func (s *sorter) takeQuiet(f formatLine, owner string) {
	key := "quiet\x00" + f.text
	compiled := s.known[key]
	if compiled == nil {
		var err error
		if compiled, err = compileQuiet(f.text); err != nil {
			return
		}
		s.known[key] = compiled
		s.quiet = append(s.quiet, compiled)
	}
	compiled.own(owner)
}

// own notes a frontend that uses the format.
func (f *Format) own(owner string) {
	if owner != "" {
		f.owners = append(f.owners, owner)
	}
}

// leave notes a format that a frontend's lines cannot be judged by.
func (s *sorter) leave(f formatLine, owner string) {
	i := slices.IndexFunc(s.leftOut, func(l LeftOut) bool { return l.Where == f.place })
	if i < 0 {
		i = len(s.leftOut)
		s.leftOut = append(s.leftOut, LeftOut{Where: f.place, Reason: f.fault})
	}
	if owner != "" {
		s.leftOut[i].Frontends = append(s.leftOut[i].Frontends, owner)
	}
}

// compile makes the format. HAProxy falls back from httplog to tcplog in TCP
// mode, which are both Columns.
func (f formatLine) compile() (*Format, error) {
	switch f.option {
	case "":
		return compile(f.text)
	case "clf":
		return &Format{text: "option httplog clf", option: CLF}, nil
	}
	return &Format{text: "option " + f.option, option: Columns}, nil
}

// partial says why a section's log does not hold all of its requests.
func (p *proxySection) partial(global []target) (Partial, bool) {
	what := p.failures
	if what.place == "" {
		what = p.silent
	}
	if what.place == "" {
		what = p.limited(global)
	}
	return Partial{Section: p.name, Where: what.place, Setting: what.text}, what.place != ""
}

// limited finds out whether each of the section's log lines leaves requests out.
func (p *proxySection) limited(global []target) where {
	var all []target
	for _, t := range p.targets {
		if t.global {
			all = append(all, global...)
			continue
		}
		all = append(all, t)
	}
	if len(all) == 0 || slices.ContainsFunc(all, func(t target) bool { return !t.sampled && !t.failuresOnly() }) {
		return where{}
	}
	return all[0].where
}
