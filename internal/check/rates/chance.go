package rates

import "math"

// Chance returns how probable it is to see at least k events in a window when k
// in the window and m in the baseline are both random events of one steady
// rate: the exact test of two Poisson counts given their sum. Of the k+m events
// each fell into the window with probability window/(window+baseline), so the
// number in the window is binomial (Przyborowski and Wilenski, 1940). The two
// lengths may have any unit, as long as it is the same.
//
// It returns 1 if a length is zero or less: nothing can be said.
func Chance(k, m uint64, window, baseline float64) float64 {
	if !(window > 0 && baseline > 0) {
		return 1
	}
	return binomialTail(k, k+m, window/(window+baseline))
}

// binomialTail returns P(X >= k) for X binomial with n trials of probability p,
// 0 < p < 1. It walks from k away from the mean, where the terms shrink, and
// stops when they no longer add anything: some √n steps at most. The first
// term is taken from logarithms of the gamma function, so that n may be in the
// tens of millions (their error, about 1e-8 of the term there, matters
// nowhere).
func binomialTail(k, n uint64, p float64) float64 {
	switch {
	case k == 0:
		return 1
	case k > n:
		return 0
	}
	mean := float64(n) * p
	if float64(k) <= mean {
		return 1 - lowerTail(k-1, n, p)
	}
	term := binomialTerm(k, n, p)
	sum, odds := term, p/(1-p)
	for i := k; i < n && term > sum*0x1p-54; i++ {
		term *= float64(n-i) / float64(i+1) * odds
		sum += term
	}
	return min(sum, 1)
}

// lowerTail returns P(X <= k) for k below the mean.
func lowerTail(k, n uint64, p float64) float64 {
	term := binomialTerm(k, n, p)
	sum, odds := term, (1-p)/p
	for i := k; i > 0 && term > sum*0x1p-54; i-- {
		term *= float64(i) / float64(n-i+1) * odds
		sum += term
	}
	return min(sum, 1)
}

// binomialTerm returns P(X = k).
func binomialTerm(k, n uint64, p float64) float64 {
	return math.Exp(logFactorial(n) - logFactorial(k) - logFactorial(n-k) +
		float64(k)*math.Log(p) + float64(n-k)*math.Log1p(-p))
}

func logFactorial(n uint64) float64 {
	value, _ := math.Lgamma(float64(n) + 1)
	return value
}
