package logformat

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// maxConfigLine bounds one line of a haproxy.cfg; HAProxy itself gives up at
// LINESIZE, 2048 bytes, unless built otherwise.
const maxConfigLine = 1 << 20

// FromConfig reads the log formats out of a haproxy.cfg: what every
// frontend and listen section uses, its own or that of its defaults section
// (named ones and "from NAME" included), and the formats of log profiles. name
// is the file's, for errors. getenv looks up an environment variable that the
// file does not set itself; nil knows none.
//
// A format that no line can be judged with is refused, and so is a file without
// any.
func FromConfig(r io.Reader, name string, getenv func(string) (string, bool)) ([]*Format, error) {
	c := config{name: name, getenv: getenv, env: map[string]string{}, named: map[string]proxySection{}}
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
		if err := c.line(text, first); err != nil {
			return nil, err
		}
	}
	if errors.Is(lines.Err(), bufio.ErrTooLong) {
		return nil, fmt.Errorf("cannot read %s: line %d is longer than %d bytes; is this a haproxy.cfg?", name, number+1, maxConfigLine)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("cannot read %s: %w", name, err)
	}
	return c.formats()
}

// config is what has been read of a haproxy.cfg so far.
type config struct {
	name   string
	getenv func(string) (string, bool)
	env    map[string]string // setenv and presetenv

	section  string
	current  *proxySection // the section being read, if it can hold a format
	defaults proxySection  // the last defaults section
	named    map[string]proxySection
	proxies  []*proxySection
	profiles []formatLine
}

// proxySection is a defaults, frontend or listen section.
type proxySection struct {
	name     string
	log      formatLine
	errorLog formatLine
}

// formatLine is a format and where it stands. text is a log-format string;
// option is "httplog", "clf" and so on.
type formatLine struct {
	text   string
	option string
	line   int
	quiet  bool
}

func (f formatLine) set() bool { return f.text != "" || f.option != "" }

// line reads one line.
func (c *config) line(text string, number int) error {
	words, err := splitWords(text, c.lookup)
	if err != nil {
		return fmt.Errorf("cannot read %s: line %d: %w", c.name, number, err)
	}
	if len(words) == 0 || strings.HasPrefix(words[0], ".") { // .if, .notice and the like
		return nil
	}
	if sections[words[0]] {
		c.open(words)
		return nil
	}
	return c.keyword(words, number)
}

// sections are the words that begin a section (HAProxy manual 2.1 and the
// register_section calls in its tree); everything else belongs to the last one.
var sections = map[string]bool{
	"global": true, "defaults": true, "frontend": true, "listen": true, "backend": true, "peers": true, "resolvers": true, "userlist": true,
	"mailers": true, "cache": true, "program": true, "ring": true, "http-errors": true, "log-forward": true, "fcgi-app": true,
	"log-profile": true, "crt-store": true, "traces": true, "acme": true, "healthcheck": true, "haterm": true,
}

// open begins a section.
func (c *config) open(words []string) {
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
		c.defaults = c.named[from]
		c.defaults.name = name
		c.current = &c.defaults
	case "frontend", "listen":
		p := c.defaults
		if from != "" {
			p = c.named[from]
		}
		p.name = name
		c.proxies = append(c.proxies, &p)
		c.current = &p
	}
}

// keyword reads a line inside a section.
func (c *config) keyword(words []string, number int) error {
	switch c.section {
	case "global":
		c.setEnvironment(words)
	case "log-profile":
		c.profile(words, number)
	}
	if c.current == nil {
		return nil
	}
	if err := c.current.read(words, number); err != nil {
		return fmt.Errorf("cannot use %s: line %d: %w", c.name, number, err)
	}
	if c.section == "defaults" && c.defaults.name != "" {
		c.named[c.defaults.name] = c.defaults
	}
	return nil
}

// read takes what a line says about formats.
func (p *proxySection) read(words []string, number int) error {
	no := false
	if words[0] == "no" || words[0] == "default" {
		no, words = true, words[1:]
	}
	switch {
	case len(words) < 2:
	case words[0] == "log-format" || words[0] == "error-log-format":
		if len(words) > 2 {
			return fmt.Errorf("%s has more than one argument; escape its spaces or quote it", words[0])
		}
		f := formatLine{text: words[1], line: number, quiet: words[0] == "error-log-format"}
		if f.quiet {
			p.errorLog = f
		} else {
			p.log = f
		}
	case words[0] == "option" && isLogOption(words[1]):
		if no {
			p.log = formatLine{}
			return nil
		}
		p.log = formatLine{option: words[1], line: number}
		if len(words) > 2 && words[2] == "clf" {
			p.log.option = "clf"
		}
	}
	return nil
}

func isLogOption(word string) bool {
	return word == "httplog" || word == "httpslog" || word == "tcplog"
}

// profile reads "on STEP [drop] [format FMT] [sd FMT]" (HAProxy 3.1 and later).
func (c *config) profile(words []string, number int) {
	if words[0] != "on" {
		return
	}
	for i := 2; i+1 < len(words); i++ {
		if words[i] == "format" {
			c.profiles = append(c.profiles, formatLine{text: words[i+1], line: number})
			return
		}
	}
}

