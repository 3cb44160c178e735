package packagefiles

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/cpuguy83/go-md2man/v2/md2man"

	"check-haproxy/internal/plugin"
)

// page is the file name of the program's man page: section 8 holds what daemons
// and administrators run, section 1 what users do.
func (p Program) page() string {
	if p.IsPlugin() {
		return p.Name + ".8"
	}
	return p.Name + ".1"
}

// ManPage makes the man page: the options from the flags, the chapters from the
// program's page in docs/ (Markdown), in the man macros that every man(1) knows.
func ManPage(p Program, page []byte) string {
	var b strings.Builder
	name, section, _ := strings.Cut(p.page(), ".")
	fmt.Fprintf(&b, ".\\\" Made from the program's flags and its page in docs/: do not edit.\n")
	fmt.Fprintf(&b, ".TH %s %s \"\" check\\-haproxy \"Monitoring HAProxy\"\n", strings.ToUpper(roff(name)), section)
	fmt.Fprintf(&b, ".SH NAME\n%s \\- %s\n", roff(p.Name), roff(nameLine(p.Summary)))
	fmt.Fprintf(&b, ".SH SYNOPSIS\n.B %s\n[\\fIOPTION\\fR]...\n", roff(p.Name))
	chapters := chaptersOf(page)
	b.WriteString(chapters[0].roff("DESCRIPTION"))
	b.WriteString(".SH OPTIONS\n")
	for _, o := range p.Flags {
		fmt.Fprintf(&b, ".TP\n%s\n%s\n", synopsis(o), roff(o.Help))
	}
	for _, c := range chapters[1:] {
		b.WriteString(c.roff(strings.ToUpper(c.title)))
	}
	for _, s := range closing(p) {
		fmt.Fprintf(&b, ".SH %s\n%s\n", s.title, s.body)
	}
	return b.String()
}

// chapter is a part of a page in Markdown, under its heading.
type chapter struct{ title, body string }

var (
	comment      = regexp.MustCompile(`(?m)^<!--.*-->\n`)
	chapterHead  = regexp.MustCompile(`(?m)^## (.+)\n`)
	markdownLink = regexp.MustCompile(`!?\[([^\]]*)\]\([^)]*\)`)
)

// chaptersOf splits a page at its headings, the table of flags aside: the first
// chapter is what stands before them.
func chaptersOf(page []byte) []chapter {
	text := flagTable.ReplaceAllString(string(page), "")
	if _, rest, ok := strings.Cut(text, "\n"); ok && strings.HasPrefix(text, "# ") {
		text = rest
	}
	text = comment.ReplaceAllString(text, "")
	// A page of man(1) has no links: what they say stays.
	text = markdownLink.ReplaceAllString(text, "$1")
	heads := chapterHead.FindAllStringSubmatchIndex(text, -1)
	end := len(text)
	if len(heads) > 0 {
		end = heads[0][0]
	}
	list := []chapter{{body: text[:end]}}
	for i, head := range heads {
		end := len(text)
		if i+1 < len(heads) {
			end = heads[i+1][0]
		}
		list = append(list, chapter{title: text[head[2]:head[3]], body: strings.TrimSpace(text[head[1]:end])})
	}
	return list
}

// roff is the chapter as a section of a man page; nothing if it is empty.
func (c chapter) roff(title string) string {
	if strings.TrimSpace(c.body) == "" {
		return ""
	}
	// Without a line end, the parser reads past the last line after a list.
	return ".SH " + roff(title) + "\n" + string(md2man.Render([]byte(tablesAsLists(c.body)+"\n")))
}

var tableRow = regexp.MustCompile(`^\|(.*)\|\s*$`)

// tablesAsLists makes a list of terms out of each table: a terminal has no room
// for columns of sentences.
func tablesAsLists(text string) string {
	var b strings.Builder
	inTable := 0 // rows seen
	for line := range strings.Lines(text) {
		row := tableRow.FindStringSubmatch(line)
		if row == nil {
			inTable = 0
			b.WriteString(line)
			continue
		}
		if inTable++; inTable <= 2 { // the head, and the line under it
			continue
		}
		cells := strings.Split(strings.ReplaceAll(row[1], `\|`, "\x00"), "|")
		var parts []string
		for _, cell := range cells {
			if cell = strings.TrimSpace(cell); cell != "" {
				parts = append(parts, strings.ReplaceAll(cell, "\x00", "|"))
			}
		}
		if len(parts) > 0 {
			fmt.Fprintf(&b, "%s\n: %s\n\n", parts[0], strings.Join(parts[1:], "; "))
		}
	}
	return b.String()
}

