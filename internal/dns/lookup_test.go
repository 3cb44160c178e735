package dns

import (
	"context"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/dns/dnsmessage"

	"check-haproxy/test/rig"
)

// resolver asks these servers, "127.0.0.1:5353".
func resolver(t *testing.T, servers ...string) *Resolver {
	t.Helper()
	var list []Nameserver
	for _, s := range servers {
		var n Nameserver
		if err := n.UnmarshalText([]byte(s)); err != nil {
			t.Fatal(err)
		}
		list = append(list, n)
	}
	r := New(list)
	r.patience = 100 * time.Millisecond
	return r
}

func addrs(texts ...string) []netip.Addr {
	var list []netip.Addr
	for _, text := range texts {
		list = append(list, netip.MustParseAddr(text))
	}
	return list
}

// within looks one name up in a bounded time.
func within(t *testing.T, limit time.Duration, r *Resolver, name string, believe ...string) Answer {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	began := time.Now()
	answer := r.All(ctx, []Question{{name, addrs(believe...)}}, nil).Names[strings.ToLower(name)]
	if took := time.Since(began); took > limit+5*time.Second { // a busy machine may be late; what waits for ever is later
		t.Errorf("%s took %s, more than %s", name, took, limit)
	}
	return answer
}

func TestLookup(t *testing.T) {
	d := rig.StartDNS(t)
	many := make([]string, 60)
	for i := range many {
		many[i] = fmt.Sprintf("198.51.100.%d", i+1)
	}
	pool := []string{"192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4", "192.0.2.5", "192.0.2.6"}
	for name, is := range map[string]rig.Name{
		"right.test":    {Addresses: []string{"192.0.2.10", "192.0.2.11", "2001:db8::10"}},
		"six.test":      {Addresses: []string{"2001:db8::1"}},
		"empty.test":    {},
		"servfail.test": {RCode: dnsmessage.RCodeServerFailure},
		"refused.test":  {RCode: dnsmessage.RCodeRefused},
		"formerr.test":  {RCode: dnsmessage.RCodeFormatError},
		"silent.test":   {Silent: true},
		"slow.test":     {Addresses: []string{"192.0.2.10"}, Delay: 300 * time.Millisecond},
		"no6.test":      {Addresses: []string{"192.0.2.10"}, NoIPv6: true},
		"a.test":        {Alias: "b.test"},
		"b.test":        {Alias: "c.test"},
		"c.test":        {Addresses: []string{"192.0.2.10"}},
		"lonely.test":   {Alias: "a.test", Lonely: true},
		"loop.test":     {Alias: "loop.test", Lonely: true},
		"dangling.test": {Alias: "empty.test"},
		"big.test":      {Addresses: many, Big: true},
		"notcp.test":    {Addresses: many, Big: true, NoTCP: true},
		"pool.test":     {Addresses: pool, Most: 1},
		"pool2.test":    {Addresses: pool, Most: 2},
	} {
		d.Set(name, is)
	}
	r := resolver(t, d.Address)
	nameserver := "name server " + d.Address
	for _, test := range []struct {
		name, believe string
		has, out      bool
		err           string
	}{
		{"right.test", "192.0.2.10", true, false, ""},
		{"right.test", "2001:db8::10", true, false, ""},
		{"right.test", "::ffff:192.0.2.11", true, false, ""},
		{"right.test", "192.0.2.99", false, true, ""},
		{"RIGHT.test.", "192.0.2.10", true, false, ""},
		{"six.test", "2001:db8::1", true, false, ""},
		{"six.test", "192.0.2.1", false, true, ""},
		{"empty.test", "192.0.2.1", false, false, "no address (neither A nor AAAA)"},
		{"nothing.test", "192.0.2.1", false, false, "no such name (NXDOMAIN)"},
		{"servfail.test", "192.0.2.1", false, false, nameserver + " could not find out (SERVFAIL)"},
		{"refused.test", "192.0.2.1", false, false, nameserver + " refuses to answer (REFUSED)"},
		{"formerr.test", "192.0.2.1", false, false, nameserver + " does not understand the question (FORMERR)"},
		{"silent.test", "192.0.2.1", false, false, "no answer from " + nameserver + " in time"},
		{"slow.test", "192.0.2.10", true, false, ""},
		{"slow.test", "192.0.2.1", false, true, ""},
		{"no6.test", "192.0.2.10", true, false, ""},
		{"no6.test", "2001:db8::1", false, false, "no answer from " + nameserver + " in time"},
		{"a.test", "192.0.2.10", true, false, ""},
		{"a.test", "192.0.2.1", false, true, ""},
		{"lonely.test", "192.0.2.10", true, false, ""},
		{"lonely.test", "192.0.2.1", false, true, ""},
		{"loop.test", "192.0.2.1", false, false, "no address (neither A nor AAAA)"},
		{"dangling.test", "192.0.2.1", false, false, "no address (neither A nor AAAA)"},
		{"big.test", "198.51.100.60", true, false, ""},
		{"big.test", "192.0.2.1", false, true, ""},
		{"notcp.test", "198.51.100.60", false, false, nameserver + " closed the connection without an answer"},
		{"pool.test", "192.0.2.6", true, false, ""},
		{"pool2.test", "192.0.2.99", false, true, ""},
		{"", "192.0.2.1", false, false, `"." cannot be looked up: it is no host name`},
		{"a..test", "192.0.2.1", false, false, `"a..test." cannot be looked up: it is no host name`},
		{strings.Repeat("a", 64) + ".test", "192.0.2.1", false, false, fmt.Sprintf("%q cannot be looked up: it is no host name", strings.Repeat("a", 64)+".test.")},
		{strings.Repeat("a.", 200), "192.0.2.1", false, false, fmt.Sprintf("%q cannot be looked up: it is no host name", strings.Repeat("a.", 200))},
		{"localhost", "127.0.0.1", true, false, ""},
		{"x.localhost", "::1", true, false, ""},
		{"localhost", "192.0.2.1", false, true, ""},
	} {
		t.Run(test.name+" "+test.believe, func(t *testing.T) {
			t.Parallel()
			got := within(t, 800*time.Millisecond, r, test.name, test.believe)
			address := netip.MustParseAddr(test.believe)
			message := ""
			if got.Err != nil {
				message = got.Err.Error()
			}
			if got.Has(address) != test.has || got.RulesOut(address) != test.out || message != test.err {
				t.Errorf("has %v, rules out %v, error %q; want %v, %v, %q\n%+v", got.Has(address), got.RulesOut(address), message, test.has, test.out, test.err, got)
			}
		})
	}
}

