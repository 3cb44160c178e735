package accesslog

import (
	"time"
)

// stamp is a time as a line writes it, not yet converted.
type stamp struct {
	year                       int // 0: the line does not say
	month, day, hour, min, sec int
	nano                       int
	zoned                      bool // offset is the line's own
	offset                     int  // seconds east of UTC
	epoch                      bool // sec and nano are Unix time; the rest is unset
}

// clock converts stamps to Unix nanoseconds. It remembers the last minute,
// because asking a time.Location for its offset is the dear part.
type clock struct {
	loc *time.Location
	now time.Time

	minute     stamp // the minute last converted (sec and nano zero)
	minuteLate bool
	minuteUnix int64 // seconds
	haveMinute bool
}

// unix is the stamp as Unix nanoseconds. The year must be known by now.
func (c *clock) unix(s stamp, late bool) int64 {
	if s.epoch {
		return int64(s.sec)*1e9 + int64(s.nano)
	}
	sec, nano := s.sec, s.nano
	s.sec, s.nano = 0, 0
	if !c.haveMinute || s != c.minute || late != c.minuteLate {
		c.minute, c.minuteLate, c.haveMinute = s, late, true
		c.minuteUnix = c.convert(s, late)
	}
	return (c.minuteUnix+int64(sec))*1e9 + int64(nano)
}

// convert is unix without memory, in seconds.
func (c *clock) convert(s stamp, late bool) int64 {
	civil := civilSeconds(s.year, s.month, s.day) + int64(s.hour*3600+s.min*60+s.sec)
	if s.zoned {
		return civil - int64(s.offset)
	}
	// A day on either side of the moment gives the offsets before and after a
	// change of clocks; if both fit the local time happened twice.
	before, after := c.offsetAt(civil-86400), c.offsetAt(civil+86400)
	first, second := civil-before, civil-after
	firstFits, secondFits := c.offsetAt(first) == before, c.offsetAt(second) == after
	switch {
	case firstFits && secondFits:
		if late {
			return max(first, second)
		}
		return min(first, second)
	case secondFits:
		return second
	}
	return first // also for a time that daylight saving skips
}

func (c *clock) offsetAt(unix int64) int64 {
	_, offset := time.Unix(unix, 0).In(c.loc).Zone()
	return int64(offset)
}

// withYear gives a header without a year the one that fits the accept date: the
// nearest, because a request accepted on 31 December is logged on 1 January.
func (s stamp) withYear(accepted stamp) stamp {
	if s.year != 0 || s.epoch {
		return s
	}
	s.year = accepted.year
	switch {
	case s.month-accepted.month > 6:
		s.year--
	case accepted.month-s.month > 6:
		s.year++
	}
	return s
}

// guessYear gives a header without a year, on a line that has no date either,
// the last one in which it is not in the future (a day of grace for clocks and
// zones that differ).
func (c *clock) guessYear(s stamp, late bool) stamp {
	if s.year != 0 || s.epoch {
		return s
	}
	s.year = min(max(c.now.In(c.loc).Year(), minYear), maxYear)
	if c.convert(s, late) > c.now.Unix()+86400 && s.year > minYear {
		s.year--
	}
	return s
}

// Years outside of these do not fit into Unix nanoseconds, or are nonsense.
const (
	minYear = 1970
	maxYear = 2260
)

// civilSeconds is midnight of a day of the Gregorian calendar, in seconds since
// 1970 as if it were UTC (Howard Hinnant's days_from_civil).
func civilSeconds(year, month, day int) int64 {
	if month <= 2 {
		year--
	}
	era := year / 400
	yoe := year - era*400
	doy := (153*((month+9)%12)+2)/5 + day - 1
	doe := yoe*365 + yoe/4 - yoe/100 + doy
	return int64(era*146097+doe-719468) * 86400
}

// sane reports whether every part is in its range. February 29 is allowed in
// any year, since a header may name none.
func (s stamp) sane() bool {
	if s.epoch {
		return s.sec > 0 && s.sec < 9_000_000_000
	}
	return (s.year == 0 || s.year >= minYear && s.year <= maxYear) &&
		s.month >= 1 && s.month <= 12 && s.day >= 1 && s.day <= int(daysIn[s.month]) &&
		s.hour <= 23 && s.min <= 59 && s.sec <= 60
}

var daysIn = [...]uint8{0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}

