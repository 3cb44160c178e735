package rates

import (
	"fmt"
	"math"
	"strconv"

	"check-haproxy/internal/argument"
)

// Factor is how many times its baseline a rate may be; 0 is "none", no limit.
// It can be a flag.
type Factor float64

// exceeded says whether a rise is over the limit. NaN is not.
func (f Factor) exceeded(rise float64) bool { return f > 0 && rise > float64(f) }

// String prints the factor as --rise-warning takes it.
func (f Factor) String() string {
	if f == 0 {
		return "none"
	}
	return strconv.FormatFloat(float64(f), 'f', -1, 64)
}

// MarshalText is String, for the help text.
func (f Factor) MarshalText() ([]byte, error) { return []byte(f.String()), nil }

// UnmarshalText reads a number of at least 1, or "none".
func (f *Factor) UnmarshalText(text []byte) error {
	if string(text) == "none" {
		*f = 0
		return nil
	}
	value, err := strconv.ParseFloat(string(text), 64)
	if err != nil || !(value >= 1) || math.IsInf(value, 0) {
		return fmt.Errorf("%s is not a factor of at least 1; write for example 3, 2.5 or none", argument.Number(string(text)))
	}
	*f = Factor(value)
	return nil
}
