// Package configuration reads what a haproxy.cfg says, as HAProxy does
// (Configuration Manual 2 and 4): files to lines with their places, sections,
// and proxies that have got what their defaults, default-server and
// server-template give them. What a line means is HAProxy Technologies' own
// client-native's to say; judging it is the checks'.
package configuration

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strings"

	"check-haproxy/internal/advice"
)

// Position is where a line stands.
type Position struct {
	File string
	Line int // from 1
}

// Line is one line of a section, with its words as HAProxy splits them.
type Line struct {
	Position
	Words []string // at least one; in today's words if Old is set
	Old   *Old     // what is old about the line as it is written, or nil
}

// Is says whether the line begins with these words.
func (l Line) Is(words ...string) bool {
	if len(l.Words) < len(words) {
		return false
	}
	for i, word := range words {
		if l.Words[i] != word {
			return false
		}
	}
	return true
}

// Word is the word at an index, or nothing.
func (l Line) Word(i int) string {
	if i < len(l.Words) {
		return l.Words[i]
	}
	return ""
}

// Comment is what follows a "#".
type Comment struct {
	Position
	Text  string
	Alone bool     // there is nothing else on the line
	In    *Section // the section in which it stands, or nil
	On    *Place   // the line that it is about: its own, or alone, the next one; nil at the end of a file
}

// Place is a line of the configuration: a section's heading or a line in it.
type Place struct {
	Position
	Section *Section
	Heading bool
}

// Section is a section as it is written.
type Section struct {
	Position
	Kind, Name string
	From       string // the defaults section that it names, or nothing
	Lines      []Line
}

// Title is how a person calls the section: by its name, or if it has none, by
// its kind.
func (s *Section) Title() string {
	if s.Name == "" {
		return s.Kind
	}
	return s.Name
}

// Variable is an environment variable that has no value in the files. HAProxy's
// environment is not this program's, so it has none here.
type Variable struct {
	Position
	Name string
}

// Configuration is what the files of one HAProxy say together.
type Configuration struct {
	Files    []string
	Sections []*Section // in their order
	Proxies  []*Proxy   // frontends, listens and backends that are not disabled
	Comments []Comment
	Unset    []Variable
	Known    int    // lines whose keyword is known
	Unknown  []Line // the others, which are left alone

	byName    map[string][]*Proxy
	listeners map[string]bool // "HOST:PORT" and "PATH:" of every bind line
}

// Parse reads the files of one configuration. Without a vocabulary, all words
// count as known. An error says what HAProxy itself could not read, and where,
// or that this is no configuration of HAProxy's.
func Parse(sources []Source, vocabulary *Vocabulary) (*Configuration, error) {
	r := reader{vocabulary: vocabulary, environment: map[string]string{}, config: &Configuration{}}
	for _, source := range sources {
		r.config.Files = append(r.config.Files, source.Name)
		if err := r.file(source); err != nil {
			return nil, err
		}
	}
	c := r.config
	names := c.fileNames()
	if len(c.Sections) == 0 {
		return nil, advice.New(names+" has no section (global, defaults, frontend, backend, listen …)", "is this a haproxy.cfg?")
	}
	if len(c.Unknown) > c.Known {
		return nil, advice.New(fmt.Sprintf("%s has more lines that HAProxy does not know (%d, the first is line %d) than lines that it knows (%d)",
			names, len(c.Unknown), c.Unknown[0].Line, c.Known), "is this a haproxy.cfg?")
	}
	c.resolve()
	return c, nil
}

// fileNames are the files in a sentence.
func (c *Configuration) fileNames() string {
	if len(c.Files) == 1 {
		return c.Files[0]
	}
	return fmt.Sprintf("the configuration (%d files)", len(c.Files))
}

// Name is the configuration in few words: "haproxy.cfg", "3 files".
func (c *Configuration) Name() string {
	if len(c.Files) == 1 {
		return filepath.Base(c.Files[0])
	}
	return fmt.Sprintf("%d files", len(c.Files))
}

// reader reads line after line.
type reader struct {
	vocabulary  *Vocabulary
	environment map[string]string // setenv and presetenv
	config      *Configuration

	at      Position
	blocks  blocks
	section *Section  // the current one, or nil before the first
	waiting []Comment // comments alone on their line, before the line they are about
}

func (r *reader) file(source Source) error {
	r.at = Position{File: source.Name}
	r.section, r.blocks = nil, nil
	rest := source.Text
	for len(rest) > 0 {
		place := Position{File: source.Name, Line: r.at.Line + 1}
		s, err := r.split(&rest)
		if err == nil {
			err = r.line(s, place)
		}
		if err != nil {
			return advice.New(fmt.Sprintf("cannot read %s: line %d: %v", source.Name, place.Line, err), "see what haproxy -c -f "+source.Name+" says")
		}
	}
	if len(r.blocks) > 0 {
		return fmt.Errorf("cannot read %s: an .if has no .endif", source.Name)
	}
	r.forget()
	return nil
}

