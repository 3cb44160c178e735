package rates

import (
	"math"
	"testing"
)

func TestFactor(t *testing.T) {
	for text, want := range map[string]Factor{"3": 3, "2.5": 2.5, "1": 1, "none": 0} {
		f := Factor(7)
		if err := f.UnmarshalText([]byte(text)); err != nil || f != want || f.String() != text {
			t.Errorf("%q reads as %s, %v", text, f, err)
		}
	}
	for _, bad := range []string{"", "0", "0.5", "-3", "NaN", "Inf", "3x", "300%"} {
		var f Factor
		if err := f.UnmarshalText([]byte(bad)); err == nil {
			t.Errorf("%q was taken for %s", bad, f)
		}
	}
}

func TestFactorExceeded(t *testing.T) {
	for _, test := range []struct {
		factor Factor
		rise   float64
		want   bool
	}{{3, 3, false}, {3, 3.01, true}, {3, math.Inf(1), true}, {3, math.NaN(), false}, {0, 1000, false}} {
		if got := test.factor.exceeded(test.rise); got != test.want {
			t.Errorf("%g exceeds %s: %t", test.rise, test.factor, got)
		}
	}
}