// A question for IPv6 that is never answered must not keep a name that moved
// from being found out.
func TestMovedWithoutIPv6(t *testing.T) {
	d := rig.StartDNS(t)
	d.Set("moved.test", rig.Name{Addresses: []string{"192.0.2.77"}, NoIPv6: true})
	got := within(t, 10*time.Second, resolver(t, d.Address), "moved.test", "192.0.2.10")
	if !got.RulesOut(netip.MustParseAddr("192.0.2.10")) {
		t.Errorf("after %d lookups it is not certain: %+v", got.Lookups, got)
	}
}

// It takes three lookups to say that an address is gone, and one to find it.
func TestHowOftenAsked(t *testing.T) {
	d := rig.StartDNS(t)
	for name, want := range map[string]int{"right.test": 1, "moved.test": 3, "gone.test": 3} {
		switch name {
		case "right.test":
			d.Move(name, "192.0.2.10")
		case "moved.test":
			d.Move(name, "192.0.2.77")
		}
		r := resolver(t, d.Address)
		r.patience = 10 * time.Second // nothing is asked again because the machine is busy
		got := within(t, 20*time.Second, r, name, "192.0.2.10")
		if got.Lookups != want || d.Queries(name) > 2*want {
			t.Errorf("%s: %d lookups with %d queries, want %d with at most two each", name, got.Lookups, d.Queries(name), want)
		}
	}
}