// readStamp reads the timestamp a header begins with and returns how long it is,
// 0 for none. It knows:
//
//	Nov 22 14:53:34            RFC 3164; May  8, May 8 and May 08 too
//	Nov 22 14:53:34.123456     journalctl short-precise
//	Nov 22 2026 14:53:34       with a year
//	2026-11-22T14:53:34.532993+00:00   ISO 8601: rsyslog, RFC 5424, CRI, HAProxy's timed and iso
//	2026-11-22T14:53:34+0000   journalctl short-iso
//	Sun 2026-11-22 14:53:34 UTC        journalctl short-full
//	1795356950.083000          journalctl short-unix
func readStamp(b []byte) (stamp, int) {
	if len(b) < 15 {
		return stamp{}, 0
	}
	var s stamp
	var n int
	switch {
	case isDigit(b[0]) && b[4] == '-':
		s, n = readISO(b)
	case isDigit(b[0]):
		s, n = readEpoch(b)
	case b[3] != ' ':
		return stamp{}, 0
	case isDigit(b[4]) && b[8] == '-' && weekday(b[:3]):
		s, n = readISO(b[4:])
		if n == 0 {
			return stamp{}, 0
		}
		n += 4
		if !s.zoned {
			n += zoneName(b[n:], &s)
		}
	default:
		s, n = readMonthFirst(b)
	}
	if n == 0 || !s.sane() || n < len(b) && b[n] != ' ' {
		return stamp{}, 0
	}
	return s, n
}

// readMonthFirst reads "Nov 22 14:53:34", with a year and a fraction or without.
func readMonthFirst(b []byte) (s stamp, n int) {
	s.month = monthOf(b)
	n = 4
	if b[n] == ' ' {
		n++
	}
	s.day, n = readNumber(b, n, 2)
	if s.month == 0 || n == 0 || n >= len(b) || b[n] != ' ' {
		return s, 0
	}
	n++
	if year, after := readNumber(b, n, 4); after == n+4 && after < len(b) && b[after] == ' ' {
		s.year = year
		n = after + 1
	}
	return readClockTime(b, n, s)
}

// readISO reads "2026-11-22T14:53:34.532993+00:00"; a blank may stand for the T,
// the fraction and the zone may be missing.
func readISO(b []byte) (s stamp, n int) {
	if len(b) < 19 || b[4] != '-' || b[7] != '-' || b[10] != 'T' && b[10] != ' ' {
		return s, 0
	}
	if !allDigits(b[:4]) || !allDigits(b[5:7]) || !allDigits(b[8:10]) {
		return s, 0
	}
	s.year, s.month, s.day = number(b[:4]), number(b[5:7]), number(b[8:10])
	if s.year == 0 {
		return s, 0
	}
	s, n = readClockTime(b, 11, s)
	if n == 0 || n == len(b) {
		return s, n
	}
	var zone int
	s.offset, zone, s.zoned = readZone(b[n:])
	return s, n + zone
}

// readClockTime reads "14:53:34" and a fraction at offset n.
func readClockTime(b []byte, n int, s stamp) (stamp, int) {
	if len(b) < n+8 || b[n+2] != ':' || b[n+5] != ':' ||
		!allDigits(b[n:n+2]) || !allDigits(b[n+3:n+5]) || !allDigits(b[n+6:n+8]) {
		return s, 0
	}
	s.hour, s.min, s.sec = number(b[n:n+2]), number(b[n+3:n+5]), number(b[n+6:n+8])
	n += 8
	var used int
	s.nano, used = readFraction(b[n:])
	return s, n + used
}

// readFraction reads ".532993" (or with a comma) as nanoseconds.
func readFraction(b []byte) (nano, n int) {
	if len(b) < 2 || b[0] != '.' && b[0] != ',' || !isDigit(b[1]) {
		return 0, 0
	}
	unit := 100_000_000
	for n = 1; n < len(b) && n < 32 && isDigit(b[n]); n++ {
		nano += int(b[n]-'0') * unit
		unit /= 10
	}
	return nano, n
}

// readZone reads "Z", "+01:00" or "+0100".
func readZone(b []byte) (offset, n int, ok bool) {
	if len(b) == 0 {
		return 0, 0, false
	}
	if b[0] == 'Z' {
		return 0, 1, true
	}
	if b[0] != '+' && b[0] != '-' || len(b) < 5 || !allDigits(b[1:3]) {
		return 0, 0, false
	}
	minutes := b[3:5]
	n = 5
	if b[3] == ':' {
		if len(b) < 6 {
			return 0, 0, false
		}
		minutes = b[4:6]
		n = 6
	}
	if !allDigits(minutes) {
		return 0, 0, false
	}
	offset = number(b[1:3])*3600 + number(minutes)*60
	if offset >= 86400 {
		return 0, 0, false
	}
	if b[0] == '-' {
		offset = -offset
	}
	return offset, n, true
}

