package plugin

import (
	"math"
	"testing"
	"time"
)

func TestFormatDuration(t *testing.T) {
	const day = 24 * time.Hour
	for d, want := range map[time.Duration]string{
		-time.Second: "0s", 0: "0s", 1: "1ns", 500 * time.Millisecond: "500ms", time.Second: "1s", 1900 * time.Millisecond: "1s", 36 * time.Second: "36s",
		time.Minute: "1m", 90 * time.Second: "1m30s", 5 * time.Minute: "5m", time.Hour - time.Second: "59m59s",
		time.Hour: "1h", time.Hour + 59*time.Second: "1h", 65 * time.Minute: "1h5m", day - time.Second: "23h59m",
		day: "1d", 12*day + 4*time.Hour: "12d4h", 12*day + 59*time.Minute: "12d",
	} {
		if got := FormatDuration(d); got != want {
			t.Errorf("%d ns print as %s, want %s", d, got, want)
		}
	}
}

func TestFormatSeconds(t *testing.T) {
	for seconds, want := range map[int64]string{-1: "0s", 36: "36s", 1051200: "12d4h", math.MaxInt64: "106751d23h"} {
		if got := FormatSeconds(seconds); got != want {
			t.Errorf("%d seconds are %s, want %s", seconds, got, want)
		}
	}
}

func TestFormatClock(t *testing.T) {
	at := time.Date(2013, 3, 26, 0, 30, 0, 0, time.FixedZone("CET", 3600))
	for clock, want := range map[time.Time]string{
		at.Add(-time.Minute):                               "00:29:00",
		at.Add(-time.Hour):                                 "2013-03-25 23:30:00",
		at.Add(-time.Minute).UTC():                         "00:29:00",
		at.AddDate(-1, 0, 0):                               "2012-03-26 00:30:00",
		at.AddDate(-1, 0, 1):                               "2012-03-27 00:30:00",
		time.Date(2011, 3, 26, 0, 30, 0, 0, at.Location()): "2011-03-26 00:30:00", // the same day of that year
	} {
		if got := FormatClock(clock, at); got != want {
			t.Errorf("%s prints as %s, want %s", clock, got, want)
		}
	}
}

func TestFormatDecimal(t *testing.T) {
	for value, want := range map[float64]string{0: "0", 7.4: "7.4", 1.0 / 60: "0.017", 1.0 / 30: "0.033", 9.96: "10", 10: "10", 10.4: "10", 9.94: "9.9", 123.4: "123", 1e7: "10000000", 3: "3", 0.0004: "0.0004"} {
		if got := FormatDecimal(value); got != want {
			t.Errorf("%g prints as %s, want %s", value, got, want)
		}
	}
}

func TestPercentIsNeverRoundedUp(t *testing.T) {
	for percent, want := range map[float64]string{0: "0%", 90: "90%", 90.04: "90%", 99.97: "99.9%", 100: "100%", 33.333: "33.3%", 120: "120%"} {
		if got := FormatPercent(percent); got != want {
			t.Errorf("%v prints as %s, want %s", percent, got, want)
		}
	}
}

func TestCount(t *testing.T) {
	for n, want := range map[int]string{0: "0 servers", 1: "1 server", 2: "2 servers"} {
		if got := Count(n, "server"); got != want {
			t.Errorf("%d prints as %q, want %q", n, got, want)
		}
	}
}

func TestMissingValuesAreNull(t *testing.T) {
	if got := StringOrNull(""); got != nil {
		t.Errorf("an empty text is %q", *got)
	}
	if got := StringOrNull("x"); got == nil || *got != "x" {
		t.Errorf("a text is %v", got)
	}
	for _, value := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		if got := FloatOrNull(value); got != nil {
			t.Errorf("%g is %g", value, *got)
		}
	}
	if got := Rounded(-1e-7); math.Signbit(got) || got != 0 {
		t.Errorf("next to nothing becomes %g", got)
	}
	for _, value := range []float64{9e9 - 0.000001, 9e9 + 1, 700_000_000_001, -700_000_000_001, 1<<53 - 1} {
		if got := Rounded(value); got != value {
			t.Errorf("%f becomes %f", value, got)
		}
	}
	if got := FloatOrNull(1.0 / 3); got == nil || *got != 0.333333 {
		t.Errorf("a third is %v", got)
	}
}
