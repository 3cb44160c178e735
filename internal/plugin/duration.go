package plugin

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"check-haproxy/internal/argument"
)

// maxDuration bounds a length of time, so that it can be added to any date.
const maxDuration = 10 * 365 * 24 * time.Hour

// Duration is a length of time above zero as a flag, with a unit: 90s, 5m, 1h30m,
// 7d.
type Duration time.Duration

// UnmarshalText reads a duration.
func (d *Duration) UnmarshalText(text []byte) error {
	parsed, err := ParseDuration(string(text))
	if err != nil {
		return err
	}
	return aboveZero(parsed, text, (*time.Duration)(d))
}

// MarshalText prints the duration in its shortest form, for the help text.
func (d Duration) MarshalText() ([]byte, error) { return []byte(FormatDuration(time.Duration(d))), nil }

// OptionalDuration is a length of time as a flag, or none, which is 0.
type OptionalDuration time.Duration

// UnmarshalText reads a duration above zero, or "none".
func (d *OptionalDuration) UnmarshalText(text []byte) error {
	if string(text) == "none" {
		*d = 0
		return nil
	}
	return (*Duration)(d).UnmarshalText(text)
}

// MarshalText prints the duration in its shortest form, for the help text.
func (d OptionalDuration) MarshalText() ([]byte, error) {
	if d == 0 {
		return []byte("none"), nil
	}
	return Duration(d).MarshalText()
}

// Timeout is a length of time above zero as the flag -t, in which a number without
// a unit is seconds, as in the Monitoring Plugins.
type Timeout time.Duration

// UnmarshalText reads a timeout: 10, 0.5, 10s or 1m.
func (t *Timeout) UnmarshalText(text []byte) error {
	parsed, err := parseUnits(string(text))
	if errors.Is(err, errNoUnit) {
		parsed, err = parseUnits(string(text) + "s")
	}
	if err != nil {
		return errNoDuration(string(text))
	}
	return aboveZero(parsed, text, (*time.Duration)(t))
}

// MarshalText prints the timeout in its shortest form, for the help text.
func (t Timeout) MarshalText() ([]byte, error) { return []byte(FormatDuration(time.Duration(t))), nil }

func aboveZero(parsed time.Duration, text []byte, to *time.Duration) error {
	if parsed <= 0 {
		return fmt.Errorf("%s is not a length of time above zero", argument.Number(string(text)))
	}
	*to = parsed
	return nil
}

// ParseDuration reads a length of time that may be zero. Everything but 0 needs
// a unit: whether 5 was meant as minutes or seconds is not to be guessed.
func ParseDuration(text string) (time.Duration, error) {
	parsed, err := parseUnits(text)
	switch {
	case errors.Is(err, errNoUnit):
		return 0, fmt.Errorf("%q has no unit; write %sm for minutes, %ss for seconds, or h or d", text, text, text)
	case err != nil:
		return 0, errNoDuration(text)
	default:
		return parsed, nil
	}
}

func errNoDuration(text string) error {
	return fmt.Errorf("%s is not a length of time; write a number with a unit, like 90s, 5m, 1h30m or 7d", argument.Number(text))
}

var errNoUnit = errors.New("a number without a unit")

// parseUnits reads Go's form of a duration, which may begin with days: 1d, 1d12h.
func parseUnits(text string) (time.Duration, error) {
	if number, err := strconv.ParseFloat(text, 64); err == nil && number != 0 {
		return 0, errNoUnit
	}
	var days time.Duration
	if number, rest, ok := strings.Cut(text, "d"); ok {
		whole, err := strconv.ParseUint(number, 10, 16)
		if err != nil {
			return 0, err
		}
		days, text = time.Duration(whole)*24*time.Hour, rest
		if text == "" {
			text = "0"
		}
	}
	parsed, err := time.ParseDuration(text)
	if err != nil {
		return 0, err
	}
	if parsed < 0 || parsed+days > maxDuration {
		return 0, errors.New("out of bounds")
	}
	return parsed + days, nil
}
