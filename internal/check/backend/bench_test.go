package backend

import (
	"fmt"
	"io"
	"strings"
	"testing"
)

// BenchmarkCheck is the whole check of 11,000 rows but for the asking; make
// bench has it beside socat.
func BenchmarkCheck(b *testing.B) {
	var csv strings.Builder
	csv.WriteString("# pxname,svname,qcur,scur,slim,stot,status,weight,act,bck,lastchg,type,check_status,last_chk,addr," + strings.Repeat("unused,", 60) + "\n")
	rest := strings.Repeat("12345,", 60)
	for backend := range 1000 {
		for server := range 10 {
			fmt.Fprintf(&csv, "b%d,s%d,0,3,100,4711,UP,1,1,0,86400,2,L7OK,,10.0.0.%d:80,%s\n", backend, server, server, rest)
		}
		fmt.Fprintf(&csv, "b%d,BACKEND,0,30,100,47110,UP,10,10,0,86400,1,,,,%s\n", backend, rest)
	}
	csv.WriteString("\n")
	answer := csv.String()
	b.SetBytes(int64(len(answer)))
	b.ReportAllocs()
	for b.Loop() {
		if code := Main([]string{"--stats-file", "-"}, strings.NewReader(answer), io.Discard, io.Discard); code != 0 {
			b.Fatalf("exit code %d", code)
		}
	}
}
