package logformat

import "errors"

// byteSet is a set of byte values.
type byteSet [4]uint64

func (s *byteSet) add(chars string) {
	for _, c := range []byte(chars) {
		s[c>>6] |= 1 << (c & 63)
	}
}

func (s *byteSet) has(c byte) bool { return s[c>>6]>>(c&63)&1 != 0 }

// setOf is the set of the characters in chars and of those that a function
// accepts.
func setOf(chars string, also func(c byte) bool) (s byteSet) {
	s.add(chars)
	for c := range 256 {
		if also != nil && also(byte(c)) {
			s.add(string([]byte{byte(c)}))
		}
	}
	return s
}

var (
	setDigits   = setOf("0123456789", nil)
	setLetters  = setOf("", isLetter)
	setNumber   = setOf("+-0123456789", nil)
	setHex      = setOf("+-0123456789abcdefABCDEF", nil)
	setAddress  = setOf("0123456789abcdefABCDEFunix.:%-", nil) // %ci is "unix" for a socket, "-" for none
	setName     = setOf("", IsNameByte)
	setNameTLS  = setOf("~", IsNameByte)
	setAnyName  = setOf("<>~", IsNameByte)
	setWord     = setOf("<>", IsNameByte)
	setURI      = setOf("", func(c byte) bool { return c > ' ' && c < 0x7f && c != '"' }) // url_encode_map: quotes and what is not ASCII become #XX
	setRequest  = setOf(" ", func(c byte) bool { return c > ' ' && c < 0x7f && c != '"' })
	setCaptured = setOf(" ", func(c byte) bool { return c > ' ' && c < 0x7f && c != '"' && c != '{' && c != '}' })
	setPrint    = setOf(" ", func(c byte) bool { return c > ' ' && c < 0x7f })
	setAny      = setOf("", func(byte) bool { return true })
	setFlag1    = setOf("-LcCsSPRIDKU", nil) // sess_term_cond in HAProxy's log.c
	setFlag2    = setOf("-RCHDLQT", nil)     // sess_fin_state
	setCookie   = setOf("-", isLetter)
	setJSON     = setOf("", func(c byte) bool { return c != '"' && c != '\\' })
	setBare     = setOf("+-.", func(c byte) bool { return isDigit(c) || isLetter(c) })
)

// state is one state while an automaton is being built.
type state struct {
	set     byteSet
	field   Field
	loop    bool
	foreign bool
	follow  []int
}

// builder strings states together. ends are the states that the text so far can
// end in, -1 standing for its beginning; those whose last byte was a blank that
// HAProxy knows of are apart, because a separator after them writes nothing.
type builder struct {
	states   []state
	start    []int
	ends     []int
	blank    []int // ends after a separator, or at the beginning
	trimmed  []int // where the text may also end if blanks at its end were cut off
	foreign  bool  // the item being added is a client's
	field    Field
	flagless bool // the format holds no termination state
	seen     [fieldCount]bool
}

// buildAutomaton builds the automaton of a format, or, for prefix, of its
// beginning up to the last field that decides. It fails for a prefix where a
// client's text stands before that.
func buildAutomaton(items []item, prefix bool) (*automaton, error) {
	last := lastDecisive(items, prefix)
	b := builder{blank: []int{-1}, flagless: !holds(items, FieldFlags)}
	enough := 0
	for i, it := range items {
		if prefix && i <= last && it.foreign() {
			return nil, errNoPrefix
		}
		if prefix && i == last+1 {
			if !b.addDelimiter(it, items[last]) {
				return nil, errNoPrefix
			}
			break
		}
		b.add(it)
		if i == last {
			enough = len(b.states)
			if it.field == FieldFlags && !it.options.json {
				enough-- // flags are known when their last letter is read; a name may be cut in two
			}
		}
		if len(b.states) > maxStates {
			return nil, errTooLong
		}
	}
	return b.finish(enough, prefix && last+1 < len(items)), nil
}

// lastDecisive is the last item that a line's meaning depends on: with a server
// the names, without one how it ended too.
func lastDecisive(items []item, served bool) int {
	flagless := !holds(items, FieldFlags)
	last := -1
	seen := [fieldCount]bool{}
	for i, it := range items {
		if !it.field.decides(flagless) || served && !it.field.isName() {
			continue
		}
		if !seen[it.field] {
			last = i
		}
		seen[it.field] = true
	}
	return last
}

// decides reports whether a line's meaning depends on the field. In a format
// without termination state the status has to do.
func (f Field) decides(flagless bool) bool {
	return f.isName() || f == FieldFlags || f == FieldStatus && flagless
}

func (f Field) isName() bool { return f == FieldFrontend || f == FieldBackend || f == FieldServer }

// foreign: a client may have chosen the item's text.
func (it item) foreign() bool { return it.kind >= kindURI }

