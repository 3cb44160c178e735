package configuration

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const acls = `
	acl v2 path_beg /path/v2
	acl v2e path_beg /path/v2e
	acl exact path /path/v2e
	acl lower path_beg -i /PATH/V2
	acl api path_beg /api /rest
	acl rest path_beg /rest
	acl two path_beg /api
	acl two path_beg /rest
	acl com hdr_end(host) .example.com
	acl www hdr(host) www.example.com
	acl wwwi hdr(host) -i www.example.com
	acl sub path_sub v2
	acl file path_beg -f /etc/paths
	acl file2 path_beg -f /path/v2e
	acl again path -m beg /path/v2
	acl tls ssl_fc
	acl port dst_port ge 1024
	acl port443 dst_port 1024
	acl dash path -- -i
`

func conditions(t *testing.T, texts ...string) []Condition {
	t.Helper()
	var list []Condition
	for _, text := range texts {
		c := parse(t, "frontend fe\n"+acls+"\tuse_backend x "+text)
		list = append(list, proxy(t, c, "fe").Routes()[0].Condition)
	}
	return list
}

func TestImplies(t *testing.T) {
	for _, test := range []struct {
		given, other string
		want         bool
	}{
		{"if v2e", "if v2", true},
		{"if v2", "if v2e", false},
		{"if exact", "if v2e", true},
		{"if v2e", "if exact", false},
		{"if v2e", "if again", true},
		{"if again", "if v2", true},
		{"if v2e", "if lower", true},
		{"if lower", "if v2", false},
		{"if v2e", "if sub", true},
		{"if sub", "if v2", false},
		{"if rest", "if api", true},
		{"if api", "if rest", false},
		{"if api", "if two", true},
		{"if two", "if api", true},
		{"if www", "if com", true},
		{"if wwwi", "if com", false},
		{"if www", "if wwwi", true},
		{"if wwwi", "if www", false},
		{"if file", "if file", true},
		{"if file", "if v2", false},
		{"if file2", "if v2", false},     // what looks like a pattern is a file's name
		{"if port443", "if port", false}, // a comparison is not understood
		{"if tls", "if tls", true},
		{"if v2e tls", "if v2", true},
		{"if v2e", "if v2 tls", false},
		{"if v2e tls", "if tls v2", true},
		{"if v2e or exact", "if v2", true},
		{"if v2e or tls", "if v2", false},
		{"if v2e", "if tls or v2", true},
		{"if !v2", "if !v2e", true},
		{"if !v2e", "if !v2", false},
		{"if !v2", "if v2", false},
		{"unless v2", "if !v2e", true},
		{"unless v2 or tls", "if !v2", true},
		{"unless v2 tls", "if !v2", false},
		{"if { path_beg /path/v2e }", "if v2", true},
		{"if { path /a }", "if { path_beg / }", true},
		{"if ! { path / }", "if !{ path / }", true},
		{"if v2e", "", true},
		{"if v2e", "if TRUE", true},
		{"if FALSE", "if v2", false},
		{"if unknown", "if unknown", true},
		{"if unknown", "if v2", false},
		{"if {", "if {", false},
		{"if dash", "if { path -i }", false},
	} {
		c := conditions(t, test.given, test.other)
		if got := c[0].Implies(c[1]); got != test.want {
			t.Errorf("%q implies %q: %v, want %v", test.given, test.other, got, test.want)
		}
	}
}

