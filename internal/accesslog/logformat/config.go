package logformat

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// maxConfigLine bounds one line of a haproxy.cfg; HAProxy itself gives up at
// LINESIZE, 2048 bytes, unless built otherwise.
const maxConfigLine = 1 << 20

// Config is a configuration of HAProxy's, of one file or more, as far as it tells
// what is logged and how.
type Config struct {
	getenv lookup
	env    map[string]string // setenv and presetenv

	file     string
	choice   int // depth of .if blocks, of which nobody here knows whether HAProxy takes them
	section  string
	current  *proxySection // the section being read, if it can hold a format
	defaults proxySection  // the last defaults section
	named    map[string]proxySection
	global   []target
	proxies  []*proxySection
	profiles []formatLine
}

// Found is what a configuration tells of a log.
type Found struct {
	// Formats are those of frontend and listen sections, their own or those of
	// their defaults section (named ones and "from NAME" included), and those of log
	// profiles.
	Formats []*Format
	// LeftOut are frontends of whose log nothing can be told, and why.
	LeftOut []LeftOut
	// Partial are sections that do not log all of their requests.
	Partial []Partial
	// Serving are sections that have servers: a "listen" is told from a frontend.
	Serving []string
}

// LeftOut is a format that no line can be judged by.
type LeftOut struct {
	Frontends []string // none for a log profile's
	Where     string   // "haproxy.cfg line 13"
	Reason    string
}

// Partial is a section of which only a part of the requests is logged: failures
// above all, or a sample.
type Partial struct {
	Section, Where string
	Setting        string // "option dontlog-normal"
}

// NewConfig returns an empty configuration. getenv looks up an environment
// variable that the files do not set themselves; nil knows none.
func NewConfig(getenv func(string) (string, bool)) *Config {
	if getenv == nil {
		getenv = noVariables
	}
	return &Config{getenv: getenv, env: map[string]string{}, named: map[string]proxySection{}}
}

