package rates

import (
	"math"
	"math/big"
	"testing"
)

// exactTail is the plain twin of binomialTail: the sum of all terms in
// rational numbers.
func exactTail(k, n int64, p *big.Rat) float64 {
	q := new(big.Rat).Sub(big.NewRat(1, 1), p)
	sum := new(big.Rat)
	for i := k; i <= n; i++ {
		term := new(big.Rat).SetInt(new(big.Int).Binomial(n, i))
		term.Mul(term, power(p, i)).Mul(term, power(q, n-i))
		sum.Add(sum, term)
	}
	value, _ := sum.Float64()
	return value
}

func power(r *big.Rat, n int64) *big.Rat {
	exponent := big.NewInt(n)
	return new(big.Rat).SetFrac(
		new(big.Int).Exp(r.Num(), exponent, nil),
		new(big.Int).Exp(r.Denom(), exponent, nil))
}

func TestBinomialTailIsExact(t *testing.T) {
	for _, p := range []*big.Rat{big.NewRat(1, 13), big.NewRat(1, 2), big.NewRat(9, 10), big.NewRat(1, 10081)} {
		value, _ := p.Float64()
		for n := int64(0); n <= 60; n++ {
			for k := int64(0); k <= n+1; k++ {
				want := exactTail(k, n, p)
				got := binomialTail(uint64(k), uint64(n), value)
				if math.Abs(got-want) > 1e-12+1e-10*want {
					t.Fatalf("P(X >= %d), n = %d, p = %s is %g, want %g", k, n, p, got, want)
				}
			}
		}
	}
}

// Where numbers are large the binomial is a normal one: at the mean half is
// above it, and three standard deviations further 0.00135.
func TestBinomialTailOfLargeNumbers(t *testing.T) {
	for _, n := range []float64{1e6, 1e7, 4e7} {
		p := 1.0 / 13
		mean, deviation := n*p, math.Sqrt(n*p*(1-p))
		for sigmas, want := range map[float64]float64{-3: 0.99865, 0: 0.5, 3: 0.00135} {
			got := binomialTail(uint64(mean+sigmas*deviation), uint64(n), p)
			if math.Abs(got-want) > 0.03*want+1e-5 {
				t.Errorf("n = %g, mean %+g deviations: %g, want about %g", n, sigmas, got, want)
			}
		}
		if got := binomialTail(uint64(n), uint64(n), p); got != 0 {
			t.Errorf("all of %g in the window: %g, want 0", n, got)
		}
	}
}

// More in the window is never more probable, more in the baseline never less.
func TestChanceIsMonotone(t *testing.T) {
	for k := range uint64(200) {
		for m := range uint64(40) {
			here := Chance(k, m*5, 5, 60)
			if here < Chance(k+1, m*5, 5, 60)-1e-12 || here > Chance(k, m*5+5, 5, 60)+1e-12 || here < 0 || here > 1 {
				t.Fatalf("Chance(%d, %d) = %g is out of order", k, m*5, here)
			}
		}
	}
}

func TestChanceWithoutLengths(t *testing.T) {
	for _, lengths := range [][2]float64{{0, 60}, {5, 0}, {-5, 60}, {math.NaN(), 60}} {
		if got := Chance(1000, 0, lengths[0], lengths[1]); got != 1 {
			t.Errorf("window %g, baseline %g: %g, want 1", lengths[0], lengths[1], got)
		}
	}
}

func FuzzChance(f *testing.F) {
	f.Add(uint64(5), uint64(0), 5.0, 60.0)
	f.Add(uint64(10_000_000), uint64(9_000_000), 5.0, 5.0)
	f.Fuzz(func(t *testing.T, k, m uint64, window, baseline float64) {
		if got := Chance(k%20_000_000, m%20_000_000, window, baseline); !(got >= -1e-9 && got <= 1) {
			t.Errorf("Chance(%d, %d, %g, %g) = %g", k, m, window, baseline, got)
		}
	})
}

// The dearest a run can have: counts in the millions, near the mean.
func BenchmarkChance(b *testing.B) {
	for b.Loop() {
		Chance(1_000_000, 12_000_000, 5, 60)
	}
}
