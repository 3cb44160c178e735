// Package logformat compiles HAProxy's log-format strings, from a command line or
// out of a haproxy.cfg, and finds the fields of lines that are written in them.
package logformat

import (
	"fmt"
	"slices"
	"strings"
)

// Format is one log-format, compiled. It is immutable: parsers share it.
type Format struct {
	text       string // as HAProxy sees it, quotes and escapes of haproxy.cfg gone
	full       *automaton
	prefix     *automaton // up to the last name; nil if a client's text can stand before it
	quiet      bool
	structured bool
	flagless   bool
	option     Option
	owners     []string // the frontends that use it, from a haproxy.cfg; nil: any
}

// Option is a format that HAProxy has built in: option httplog and its kin, which
// are read by hand elsewhere and have no fields here.
type Option uint8

const (
	Custom  Option = iota // none of them
	Columns               // option httplog, httpslog and tcplog
	CLF                   // option httplog clf and tcplog clf
)

// String is the log-format string as HAProxy sees it.
func (f *Format) String() string { return f.text }

// Frontends are the frontends that use the format according to the haproxy.cfg
// it was read from; nil if it did not come from one.
func (f *Format) Frontends() []string { return f.owners }

// Option tells which built-in format it is, if it is one.
func (f *Format) Option() Option { return f.option }

// Quiet says that its lines are no requests: an error-log-format, or one that
// lacks what is needed to judge a request.
func (f *Format) Quiet() bool { return f.quiet }

// Structured says that it is written into the structured data of RFC 5424
// (log-format-sd), not into the text.
func (f *Format) Structured() bool { return f.structured }

// Flagless says that it holds no termination state, so that the status has to do.
func (f *Format) Flagless() bool { return f.flagless }

// Dated says that the format holds a date.
func (f *Format) Dated() bool { return f.full.dated }

// Owns reports whether lines of a frontend are written in the format, as far as
// is known. A line that names none (nil) may be in any.
func (f *Format) Owns(frontend []byte) bool {
	return f.owners == nil || frontend == nil || slices.ContainsFunc(f.owners, func(owner string) bool { return owner == string(frontend) })
}

// Match reports whether text is in the format, and finds its fields. A line that
// was cut short behind the last field that decides is in it. Two readings of a
// line that differ in what decides are none.
func (f *Format) Match(mt *Matcher, text []byte) bool { return f.full.match(mt, text) }

// HasNames says that frontend, backend and server can be found without reading
// the rest of a line: no client's text stands before them.
func (f *Format) HasNames() bool { return f.prefix != nil }

// MatchNames is Match for no more than the names, if HasNames.
func (f *Format) MatchNames(mt *Matcher, text []byte) bool { return f.prefix.match(mt, text) }

// Compile compiles a log-format string (HAProxy manual 8.2.6, lf_expr_compile in
// its log.c), written as in haproxy.cfg with its quotes and escapes or without.
// A string that begins with a quote or holds a backslash is read as haproxy.cfg
// would read it, any other as it stands.
//
// HAProxy's own variables, like ${HAPROXY_HTTP_LOG_FMT}, are known.
//
// A format is refused if it lacks backend or server, or both termination state
// and status, since nothing could be decided with it, and if backend and server
// cannot be told apart in it. One that begins with a bracket may be that of
// log-format-sd too.
func Compile(logFormat string) (*Format, error) {
	text := strings.TrimRight(logFormat, "\r\n")
	unset := ""
	if strings.ContainsRune(text, '\\') || strings.HasPrefix(text, `"`) || strings.HasPrefix(text, `'`) {
		words, missing, err := splitWords(text, builtInVariable)
		if err == nil && (len(words) == 1 || strings.ContainsRune(text, '\\')) {
			text = strings.Join(words, " ")
			unset = strings.Join(missing[:min(len(missing), 1)], "")
		}
	} else {
		text, unset = expandBuiltIn(text)
	}
	if unset != "" {
		return nil, fmt.Errorf("the log-format %s has the variable %s, which is not known here; write what it stands for", shorten(text), unset)
	}
	f, err := compile(text)
	if err == nil && strings.HasPrefix(text, "[") {
		f.structured = true
	}
	return f, err
}

