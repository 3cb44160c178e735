package check

import (
	"bytes"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// maxShape is how many characters of a line that cannot be read are shown.
const maxShape = 60

// shapeOf is the beginning of a line that cannot be read, enough to see whose
// it is: a syslog header as it stands, and of everything else only the shape, a
// letter as "a" and a digit as "9". The file may be another than was meant, and
// read with more rights than its reader has.
func shapeOf(line []byte) string {
	line = line[:min(len(line), maxShape*utf8.UTFMax)]
	header := syslogHeader(line)
	text := []rune(strings.ToValidUTF8(string(header), "?") + strings.Map(masked, strings.ToValidUTF8(string(line[len(header):]), "?")))
	if len(text) > maxShape {
		return string(text[:maxShape]) + "…"
	}
	return string(text)
}

// syslogHeader is what stands before the message in a line that begins with a
// date, "Nov 22 14:59:01 lb1 sshd[77]: " or "2026-11-22T14:59:01Z lb1 cron: ".
func syslogHeader(line []byte) []byte {
	end := bytes.Index(line, []byte(": "))
	if end < 0 || end > maxShape || !beginsWithDate(string(line)) {
		return nil
	}
	return line[:end+len(": ")]
}

func beginsWithDate(line string) bool {
	for _, layout := range []string{time.Stamp, "2006-01-02T15:04:05", "2006-01-02 15:04:05"} {
		if len(line) < len(layout) {
			continue
		}
		if _, err := time.Parse(layout, line[:len(layout)]); err == nil {
			return true
		}
	}
	return false
}

func masked(r rune) rune {
	switch {
	case unicode.IsUpper(r):
		return 'A'
	case unicode.IsLetter(r):
		return 'a'
	case unicode.IsDigit(r):
		return '9'
	default:
		return r
	}
}
