package plugin

import (
	"fmt"
	"math"
	"strconv"
	"time"
)

// How numbers, times and lengths of time are written, the same in every text of
// every program.

// FormatDuration prints a length of time as a person says it, in its two
// largest units and without zeros: 0s, 36s, 5m12s, 5m, 3h20m, 12d4h, 12d. Less
// than a second stays exact: 500ms. A negative one is 0s.
func FormatDuration(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d <= 0:
		return "0s"
	case d < time.Second:
		return d.String()
	case d < time.Minute:
		return fmt.Sprintf("%ds", d/time.Second)
	case d < time.Hour:
		return twoUnits(d, time.Minute, "m", time.Second, "s")
	case d < day:
		return twoUnits(d, time.Hour, "h", time.Minute, "m")
	default:
		return twoUnits(d, day, "d", time.Hour, "h")
	}
}

func twoUnits(d, large time.Duration, largeName string, small time.Duration, smallName string) string {
	text := strconv.FormatInt(int64(d/large), 10) + largeName
	if rest := d % large / small; rest > 0 {
		text += strconv.FormatInt(int64(rest), 10) + smallName
	}
	return text
}

// FormatSeconds is FormatDuration of a number of seconds, as HAProxy tells
// lengths of time.
func FormatSeconds(seconds int64) string {
	if seconds > math.MaxInt64/int64(time.Second) {
		seconds = math.MaxInt64 / int64(time.Second)
	}
	return FormatDuration(time.Duration(seconds) * time.Second)
}

// FormatClock prints a time of the day in at's zone, with the date if it is not
// at's day.
func FormatClock(t, at time.Time) string {
	t = t.In(at.Location())
	if t.YearDay() != at.YearDay() || t.Year() != at.Year() {
		return t.Format(time.DateTime)
	}
	return t.Format(time.TimeOnly)
}

// FormatDecimal prints a rate, a share or a factor: two significant digits below
// 10, and whole from there on: 0.033, 7.4, 123.
func FormatDecimal(value float64) string {
	if value >= 10 {
		return strconv.FormatFloat(value, 'f', 0, 64)
	}
	rounded, _ := strconv.ParseFloat(strconv.FormatFloat(value, 'g', 2, 64), 64)
	return strconv.FormatFloat(rounded, 'f', -1, 64)
}

// FormatPercent prints the used part of a limit with at most one digit after
// the point; it never rounds up: 99.97 % is not yet 100 %.
func FormatPercent(percent float64) string {
	return strconv.FormatFloat(math.Floor(percent*10)/10, 'f', -1, 64) + "%"
}

// Count prints a number of things: "1 server", "3 servers".
func Count[N integer](n N, word string) string {
	return fmt.Sprintf("%d %s", n, Plural(n, word))
}

// OutOf prints how many of how many things: "1 of 1 servers", "2 of 3 servers".
func OutOf[N integer](n, total N, word string) string {
	return fmt.Sprintf("%d of %d %ss", n, total, word)
}

// Plural is the word for n things, without the number.
func Plural[N integer](n N, word string) string {
	if n == 1 {
		return word
	}
	return word + "s"
}

type integer interface {
	~int | ~int64 | ~uint64
}

// StringOrNull is a text for JSON: null if it is empty.
func StringOrNull[S ~string](text S) *string {
	if text == "" {
		return nil
	}
	plain := string(text)
	return &plain
}

// FloatOrNull is a number for JSON, without the noise of a division (six digits
// after the point, as in perfdata): null if it does not exist (NaN, infinite).
func FloatOrNull(value float64) *float64 {
	if math.IsNaN(value) || math.IsInf(value, 0) {
		return nil
	}
	rounded := Rounded(value)
	return &rounded
}

// Rounded cuts the noise of a division: six digits after the point are left. A number
// of more than 9 billion has no more of them in its 53 bits, and times a million it
// would have too many.
func Rounded(value float64) float64 {
	if math.Abs(value) > 9e9 {
		return value
	}
	if rounded := math.Round(value * 1e6); rounded != 0 {
		return rounded / 1e6
	}
	return 0 // never -0
}
