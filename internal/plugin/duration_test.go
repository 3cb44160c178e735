package plugin

import (
	"strings"
	"testing"
	"time"
)

func TestParseDuration(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"5m": 5 * time.Minute, "1h30m": 90 * time.Minute, "0.5s": 500 * time.Millisecond, "1d": 24 * time.Hour, "1d12h": 36 * time.Hour,
		"7d": 7 * 24 * time.Hour, "0": 0, "0s": 0, "0d": 0, "3650d": maxDuration,
	} {
		if got, err := ParseDuration(text); err != nil || got != want {
			t.Errorf("%q is %s, %v; want %s", text, got, err, want)
		}
	}
	for text, reason := range map[string]string{
		"5": `"5" has no unit; write 5m for minutes, 5s for seconds`, "-5": "has no unit", "0.5": "has no unit", "NaN": "has no unit", "1e9": "has no unit",
		"": "is not a length of time", "-5m": "is not a length", "5 m": "is not a length", "1.5d": "is not a length", "d": "is not a length", "1d-1h": "is not a length",
		"1h1d": "is not a length", "3651d": "is not a length", "65536d": "is not a length", "1d1d": "is not a length", "soon": "is not a length", "-1d": "is not a length",
	} {
		if got, err := ParseDuration(text); err == nil || !strings.Contains(err.Error(), reason) {
			t.Errorf("%q is %s, %v; want %q", text, got, err, reason)
		}
	}
}

func TestDurationFlags(t *testing.T) {
	var d Duration
	var timeout Timeout
	for _, bad := range []string{"0", "0s", "5", "", "soon"} {
		if err := d.UnmarshalText([]byte(bad)); err == nil {
			t.Errorf("%q was taken for a duration", bad)
		}
	}
	for _, bad := range []string{"0", "0s", "-5", "", "NaN", "soon"} {
		if err := timeout.UnmarshalText([]byte(bad)); err == nil {
			t.Errorf("%q was taken for a timeout", bad)
		}
	}
	if err := d.UnmarshalText([]byte("1d")); err != nil || time.Duration(d) != 24*time.Hour {
		t.Errorf("1d is %v, %v", d, err)
	}
	if text, _ := Duration(90 * time.Minute).MarshalText(); string(text) != "1h30m" {
		t.Errorf("an hour and a half prints %s", text)
	}
	if text, _ := Timeout(10 * time.Second).MarshalText(); string(text) != "10s" {
		t.Errorf("ten seconds print %s", text)
	}
}

func TestOptionalDuration(t *testing.T) {
	for text, want := range map[string]time.Duration{"none": 0, "24h": 24 * time.Hour, "7d": 7 * 24 * time.Hour} {
		d := OptionalDuration(time.Second)
		if err := d.UnmarshalText([]byte(text)); err != nil || time.Duration(d) != want {
			t.Errorf("%q is %s, %v", text, time.Duration(d), err)
		}
	}
	for _, text := range []string{"0", "", "None", "5", "-1h"} {
		var d OptionalDuration
		if err := d.UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q is %s, no error", text, time.Duration(d))
		}
	}
	for d, want := range map[OptionalDuration]string{0: "none", OptionalDuration(24 * time.Hour): "1d"} {
		if text, err := d.MarshalText(); err != nil || string(text) != want {
			t.Errorf("%s prints %q, %v", time.Duration(d), text, err)
		}
	}
}