// zoneName skips the zone's name after journalctl's short-full. Only UTC is
// known by name; another is the location's own.
func zoneName(b []byte, s *stamp) int {
	if len(b) < 2 || b[0] != ' ' || b[1] < 'A' || b[1] > 'Z' {
		return 0
	}
	n := 1
	for n < len(b) && n < 8 && b[n] != ' ' {
		n++
	}
	s.zoned = string(b[1:n]) == "UTC" || string(b[1:n]) == "GMT"
	return n
}

// readEpoch reads "1795356950.083000", seconds since 1970.
func readEpoch(b []byte) (s stamp, n int) {
	s.sec, n = readNumber(b, 0, 11)
	if n < 9 || n >= len(b) || b[n] != '.' {
		return s, 0
	}
	nano, used := readFraction(b[n:])
	if used != 7 { // journalctl writes six digits; log-formats have three
		return s, 0
	}
	return epochStamp(s.sec, nano), n + used
}

// epochStamp is a Unix time; its year and month are those of UTC.
func epochStamp(sec, nano int) stamp {
	t := time.Unix(int64(sec), 0).UTC()
	return stamp{epoch: true, sec: sec, nano: nano, year: t.Year(), month: int(t.Month())}
}

// acceptLen is the length of HAProxy's own date, "22/Nov/2026:14:15:25.924".
const acceptLen = 24

// readAccept reads HAProxy's accept date (%t, %tr; date2str_log in its log.c).
func readAccept(b []byte) (s stamp, ok bool) {
	if len(b) < acceptLen || b[20] != '.' || !allDigits(b[21:24]) {
		return s, false
	}
	s, ok = readDay(b)
	s.nano = number(b[21:24]) * 1_000_000
	return s, ok
}

// zonedLen is the length of the date in CLF, "22/Nov/2026:14:15:29 +0000".
const zonedLen = 26

// readZoned reads the date of CLF (%T, %Tl, %trg, %trl).
func readZoned(b []byte) (s stamp, ok bool) {
	if len(b) < zonedLen || b[20] != ' ' {
		return s, false
	}
	s, ok = readDay(b)
	if !ok {
		return s, false
	}
	var n int
	s.offset, n, s.zoned = readZone(b[21:zonedLen])
	return s, n == 5
}

// readDay reads "22/Nov/2026:14:15:25".
func readDay(b []byte) (s stamp, ok bool) {
	if b[2] != '/' || b[6] != '/' || b[11] != ':' || !allDigits(b[:2]) || !allDigits(b[7:11]) {
		return s, false
	}
	s.day, s.month, s.year = number(b[:2]), monthOf(b[3:]), number(b[7:11])
	s, n := readClockTime(b[:20], 12, s)
	return s, n == 20 && s.year != 0 && s.sane()
}

// monthOf is 1 to 12 for the English name a log begins with, else 0.
func monthOf(b []byte) int {
	switch string(b[:3]) {
	case "Jan":
		return 1
	case "Feb":
		return 2
	case "Mar":
		return 3
	case "Apr":
		return 4
	case "May":
		return 5
	case "Jun":
		return 6
	case "Jul":
		return 7
	case "Aug":
		return 8
	case "Sep":
		return 9
	case "Oct":
		return 10
	case "Nov":
		return 11
	case "Dec":
		return 12
	}
	return 0
}

func weekday(b []byte) bool {
	switch string(b) {
	case "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun":
		return true
	}
	return false
}

func isDigit(c byte) bool { return c-'0' < 10 }

func allDigits(b []byte) bool {
	for _, c := range b {
		if !isDigit(c) {
			return false
		}
	}
	return true
}

// number is the value of a run of digits that is known to be short.
func number(b []byte) (v int) {
	for _, c := range b {
		v = v*10 + int(c-'0')
	}
	return v
}

// readNumber reads up to limit digits at offset n and returns the offset after
// them, 0 for none.
func readNumber(b []byte, n, limit int) (v, after int) {
	start := n
	for n < len(b) && n-start < limit && isDigit(b[n]) {
		v = v*10 + int(b[n]-'0')
		n++
	}
	if n == start {
		return 0, 0
	}
	return v, n
}
