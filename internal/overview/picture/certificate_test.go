package picture

import (
	"strings"
	"testing"
	"time"

	"check-haproxy/internal/check/certs"
	"check-haproxy/internal/haproxy"
	"check-haproxy/internal/overview/draw"
	"check-haproxy/internal/plugin/threshold"
)

// TestCertificate: the head says which certificate expires first, and marks one
// that expires soon.
func TestCertificate(t *testing.T) {
	now := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	for days, want := range map[int]string{
		52: "first certificate to expire: www.pem expires in 52 days, on 2027-01-16\n",
		3:  "X first certificate to expire: www.pem expires in 3 days, on 2026-11-28\n",
	} {
		v := certs.Judge(certs.Subject{Certificate: &haproxy.Certificate{Name: "www.pem", NotAfter: now.AddDate(0, 0, days)}, Label: "www.pem"},
			certs.Options{Critical: threshold.Rules{threshold.All(certs.DefaultCritical)}, Now: now})
		p := Of(Facts{At: now, Certificate: &v})
		var text strings.Builder
		for _, line := range p.certificate(draw.Canvas{ASCII: true}) {
			text.WriteString(line.String() + "\n")
		}
		if text.String() != want {
			t.Errorf("with %d days left the head says %q, want %q", days, text.String(), want)
		}
	}
	if lines := Of(Facts{At: now}).certificate(draw.Canvas{}); lines != nil {
		t.Errorf("without a certificate it says %v", lines)
	}
}
