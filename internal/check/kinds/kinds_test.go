package kinds

import (
	"encoding/json"
	"testing"
)

type fault uint8

const (
	small fault = iota
	large
	strange
)

func (fault) Names() []string { return []string{"small", "large", "very-strange"} }

func TestSet(t *testing.T) {
	if got := All[fault](); got.String() != "small,large,very-strange" || got != Of(strange, small, large) {
		t.Errorf("all are %q", got)
	}
	var set Set[fault]
	if err := set.UnmarshalText([]byte("very-strange, small")); err != nil || set.String() != "small,very-strange" || set.Has(large) || !set.Has(small) {
		t.Errorf("a list reads as %q, %v", set, err)
	}
	for _, bad := range []string{"", "very_strange", "large,", "all", "Small"} {
		if err := set.UnmarshalText([]byte(bad)); err == nil {
			t.Errorf("%q was taken for %q", bad, set)
		}
	}
}

func TestCounts(t *testing.T) {
	c := Counts[fault]{small: 37, strange: 40}
	c.Add(Counts[fault]{large: 2, small: 1})
	if got, want := c.String(), "small 38, large 2, very-strange 40"; got != want {
		t.Errorf("String() = %q, want %q", got, want)
	}
	if c.Of(Of(small, large)) != 40 || c.Total() != 80 {
		t.Errorf("Of = %d, Total() = %d", c.Of(Of(small, large)), c.Total())
	}
	if got := c.Only(Of(large)); got != (Counts[fault]{large: 2}) {
		t.Errorf("only large is %v", got)
	}
	if kind, some := c.Most(All[fault]()); kind != strange || !some {
		t.Errorf("most are %d, %v", kind, some)
	}
	if kind, some := c.Most(Of(large, small)); kind != small || !some {
		t.Errorf("most of two are %d, %v", kind, some)
	}
	if kind, some := (Counts[fault]{large: 1, strange: 1}).Most(All[fault]()); kind != large || !some {
		t.Errorf("the first of equals is %d, %v", kind, some)
	}
	if got := (Counts[fault]{large: 1}).String(); got != "large 1" {
		t.Errorf("one of a kind is %q", got)
	}
	if _, some := (Counts[fault]{}).Most(All[fault]()); some {
		t.Error("nothing has a most frequent kind")
	}
	encoded, err := json.Marshal(c)
	if want := `{"small":38,"large":2,"very-strange":40}`; err != nil || string(encoded) != want {
		t.Errorf("JSON is %s, %v; want %s", encoded, err, want)
	}
}