func TestAlways(t *testing.T) {
	for text, want := range map[string]bool{
		"": true, "if TRUE": true, "unless FALSE": true, "if v2 or TRUE": true, "if !FALSE": true, "if { always_true }": true, "unless { always_false }": true,
		"if v2": false, "if FALSE": false, "if { always_false }": false, "if { always_true } v2": false, "unless TRUE": false, "if TRUE v2": false, "if {": false,
	} {
		if got := conditions(t, text)[0].Always(); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

func TestCoverAll(t *testing.T) {
	for _, test := range []struct {
		conditions string
		want       bool
	}{
		{"if a; unless a", true},
		{"if a; if !a", true},
		{"if a; if b", false},
		{"if !a !b; if a; if b", true}, // the incident's redirect
		{"if !a !b; if a", false},
		{"if a b; if !a; if !b", true},
		{"unless a or b; if a; if b", true},
		{"if a", false},
		{"", true},
		{"if { path /x }; unless { path /x }", true},
		{"if a1; if a2; if a3; if a4; if a5; if a6; if a7; if a8; if a9; if a10; unless a10", true},
		{"if a1; if a2; if a3; if a4; if a5; if a6; if a7; if a8; if a9; if a10; if a11; unless a11", false}, // too many to try
	} {
		if got := CoverAll(conditions(t, strings.Split(test.conditions, "; ")...)); got != test.want {
			t.Errorf("%q: %v, want %v", test.conditions, got, test.want)
		}
	}
	if CoverAll(nil) {
		t.Error("no condition covers all")
	}
}

// TestLongNegation holds that a condition whose negation would grow without
// bound is not understood, instead of understood wrongly.
func TestLongNegation(t *testing.T) {
	var terms []string
	for i := range 12 {
		terms = append(terms, fmt.Sprintf("a%d b%d", i, i))
	}
	c := conditions(t, "unless "+strings.Join(terms, " or "))[0]
	if !c.unclear || c.Always() || c.Implies(c) {
		t.Errorf("%d alternatives, unclear %v", len(c.alternatives), c.unclear)
	}
}

// TestShadowedAgainstEachWithEach holds the index against the plain comparison
// of every rule with every earlier one.
func TestShadowedAgainstEachWithEach(t *testing.T) {
	pick := func(r *rand.Rand, of ...string) string { return of[r.IntN(len(of))] }
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 1))
		var b strings.Builder
		b.WriteString("frontend fe\n" + acls)
		for range 12 {
			b.WriteString("\tuse_backend " + pick(r, "x", "y", "z", "%[path]") + " " + pick(r, "if", "if", "if", "unless"))
			for i := range r.IntN(3) + 1 {
				if i > 0 {
					b.WriteString(pick(r, "", "", " or"))
				}
				b.WriteString(" " + pick(r, "", "", "!") + pick(r, "v2", "v2e", "exact", "lower", "api", "rest", "two", "com", "www", "wwwi", "sub", "file", "again", "tls", "unknown"))
			}
			b.WriteString("\n")
		}
		routes := proxy(t, parse(t, b.String()), "fe").Routes()
		want := map[int]int{}
		for i := range routes {
			for j := range i {
				if !routes[j].Dynamic() && routes[j].Backend != routes[i].Backend && (routes[j].Condition.Always() || routes[i].Condition.Implies(routes[j].Condition)) {
					want[i] = j
					break
				}
			}
		}
		if diff := cmp.Diff(want, Shadowed(routes)); diff != "" {
			t.Fatalf("seed %d (-each with each +index):\n%s\n%s", seed, diff, b.String())
		}
	}
}

func TestComputedNames(t *testing.T) {
	for _, test := range []struct {
		rule, name     string
		leads, certain bool
	}{
		{"bk", "bk", true, true},
		{"bk", "bk2", false, true},
		{"bk_%[hdr(host)]", "bk_shop", true, false},
		{"bk_%[hdr(host)]", "shop", false, false},
		{"%[hdr(host),map_beg(/a[b],c)]_x", "shop_x", true, true},
		{"%[hdr(host),map(/etc/hosts.map)]", "shop", true, false},
		{"%[hdr(host),lower,map(/etc/hosts.map,bk)]", "shop", true, true},
		{"${BACKEND}", "shop", true, false},
	} {
		r := Route{Backend: test.rule}
		if r.Leads(test.name) != test.leads || r.Certain() != test.certain {
			t.Errorf("%s: leads to %s %v, certain %v", test.rule, test.name, r.Leads(test.name), r.Certain())
		}
	}
}