// setEnvironment follows setenv, presetenv and unsetenv.
func (c *config) setEnvironment(words []string) {
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

func (c *config) lookup(name string) (string, bool) {
	if v, ok := c.env[name]; ok {
		return v, true
	}
	if c.getenv == nil {
		return "", false
	}
	return c.getenv(name)
}

// formats compiles what the sections use, each format once.
func (c *config) formats() ([]*Format, error) {
	var out []*Format
	known := map[string]*Format{}
	use := func(f formatLine, owner string) error {
		if !f.set() {
			return nil
		}
		key := fmt.Sprint(f.quiet, f.option, "\x00", f.text)
		compiled := known[key]
		if compiled == nil {
			var err error
			if compiled, err = f.compile(); err != nil {
				return fmt.Errorf("cannot use %s: line %d: %w", c.name, f.line, err)
			}
			known[key] = compiled
			out = append(out, compiled)
		}
		if owner != "" {
			compiled.owners = append(compiled.owners, owner)
		}
		return nil
	}
	for _, p := range c.proxies {
		if err := use(p.log, p.name); err != nil {
			return nil, err
		}
	}
	for _, f := range c.profiles {
		items, err := parseFormat(f.text)
		f.quiet = err == nil && len(missingFields(items)) > 0 // for another step than the end
		if err := use(f, ""); err != nil {
			return nil, err
		}
	}
	if len(c.proxies) == 0 { // the frontends are in another file
		if err := use(c.defaults.log, ""); err != nil {
			return nil, err
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("%s has no log-format and no option httplog, httpslog or tcplog for a frontend; name the file that has, or give --log-format", c.name)
	}
	for _, p := range c.proxies {
		if err := use(p.errorLog, ""); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// compile makes the format. HAProxy falls back from httplog to tcplog in TCP
// mode, which are both Columns.
func (f formatLine) compile() (*Format, error) {
	switch f.option {
	case "":
		return compile(f.text, f.quiet)
	case "clf":
		return &Format{text: "option httplog clf", option: CLF}, nil
	}
	return &Format{text: "option " + f.option, option: Columns}, nil
}

// splitWords cuts a line of a haproxy.cfg into words (HAProxy manual 2.2,
// parse_line in its tools.c): backslashes escape outside of single quotes,
// variables count in double quotes only, # begins a comment.
func splitWords(line string, lookup func(string) (string, bool)) ([]string, error) {
	var words []string
	var word []byte
	inWord := false
	var quote byte
	for i := 0; i < len(line); i++ {
		c := line[i]
		switch {
		case c == '\n' || c == '\r':
			i = len(line)
		case c == '#' && quote == 0:
			i = len(line)
		case (c == '"' || c == '\'') && (quote == 0 || quote == c):
			if quote == c {
				quote, inWord = 0, true // "" is a word too
			} else {
				quote = c
			}
		case c == '\\' && quote != '\'':
			inWord = true
			b, used := unescapeWord(line[i:], quote)
			word = append(word, b)
			i += used - 1
		case isBlank(c) && quote == 0:
			if inWord {
				words = append(words, string(word))
				word, inWord = word[:0], false
			}
		case c == '$' && quote == '"':
			inWord = true
			value, used, err := expand(line[i:], lookup)
			if err != nil {
				return nil, err
			}
			word = append(word, value...)
			i += used - 1
		default:
			inWord = true
			word = append(word, c)
		}
	}
	if quote != 0 {
		return nil, fmt.Errorf("a quote (%c) is not closed", quote)
	}
	if inWord {
		words = append(words, string(word))
	}
	return words, nil
}

// openQuote reports whether a line ends inside double quotes.
func openQuote(line string) bool {
	_, err := splitWords(line, nil)
	return err != nil && strings.Contains(err.Error(), `(")`)
}

// unescapeWord is the byte that a backslash stands for, and how many bytes it
// takes. A backslash before any other character stands for itself.
func unescapeWord(s string, quote byte) (b byte, used int) {
	if len(s) < 2 {
		return '\\', 1
	}
	switch c := s[1]; {
	case strings.IndexByte(` \#'"`, c) >= 0, c == '$' && quote == '"':
		return c, 2
	case c == 't':
		return '\t', 2
	case c == 'n':
		return '\n', 2
	case c == 'r':
		return '\r', 2
	case c == 'x' && len(s) >= 4:
		if v, err := strconv.ParseUint(s[2:4], 16, 8); err == nil {
			return byte(v), 4
		}
	}
	return '\\', 1
}

// expand is the value of $NAME, ${NAME} or ${NAME-default}; a variable that
// nobody knows is empty.
func expand(s string, lookup func(string) (string, bool)) (value string, used int, err error) {
	i := 1
	brace := i < len(s) && s[i] == '{'
	if brace {
		i++
	}
	start := i
	for i < len(s) && (isLetter(s[i]) || isDigit(s[i]) || s[i] == '_' || s[i] == '.' && i == start) {
		i++
	}
	name := s[start:i]
	if name == "" || isDigit(name[0]) {
		return "", 0, fmt.Errorf("a $ is followed by no variable's name; write \\$ for the sign")
	}
	known := false
	if lookup != nil {
		if v, ok := lookup(name); ok {
			value, known = v, true
		}
	}
	if !brace {
		return value, i, nil
	}
	end := strings.IndexByte(s[i:], '}')
	if end < 0 {
		return "", 0, fmt.Errorf("${%s has no closing brace", name)
	}
	if rest := s[i : i+end]; !known && strings.HasPrefix(rest, "-") {
		value = rest[1:]
	}
	return value, i + end + 1, nil
}

func isBlank(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' }
