package sessions

import (
	"fmt"
	"testing"

	"check-haproxy/internal/check"
	"check-haproxy/internal/plugin"
)

// BenchmarkReport judges a HAProxy of 11,000 rows. To answer takes HAProxy
// itself some 50 ms; judging has to vanish beside that.
func BenchmarkReport(b *testing.B) {
	var backends []check.Target
	for i := range 1000 {
		one := named(fmt.Sprintf("backend-%04d", i), backend(10))
		for j := range 10 {
			one.Backend.Servers = append(one.Backend.Servers, server(fmt.Sprintf("server-%02d", j), "UP", 3, 50))
		}
		backends = append(backends, one)
	}
	o := defaults(b)
	b.ReportAllocs()
	for b.Loop() {
		report := Report{Level: plugin.Sections}
		for _, one := range backends {
			for i := range one.Backend.Servers {
				s := &one.Backend.Servers[i]
				v := JudgeServer(one.Server(s.Name), s, o)
				report.Add(&v)
			}
			v := JudgeBackend(one, o)
			report.Add(&v)
		}
		if state := report.Result(nil).State; state != plugin.OK {
			b.Fatal(state)
		}
	}
}