// A name that does not exist is known at once, though questions for IPv6 are
// never answered; that there is no such name is not believed of IPv6 alone.
func TestNoSuchNameWithoutIPv6(t *testing.T) {
	d := rig.StartDNS(t)
	d.Set("gone.test", rig.Name{RCode: dnsmessage.RCodeNameError, NoIPv6: true})
	d.Set("lie.test", rig.Name{Addresses: []string{"192.0.2.10"}, NoNameIPv6: true})
	began := time.Now()
	got := within(t, 30*time.Second, resolver(t, d.Address), "gone.test", "192.0.2.10")
	if took := time.Since(began); took > 10*time.Second || got.Err == nil || got.Err.Error() != "no such name (NXDOMAIN)" {
		t.Errorf("after %s: %+v", took, got)
	}
	if got := within(t, 10*time.Second, resolver(t, d.Address), "lie.test", "192.0.2.99"); !got.RulesOut(netip.MustParseAddr("192.0.2.99")) {
		t.Errorf("%+v", got)
	}
}

// The name servers are asked in turn: one that is dead, silent or broken is no
// trouble while another one answers.
func TestSeveralNameservers(t *testing.T) {
	good, broken := rig.StartDNS(t), rig.StartDNS(t)
	good.Move("v2.test", "192.0.2.10")
	dead := "127.0.0.1:" + rig.Port(t)
	for name, is := range map[string]rig.Name{"broken": {RCode: dnsmessage.RCodeServerFailure}, "silent": {Silent: true}} {
		broken.Set("v2.test", is)
		for _, servers := range [][]string{{dead, good.Address}, {broken.Address, good.Address}, {dead, broken.Address, good.Address}} {
			if got := within(t, 4*time.Second, resolver(t, servers...), "v2.test", "192.0.2.10"); !got.Has(netip.MustParseAddr("192.0.2.10")) {
				t.Errorf("%s, of %d name servers: %+v", name, len(servers), got)
			}
		}
	}
	got := within(t, 2*time.Second, resolver(t, dead, dead), "v2.test", "192.0.2.10")
	if want := "nothing listens at name server " + dead + " (connection refused)"; got.Err == nil || got.Err.Error() != want {
		t.Errorf("with dead name servers alone the error is %v, want %s", got.Err, want)
	}
}

// An answer that is believed is not asked for again, and names are asked for at
// once.
func TestManyNamesAtOnce(t *testing.T) {
	d := rig.StartDNS(t)
	var questions []Question
	for i := range 200 {
		name := fmt.Sprintf("n%d.test", i)
		d.Set(name, rig.Name{Addresses: []string{"192.0.2.10"}, Delay: 200 * time.Millisecond})
		questions = append(questions, Question{name, addrs("192.0.2.10")})
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	began := time.Now()
	answers := resolver(t, d.Address).All(ctx, questions, nil)
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("200 names took %s: one after the other they take 40s", took)
	}
	for name, a := range answers.Names {
		if !a.Has(netip.MustParseAddr("192.0.2.10")) || a.Lookups != 1 {
			t.Errorf("%s: %+v", name, a)
		}
	}
	if len(answers.Names) != 200 {
		t.Errorf("%d answers", len(answers.Names))
	}
}

// TestDeadNames holds that names that nobody answers for keep no other name
// waiting: half of a thousand are dead, and stand first.
func TestDeadNames(t *testing.T) {
	d := rig.StartDNS(t)
	var questions []Question
	for i := range 1000 {
		name := fmt.Sprintf("n%d.test", i)
		is := rig.Name{Addresses: []string{"192.0.2.10"}, Silent: i < 500}
		d.Set(name, is)
		believe := "192.0.2.10"
		if i%2 == 1 {
			believe = "192.0.2.99" // so that it takes three lookups
		}
		questions = append(questions, Question{name, addrs(believe)})
	}
	// A busy machine may need longer for an answer than a dead name has: then both
	// get more time.
	for patience := 50 * time.Millisecond; ; patience *= 4 {
		trouble := troubleOfDeadNames(resolver(t, d.Address), patience, questions)
		if trouble == "" {
			return
		}
		if patience > time.Second {
			t.Fatal(trouble)
		}
	}
}

