package rates

import "testing"

func TestFactor(t *testing.T) {
	for text, want := range map[string]Factor{"3": 3, "2.5": 2.5, "1": 1, "none": 0} {
		var f Factor
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
