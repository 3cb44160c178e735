package haproxy

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSources(t *testing.T) {
	answer := `0x559af825cff0: proto=unix_stream src=unix:1 fe=GLOBAL be=<NONE> srv=<none> ts=404 epoch=0 age=0s
0x559af8250000: proto=tcpv4 src=192.0.2.7:41000 fe=web be=api srv=s1 ts=00 age=1s
0x559af8250001: proto=tcpv4 src=192.0.2.7:41001 fe=web be=api srv=s1 ts=00 age=1s
0x559af8250002: proto=tcpv6 src=2001:db8::1:41002 fe=web be=api srv=s1 ts=00 age=1s
0x559af8250003: proto=unix_stream src=unix:2 fe=local be=api srv=s1 ts=00 age=1s
0x559af8250004: nothing to see

`
	s, err := NewReader(strings.NewReader(answer)).Sources()
	if err != nil {
		t.Fatal(err)
	}
	want := &Sources{Frontends: map[string]map[string]int{"web": {"192.0.2.7": 2, "2001:db8::1": 1}, "local": {"unix": 1}}}
	if diff := cmp.Diff(want, s); diff != "" {
		t.Error(diff)
	}
	if _, err := NewReader(strings.NewReader("Permission denied\n\n")).Sources(); err == nil {
		t.Error("a refusal is read")
	}
	if s, err := NewReader(strings.NewReader("\n")).Sources(); err != nil || len(s.Frontends) > 0 {
		t.Errorf("without a stream: %v, %v", s, err)
	}
	if _, err := NewReader(strings.NewReader(answer[:200])).Sources(); err == nil {
		t.Error("an answer that was cut short is read")
	}
}

// TestManySources counts up to a bound, and says so.
func TestManySources(t *testing.T) {
	var b strings.Builder
	for i := range maxStreams + 10 {
		fmt.Fprintf(&b, "0x%x: proto=tcpv4 src=192.0.2.7:%d fe=web be=api\n", i, i%60000)
	}
	s, err := NewReader(strings.NewReader(b.String() + "\n")).Sources()
	if err != nil || !s.Cut || s.Frontends["web"]["192.0.2.7"] != maxStreams {
		t.Errorf("%v, %v", s, err)
	}
}