// compile compiles the text as HAProxy sees it.
func compile(text string) (*Format, error) {
	if text == "" {
		return nil, fmt.Errorf("the log-format is empty; give the string that follows log-format in haproxy.cfg")
	}
	if option, ok := optionOf(text); ok {
		return &Format{text: text, option: option}, nil
	}
	items, err := parseFormat(text)
	if err != nil {
		return nil, fmt.Errorf("cannot read the log-format %s: %w", shorten(text), err)
	}
	if missing := missingFields(items); len(missing) > 0 {
		return nil, fmt.Errorf("the log-format %s lacks the %s; without it nobody can tell which requests found no server: add it to the log-format",
			shorten(text), strings.Join(missing, ", the "))
	}
	if adjacent(items) {
		return nil, fmt.Errorf("in the log-format %s nothing stands between backend and server, so that nobody can tell where one ends: put a slash between them (%%b/%%s)", shorten(text))
	}
	f := &Format{text: text, flagless: !holds(items, FieldFlags)}
	if f.full, err = buildAutomaton(items, false); err != nil {
		return nil, fmt.Errorf("cannot read the log-format %s: %w", shorten(text), err)
	}
	f.prefix, _ = buildAutomaton(items, true)
	return f, nil
}

// compileQuiet compiles a format whose lines are no requests.
func compileQuiet(text string) (*Format, error) {
	items, err := parseFormat(text)
	if err != nil {
		return nil, fmt.Errorf("cannot read the log-format %s: %w", shorten(text), err)
	}
	f := &Format{text: text, quiet: true}
	if f.full, err = buildAutomaton(items, false); err != nil {
		return nil, fmt.Errorf("cannot read the log-format %s: %w", shorten(text), err)
	}
	return f, nil
}

// adjacent reports whether two names follow each other with nothing between that
// tells where one ends: nothing at all, or something whose text could belong to a
// name, such as a number. (The operator's own words could, too, but lines show
// whether they do.)
func adjacent(items []item) bool {
	last := FieldNone // the name before, if nothing has come since
	for _, it := range items {
		name := it.kind == kindName && !it.options.quote && !it.options.json
		switch {
		case name && last != FieldNone && last != it.field:
			return true
		case name:
			last = it.field
		case it.parts():
			last = FieldNone
		}
	}
	return false
}

// parts says whether the item's text cannot be taken for a part of the names
// around it.
func (it item) parts() bool {
	switch it.kind {
	case kindText, kindSeparator, kindLocalDate, kindZonedDate:
		return true
	default:
		return it.options.quote || it.options.json
	}
}

// shorten quotes a format for an error message.
func shorten(text string) string {
	const limit = 60
	if len(text) > limit {
		text = text[:limit] + "…"
	}
	return fmt.Sprintf("%q", text)
}

// missingFields names the fields without which no line can be judged.
func missingFields(items []item) (missing []string) {
	if !holds(items, FieldBackend) {
		missing = append(missing, "backend (%b)")
	}
	if !holds(items, FieldServer) {
		missing = append(missing, "server (%s)")
	}
	if !holds(items, FieldFlags) && !holds(items, FieldStatus) {
		missing = append(missing, "termination state (%ts or %tsc) or at least the status (%ST)")
	}
	return missing
}

// holds reports whether a field is in a format.
func holds(items []item, f Field) bool {
	return slices.ContainsFunc(items, func(it item) bool { return it.field == f })
}

// Field is what a part of a line is needed for.
type Field uint8

const (
	FieldNone Field = iota
	FieldFrontend
	FieldBackend
	FieldServer
	FieldFlags
	FieldStatus
	FieldRequest // %r
	FieldMethod  // %HM
	FieldPath    // %HU, %HP, %HPO
	FieldDate    // %t, %tr and their kin
	FieldEpoch   // %Ts
	FieldMillis  // %ms
	FieldActive  // %Ta
	FieldTotal   // %Tt
	FieldAnswer  // %Tr
	FieldRetries // %rc
	FieldClient  // %ci
	FieldPort    // %cp
	fieldCount
)

// kind is how an item looks in a line.
type kind uint8

const (
	kindText      kind = iota // the operator's own words
	kindSeparator             // a run of blanks, of which one is written at most
	kindNumber
	kindAddress
	kindName       // a proxy's or server's name
	kindWord       // something without blanks that no client chooses
	kindLocalDate  // 22/Nov/2026:14:15:25.924
	kindZonedDate  // 22/Nov/2026:14:15:25 +0000
	kindFlags2     // %ts
	kindFlags4     // %tsc
	kindURI        // of a client, without blanks or quotes
	kindRequest    // of a client, without quotes
	kindCaptures   // {a|b}, or nothing
	kindCaptureSet // "a" "b", or nothing
	kindAnything   // a client may have chosen it, and it may hold anything
)

// item is one part of a log-format.
type item struct {
	kind    kind
	field   Field
	text    string // kindText
	name    string // the key of structured output, "%(name)b"
	options options
}

// options are the flags in force for an item.
type options struct {
	quote, escape, hex, json, cbor bool
}