// synopsis is "-s, --section PATTERN" with the value in italics.
func synopsis(o plugin.Flag) string {
	var ways []string
	for _, way := range []string{o.Short, o.Long} {
		if way != "" {
			ways = append(ways, `\fB`+roff(way)+`\fR`)
		}
	}
	line := strings.Join(ways, ", ")
	if o.Value != "" {
		line += ` \fI` + roff(o.Value) + `\fR`
	}
	return line
}

// nameLine is a summary as the NAME section wants it: whatis(1) shows it.
func nameLine(summary string) string {
	summary = strings.TrimRight(summary, ".?")
	if summary == "" {
		return "monitor HAProxy"
	}
	return strings.ToLower(summary[:1]) + summary[1:]
}

type manSection struct{ title, body string }

// closing is what a man page says beyond flags and page; each is there where it
// fits the program's options.
func closing(p Program) []manSection {
	var all []manSection
	add := func(title, body string) { all = append(all, manSection{title, body}) }
	if p.IsPlugin() {
		add("EXIT STATUS", exitStatus)
	} else {
		add("EXIT STATUS", "0 when it could look, 3 when not.")
	}
	if p.has("--warning") {
		add("THRESHOLDS", thresholds)
	}
	if p.has("--section") {
		add("SECTIONS", sectionPatterns)
	}
	if environment := p.environment(); environment != "" {
		add("ENVIRONMENT", environment)
	}
	if examples := p.Examples; len(examples) > 0 {
		var b strings.Builder
		for _, e := range examples {
			fmt.Fprintf(&b, ".TP\n%s\n.EX\n%s\n.EE\n", roff(e.Text), roff(p.Name+" "+e.Args))
		}
		add("EXAMPLES", strings.TrimSuffix(b.String(), "\n"))
	}
	add("SEE ALSO", "The configuration examples for Nagios, Icinga 2, NRPE, sudo, rsyslog, Grafana and PNP4Nagios in\n"+
		roff("/usr/share/check-haproxy")+";\n.BR haproxy (1)")
	return all
}

const (
	exitStatus = `.TP
0
OK: HAProxy answered completely and nothing is past a threshold.
.TP
1
WARNING: HAProxy answered completely and something is past a threshold.
.TP
2
CRITICAL: the same, past the higher threshold.
.TP
3
UNKNOWN: there is no trustworthy answer: wrong arguments, no connection, a timeout, an answer cut short, a log that
cannot be read. Also after \fB\-\-help\fR and \fB\-\-version\fR.`

	thresholds = `A threshold is [\fIPATTERN\fR=]\fIRANGE\fR and can be given several times; the last one whose pattern matches a section
wins. A range is that of the Monitoring Plugins: it tells which values are fine.
.TP
.B 10
0 to 10
.TP
.B 10:
10 or more
.TP
.B \(ti:10
10 or less
.TP
.B 10:20
10 to 20
.TP
.B @10:20
all but 10 to 20
.TP
.B none
every value
.PP
The ends may carry %.`

	sectionPatterns = `A pattern is a shell glob (\fBapi\-*\fR), or a regular expression after \(ti (\fB\(ti\(haapi\-[0\-9]+$\fR). Names are
case-sensitive. \fB\-\-exclude\fR wins over \fB\-\-section\fR.`
)

func (p Program) has(long string) bool {
	for _, o := range p.Flags {
		if o.Long == long {
			return true
		}
	}
	return false
}

func (p Program) environment() string {
	var b strings.Builder
	for _, o := range p.Flags {
		if o.Variable != "" {
			fmt.Fprintf(&b, ".TP\n.B %s\nThe same as \\fB%s\\fR, without showing in the list of processes.\n", o.Variable, roff(o.Long))
		}
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// roff makes text safe for groff: no character of it is markup.
func roff(text string) string {
	text = strings.NewReplacer(`\`, `\e`, "-", `\-`, "^", `\(ha`, "~", `\(ti`, "`", `\(ga`, "'", `\(aq`).Replace(text)
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, ".") {
			lines[i] = `\&` + line
		}
	}
	return strings.Join(lines, "\n")
}