// troubleOfDeadNames asks for names of which nobody answers for the first half,
// and says which name got the wrong answer; empty if none did.
func troubleOfDeadNames(r *Resolver, patience time.Duration, questions []Question) string {
	ctx, cancel := context.WithTimeout(context.Background(), 100*patience)
	defer cancel()
	r.patience = patience
	answers := r.All(ctx, questions, nil)
	for i, q := range questions {
		a, asked := answers.Of(q.Name)
		switch {
		case !asked:
			return q.Name + " has no answer at all"
		case i < len(questions)/2:
			if len(a.Addresses) > 0 || a.Err == nil {
				return fmt.Sprintf("%s is dead: %+v", q.Name, a)
			}
		case i%2 == 0 && !a.Has(q.Believe[0]), i%2 == 1 && !a.RulesOut(q.Believe[0]):
			return fmt.Sprintf("%s was kept waiting: %+v", q.Name, a)
		}
	}
	return ""
}

// TestRepeatedAttemptsWait holds that a query that begins never waits for those
// that are repeated, however few may be under way: names whose addresses take
// turns need many queries.
func TestRepeatedAttemptsWait(t *testing.T) {
	d := rig.StartDNS(t)
	var questions []Question
	for i := range 40 {
		name := fmt.Sprintf("dead%d.test", i)
		d.Set(name, rig.Name{Silent: true})
		questions = append(questions, Question{name, nil})
	}
	var pool []string
	for i := range 12 {
		pool = append(pool, fmt.Sprintf("192.0.2.%d", i+1))
	}
	d.Set("pool.test", rig.Name{Addresses: pool, Most: 1})
	questions = append(questions, Question{"pool.test", addrs("192.0.2.12")})
	r := resolver(t, d.Address)
	r.patience = 30 * time.Millisecond
	r.places = nil
	for _, most := range []int{4, 4, 4, 4} {
		r.places = append(r.places, make(chan struct{}, most))
	}
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	if a, _ := r.All(ctx, questions, nil).Of("pool.test"); !a.Has(netip.MustParseAddr("192.0.2.12")) {
		t.Errorf("the pool was kept waiting: %+v", a)
	}
}

// TestSilentNameIsNotAskedAgain: whoever has not answered four times will not
// answer another lookup.
func TestSilentNameIsNotAskedAgain(t *testing.T) {
	d := rig.StartDNS(t)
	d.Set("silent.test", rig.Name{Silent: true})
	r := resolver(t, d.Address)
	r.patience, r.late = 10*time.Millisecond, make(chan struct{})
	got := within(t, 5*time.Second, r, "silent.test", "192.0.2.10")
	if got.Lookups != 1 || d.Queries("silent.test") > 2*maxAttempts || got.Err == nil {
		t.Errorf("%d lookups with %d queries: %v", got.Lookups, d.Queries("silent.test"), got.Err)
	}
}

// TestLargePool holds that an address is looked for in all of an answer: a name
// can have a thousand.
func TestLargePool(t *testing.T) {
	d := rig.StartDNS(t)
	pool := make([]string, 1000)
	for i := range pool {
		pool[i] = fmt.Sprintf("198.18.%d.%d", i/250, i%250+1)
	}
	d.Set("pool.test", rig.Name{Addresses: pool, Big: true})
	r := resolver(t, d.Address)
	got := within(t, 10*time.Second, r, "pool.test", pool[999])
	if !got.Has(netip.MustParseAddr(pool[999])) || got.Lookups != 1 || got.Cut || len(got.Addresses) != 1000 {
		t.Errorf("of 1000 addresses the last: %d lookups, %d addresses, cut %v", got.Lookups, len(got.Addresses), got.Cut)
	}
	if got := within(t, 10*time.Second, r, "pool.test", "192.0.2.1"); !got.RulesOut(netip.MustParseAddr("192.0.2.1")) {
		t.Errorf("no address of 1000: %d lookups, %v", got.Lookups, got.Err)
	}
}