// aliases are the variables of log-format (logformat_aliases in HAProxy's log.c,
// and the names they had in 1.5).
var aliases = map[string]struct {
	kind  kind
	field Field
}{
	"OG": {kindWord, 0}, "B": {kindNumber, 0}, "CC": {kindAnything, 0}, "CS": {kindAnything, 0}, "H": {kindWord, 0}, "ID": {kindAnything, 0},
	"ST": {kindNumber, FieldStatus}, "T": {kindZonedDate, FieldDate}, "Ta": {kindNumber, FieldActive}, "Tc": {kindNumber, 0}, "Th": {kindNumber, 0},
	"Ti": {kindNumber, 0}, "Tl": {kindZonedDate, FieldDate}, "Tq": {kindNumber, 0}, "Tr": {kindNumber, FieldAnswer}, "TR": {kindNumber, 0}, "Td": {kindNumber, 0},
	"Ts": {kindNumber, FieldEpoch}, "Tt": {kindNumber, FieldTotal}, "Tu": {kindNumber, 0}, "Tw": {kindNumber, 0}, "U": {kindNumber, 0},
	"ac": {kindNumber, 0}, "b": {kindName, FieldBackend}, "bc": {kindNumber, 0}, "bi": {kindAddress, 0}, "bp": {kindNumber, 0}, "bq": {kindNumber, 0},
	"ci": {kindAddress, FieldClient}, "cp": {kindNumber, FieldPort}, "f": {kindName, FieldFrontend}, "fc": {kindNumber, 0}, "fi": {kindAddress, 0}, "fp": {kindNumber, 0},
	"ft": {kindName, FieldFrontend}, "hr": {kindCaptures, 0}, "hrl": {kindCaptureSet, 0}, "hs": {kindCaptures, 0}, "hsl": {kindCaptureSet, 0},
	"HM": {kindURI, FieldMethod}, "HP": {kindURI, FieldPath}, "HPO": {kindURI, FieldPath}, "HQ": {kindURI, 0}, "HU": {kindURI, FieldPath}, "HV": {kindRequest, 0},
	"lc": {kindNumber, 0}, "ms": {kindNumber, FieldMillis}, "pid": {kindNumber, 0}, "r": {kindRequest, FieldRequest}, "rc": {kindNumber, FieldRetries}, "rt": {kindNumber, 0},
	"s": {kindName, FieldServer}, "sc": {kindNumber, 0}, "si": {kindAddress, 0}, "sp": {kindNumber, 0}, "sq": {kindNumber, 0},
	"sslc": {kindWord, 0}, "sslv": {kindWord, 0}, "t": {kindLocalDate, FieldDate}, "tr": {kindLocalDate, FieldDate},
	"trg": {kindZonedDate, FieldDate}, "trl": {kindZonedDate, FieldDate}, "ts": {kindFlags2, FieldFlags}, "tsc": {kindFlags4, FieldFlags},
	"Bi": {kindAddress, 0}, "Bp": {kindNumber, 0}, "Ci": {kindAddress, 0}, "Cp": {kindNumber, 0}, "Fi": {kindAddress, 0}, "Fp": {kindNumber, 0},
	"Si": {kindAddress, 0}, "Sp": {kindNumber, 0}, "cc": {kindAnything, 0}, "cs": {kindAnything, 0}, "st": {kindNumber, FieldStatus},
}

// expressions are the sample fetches that say the same as an alias (HAProxy
// manual 7.3). Any other expression may hold anything.
var expressions = map[string]string{
	"be_name": "b", "fe_name": "f", "srv_name": "s", "txn.status": "ST", "status": "ST", "txn.sess_term_state": "ts", "accept_date": "Ts",
	"src": "ci", "dst": "fi", "src_port": "cp", "dst_port": "fp", "http_first_req": "B", "fc_err": "B", "ssl_c_err": "B", "ssl_c_ca_err": "B",
}

// parseFormat takes a log-format apart:
//
//	% [(name[:type])] [{flags}] (alias | [expression])
//
// %% is a percent sign, and a percent sign before other punctuation vanishes.
func parseFormat(s string) (items []item, err error) {
	var global options
	text := func(t string) {
		if n := len(items); n > 0 && items[n-1].kind == kindText {
			items[n-1].text += t
			return
		}
		items = append(items, item{kind: kindText, text: t})
	}
	for i := 0; i < len(s); {
		switch c := s[i]; {
		case c == ' ':
			items = append(items, item{kind: kindSeparator})
			i++
		case c != '%':
			text(s[i : i+1])
			i++
		case i+1 == len(s):
			return nil, fmt.Errorf("it ends in a single %%; write %%%% for a percent sign")
		case s[i+1] == '%':
			text("%")
			i += 2
		case isDigit(s[i+1]) || s[i+1] == ' ' || s[i+1] == '\t':
			return nil, fmt.Errorf("nothing follows the %% at position %d; write %%%% for a percent sign", i+1)
		case s[i+1] != '(' && s[i+1] != '{' && s[i+1] != '[' && !isLetter(s[i+1]):
			i++ // the percent sign vanishes
		default:
			it, n, isGlobal, err := parseItem(s[i:], global)
			if err != nil {
				return nil, err
			}
			if isGlobal {
				global = it.options
			} else {
				items = append(items, it)
			}
			i += n
		}
	}
	return structured(items, global)
}

