package nosrv

import (
	"encoding/json"
	"testing"
)

// What each pair of flags means with <NOSRV>: HAProxy's log.c and stream.c set
// them, the configuration manual (8.5) explains them.
func TestKindOf(t *testing.T) {
	tests := map[string]Kind{
		"SC": NoServer, "sC": NoServer,
		"sQ": Queue, "SQ": Queue, "CQ": Queue, "cQ": Queue, "KQ": Queue, "PQ": Queue, "RQ": Queue, "LQ": Queue, "-Q": Queue,
		"RR": Resource, "RC": Resource, "RD": Resource, "PC": Resource,
		"IC": Internal, "IR": Internal, "IH": Internal, "ID": Internal,
		"LR": Intercepted, "LC": Intercepted, "PR": Intercepted, "PT": Intercepted, "PD": Intercepted, "PH": Intercepted, "LH": Intercepted,
		"CR": Client, "cR": Client, "CC": Client, "cD": Client, "CT": Client, "C-": Client, "CL": Client,
		"KC": Killed, "KD": Killed, "DC": Killed, "UC": Killed, "K-": Killed,
		"--": Other, "SH": Other, "sH": Other, "SD": Other, "sR": Other, "-C": Other, "\x00\x00": Other, "pC": Other,
	}
	for flags, want := range tests {
		if got := KindOf([2]byte{flags[0], flags[1]}); got != want {
			t.Errorf("KindOf(%q) = %s, want %s", flags, got, want)
		}
	}
}

// Every pair of bytes has a kind with a name, and Q in second place is always
// a queue.
func TestKindOfIsTotal(t *testing.T) {
	for first := range 256 {
		for second := range 256 {
			kind := KindOf([2]byte{byte(first), byte(second)})
			if (second == 'Q') != (kind == Queue) {
				t.Fatalf("KindOf(%q) = %s", []byte{byte(first), byte(second)}, kind)
			}
			_ = kind.String()
		}
	}
}

func TestKindSet(t *testing.T) {
	if got, want := DefaultKinds.String(), "no-server,queue,resource,internal"; got != want {
		t.Errorf("the default is %q, want %q", got, want)
	}
	for _, k := range Kinds() {
		var set KindSet
		if err := set.UnmarshalText([]byte(k.String())); err != nil || set.String() != k.String() {
			t.Errorf("%s reads as %q, %v", k, set, err)
		}
	}
	var set KindSet
	if err := set.UnmarshalText([]byte("client, no-server")); err != nil || set.String() != "no-server,client" {
		t.Errorf("a list reads as %q, %v", set, err)
	}
	for _, bad := range []string{"", "no_server", "queue,", "all", "No-Server"} {
		if err := set.UnmarshalText([]byte(bad)); err == nil {
			t.Errorf("%q was taken for %q", bad, set)
		}
	}
}

func TestCounts(t *testing.T) {
	c := Counts{NoServer: 37, Intercepted: 2}
	if got, want := c.String(), "no-server 37, intercepted 2"; got != want {
		t.Errorf("String() = %q, want %q", got, want)
	}
	if c.Of(DefaultKinds) != 37 || c.Total() != 39 {
		t.Errorf("Of(default) = %d, Total() = %d", c.Of(DefaultKinds), c.Total())
	}
	encoded, err := json.Marshal(c)
	want := `{"no-server":37,"queue":0,"resource":0,"internal":0,"intercepted":2,"client":0,"killed":0,"other":0}`
	if err != nil || string(encoded) != want {
		t.Errorf("JSON is %s, %v; want %s", encoded, err, want)
	}
}