// TestCutAnswer holds that nothing is ruled out of more than is kept, and that
// what is believed is found in it.
func TestCutAnswer(t *testing.T) {
	var o outcome
	o.ipv4, o.ipv6 = true, true
	for i := range maxAddresses + 10 {
		o.addresses = append(o.addresses, netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}))
	}
	last := o.addresses[maxAddresses+9]
	for name, believe := range map[string][]netip.Addr{"the last": {last}, "another": addrs("192.0.2.1")} {
		var a Answer
		for range Enough + 1 {
			a.add(o, Question{"pool.test", believe})
		}
		if !a.Cut || len(a.Addresses) > maxAddresses+1 || a.Has(last) != (name == "the last") || a.RulesOut(netip.MustParseAddr("192.0.2.1")) {
			t.Errorf("%s: cut %v, %d addresses, has the last: %v, rules another one out: %v", name, a.Cut, len(a.Addresses), a.Has(last), a.RulesOut(netip.MustParseAddr("192.0.2.1")))
		}
	}
	o.addresses = o.addresses[:maxAddresses]
	var a Answer
	a.add(o, Question{})
	if a.Cut {
		t.Error("an answer that fits is cut")
	}
}

func TestServices(t *testing.T) {
	d := rig.StartDNS(t)
	d.Set("_http._tcp.v2.test", rig.Name{Targets: []string{"a.v2.test:8080", "b.v2.test:8081"}})
	d.Set("_alias._tcp.v2.test", rig.Name{Alias: "_http._tcp.v2.test"})
	d.Set("_some._tcp.v2.test", rig.Name{Targets: []string{"a.v2.test:8080", "gone.v2.test:8080", "mute.v2.test:9090"}})
	d.Set("_turns._tcp.v2.test", rig.Name{Targets: []string{"a.v2.test:8080", "b.v2.test:8081"}, Most: 1})
	d.Set("_none._tcp.v2.test", rig.Name{})
	d.Set("_mute._tcp.v2.test", rig.Name{Silent: true})
	d.Set("a.v2.test", rig.Name{Addresses: []string{"192.0.2.10"}})
	d.Set("b.v2.test", rig.Name{Addresses: []string{"192.0.2.11", "2001:db8::11"}})
	d.Set("mute.v2.test", rig.Name{Silent: true})
	r := resolver(t, d.Address)
	for _, test := range []struct {
		record, believe string
		has, out        bool
		err             string
	}{
		{"_http._tcp.v2.test", "192.0.2.10:8080", true, false, ""},
		{"_HTTP._tcp.v2.test.", "[2001:db8::11]:8081", true, false, ""},
		{"_http._tcp.v2.test", "192.0.2.10:8081", false, true, ""}, // the port of another target
		{"_http._tcp.v2.test", "192.0.2.10:80", false, true, ""},
		{"_http._tcp.v2.test", "192.0.2.99:8080", false, true, ""},
		{"_alias._tcp.v2.test", "192.0.2.11:8081", true, false, ""},
		{"_some._tcp.v2.test", "192.0.2.10:8080", true, false, ""},
		{"_some._tcp.v2.test", "192.0.2.99:9090", false, false, ""}, // mute.v2.test may have it
		{"_some._tcp.v2.test", "192.0.2.99:8080", false, false, ""}, // gone.v2.test is not certain
		{"_turns._tcp.v2.test", "192.0.2.11:8081", true, false, ""},
		{"_none._tcp.v2.test", "192.0.2.10:8080", false, false, "no SRV record"},
		{"_no._tcp.v2.test", "192.0.2.10:8080", false, false, "no such name (NXDOMAIN)"},
		{"_mute._tcp.v2.test", "192.0.2.10:8080", false, false, "no answer from name server " + d.Address + " in time"},
		{"a..b", "192.0.2.10:8080", false, false, `"a..b." cannot be looked up: it is no host name`},
	} {
		t.Run(test.record+" "+test.believe, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
			defer cancel()
			place := netip.MustParseAddrPort(test.believe)
			got, asked := r.All(ctx, nil, []ServiceQuestion{{test.record, []netip.AddrPort{place}}}).OfService(test.record)
			message := ""
			if got.Err != nil {
				message = got.Err.Error()
			}
			if !asked || got.Has(place) != test.has || got.RulesOut(place) != test.out || message != test.err {
				t.Errorf("has %v, rules out %v, error %q; want %v, %v, %q\n%+v", got.Has(place), got.RulesOut(place), message, test.has, test.out, test.err, got)
			}
		})
	}
	t.Run("what it is now", func(t *testing.T) {
		got, _ := r.All(context.Background(), nil, []ServiceQuestion{{Record: "_http._tcp.v2.test"}}).OfService("_http._tcp.v2.test")
		if places := fmt.Sprint(got.Places()); places != "[192.0.2.10:8080 192.0.2.11:8081 [2001:db8::11]:8081]" || got.Lookups != 1 {
			t.Errorf("%d lookups: %s", got.Lookups, places)
		}
	})
}