// Read reads a file, which goes on where the one before has ended. name is for
// errors.
func (c *Config) Read(r io.Reader, name string) error {
	c.file, c.section, c.current = name, "", nil
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 4096), maxConfigLine)
	number := 0
	for lines.Scan() {
		number++
		first := number
		text := lines.Text()
		for openQuote(text) && strings.HasSuffix(text, `\`) && len(text) < maxConfigLine && lines.Scan() {
			// The manual prints long formats so; HAProxy wants them in one line.
			number++
			text = strings.TrimSuffix(text, `\`) + strings.TrimLeft(lines.Text(), " \t")
		}
		c.line(text, first)
	}
	if errors.Is(lines.Err(), bufio.ErrTooLong) {
		return fmt.Errorf("cannot read %s: line %d is longer than %d bytes; is this a haproxy.cfg?", name, number+1, maxConfigLine)
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("cannot read %s: %w", name, err)
	}
	return nil
}

// proxySection is a defaults, frontend, listen or backend section.
type proxySection struct {
	name        string
	logs        []formatLine // more than one if a condition chooses
	data        []formatLine // of log-format-sd
	errorLog    formatLine
	targets     []target
	failures    where // option dontlog-normal
	silent      where // set-log-level silent
	takesClient bool  // it has a log of its own: a frontend or listen section
	serves      bool  // it has a server
}

// where is a line of a file that says something.
type where struct {
	place, text string
}

// formatLine is a format and where it stands. text is a log-format string;
// option is "httplog", "clf" and so on; fault is why it cannot be used.
type formatLine struct {
	text, option, place string
	fault               string
}

// target is one log line.
type target struct {
	where
	global  bool // those of the global section
	sampled bool
	level   string // the least severe that it takes; empty for all
}

// line reads one line. What is wrong with a line costs no more than that line:
// HAProxy may skip it (.if), or it says nothing of logs.
func (c *Config) line(text string, number int) {
	words, unset, err := splitWords(text, c.lookup)
	if err != nil {
		c.faulty(text, number, err)
		return
	}
	if len(words) == 0 {
		return
	}
	place := fmt.Sprintf("%s line %d", c.file, number)
	switch {
	case words[0] == ".if":
		c.choice++
	case words[0] == ".endif":
		c.choice = max(c.choice-1, 0)
	case strings.HasPrefix(words[0], "."):
	case sections[words[0]]:
		c.open(words)
	default:
		c.keyword(words, unset, place)
	}
}

// faulty notes a format that cannot be read.
func (c *Config) faulty(text string, number int, err error) {
	if word, _, _ := strings.Cut(strings.TrimSpace(text), " "); c.current != nil && word == "log-format" {
		c.current.set(&c.current.logs, formatLine{fault: err.Error(), place: fmt.Sprintf("%s line %d", c.file, number)}, c.choice > 0)
		c.keep()
	}
}

// sections are the words that begin a section (HAProxy manual 2.1 and the
// register_section calls in its tree); everything else belongs to the last one.
var sections = map[string]bool{
	"global": true, "defaults": true, "frontend": true, "listen": true, "backend": true, "peers": true, "resolvers": true, "userlist": true,
	"mailers": true, "cache": true, "program": true, "ring": true, "http-errors": true, "log-forward": true, "fcgi-app": true,
	"log-profile": true, "crt-store": true, "traces": true, "acme": true, "healthcheck": true, "haterm": true,
}

// open begins a section.
func (c *Config) open(words []string) {
	c.section, c.current = words[0], nil
	name, from := "", ""
	rest := words[1:]
	if len(rest) > 0 && (rest[0] != "from" || words[0] != "defaults") {
		name, rest = rest[0], rest[1:]
	}
	for i := 0; i+1 < len(rest); i++ {
		if rest[i] == "from" {
			from = rest[i+1]
		}
	}
	switch c.section {
	case "defaults":
		c.defaults = c.named[from].clone()
		c.defaults.name = name
		c.current = &c.defaults
	case "frontend", "listen", "backend":
		p := c.defaults.clone()
		if from != "" {
			p = c.named[from].clone()
		}
		p.name, p.takesClient = name, c.section != "backend"
		c.proxies = append(c.proxies, &p)
		c.current = &p
	}
}

// clone is a section of its own that begins as this one.
func (p proxySection) clone() proxySection {
	p.logs, p.data, p.targets = slices.Clone(p.logs), slices.Clone(p.data), slices.Clone(p.targets)
	return p
}

// keyword reads a line inside a section.
func (c *Config) keyword(words, unset []string, place string) {
	switch c.section {
	case "global":
		c.setEnvironment(words)
		c.global = readTarget(c.global, words, place)
	case "log-profile":
		c.profile(words, place)
	}
	if c.current != nil {
		c.current.read(words, unset, place, c.choice > 0)
		c.keep()
	}
}

// keep remembers a named defaults section as it is so far.
func (c *Config) keep() {
	if c.section == "defaults" && c.defaults.name != "" {
		c.named[c.defaults.name] = c.defaults.clone()
	}
}

// read takes what a line says about logs. maybe: a condition decides whether
// HAProxy reads it.
func (p *proxySection) read(words, unset []string, place string, maybe bool) {
	no := false
	if words[0] == "no" || words[0] == "default" {
		no, words = true, words[1:]
	}
	if len(words) < 2 {
		if no && len(words) == 1 && words[0] == "log" {
			p.targets = nil
		}
		return
	}
	switch {
	case words[0] == "log-format":
		p.set(&p.logs, readFormatLine(words, unset, place), maybe)
	case words[0] == "log-format-sd":
		p.set(&p.data, readFormatLine(words, unset, place), maybe)
	case words[0] == "error-log-format":
		p.errorLog = readFormatLine(words, unset, place)
	case words[0] == "server", words[0] == "server-template":
		p.serves = true
	case words[0] == "log":
		p.targets = readTarget(p.targets, words, place)
	case words[0] == "option":
		p.option(words[1:], no, place, maybe)
	case slices.Contains(words, "set-log-level") && slices.Contains(words, "silent"):
		if hidesByOutcome(words) {
			p.silent = where{place, "set-log-level silent"}
		}
	}
}

// option reads an option that has to do with logs.
func (p *proxySection) option(words []string, no bool, place string, maybe bool) {
	switch name := words[0]; {
	case name == "dontlog-normal" && no:
		p.failures = where{}
	case name == "dontlog-normal":
		p.failures = where{place, "option dontlog-normal"}
	case name != "httplog" && name != "httpslog" && name != "tcplog":
	case no && !maybe:
		p.logs = nil
	case !no:
		f := formatLine{option: name, place: place}
		if len(words) > 1 && words[1] == "clf" {
			f.option = "clf"
		}
		p.set(&p.logs, f, maybe)
	}
}

// set takes a format, beside the ones before if a condition decides.
func (p *proxySection) set(formats *[]formatLine, f formatLine, maybe bool) {
	if !maybe {
		*formats = nil
	}
	*formats = append(*formats, f)
}

func readFormatLine(words, unset []string, place string) formatLine {
	f := formatLine{text: words[1], place: place}
	switch {
	case len(words) > 2:
		f.fault = words[0] + " has more than one argument; escape its spaces or quote it"
	case len(unset) > 0:
		f.fault = fmt.Sprintf("the variable %s is not set here; set it as it is set for HAProxy, or give the format with --log-format", strings.Join(unset, ", "))
	}
	return f
}

// hidesByOutcome reports whether a rule with set-log-level silent lets some
// outcomes be logged more often than others, or only a sample of all: it has no
// condition, or one on the answer or on chance. Rules for a path or an address
// leave out requests of any outcome.
func hidesByOutcome(words []string) bool {
	at := max(slices.Index(words, "if"), slices.Index(words, "unless"))
	if at < 0 || strings.Contains(words[0], "response") {
		return true
	}
	condition := strings.Join(words[at:], " ")
	return strings.Contains(condition, "rand") || strings.Contains(condition, "status") || strings.Contains(condition, "res.")
}

// readTarget reads a log line:
//
//	log <target> [len <length>] [format <format>] [sample <ranges>:<size>] [profile <name>] <facility> [<level> [<minlevel>]]
func readTarget(targets []target, words []string, place string) []target {
	if words[0] != "log" || len(words) < 2 {
		return targets
	}
	t := target{where: where{place, strings.Join(words, " ")}, global: words[1] == "global"}
	rest := words[2:]
	for len(rest) > 1 && slices.Contains([]string{"len", "format", "sample", "profile"}, rest[0]) {
		t.sampled = t.sampled || rest[0] == "sample"
		rest = rest[2:]
	}
	if len(rest) > 1 {
		t.level = rest[1]
	}
	return append(targets, t)
}

// failuresOnly reports whether requests that went well, which are logged at level
// info, are not for this target.
func (t target) failuresOnly() bool {
	return slices.Contains([]string{"emerg", "alert", "crit", "err", "warning", "notice"}, t.level)
}

// profile reads "on STEP [drop] [format FMT] [sd FMT]" (HAProxy 3.1 and later).
func (c *Config) profile(words []string, place string) {
	if words[0] != "on" {
		return
	}
	for i := 2; i+1 < len(words); i++ {
		if words[i] == "format" {
			c.profiles = append(c.profiles, formatLine{text: words[i+1], place: place})
			return
		}
	}
}

// setEnvironment follows setenv, presetenv and unsetenv.
func (c *Config) setEnvironment(words []string) {
	if len(words) < 2 {
		return
	}
	switch words[0] {
	case "setenv", "presetenv":
		if len(words) < 3 {
			return
		}
		if _, have := c.lookup(words[1]); have && words[0] == "presetenv" {
			return
		}
		c.env[words[1]] = words[2]
	case "unsetenv":
		for _, w := range words[1:] {
			delete(c.env, w)
		}
	}
}

// lookup finds a variable: the configuration's own, HAProxy's, or one of the
// environment.
func (c *Config) lookup(name string) (string, bool) {
	if v, ok := c.env[name]; ok {
		return v, true
	}
	if v, ok := builtInVariable(name); ok {
		return v, true
	}
	return c.getenv(name)
}
