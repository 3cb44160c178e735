package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReport(t *testing.T) {
	for name, test := range map[string]struct {
		events, want string
		ok           bool
	}{
		"passed": {`{"Action":"run","Package":"p","Test":"TestA"}
{"Action":"output","Package":"p","Test":"TestA","Output":"=== RUN   TestA\n"}
{"Action":"output","Package":"p","Test":"TestA","Output":"    a_test.go:1: a note\n"}
{"Action":"pass","Package":"p","Test":"TestA"}
{"Action":"output","Package":"p","Output":"PASS\n"}
{"Action":"output","Package":"p","Output":"ok  \tp\t0.1s\n"}
{"Action":"pass","Package":"p"}
`, "ok  \tp\t0.1s\n", true},
		"failed": {`{"Action":"output","Package":"p","Test":"TestA","Output":"    a_test.go:1: no\n"}
{"Action":"output","Package":"p","Test":"TestA","Output":"--- FAIL: TestA (0.00s)\n"}
{"Action":"fail","Package":"p","Test":"TestA"}
{"Action":"output","Package":"p","Output":"FAIL\tp\t0.1s\n"}
{"Action":"fail","Package":"p"}
`, "    a_test.go:1: no\n--- FAIL: TestA (0.00s)\nFAIL\tp\t0.1s\n", false},
		"skipped": {`{"Action":"output","Package":"p","Test":"TestA","Output":"    rig.go:34: this test needs root: sudo\n"}
{"Action":"skip","Package":"p","Test":"TestA"}
{"Action":"output","Package":"p","Test":"TestB/x","Output":"    b_test.go:34: this test needs root: sudo\n"}
{"Action":"skip","Package":"p","Test":"TestB/x"}
{"Action":"skip","Package":"p","Test":"TestC"}
{"Action":"pass","Package":"p"}
{"Action":"output","Package":"q","Output":"?   \tq\t[no test files]\n"}
{"Action":"skip","Package":"q"}
`, "skipped: it says no reason (TestC)\nskipped: this test needs root: sudo (TestA, TestB/x)\n", true},
		"does not build": {`{"ImportPath":"p","Action":"build-output","Output":"a.go:1: undefined: x\n"}
{"ImportPath":"p","Action":"build-fail"}
`, "a.go:1: undefined: x\n", false},
		"nothing": {"go: no such package\n", "go: no such package\n", false},
	} {
		t.Run(name, func(t *testing.T) {
			var got strings.Builder
			ok, err := report(strings.NewReader(test.events), &got)
			if diff := cmp.Diff(test.want, got.String()); diff != "" || ok != test.ok || err != nil {
				t.Errorf("ok is %v, error %v, prints (-want +got):\n%s", ok, err, diff)
			}
		})
	}
}