// TestManyTargets holds that an SRV record that was cut rules nothing out.
func TestManyTargets(t *testing.T) {
	s := Service{Lookups: Enough}
	var targets []ServiceTarget
	for i := range maxTargets + 1 {
		targets = append(targets, ServiceTarget{Host: fmt.Sprintf("t%d.test", i), Port: 80})
	}
	s.add(targets[:maxTargets])
	s.add(targets[:5])
	if s.Cut || len(s.Targets) != maxTargets {
		t.Errorf("%d targets, cut %v", len(s.Targets), s.Cut)
	}
	place := netip.MustParseAddrPort("192.0.2.1:81")
	if !s.RulesOut(place) {
		t.Error("a port that no target has is not ruled out")
	}
	if s.add(targets); !s.Cut || len(s.Targets) != maxTargets || s.RulesOut(place) {
		t.Errorf("%d targets, cut %v, ruled out %v", len(s.Targets), s.Cut, s.RulesOut(place))
	}
}

func TestNeverLonger(t *testing.T) {
	d := rig.StartDNS(t)
	var questions []Question
	for i := range 1000 {
		name := fmt.Sprintf("n%d.test", i)
		d.Set(name, rig.Name{Silent: true})
		questions = append(questions, Question{name, nil})
	}
	ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
	defer cancel()
	began := time.Now()
	answers := resolver(t, d.Address).All(ctx, questions, nil)
	if took := time.Since(began); took > 5*time.Second { // a busy machine may be late
		t.Errorf("with 300ms it took %s", took)
	}
	for name, a := range answers.Names {
		if a.Err == nil {
			t.Fatalf("%s has no error: %+v", name, a)
		}
	}
}

