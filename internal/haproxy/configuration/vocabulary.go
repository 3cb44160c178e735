package configuration

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	parser "github.com/haproxytech/client-native/v6/config-parser"
	"github.com/haproxytech/client-native/v6/config-parser/options"
	"github.com/haproxytech/client-native/v6/config-parser/params"
)

// client-native is asked line by line: which words a section knows, and what
// the options of a server or bind line are. Its reading of a whole file is not
// used, because it drops the lines' numbers, keeps only the last section of a
// name, mixes the order of rules of different kinds, and ends without a word at
// a line of 64 KiB.

// sectionKinds are the words that begin a section: those of client-native, and
// those of newer versions of HAProxy.
var sectionKinds = map[string]parser.Section{
	"global": parser.Global, "defaults": parser.Defaults, "frontend": parser.Frontends, "backend": parser.Backends,
	"listen": parser.Listen, "resolvers": parser.Resolvers, "userlist": parser.UserList, "peers": parser.Peers,
	"mailers": parser.Mailers, "cache": parser.Cache, "program": parser.Program, "http-errors": parser.HTTPErrors,
	"ring": parser.Ring, "log-forward": parser.LogForward, "fcgi-app": parser.FCGIApp, "crt-store": parser.CrtStore,
	"traces": parser.Traces, "log-profile": parser.LogProfile, "acme": parser.Acme,
	"healthcheck": "", "haterm": "",
}

// Vocabulary is the words that each kind of section knows. It weighs 1.4 MB in a
// program, and so is not part of Parse.
type Vocabulary struct {
	library parser.Parser
	seen    map[string]bool // what was asked before: "backend server"
}

// NewVocabulary is client-native's.
func NewVocabulary() (*Vocabulary, error) {
	var one strings.Builder // a section of each kind
	for word := range sectionKinds {
		one.WriteString(word + " x\n")
	}
	library, err := parser.New(options.UseListenSectionParsers, options.String(one.String()))
	if err != nil {
		return nil, fmt.Errorf("cannot prepare the parser of configurations: %w", err)
	}
	return &Vocabulary{library: library, seen: map[string]bool{}}, nil
}

// proxySections are relatives: what one of them knows, another one may have
// misplaced, and client-native's listen lacks words of both of its halves.
var proxySections = []parser.Section{parser.Listen, parser.Backends, parser.Frontends, parser.Defaults}

// moreWords are words of HAProxy's manual (up to 3.5) that client-native 6.2.5
// lacks.
var moreWords = map[string]bool{
	"capture": true, "errorloc": true, "force-be-switch": true, "filter-sequence": true, "be-unpublished": true,
	"max-session-srv-conns": true, "compression": true, "option forwarded": true, "option use-small-buffers": true, "timeout client-hs": true,
	"log-tag": true, "fd-hard-limit": true, "key-base": true, "max-threads-per-group": true, "no-memory-trimming": true, "noktls": true, "cpu-affinity": true,
}

// isAdded says whether the line is one of the added words, or tunes something:
// each version of HAProxy has more of those.
func isAdded(words []string) bool {
	return moreWords[words[0]] || len(words) > 1 && moreWords[words[0]+" "+words[1]] || strings.HasPrefix(words[0], "tune.")
}

// knows says whether a section of this kind knows the line by its first words,
// or one of its relatives does. A section that client-native does not know yet
// is taken to know everything.
func (v *Vocabulary) knows(kind string, words []string) bool {
	section := sectionKinds[kind]
	if isAdded(words) {
		return true
	}
	if !slices.Contains(proxySections, section) {
		return section == "" || v.sectionKnows(section, words)
	}
	return slices.ContainsFunc(proxySections, func(s parser.Section) bool { return v.sectionKnows(s, words) })
}

func (v *Vocabulary) sectionKnows(section parser.Section, words []string) bool {
	if len(words) > 1 && (words[0] == "no" || words[0] == "default") {
		words = words[1:]
	}
	const mostWords = 3 // of a keyword: "http-check disable-on-404"
	for n := 1; n <= min(len(words), mostWords); n++ {
		if v.has(section, strings.Join(words[:n], " ")) {
			return true
		}
	}
	return false
}

func (v *Vocabulary) has(section parser.Section, attribute string) bool {
	key := string(section) + " " + attribute
	known, asked := v.seen[key]
	if !asked {
		known = v.library.HasParser(section, attribute)
		v.seen[key] = known
	}
	return known
}

// Options are those of a server or bind line, by name; one that takes no value
// has an empty one.
type Options map[string]string

// serverOptions reads the options of a server line on top of the defaults.
func serverOptions(defaults Options, words []string) Options {
	return readOptions(defaults, words, params.ParseServerOptions)
}

// BindOptions reads the options of a bind or stats socket line.
func BindOptions(words []string) Options { return readOptions(nil, words, params.ParseBindOptions) }

// readOptions reads a list of options with client-native, which gives up at the
// first word that it does not know: what it knows before and after is kept.
func readOptions[O interface{ String() string }](defaults Options, words []string, parse func([]string) ([]O, error)) Options {
	options := make(Options, len(defaults)+len(words))
	maps.Copy(options, defaults)
	for len(words) > 0 {
		read, used := parseSome(words, parse)
		for _, option := range read {
			options.set(option.String())
		}
		words = words[used:]
	}
	return options
}

// parseSome reads all the options, or else the first, which is one word or two,
// or else passes one word over.
func parseSome[O any](words []string, parse func([]string) ([]O, error)) (read []O, used int) {
	for _, n := range []int{len(words), 1, 2} {
		if n > len(words) {
			continue
		}
		if read, err := parse(words[:n]); err == nil {
			return read, n
		}
	}
	return nil, 1
}

// opposites are the options that undo each other without a "no-".
var opposites = map[string]string{"enabled": "disabled", "disabled": "enabled", "non-stick": "stick", "stick": "non-stick"}

// set takes an option as client-native prints it: "check", "weight 10".
func (o Options) set(text string) {
	name, value, _ := strings.Cut(text, " ")
	if positive, negative := strings.CutPrefix(name, "no-"); negative {
		delete(o, positive)
	}
	delete(o, "no-"+name)
	delete(o, opposites[name])
	o[name] = value
}

// Has says whether the option is set.
func (o Options) Has(name string) bool {
	_, ok := o[name]
	return ok
}
