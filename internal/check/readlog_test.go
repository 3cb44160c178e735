package check

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"check-haproxy/internal/accesslog"
	"check-haproxy/internal/logsource"
)

// classes counts lines by class.
type classes map[accesslog.Class]int

func (c classes) Add(r *accesslog.Record) { c[r.Class] += r.Times }

func (c classes) Merge(other classes) {
	for class, n := range other {
		c[class] += n
	}
}

// A container's log whose lines are cut in two by its runtime, anywhere, so that
// blocks end behind a first half too: whoever reads the next block, both halves are
// one request.
func TestCountsDoNotDependOnTheScheduler(t *testing.T) {
	const lost = `10.0.0.1:5 [22/Nov/2026:14:15:25.924] fe v2/<NOSRV> 0/-1/-1/-1/0 503 212 - - SC-- 1/1/0/0/0 0/0 "GET /`
	var b strings.Builder
	want := classes{}
	at := time.Date(2026, 11, 22, 14, 0, 0, 0, time.UTC)
	for i := 0; b.Len() < 3<<20; i++ {
		at = at.Add(10 * time.Millisecond)
		stamp := at.Format(time.RFC3339Nano) + " stdout "
		line := fmt.Sprintf("%s%d", lost, i)
		cut := 1 + i%(len(line)-1)
		fmt.Fprintf(&b, "%sP %s\n%sF %s\n", stamp, line[:cut], stamp, line[cut:])
		want[accesslog.Request]++
		if i%3 == 0 {
			fmt.Fprintf(&b, "%sF %s%s\n", stamp, lost, strings.Repeat("x", i%1000))
			want[accesslog.Request]++
		}
	}
	path := filepath.Join(t.TempDir(), "haproxy.log")
	if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	f := &LogFlags{}
	stretch := Stretch{At: at.Add(time.Second), Window: time.Hour, Baseline: time.Hour}
	for range 100 {
		got, _, err := ReadLog(context.Background(), f, logsource.Files([]string{path}, nil), stretch, func() classes { return classes{} })
		if err != nil {
			t.Fatal(err)
		}
		if got[accesslog.Request] != want[accesslog.Request] || len(got) != 1 {
			t.Fatalf("%v, want %v", got, want)
		}
	}
}
