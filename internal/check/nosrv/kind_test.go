package nosrv

import "testing"

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

// The kinds that count if nothing is said, in words.
func TestDefaultKinds(t *testing.T) {
	if got, want := DefaultKinds.String(), "no-server,no-backend,queue,resource,internal"; got != want {
		t.Errorf("the default is %q, want %q", got, want)
	}
}
