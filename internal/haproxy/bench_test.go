package haproxy

import (
	"bytes"
	"fmt"
	"runtime"
	"testing"
)

// dump is an answer to "show stat" as a large HAProxy gives it: backends of ten
// servers each, and 100 columns.
func dump(backends int) []byte {
	const header = "# pxname,svname,qcur,qmax,scur,smax,slim,stot,bin,bout,dreq,dresp,ereq,econ,eresp,wretr,wredis,status,weight,act,bck,chkfail,chkdown,lastchg,downtime,qlimit,pid,iid,sid,throttle,lbtot,tracked,type,rate,rate_lim,rate_max,check_status,check_code,check_duration,hrsp_1xx,hrsp_2xx,hrsp_3xx,hrsp_4xx,hrsp_5xx,hrsp_other,hanafail,req_rate,req_rate_max,req_tot,cli_abrt,srv_abrt,comp_in,comp_out,comp_byp,comp_rsp,lastsess,last_chk,last_agt,qtime,ctime,rtime,ttime,agent_status,agent_code,agent_duration,check_desc,agent_desc,check_rise,check_fall,check_health,agent_rise,agent_fall,agent_health,addr,cookie,mode,algo,conn_rate,conn_rate_max,conn_tot,intercepted,dcon,dses,wrew,connect,reuse,cache_lookups,cache_hits,srv_icur,src_ilim,qtime_max,ctime_max,rtime_max,ttime_max,eint,idle_conn_cur,safe_conn_cur,used_conn_cur,need_conn_est,\n"
	var b bytes.Buffer
	b.WriteString(header)
	for i := range backends {
		for j := range 10 {
			fmt.Fprintf(&b, "backend-%d,server-%d,0,0,3,17,100,%d,363,339,,0,,0,0,0,0,UP,1,1,0,0,0,86400,0,,1,%d,%d,,3,,2,0,,3,L7OK,200,1,0,3,0,0,0,0,,,,,0,0,,,,,2,HTTP status check returned code <200>,,0,0,1,1,,,,Layer7 check passed,,2,3,4,,,,10.0.%d.%d:8080,,http,,,,,,,,0,3,0,,,0,,0,1,4,9,0,0,0,0,1,\n", i, j, i*j, i, j, i%256, j)
		}
		fmt.Fprintf(&b, "backend-%d,BACKEND,0,0,30,170,200,%d,3630,3390,0,0,,0,0,0,0,UP,10,10,0,,0,86400,0,,1,%d,0,,30,,1,0,,30,,,,0,30,0,0,0,0,,,,30,0,0,0,0,0,0,2,,,0,0,1,1,,,,,,,,,,,,,,http,roundrobin,,,,,,,0,30,0,0,0,,,0,1,4,9,0,,,,,\n", i, i, i)
	}
	b.WriteByte('\n')
	return b.Bytes()
}

func BenchmarkReadStats(b *testing.B) {
	answer := dump(1000)
	b.SetBytes(int64(len(answer)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := NewReader(bytes.NewReader(answer)).Stats(EmptyLine); err != nil {
			b.Fatal(err)
		}
	}
}

// TestStatsKeepLittle bounds what 11,000 rows leave in memory: a plugin shares
// its host with a hundred others.
func TestStatsKeepLittle(t *testing.T) {
	answer := dump(1000)
	before := heap()
	stats, err := NewReader(bytes.NewReader(answer)).Stats(EmptyLine)
	if err != nil {
		t.Fatal(err)
	}
	const most = 6 << 20
	if kept := heap() - before; kept > most {
		t.Errorf("11,000 rows keep %d bytes, more than %d", kept, most)
	}
	runtime.KeepAlive(stats)
	runtime.KeepAlive(answer)
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
