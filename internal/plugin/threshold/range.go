// Package threshold judges a value against ranges as the Monitoring Plugins
// guidelines define them (monitoring-plugins.org/doc/guidelines.html,
// "Threshold and Ranges"), with two additions: an end may be a percentage, and
// a range may be for some sections only.
package threshold

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"check-haproxy/internal/argument"
	"check-haproxy/internal/plugin"
)

// Bound is one end of a range.
type Bound struct {
	Value   float64
	Percent bool // Value is a percentage: it is compared with the percentage, not the number
}

// Range says which values are fine; every other raises the alarm.
//
//	10      0 to 10 is fine
//	10:     10 and more
//	~:10    up to 10, negative numbers included
//	10:20   from 10 to 20
//	@10:20  anything but 10 to 20
//	50%:    at least half
//	none    everything
//
// The zero Range is "none". A Range is a value and can be compared with ==.
type Range struct {
	start, end       Bound
	noStart, noEnd   bool // the end is open: infinite
	inside, switched bool // @; and whether there is a range at all
}

// maxRange bounds the text of a range in bytes.
const maxRange = 64

// ParseRange reads a range or "none". Ends are decimal numbers without
// exponent, may be negative and may carry %.
func ParseRange(text string) (Range, error) {
	if text == "none" {
		return Range{}, nil
	}
	if len(text) > maxRange {
		return Range{}, fmt.Errorf("range has %d bytes, more than %d", len(text), maxRange)
	}
	r := Range{switched: true}
	body := text
	if body, r.inside = strings.CutPrefix(text, "@"); body == "" {
		return Range{}, fmt.Errorf("%s is an empty range; write for example 10, 10:, ~:10, 10:20, @10:20, 50%%: or none", argument.Number(text))
	}
	start, end, colon := strings.Cut(body, ":")
	if !colon {
		start, end = "", body
	}
	if err := r.parseEnds(start, end); err != nil {
		return Range{}, fmt.Errorf("%s is no range: %w; write for example 10, 10:, ~:10, 10:20, @10:20, 50%%: or none", argument.Number(text), err)
	}
	return r, nil
}

func (r *Range) parseEnds(start, end string) (err error) {
	switch {
	case start == "~":
		r.noStart = true
	case start != "":
		if r.start, err = parseBound(start); err != nil {
			return err
		}
	case end == "":
		return errors.New("both ends are missing")
	}
	if end == "" {
		r.noEnd = true
		return nil
	}
	if r.end, err = parseBound(end); err != nil {
		return err
	}
	// A start left out is 0 of whatever the end counts.
	if start == "" {
		r.start.Percent = r.end.Percent
	}
	if !r.noStart && r.start.Percent == r.end.Percent && r.start.Value > r.end.Value {
		return errors.New("the start is greater than the end")
	}
	return nil
}

func parseBound(text string) (Bound, error) {
	number, percent := strings.CutSuffix(text, "%")
	value, err := strconv.ParseFloat(number, 64)
	if err != nil || !isDecimal(number) {
		return Bound{}, errors.New("an end is not a number")
	}
	if value == 0 {
		value = 0 // "-0" is 0, and prints so
	}
	return Bound{Value: value, Percent: percent}, nil
}

// isDecimal is stricter than strconv.ParseFloat, which also takes "inf",
// "nan", "0x1p-2" and "1_000".
func isDecimal(text string) bool {
	whole, fraction, point := strings.Cut(strings.TrimPrefix(text, "-"), ".")
	return isDigits(whole) && (!point || isDigits(fraction))
}

func isDigits(text string) bool {
	return text != "" && strings.Trim(text, "0123456789") == ""
}

// IsNone says whether the range is switched off.
func (r Range) IsNone() bool { return !r.switched }

