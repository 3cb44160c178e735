package overview

import (
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"check-haproxy/internal/check"
	"check-haproxy/internal/haproxy/endpoint"
	"check-haproxy/test/rig"
)

// TestFirstToExpire: certificates are asked for once a minute, and only where a
// socket answered.
func TestFirstToExpire(t *testing.T) {
	var asked atomic.Int32
	socket := rig.StatsSocket(t, func(command string) string {
		switch command {
		case "show info":
			return "Name: HAProxy\nVersion: 3.2.4\nPid: 7\n\n"
		case "show ssl cert":
			asked.Add(1)
			return "# filename\n/etc/haproxy/www.pem\n\n"
		case "show ssl cert /etc/haproxy/www.pem":
			return "Filename: /etc/haproxy/www.pem\nStatus: Used\nnotAfter: Jan 16 02:48:18 2027 GMT\nSHA1 FingerPrint: AA\n\n"
		}
		return "Unknown command\n\n"
	})
	var f flags
	f.Socket = []string{socket}
	now := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	onSocket := &check.Asked{Answers: []endpoint.Answer{{Socket: true}}}
	var first firstToExpire
	if v := first.of(t.Context(), &f, &check.Asked{Answers: []endpoint.Answer{{}}}, now); v != nil || asked.Load() != 0 {
		t.Errorf("of a page: %+v, asked %d times", v, asked.Load())
	}
	for _, test := range []struct {
		after time.Duration
		asked int32
	}{{0, 1}, {certificatesFor, 1}, {certificatesFor + time.Second, 2}} {
		v := first.of(t.Context(), &f, onSocket, now.Add(test.after))
		if v == nil || !strings.HasPrefix(v.Sentence(), "www.pem expires in 51 days, on 2027-01-16") || asked.Load() != test.asked {
			t.Errorf("after %s: %+v, asked %d times", test.after, v, asked.Load())
		}
	}
}
