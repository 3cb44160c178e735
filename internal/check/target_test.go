package check

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"check-haproxy/internal/haproxy"
	"check-haproxy/internal/haproxy/endpoint"
)

// TestTargets: a section's rows, and the names by which patterns find it and its
// servers; of one HAProxy, and of several.
func TestTargets(t *testing.T) {
	answer := endpoint.Answer{
		Label: "lb1", Name: "/run/lb1.sock",
		Stats: &haproxy.Stats{
			Frontends: []haproxy.Frontend{{Name: "fe"}, {Name: "both"}},
			Backends:  []haproxy.Backend{{Name: "both"}, {Name: "v2"}},
		},
		Info: &haproxy.Info{UptimeSec: haproxy.Number{Value: 36, Known: true}},
	}
	for several, want := range map[bool][]string{
		false: {"v2", "v2/s1", "v2/s1", "v2"},
		true:  {"v2@lb1", "v2@lb1/s1", "v2/s1", "v2@lb1/s1", "v2", "v2@lb1", "v2@/run/lb1.sock"},
	} {
		asked := &Asked{several: several}
		frontends, backends := asked.Targets(&answer)
		if len(frontends) != 2 || len(backends) != 2 || frontends[0].IsListen() || !frontends[1].IsListen() || !backends[0].IsListen() || backends[1].IsListen() {
			t.Fatalf("frontends %+v, backends %+v", frontends, backends)
		}
		if frontends[1].Backend != &answer.Stats.Backends[0] || backends[1].Frontend != nil || backends[1].Uptime.Value != 36 {
			t.Errorf("a listen is %+v, a backend %+v", frontends[1], backends[1])
		}
		server := backends[1].Server("s1")
		got := append([]string{backends[1].Label, server.Label}, server.Names...)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("labels and names (-want +got):\n%s", diff)
		}
		if server.Name != "v2/s1" || server.Frontend != nil || backends[0].Server("s1").Frontend != nil {
			t.Errorf("the server is %+v", server)
		}
	}
	answer.Info = nil
	if _, backends := (&Asked{}).Targets(&answer); backends[1].Uptime.Known {
		t.Errorf("a page tells no uptime, and it is %+v", backends[1].Uptime)
	}
}

func TestNamesStatistics(t *testing.T) {
	for name, change := range map[string]func(*Flags){
		"--socket": func(f *Flags) { f.Socket = []string{"x"} }, "--url": func(f *Flags) { f.URL = []string{"x"} },
		"--hostname": func(f *Flags) { f.Hostname = "x" }, "--stats-file": func(f *Flags) { f.StatsFile = "x" },
	} {
		var f Flags
		if change(&f); !f.NamesStatistics() {
			t.Errorf("%s names no statistics", name)
		}
	}
	if (&Flags{}).NamesStatistics() {
		t.Error("no flag names statistics")
	}
}