// Alerts says whether the range raises the alarm for a value. Ends with % are
// compared with percent, the others with number. NaN raises no alarm: what
// cannot be computed is the caller's to report.
func (r Range) Alerts(number, percent float64) bool {
	if !r.switched || math.IsNaN(number) || math.IsNaN(percent) {
		return false
	}
	pick := func(b Bound) float64 {
		if b.Percent {
			return percent
		}
		return number
	}
	below := !r.noStart && pick(r.start) < r.start.Value
	above := !r.noEnd && pick(r.end) > r.end.Value
	return (below || above) != r.inside
}

// IsCeiling says whether only values above an end raise the alarm, as of "14",
// negative ones aside: for a value of which more is better that is a slip for
// "14:".
func (r Range) IsCeiling() bool {
	return r.switched && !r.inside && !r.noEnd && (r.noStart || r.start.Value == 0)
}

// Percent says whether an end is a percentage, and Number whether one is a
// plain number; a range can have both.
func (r Range) Percent() bool {
	return r.switched && ((!r.noStart && r.start.Percent) || (!r.noEnd && r.end.Percent))
}

// Number is the other half of Percent. A start of 0 that was left out does not
// count.
func (r Range) Number() bool {
	return r.switched && ((!r.noStart && !r.start.Percent) || (!r.noEnd && !r.end.Percent))
}

// Of returns the range with its percentages turned into numbers of total, as
// perfdata wants it: 100%: of 4 is 4:.
func (r Range) Of(total float64) Range {
	scale := func(b Bound) Bound {
		if b.Percent {
			return Bound{Value: b.Value * total / 100}
		}
		return b
	}
	r.start, r.end = scale(r.start), scale(r.end)
	return r
}

// Only returns the range if all its ends are of one kind, percentages or
// numbers, and otherwise "none": a graph of percentages cannot show a line at a
// number.
func (r Range) Only(percent bool) Range {
	if percent && r.Number() || !percent && r.Percent() {
		return Range{}
	}
	r.start.Percent, r.end.Percent = false, false
	return r
}

// InPercent returns the range with plain ends read as percentages, for a check
// whose value is a percentage by nature: 80 is 80%. A range that only looked
// right while its ends were of two kinds (90:80%) is refused.
func (r Range) InPercent() (Range, error) {
	if !r.switched {
		return r, nil
	}
	r.start.Percent, r.end.Percent = true, true
	if !r.noStart && !r.noEnd && r.start.Value > r.end.Value {
		return Range{}, fmt.Errorf("%q is no range: the start is greater than the end", r)
	}
	return r, nil
}

// And returns the range that alerts if r or other does, for two ranges of plain
// numbers. It returns false if no single range does: one of them is inverted
// (@), or they leave no value fine.
func (r Range) And(other Range) (Range, bool) {
	switch {
	case !other.switched:
		return r, true
	case !r.switched:
		return other, true
	case r.inside || other.inside:
		return Range{}, false
	}
	if r.noStart || (!other.noStart && other.start.Value > r.start.Value) {
		r.start, r.noStart = other.start, other.noStart
	}
	if r.noEnd || (!other.noEnd && other.end.Value < r.end.Value) {
		r.end, r.noEnd = other.end, other.noEnd
	}
	return r, r.noStart || r.noEnd || r.start.Value <= r.end.Value
}

// String prints the range in its shortest form; "none" is empty, as in
// perfdata.
func (r Range) String() string {
	if !r.switched {
		return ""
	}
	var b strings.Builder
	if r.inside {
		b.WriteByte('@')
	}
	switch {
	case r.noStart:
		b.WriteString("~:")
	case r.noEnd || r.start.Value != 0 || r.start.Percent != r.end.Percent:
		b.WriteString(r.start.String() + ":")
	}
	if !r.noEnd {
		b.WriteString(r.end.String())
	}
	return b.String()
}

// String prints the bound with as many digits as it needs, at most six after
// the point.
func (b Bound) String() string {
	text := strconv.FormatFloat(plugin.Rounded(b.Value), 'f', -1, 64)
	if b.Percent {
		text += "%"
	}
	return text
}
