package backend

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

// TestPause holds when HAProxy is asked again: not past its patience, nor when
// the answer would come after the deadline.
func TestPause(t *testing.T) {
	for name, test := range map[string]struct {
		timeout, patience, took time.Duration
		want                    bool
	}{
		"time enough":                   {10 * time.Second, 5 * time.Second, time.Second, true},
		"to the end of the patience":    {10 * time.Second, startPause, time.Second, true},
		"past the patience":             {10 * time.Second, startPause - 1, time.Second, false},
		"twice the answer fits":         {startPause + 2*time.Second, 5 * time.Second, time.Second, true},
		"twice the answer does not fit": {startPause + 2*time.Second - 1, 5 * time.Second, time.Second, false},
		"there is no deadline":          {0, 5 * time.Second, time.Hour, true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				if test.timeout > 0 {
					ctx, cancel = context.WithTimeout(t.Context(), test.timeout)
				}
				defer cancel()
				began := time.Now()
				if got := pause(ctx, began.Add(test.patience), test.took); got != test.want {
					t.Errorf("asked again: %t", got)
				}
				if slept := time.Since(began); test.want != (slept == startPause) {
					t.Errorf("waited for %s", slept)
				}
			})
		})
	}
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if pause(ctx, time.Now().Add(time.Hour), 0) {
			t.Error("asked again after the run was cancelled")
		}
	})
}

func TestHasStarting(t *testing.T) {
	for _, test := range []struct {
		servers int
		want    bool
	}{{0, false}, {1, true}, {2, true}} {
		if got := hasStarting(starting(test.servers, "UP", "UP")); got != test.want {
			t.Errorf("%d of 2 servers are starting: %t", test.servers, got)
		}
	}
	last := starting(0, "UP", "UP")
	last.Backend.Servers[1].CheckStatus = "INI"
	if !hasStarting(last) {
		t.Error("the last server is starting")
	}
}
