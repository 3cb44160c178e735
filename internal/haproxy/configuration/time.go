package configuration

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// units are those of HAProxy's times (Configuration Manual 2.5); without one a
// number is milliseconds.
var units = map[string]time.Duration{
	"": time.Millisecond, "us": time.Microsecond, "ms": time.Millisecond, "s": time.Second,
	"m": time.Minute, "h": time.Hour, "d": 24 * time.Hour,
}

// parseTime reads a time as HAProxy writes it: 4000, 4s, 1h.
func parseTime(text string) (time.Duration, bool) {
	digits := len(text) - len(strings.TrimLeft(text, "0123456789"))
	number, err := strconv.ParseInt(text[:digits], 10, 64)
	unit, known := units[text[digits:]]
	if err != nil || !known || number > math.MaxInt64/int64(unit) {
		return 0, false
	}
	return time.Duration(number) * unit, true
}
