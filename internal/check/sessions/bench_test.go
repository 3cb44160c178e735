package sessions

import (
	"fmt"
	"testing"

	"check-haproxy/internal/haproxy"
	"check-haproxy/internal/plugin"
)

// BenchmarkReport judges a HAProxy of 11,000 rows. To answer takes HAProxy
// itself some 50 ms; judging has to vanish beside that.
func BenchmarkReport(b *testing.B) {
	var backends []haproxy.Backend
	for i := range 1000 {
		one := backend(10)
		one.Name = fmt.Sprintf("backend-%04d", i)
		for j := range 10 {
			one.Servers = append(one.Servers, server(fmt.Sprintf("server-%02d", j), "UP", 3, 50))
		}
		backends = append(backends, one)
	}
	o := defaults(b)
	b.ReportAllocs()
	for b.Loop() {
		report := Report{Level: plugin.Sections}
		for _, one := range backends {
			section := subject(one.Name)
			for _, s := range one.Servers {
				v := JudgeServer(section.Server(s.Name), &s, o)
				report.Add(&v)
			}
			v := JudgeBackend(section, one, o)
			report.Add(&v)
		}
		if state := report.Result(nil).State; state != plugin.OK {
			b.Fatal(state)
		}
	}
}