// split takes a line off the text, with the lines that continue it: those after
// a backslash at the end, as HAProxy's manual prints long lines.
func (r *reader) split(rest *[]byte) (*splitter, error) {
	s := &splitter{lookup: r.lookup}
	text := strings.TrimLeft(r.next(rest), " \t")
	if strings.HasPrefix(text, "[") {
		return s, nil // a scope, which HAProxy passes over (cfg_parse_scope)
	}
	err := s.feed(text)
	for err == nil && s.goesOn && len(*rest) > 0 {
		err = s.feed(strings.TrimLeft(r.next(rest), " \t"))
	}
	if err != nil {
		return nil, err
	}
	return s, s.end()
}

func (r *reader) next(rest *[]byte) string {
	line, after, _ := bytes.Cut(*rest, []byte{'\n'})
	*rest = after
	r.at.Line++
	return strings.TrimRight(string(line), "\r")
}

func (r *reader) lookup(name string) (string, bool) {
	value, known := r.environment[name]
	return value, known
}

// line takes one line that was split.
func (r *reader) line(s *splitter, place Position) error {
	if len(s.words) > 0 && strings.HasPrefix(s.words[0], ".") {
		known, err := r.blocks.directive(s.words)
		if known || err != nil {
			return err
		}
	}
	if !r.blocks.active() {
		return nil
	}
	for _, name := range s.unset {
		r.config.Unset = append(r.config.Unset, Variable{place, name})
	}
	var on *Place
	switch _, heading := sectionKinds[s.word0()]; {
	case len(s.words) == 0:
	case heading:
		on = r.heading(s.words, place)
	default:
		on = r.keyword(s.words, place)
	}
	r.comment(s, place, on)
	return nil
}

// word0 is the first word, or nothing.
func (s *splitter) word0() string {
	if len(s.words) == 0 {
		return ""
	}
	return s.words[0]
}

// heading begins a section: KIND [NAME] [from DEFAULTS].
func (r *reader) heading(words []string, place Position) *Place {
	section := &Section{Position: place, Kind: words[0]}
	rest := words[1:]
	if len(rest) > 0 && rest[0] != "from" {
		section.Name, rest = rest[0], rest[1:]
	}
	if len(rest) > 1 && rest[0] == "from" {
		section.From = rest[1]
	}
	r.section = section
	r.config.Sections = append(r.config.Sections, section)
	return &Place{Position: place, Section: section, Heading: true}
}

// keyword takes a line inside a section.
func (r *reader) keyword(words []string, place Position) *Place {
	line := Line{Position: place, Words: words}
	if r.section == nil {
		r.config.Unknown = append(r.config.Unknown, line)
		return nil
	}
	line.Words, line.Old = modernize(words)
	if line.Old != nil || r.vocabulary == nil || r.vocabulary.knows(r.section.Kind, line.Words) {
		r.config.Known++
	} else {
		r.config.Unknown = append(r.config.Unknown, line)
	}
	r.section.Lines = append(r.section.Lines, line)
	if r.section.Kind == "global" {
		r.environmentOf(line)
	}
	return &Place{Position: place, Section: r.section}
}

// environmentOf follows what global says about variables (Configuration Manual
// 3.1). What presetenv would leave alone, nobody knows here.
func (r *reader) environmentOf(line Line) {
	switch line.Words[0] {
	case "setenv", "presetenv":
		if len(line.Words) > 2 {
			r.environment[line.Words[1]] = line.Words[2]
		}
	case "unsetenv":
		for _, name := range line.Words[1:] {
			delete(r.environment, name)
		}
	}
}

// comment keeps a comment, and tells the ones that waited which line they are
// about.
func (r *reader) comment(s *splitter, place Position, on *Place) {
	if on != nil {
		for _, comment := range r.waiting {
			comment.On = on
			r.config.Comments = append(r.config.Comments, comment)
		}
		r.waiting = nil
	}
	if s.comment == "" {
		return
	}
	comment := Comment{Position: place, Text: strings.TrimSpace(s.comment), Alone: len(s.words) == 0, In: r.section, On: on}
	if comment.Alone {
		r.waiting = append(r.waiting, comment)
		return
	}
	r.config.Comments = append(r.config.Comments, comment)
}

// forget keeps the comments at the end of a file, which are about no line.
func (r *reader) forget() {
	r.config.Comments = append(r.config.Comments, r.waiting...)
	r.waiting = nil
}