func TestSystemFiles(t *testing.T) {
	r := New(nil)
	r.ndots = 1
	r.readConfig(strings.NewReader("# none\nnameserver 192.0.2.53\nnameserver fe80::1%eth0 ; comment\nnameserver bad\nnameserver 192.0.2.54\nnameserver 192.0.2.55\nnameserver\nsearch example.com . sub.example.com.\noptions timeout:1 ndots:2\noptions ndots:x\n"))
	if diff := cmp.Diff([]string{"192.0.2.53:53", "[fe80::1%eth0]:53", "192.0.2.54:53"}, r.servers); diff != "" {
		t.Errorf("name servers (-want +got):\n%s", diff)
	}
	for name, want := range map[string][]string{
		"v2":    {"v2.example.com.", "v2.sub.example.com.", "v2."},
		"v2.a":  {"v2.a.example.com.", "v2.a.sub.example.com.", "v2.a."},
		"a.b.c": {"a.b.c.", "a.b.c.example.com.", "a.b.c.sub.example.com."},
		"v2.":   {"v2."},
	} {
		if diff := cmp.Diff(want, r.candidates(name)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	r.readHosts(strings.NewReader("127.0.0.1 localhost\n192.0.2.10  V2.example.com v2 # old\n2001:db8::1 v2\nnonsense v3\n"))
	if got, want := fmt.Sprint(r.known("V2")), "[192.0.2.10 2001:db8::1]"; got != want {
		t.Errorf("the hosts file has v2 at %s, want %s", got, want)
	}
	if got := r.known("v3"); got != nil {
		t.Errorf("the hosts file has v3 at %v", got)
	}
}

// A short name is found in the search domain, and a name of the hosts file
// needs no DNS.
func TestSystemLookup(t *testing.T) {
	d := rig.StartDNS(t)
	d.Move("v2.example.com", "192.0.2.10")
	r := resolver(t, d.Address)
	r.search, r.ndots = []string{"example.com"}, 1
	r.readHosts(strings.NewReader("192.0.2.30 v3\n"))
	for name, want := range map[string]string{"v2": "192.0.2.10", "v3": "192.0.2.30"} {
		if got := within(t, 10*time.Second, r, name, want); !got.Has(netip.MustParseAddr(want)) || got.Err != nil {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestNameserver(t *testing.T) {
	for text, want := range map[string]string{
		"192.0.2.53": "192.0.2.53:53", "192.0.2.53:5353": "192.0.2.53:5353", "2001:db8::53": "[2001:db8::53]:53",
		"[2001:db8::53]": "[2001:db8::53]:53", "[2001:db8::53]:5353": "[2001:db8::53]:5353",
	} {
		var n Nameserver
		if err := n.UnmarshalText([]byte(text)); err != nil || n.address != want {
			t.Errorf("%q: %q, %v; want %q", text, n.address, err, want)
		}
	}
	for _, text := range []string{"", ":53", "ns.example.com", "192.0.2.53:", "192.0.2.53:0", "192.0.2.53:99999", "192.0.2.53:x", "1.2.3"} {
		var n Nameserver
		if err := n.UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q is taken for %s", text, n.address)
		}
	}
}

// FuzzParse holds that no message can make the parser panic, or bring addresses
// of another name.
func FuzzParse(f *testing.F) {
	q := dnsmessage.Question{Name: dnsmessage.MustNewName("v2.test."), Type: dnsmessage.TypeA, Class: dnsmessage.ClassINET}
	for _, m := range []dnsmessage.Message{
		{Header: dnsmessage.Header{ID: 7, Response: true}, Questions: []dnsmessage.Question{q}},
		{Header: dnsmessage.Header{ID: 7, Response: true, RCode: 3}, Questions: []dnsmessage.Question{q}},
		{Header: dnsmessage.Header{ID: 7, Response: true, RecursionAvailable: true}, Questions: []dnsmessage.Question{q}, Answers: []dnsmessage.Resource{
			{Header: dnsmessage.ResourceHeader{Name: q.Name, Type: dnsmessage.TypeCNAME, Class: q.Class}, Body: &dnsmessage.CNAMEResource{CNAME: dnsmessage.MustNewName("w.test.")}},
			{Header: dnsmessage.ResourceHeader{Name: dnsmessage.MustNewName("w.test."), Type: q.Type, Class: q.Class}, Body: &dnsmessage.AResource{A: [4]byte{192, 0, 2, 1}}},
		}},
	} {
		packed, err := m.Pack()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(packed)
	}
	f.Fuzz(func(t *testing.T, message []byte) {
		got, err := parse(message, 7, q)
		if err != nil && len(got.addresses) > 0 {
			t.Errorf("addresses %v beside the error %v", got.addresses, err)
		}
		if err == nil && (len(message) < 12 || message[0] != 0 || message[1] != 7) {
			t.Errorf("an answer of another id is taken: %x", message)
		}
	})
}

// FuzzSystemFiles holds that no file can make the readers panic or keep more
// than they should.
func FuzzSystemFiles(f *testing.F) {
	f.Add("nameserver 192.0.2.1\nsearch a b\noptions ndots:3\n")
	f.Add("127.0.0.1 localhost\n::1 x # y\n")
	f.Fuzz(func(t *testing.T, text string) {
		r := New(nil)
		r.readConfig(strings.NewReader(text))
		r.readHosts(strings.NewReader(text))
		if len(r.servers) > 3 || r.ndots > 15 {
			t.Errorf("%d servers, ndots %d", len(r.servers), r.ndots)
		}
		r.candidates(text)
	})
}
