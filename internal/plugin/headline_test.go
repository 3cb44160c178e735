package plugin

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestFirstLine(t *testing.T) {
	down := func(name string) Finding {
		return Finding{State: Critical, Name: name, One: "has no UP server (0/1)", Many: "have no UP server", Cause: "health checks fail", Evidence: `s1 L4CON "Connection refused" for 36s`}
	}
	few := func(name string) Finding {
		return Finding{State: Warning, Name: name, One: "has 3 of 4 servers UP", Many: "have too few UP servers", Cause: "in maintenance"}
	}
	lost := Finding{State: Critical, Name: "v2", One: ": 37 of 37 requests found no server (7.4/min)", Cause: "health checks time out on v2Elb since 19:41"}
	silent := Sentences(Finding{State: Unknown, Name: "b.sock", One: ": nobody listens on it"})
	long := strings.Repeat("x", 40) + "-middle-" + strings.Repeat("y", 40)
	tests := []struct {
		name string
		sets []Findings
		rest []string
		want string
	}{
		{"one", []Findings{backends(12, down("v2"))}, []string{"11 others OK"},
			`HAPROXY BACKEND CRITICAL: v2 has no UP server (0/1): health checks fail, s1 L4CON "Connection refused" for 36s, 11 others OK`},
		{"one with a colon", []Findings{backends(12, lost)}, nil,
			"HAPROXY BACKEND CRITICAL: v2: 37 of 37 requests found no server (7.4/min): health checks time out on v2Elb since 19:41"},
		{"many", []Findings{backends(300, append(times(4, few), times(35, down)...)...)}, []string{"261 others OK"},
			"HAPROXY BACKEND CRITICAL: 35 of 300 backends have no UP server (health checks fail): app-1, app-2, app-3 +32, 4 more WARNING, 261 others OK"},
		{"four are named", []Findings{backends(300, times(4, down)...)}, nil,
			"HAPROXY BACKEND CRITICAL: 4 of 300 backends have no UP server (health checks fail): app-1, app-2, app-3, app-4"},
		{"no common cause", []Findings{backends(300, down("a"), Finding{State: Critical, Name: "b", One: "x", Many: "have no UP server"})}, nil,
			"HAPROXY BACKEND CRITICAL: 2 of 300 backends have no UP server: a, b"},
		{"the same trouble, in another state", []Findings{backends(12, down("a"), down("b"), Finding{State: Warning, Name: "c", One: "x", Many: "have no UP server"})}, nil,
			"HAPROXY BACKEND CRITICAL: 2 of 12 backends have no UP server (health checks fail): a, b, 1 more WARNING"},
		{"another trouble, in the same state", []Findings{backends(12, down("a"), down("b"), Finding{State: Critical, Name: "c", One: "x", Many: "are lost"}, few("d"), few("e"))}, nil,
			"HAPROXY BACKEND CRITICAL: 2 of 12 backends have no UP server (health checks fail): a, b, 1 more CRITICAL, 2 more WARNING"},
		{"no word for many", []Findings{backends(12, Finding{State: Critical, Name: "a", One: "is bad"}, Finding{State: Critical, Name: "b", One: "is worse"})}, nil,
			"HAPROXY BACKEND CRITICAL: 2 of 12 backends in trouble: a is bad, b is worse"},
		{"one under a heading", []Findings{{Heading: "1 risk in haproxy.cfg", List: times(1, func(name string) Finding {
			return Finding{State: Warning, One: name + " is looked up once"}
		})}}, nil,
			"HAPROXY BACKEND WARNING: 1 risk in haproxy.cfg: app-1 is looked up once"},
		{"many behind an endpoint", []Findings{Sentences(Finding{State: Critical, Name: "b.sock", One: "is gone"}), backends(12, times(3, few)...)}, nil,
			"HAPROXY BACKEND CRITICAL: b.sock is gone, 3 of 12 backends have too few UP servers"},
		{"different troubles", []Findings{backends(12, few("api"), down("v2"))}, nil,
			"HAPROXY BACKEND CRITICAL: 2 of 12 backends in trouble: v2 has no UP server (0/1), api has 3 of 4 servers UP"},
		{"many different troubles", []Findings{backends(12, append(times(9, few), down("v2"))...)}, nil,
			"HAPROXY BACKEND CRITICAL: 10 of 12 backends in trouble: v2 has no UP server (0/1), app-1 has 3 of 4 servers UP, +8"},
		{"an endpoint too", []Findings{silent, backends(12, down("v2"))}, []string{"11 others OK"},
			`HAPROXY BACKEND CRITICAL: v2 has no UP server (0/1): health checks fail, s1 L4CON "Connection refused" for 36s, b.sock: nobody listens on it`},
		{"an endpoint alone", []Findings{silent}, nil, "HAPROXY BACKEND UNKNOWN: b.sock: nobody listens on it"},
		{"forgiven", []Findings{Sentences(Finding{Name: "b.sock", One: ": nobody listens on it"})}, []string{"12 backends OK"},
			"HAPROXY BACKEND OK: b.sock: nobody listens on it, 12 backends OK"},
		{"too much beside it", []Findings{backends(12, down("v2")), Sentences(times(9, func(name string) Finding {
			return Finding{State: Unknown, Name: name, One: ": timed out without an answer"}
		})...)}, nil,
			`HAPROXY BACKEND CRITICAL: v2 has no UP server (0/1): health checks fail, s1 L4CON "Connection refused" for 36s, 9 more UNKNOWN`},
		{"a heading", []Findings{{Heading: "3 risks in haproxy.cfg", List: times(3, func(name string) Finding {
			return Finding{State: Warning, One: name + " is looked up once (dns-at-start, line 14)", Many: "same"}
		})}}, nil,
			"HAPROXY BACKEND WARNING: 3 risks in haproxy.cfg: app-1 is looked up once (dns-at-start, line 14), +2"},
		{"a long name", []Findings{backends(12, down(long))}, nil,
			"HAPROXY BACKEND CRITICAL: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…yyyyyyyyyyyyyyyyyyyyyyyyyyyyy has no UP server (0/1): health checks fail, s1 L4CON…"},
		{"nothing wrong", []Findings{backends(12)}, []string{"12 backends OK", "24 of 24 servers UP"}, "HAPROXY BACKEND OK: 12 backends OK, 24 of 24 servers UP"},
		{"foreign words", []Findings{Sentences(Finding{State: Unknown, One: "a;b|c <NOSRV> <html>\n"})}, nil, "HAPROXY BACKEND UNKNOWN: a,b/c NOSRV [html] "},
	}
	for _, test := range tests {
		r := Combine(test.sets...)
		r.Rest = test.rest
		if diff := cmp.Diff(test.want, firstLine("backend", r)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
}

func backends(total int, findings ...Finding) Findings {
	return Findings{Noun: "backend", Total: total, List: findings}
}

func times(n int, finding func(name string) Finding) []Finding {
	var list []Finding
	for i := range n {
		list = append(list, finding(fmt.Sprintf("app-%d", i+1)))
	}
	return list
}

// Whatever there is to say, the first line fits a pager, begins with the worst,
// and counts what it leaves out.
func TestFirstLineFits(t *testing.T) {
	for _, width := range []int{1, 10, 60, 61, 200} {
		for _, n := range []int{1, 2, 3, 4, 5, 300} {
			for _, noun := range []string{"backend", ""} {
				worst := strings.Repeat("ä", width)
				list := times(n, func(name string) Finding {
					return Finding{State: Warning, Name: name + worst, One: strings.Repeat("is bad ", width/10+1), Many: "are bad", Cause: worst, Evidence: worst}
				})
				r := Combine(Findings{Noun: noun, Total: n, List: list}, Sentences(Finding{State: Critical, Name: "b.sock", One: ": nobody listens on it"}))
				r.Rest = []string{"7 others OK", worst}
				line := firstLine("backend", r)
				if got := utf8.RuneCountInString(line); got > maxFirstLine {
					t.Errorf("%d things with names of %d: %d characters: %s", n, width, got, line)
				}
				if !strings.HasPrefix(line, "HAPROXY BACKEND CRITICAL: b.sock: nobody listens on it, ") {
					t.Errorf("%d things with names of %d: the worst does not come first: %s", n, width, line)
				}
				if counted := fmt.Sprintf(" %d", n); !strings.Contains(line, counted) && n > 2 {
					t.Errorf("%d things with names of %d are not counted: %s", n, width, line)
				}
			}
		}
	}
}

func TestWorstHarmComesFirst(t *testing.T) {
	r := Combine(backends(9,
		Finding{State: Warning, Name: "w", One: "bad", Harm: Harm{Lost: 99}},
		Finding{State: Critical, Name: "a", One: "bad"},
		Finding{State: Critical, Name: "b", One: "bad", Harm: Harm{Gone: 2}},
		Finding{State: Critical, Name: "c", One: "bad", Harm: Harm{Gone: 3}},
		Finding{State: Critical, Name: "d", One: "bad", Harm: Harm{Lost: 1}},
		Finding{State: Critical, Name: "e", One: "bad"},
	))
	var names []string
	for _, f := range r.Findings[0].List {
		names = append(names, f.Name)
	}
	if got := strings.Join(names, " "); got != "d c b a e w" {
		t.Errorf("the order is %s", got)
	}
}

func TestCombine(t *testing.T) {
	r := Combine(
		backends(3, Finding{State: OK, Line: "a line"}, Finding{State: OK}, Finding{State: Warning, Name: "b", One: "bad", Line: "b line"}, Finding{State: Unknown, Name: "c", One: "bad", Line: "c line"}),
		Sentences(),
		Sentences(Finding{State: Critical, One: "d", Line: "d line"}, Finding{State: Critical, One: "e", Line: "e line"}, Finding{One: "forgiven", Line: "f line"}),
	)
	if r.State != Critical {
		t.Errorf("the state is %s", r.State)
	}
	if diff := cmp.Diff([]string{"d line", "e line", "b line", "c line", "f line"}, r.Problems); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"a line"}, r.Details); diff != "" {
		t.Errorf("details (-want +got):\n%s", diff)
	}
	if len(r.Findings) != 2 || r.Findings[0].List[0].One != "d" || len(r.Findings[0].List) != 3 {
		t.Errorf("the sets are %+v", r.Findings)
	}
}

func TestAdd(t *testing.T) {
	r := Combine(backends(3, Finding{State: Warning, Name: "b", One: "bad", Line: "b line"}))
	r.Add(Sentences(Finding{State: Critical, One: "d", Line: "d line"}))
	if got := firstLine("backend", r); got != "HAPROXY BACKEND CRITICAL: d, b bad" || strings.Join(r.Problems, ", ") != "b line, d line" {
		t.Errorf("%s\n%q", got, r.Problems)
	}
}

func TestShortName(t *testing.T) {
	name := strings.Repeat("ä", 30) + "bc" + strings.Repeat("ö", 29)
	if got, want := ShortName(name), strings.Repeat("ä", 30)+"…"+strings.Repeat("ö", 29); got != want {
		t.Errorf("61 characters become %q, want %q", got, want)
	}
	if name = name[:len(name)-len("ö")]; ShortName(name) != name {
		t.Errorf("60 characters become %q", ShortName(name))
	}
}