// addDelimiter adds the first byte of what follows the last field that decides.
// It must not be able to belong to that field.
func (b *builder) addDelimiter(it, before item) bool {
	switch it.kind {
	case kindSeparator:
		b.add(it)
		return true
	case kindText:
		if before.kind == kindName && setAnyName.has(it.text[0]) && !before.options.quote && !before.options.json {
			return false
		}
		b.add(item{kind: kindText, text: it.text[:1]})
		return true
	}
	return false
}

// add appends an item.
func (b *builder) add(it item) {
	b.foreign = it.foreign()
	b.field = FieldNone
	switch {
	case it.kind == kindText:
		b.literal(it.text)
		return
	case it.kind == kindSeparator:
		b.separator()
		return
	}
	f := it.field
	if it.options.hex && (f == FieldEpoch || f == FieldMillis) {
		f = FieldNone // a decimal one may follow
	}
	if !b.seen[f] { // of a field that stands twice the first counts
		b.seen[f] = true
		b.field = f
	}
	if it.options.json {
		b.jsonValue(it)
		return
	}
	quoted := it.options.quote && it.kind != kindNumber && it.kind != kindLocalDate && it.kind != kindZonedDate && it.kind != kindFlags2 && it.kind != kindFlags4
	switch it.kind {
	case kindCaptures:
		b.optional(func() { b.maybeQuoted(quoted, b.captures) })
		return
	case kindCaptureSet:
		b.optional(func() { b.run(setPrint, 1) })
		return
	case kindNumber:
		if it.options.quote { // an unknown port is ""
			b.alternative(func() { b.value(it, 1) }, func() { b.literal(`""`) })
			return
		}
	}
	least := 1
	if quoted || it.kind >= kindURI {
		least = 0
	}
	b.maybeQuoted(quoted, func() { b.value(it, least) })
	if it.kind >= kindURI { // even if empty it counts as written, in some versions for some fields
		b.ends = b.all()
	}
}

// value appends the bytes of one field.
func (b *builder) value(it item, least int) {
	switch it.kind {
	case kindNumber:
		if it.options.hex {
			b.run(setHex, least)
			return
		}
		b.run(setNumber, least)
	case kindAddress:
		b.run(setAddress, least)
	case kindName:
		switch it.field {
		case FieldFrontend:
			b.run(setNameTLS, least)
		case FieldServer:
			b.server(least)
		default:
			b.run(setName, least)
		}
	case kindWord:
		b.run(setWord, least)
	case kindLocalDate, kindZonedDate:
		b.date(it.kind == kindZonedDate)
	case kindFlags2, kindFlags4:
		b.one(setFlag1)
		b.one(setFlag2)
		if it.kind == kindFlags4 {
			b.one(setCookie)
			b.one(setCookie)
		}
	case kindURI:
		b.run(setURI, least)
	case kindRequest:
		b.run(setRequest, least)
	case kindCaptures:
		b.captures()
	case kindCaptureSet:
		b.run(setPrint, least)
	case kindAnything:
		b.run(setAny, least)
	}
}

// server appends a server's name, or that of a service of HAProxy's in brackets.
func (b *builder) server(least int) {
	b.alternative(func() { b.run(setName, least) }, func() {
		b.one(setOf("<", nil))
		b.run(setName, 1)
		b.one(setOf(">", nil))
	})
}

// jsonValue appends a value as %{+json} writes it: strings in quotes with
// escapes, numbers bare, null if there is nothing.
func (b *builder) jsonValue(it item) {
	switch it.kind {
	case kindNumber, kindCaptures, kindCaptureSet, kindAnything, kindURI, kindRequest, kindWord, kindAddress:
		b.alternative(func() { b.jsonString() }, func() {
			if it.kind == kindCaptureSet {
				b.run(setPrint, 1)
				return
			}
			b.run(setBare, 1)
		})
	default:
		b.maybeQuoted(true, func() { b.value(it, 0) })
	}
}

// jsonString appends a quoted string in which quotes are escaped.
func (b *builder) jsonString() {
	b.literalByte('"')
	before := append([]int(nil), b.ends...)
	plain := b.state(setJSON)
	slash := b.state(setOf("\\", nil))
	escaped := b.state(setAny)
	b.states[plain].loop = true
	b.link(before, plain, slash)
	b.link([]int{plain}, slash)
	b.link([]int{slash}, escaped)
	b.link([]int{escaped}, plain, slash)
	b.ends = append(before, plain, escaped)
	b.literalByte('"')
}

// captures appends {a|b}; HAProxy escapes braces and quotes inside.
func (b *builder) captures() {
	b.literalByte('{')
	b.run(setCaptured, 0)
	b.literalByte('}')
}