// parseItem reads one item at a percent sign. isGlobal is %o, whose flags hold
// for all that follows.
func parseItem(s string, global options) (it item, n int, isGlobal bool, err error) {
	it.options = global
	n = 1
	if s[n] == '(' {
		end := strings.IndexByte(s, ')')
		if end < 0 {
			return it, 0, false, fmt.Errorf("%s has no closing parenthesis", shorten(s))
		}
		it.name, _, _ = strings.Cut(s[n+1:end], ":")
		n = end + 1
	}
	if n < len(s) && s[n] == '{' {
		end := strings.IndexByte(s, '}')
		if end < 0 {
			return it, 0, false, fmt.Errorf("%s has no closing brace", shorten(s))
		}
		it.options = it.options.with(s[n+1 : end])
		n = end + 1
	}
	if it.options.cbor {
		return it, 0, false, fmt.Errorf("its output is CBOR; log JSON (%%{+json}o) or text instead")
	}
	if n < len(s) && s[n] == '[' {
		end := expressionEnd(s[n:])
		if end < 0 {
			return it, 0, false, fmt.Errorf("the expression %s has no closing bracket", shorten(s[n:]))
		}
		it.kind = kindAnything
		if known, ok := expressions[strings.TrimSpace(s[n+1:n+end])]; ok {
			it.kind, it.field = aliases[known].kind, aliases[known].field
		}
		return it, n + end + 1, false, nil
	}
	start := n
	for n < len(s) && (isLetter(s[n]) || isDigit(s[n])) {
		n++
	}
	name := s[start:n]
	if name == "o" {
		return it, n, true, nil
	}
	alias, ok := aliases[name]
	if !ok {
		return it, 0, false, fmt.Errorf("HAProxy has no variable %%%s; write %%%% for a percent sign", name)
	}
	it.kind, it.field = alias.kind, alias.field
	return it, n, false, nil
}

// with switches flags on and off: "+Q,-E".
func (o options) with(flags string) options {
	for _, flag := range strings.Split(flags, ",") {
		flag = strings.TrimSpace(flag)
		if flag == "" {
			continue
		}
		on := flag[0] != '-'
		switch strings.TrimLeft(flag, "+-") {
		case "Q":
			o.quote = on
		case "E":
			o.escape = on
		case "X":
			o.hex = on
		case "json":
			o.json = on
		case "cbor":
			o.cbor = on
		}
	}
	return o
}

// expressionEnd is where the bracket closes that s begins with, -1 for nowhere.
// Arguments in parentheses may hold brackets, and quotes may hold anything.
func expressionEnd(s string) int {
	depth := 0
	var quote byte
	for i := 1; i < len(s); i++ {
		c := s[i]
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			} else if c == '\\' && quote == '"' {
				i++
			}
		case depth > 0 && (c == '"' || c == '\''):
			quote = c
		case c == '\\':
			i++
		case c == '(':
			depth++
		case c == ')' && depth > 0:
			depth--
		case c == ']' && depth == 0:
			return i
		}
	}
	return -1
}

// structured rewrites the items for %{+json}o, with which HAProxy ignores text
// and separators and writes {"name": value, "name": value}.
func structured(items []item, global options) ([]item, error) {
	if !global.json {
		return items, nil
	}
	var out []item
	for _, it := range items {
		if it.name == "" {
			continue
		}
		before := ", "
		if len(out) == 0 {
			before = "{"
		}
		out = append(out, item{kind: kindText, text: before + `"` + it.name + `": `}, it)
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("none of its fields has a name, so the JSON is empty; name them as in %%(backend)b")
	}
	return append(out, item{kind: kindText, text: "}"}), nil
}

// IsNameByte reports whether a byte can stand in a proxy's or server's name
// (invalid_char in HAProxy's tools.c).
func IsNameByte(c byte) bool {
	return isDigit(c) || isLetter(c) || c == '.' || c == ':' || c == '_' || c == '-'
}

func isDigit(c byte) bool { return c-'0' < 10 }

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
