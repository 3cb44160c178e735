package haproxy

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func readCounters(t *testing.T, answer []byte) *Stats {
	t.Helper()
	r := NewReader(bytes.NewReader(answer))
	r.Counters = true
	stats, err := r.Stats(EmptyLine)
	if err != nil {
		t.Fatal(err)
	}
	return stats
}

// TestCountersOfCaptures: what a BACKEND row's failed connections are more than
// its servers' is the number of requests without a server, which the recorded
// log tells too (testdata/captures/truth.json). The five in the queue had not
// given up yet when the statistics were asked.
func TestCountersOfCaptures(t *testing.T) {
	for name, want := range map[string]map[string]int64{
		"1.8/stat.csv": {"bkpdown": 3, "dns": 2, "down": 7, "drain": 1, "empty": 3, "maint": 4, "rising": 2, "tcpdown": 3, "zero": 1},
		"3.2/stat.csv": {"bkpdown": 3, "dns": 2, "down": 7, "drain": 1, "empty": 3, "maint": 4, "rising": 2, "tcpdown": 3, "zero": 1, "nolb": 1},
	} {
		got := map[string]int64{}
		for _, b := range readCounters(t, capture(t, name)).Backends {
			left := b.Counters.FailedConnections.Value
			for _, s := range b.Servers {
				left -= s.Counters.FailedConnections.Value
			}
			if left != 0 {
				got[b.Name] = left
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

const countersHeader = "# pxname,svname,status,weight,bck,type,stot,econ,eresp,wretr,wredis,chkdown,hrsp_1xx,hrsp_2xx,hrsp_3xx,hrsp_4xx,hrsp_5xx,hrsp_other,cli_abrt,srv_abrt,rtime,"

func TestCounters(t *testing.T) {
	stats := readCounters(t, []byte(rows(countersHeader,
		"api,s1,UP,1,0,2,100,1,2,3,4,5,6,7,8,9,10,11,12,13,14,",
		"api,s2,UP,1,0,2,-1,many,4294967295,,,,,,,,,,,,99999999999999999999,",
		"api,BACKEND,UP,1,0,1,101,,,,,,0,1,2,3,4,,,,,")+"\n"))
	api := stats.Backends[0]
	want := []*Counters{
		{
			Sessions: known(100), FailedConnections: known(1), FailedResponses: known(2), Retries: known(3), Redispatches: known(4), Downs: known(5),
			Answers: known(6 + 7 + 8 + 9 + 10 + 11), ServerErrors: known(10), ClientAborts: known(12), ServerAborts: known(13), ResponseTime: known(14),
		},
		{Sessions: Number{Damaged: true}, FailedConnections: Number{Damaged: true}, FailedResponses: Number{Damaged: true}, ResponseTime: Number{Damaged: true}},
		{Sessions: known(101), ServerErrors: known(4)},
	}
	if diff := cmp.Diff(want, []*Counters{api.Servers[0].Counters, api.Servers[1].Counters, api.Counters}); diff != "" {
		t.Error(diff)
	}
}

// TestCountersOnDemand: a check of the present neither reads nor keeps them, so
// that a damaged one is nothing to it.
func TestCountersOnDemand(t *testing.T) {
	stats, err := readStats([]byte(rows(countersHeader,
		"api,s1,UP,1,0,2,1,many,,,,,,,,,,,,,,",
		"api,BACKEND,UP,1,0,1,1,many,,,,,,,,,,,,,,")+"\n"), EmptyLine)
	if err != nil {
		t.Fatal(err)
	}
	if b := stats.Backends[0]; b.Counters != nil || b.Servers[0].Counters != nil {
		t.Errorf("counters were read: %+v, %+v", b.Counters, b.Servers[0].Counters)
	}
}

// TestTraffic: a FRONTEND row counts requests apart from sessions, which are all
// there is in TCP mode and of a backend.
func TestTraffic(t *testing.T) {
	stats := readCounters(t, []byte(rows("# pxname,svname,status,weight,bck,type,mode,stot,req_tot,bin,bout,",
		"web,FRONTEND,OPEN,,,0,http,5,9,100,2000,",
		"old,FRONTEND,OPEN,,,0,,5,,100,many,",
		"raw,FRONTEND,OPEN,,,0,tcp,5,0,7,8,",
		"api,s1,UP,1,0,2,http,3,4,1,1,",
		"api,BACKEND,UP,1,0,1,http,3,4,10,20,")+"\n"))
	got := []*Traffic{stats.Backends[0].Traffic}
	for _, f := range stats.Frontends {
		got = append(got, f.Traffic)
	}
	want := []*Traffic{
		{Requests: known(3), BytesIn: known(10), BytesOut: known(20)},
		{Requests: known(9), BytesIn: known(100), BytesOut: known(2000)},
		{Requests: known(5), BytesIn: known(100)},
		{Requests: known(5), BytesIn: known(7), BytesOut: known(8)},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