// date appends 22/Nov/2026:14:15:25.924, or with a zone 22/Nov/2026:14:15:25 +0000.
func (b *builder) date(zoned bool) {
	pattern := "00/aaa/0000:00:00:00.000"
	if zoned {
		pattern = "00/aaa/0000:00:00:00 +0000"
	}
	for _, c := range []byte(pattern) {
		switch c {
		case '0':
			b.one(setDigits)
		case 'a':
			b.one(setLetters)
		case '+':
			b.one(setOf("+-", nil))
		default:
			b.one(setOf(string([]byte{c}), nil))
		}
	}
}

// state adds a state without any way to it.
func (b *builder) state(set byteSet) int {
	b.states = append(b.states, state{set: set, field: b.field, foreign: b.foreign})
	return len(b.states) - 1
}

// link makes states follow others.
func (b *builder) link(from []int, to ...int) {
	for _, f := range from {
		if f < 0 {
			b.start = append(b.start, to...)
			continue
		}
		b.states[f].follow = append(b.states[f].follow, to...)
	}
}

// all is where the text can end so far.
func (b *builder) all() []int { return append(append([]int(nil), b.ends...), b.blank...) }

// one appends one byte of a set.
func (b *builder) one(set byteSet) int {
	s := b.state(set)
	b.link(b.all(), s)
	b.ends, b.blank, b.trimmed = []int{s}, nil, nil
	return s
}

// run appends a run of a set's bytes, at least none or one.
func (b *builder) run(set byteSet, least int) {
	if least == 0 {
		b.optional(func() { b.run(set, 1) })
		return
	}
	b.states[b.one(set)].loop = true
}

func (b *builder) literalByte(c byte) {
	f := b.field
	b.field = FieldNone // quotes and braces are not part of the field
	b.one(setOf(string([]byte{c}), nil))
	b.field = f
}

func (b *builder) literal(text string) {
	for _, c := range []byte(text) {
		b.literalByte(c)
	}
}

// separator appends one blank, except after another.
func (b *builder) separator() {
	if len(b.ends) == 0 {
		return
	}
	b.trimmed = append(b.trimmed, b.ends...)
	s := b.state(setOf(" ", nil))
	b.link(b.ends, s)
	b.ends, b.blank = nil, append(b.blank, s)
}

// optional appends something or nothing.
func (b *builder) optional(something func()) {
	ends, blank, trimmed := b.ends, b.blank, b.trimmed
	something()
	b.ends = append(append([]int(nil), ends...), b.ends...)
	b.blank = append(append([]int(nil), blank...), b.blank...)
	b.trimmed = append(append([]int(nil), trimmed...), b.trimmed...)
}

// alternative appends one of two things.
func (b *builder) alternative(this, that func()) {
	ends, blank, trimmed := b.ends, b.blank, b.trimmed
	this()
	ends1, blank1, trimmed1 := b.ends, b.blank, b.trimmed
	b.ends, b.blank, b.trimmed = ends, blank, trimmed
	that()
	b.ends = append(ends1, b.ends...)
	b.blank = append(blank1, b.blank...)
	b.trimmed = append(trimmed1, b.trimmed...)
}

func (b *builder) maybeQuoted(quoted bool, value func()) {
	if quoted {
		b.literalByte('"')
	}
	value()
	if quoted {
		b.literalByte('"')
	}
}

// finish turns the states into bits. Lines may be cut short from state enough
// on.
func (b *builder) finish(enough int, early bool) *automaton {
	words := max((len(b.states)+63)/64, 1)
	set := func() []uint64 { return make([]uint64, words) }
	on := func(s []uint64, i int) { s[i>>6] |= 1 << (i & 63) }
	a := &automaton{
		words: words, masks: make([]uint64, 256*words), early: early,
		start: set(), next: set(), loop: set(), final: set(), partial: set(), foreign: set(),
	}
	decides := map[Field][]uint64{}
	for _, s := range b.start {
		on(a.start, s)
	}
	for i, s := range b.states {
		for c := range 256 {
			if s.set.has(byte(c)) {
				on(a.masks[c*words:], i)
			}
		}
		if s.loop {
			on(a.loop, i)
		}
		for _, f := range s.follow {
			if f == i+1 {
				on(a.next, i)
				continue
			}
			a.jumps = append(a.jumps, jump{i, f})
		}
		if s.field.decides(b.flagless) {
			if decides[s.field] == nil {
				decides[s.field] = set()
				a.decides = append(a.decides, decides[s.field])
			}
			on(decides[s.field], i)
		}
		if s.field == FieldDate || s.field == FieldEpoch {
			a.dated = true
		}
		if s.foreign {
			on(a.foreign, i)
		}
		if i >= enough {
			on(a.partial, i)
		}
		a.fields = append(a.fields, s.field)
	}
	ends := b.all()
	if !early {
		ends = append(ends, b.trimmed...)
	}
	for _, e := range ends {
		if e >= 0 {
			on(a.final, e)
		}
	}
	a.tabulate(b)
	return a
}

var errNoPrefix = errors.New("a client's text stands before the last field that decides")
