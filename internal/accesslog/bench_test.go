package accesslog

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
)

// sampleLog is about size bytes of httplog behind a header, one line every 11 ms
// with one request in fifty that finds no server.
func sampleLog(size int, header func(time.Time) string) []byte {
	var b bytes.Buffer
	backends := []string{"app/web-01", "api/node-17", "static/cdn3", "v2/v2Elb", "checkout/pay-2"}
	at := time.Date(2026, 11, 22, 14, 15, 25, 0, time.UTC)
	for i := 0; b.Len() < size; i++ {
		at = at.Add(11 * time.Millisecond)
		took := time.Duration(i*7919%900) * time.Millisecond
		accepted := at.Add(-took).Format("02/Jan/2006:15:04:05.000")
		b.WriteString(header(at))
		if i%50 == 0 {
			fmt.Fprintf(&b, "10.0.%d.%d:%d [%s] fe_main~ v2/<NOSRV> 0/-1/-1/-1/%d 503 217 - - SC-- 812/790/0/0/0 0/0 \"GET /path/v2/item?id=%d HTTP/1.1\"\n", i%250, i*7%250, 1024+i*31%60000, accepted, took.Milliseconds(), i)
			continue
		}
		fmt.Fprintf(&b, "10.0.%d.%d:%d [%s] fe_main~ %s 0/0/1/%d/%d 200 %d - - ---- 812/790/45/12/0 0/0 \"GET /path/v%d/item?id=%d HTTP/1.1\"\n",
			i%250, i*7%250, 1024+i*31%60000, accepted, backends[i%len(backends)], took.Milliseconds(), took.Milliseconds(), i*37%90000, i%9, i)
	}
	return b.Bytes()
}

func rfc3164(t time.Time) string { return t.Format("Jan _2 15:04:05") + " lb1 haproxy[47212]: " }
func iso8601(t time.Time) string {
	return t.Format("2006-01-02T15:04:05.000000-07:00") + " lb1 haproxy[47212]: "
}
func noHeader(time.Time) string { return "" }

func benchmarkLines(b *testing.B, p *Parser, data []byte) {
	b.Helper()
	lines := bytes.Count(data, []byte("\n"))
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	var nosrv int
	for b.Loop() {
		p.Scan(data, false, func(r *Record) {
			if r.NoServer {
				nosrv++
			}
		})
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(lines), "ns/line")
	if nosrv == 0 {
		b.Fatal("nothing read")
	}
}

const benchSize = 1 << 20

func BenchmarkScanRFC3164(b *testing.B) {
	benchmarkLines(b, New(testOptions), sampleLog(benchSize, rfc3164))
}
func BenchmarkScanISO(b *testing.B) {
	benchmarkLines(b, New(testOptions), sampleLog(benchSize, iso8601))
}
func BenchmarkScanRaw(b *testing.B) {
	benchmarkLines(b, New(testOptions), sampleLog(benchSize, noHeader))
}

// Lines in no order that a processor could learn, as real ones are: fields of
// any length after each other.
func BenchmarkScanRandom(b *testing.B) {
	lines := bytes.SplitAfter(sampleLog(benchSize, rfc3164), []byte("\n"))
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
	benchmarkLines(b, New(testOptions), bytes.Join(lines, nil))
}

// The formats as recorded, short and full of redirects, denials and NOSRV.
func BenchmarkScanCaptured(b *testing.B) {
	for _, name := range []string{"httplog", "httpslog", "clf", "captures", "custom-flat", "custom-epoch", "custom-json"} {
		b.Run(name, func(b *testing.B) {
			data := bytes.Repeat(readFile(b, captures, "formats-2.6", name+".log"), 20)
			benchmarkLines(b, formatParser(b, name), data)
		})
	}
}

func BenchmarkScanDocker(b *testing.B) {
	var wrapped bytes.Buffer
	for line := range bytes.Lines(sampleLog(benchSize, noHeader)) {
		line = bytes.TrimSpace(line)
		fmt.Fprintf(&wrapped, "{\"log\":%q,\"stream\":\"stdout\",\"time\":\"2026-11-22T14:15:25.123456789Z\"}\n", append(line, '\n'))
	}
	benchmarkLines(b, New(testOptions), wrapped.Bytes())
}

// BenchmarkReference is the plain twin on the same lines.
func BenchmarkReference(b *testing.B) {
	data := sampleLog(benchSize, rfc3164)
	lines := bytes.Count(data, []byte("\n"))
	p := New(testOptions)
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		var rec Record
		for line := range bytes.Lines(data) {
			p.parseReference(line, false, &rec)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(lines), "ns/line")
}

// BenchmarkNewlines is the ceiling: finding the line ends and nothing else.
func BenchmarkNewlines(b *testing.B) {
	data := sampleLog(benchSize, rfc3164)
	lines := bytes.Count(data, []byte("\n"))
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		for rest := data; len(rest) > 0; {
			rest = rest[bytes.IndexByte(rest, '\n')+1:]
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(lines), "ns/line")
}
