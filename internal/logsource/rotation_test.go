package logsource

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"check-haproxy/internal/advice"
)

func TestParseSuffix(t *testing.T) {
	tests := map[string]struct {
		want suffix
		ok   bool
	}{
		"":                       {suffix{}, true},
		".1":                     {suffix{number: 1}, true},
		".12.gz":                 {suffix{number: 12, compressed: ".gz"}, true},
		".3.xz":                  {suffix{number: 3, compressed: ".xz"}, true},
		"-20261122":              {suffix{date: "20261122"}, true},
		"-2026112215":            {suffix{date: "2026112215"}, true},
		"-20261122.gz":           {suffix{date: "20261122", compressed: ".gz"}, true},
		"-2026-11-22_15:30.zst":  {suffix{date: "202611221530", compressed: ".zst"}, true},
		".20261122":              {suffix{date: "20261122"}, true},
		"-1795361600":            {suffix{date: "1795361600"}, true},
		".gz":                    {},
		".bak":                   {},
		".1.bak":                 {},
		"-old":                   {},
		"-12":                    {},
		".":                      {},
		"-":                      {},
		"2":                      {},
		".-":                     {},
		"-999999999999999999999": {},
	}
	for s, tt := range tests {
		got, ok := parseSuffix(s)
		if got != tt.want || ok != tt.ok {
			t.Errorf("%q: %+v, %v; want %+v, %v", s, got, ok, tt.want, tt.ok)
		}
	}
}

func FuzzSuffix(f *testing.F) {
	for _, s := range []string{"haproxy.log.1", "haproxy.log-20261122.gz", "a.1.2-20261122", ".", "-.1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, name string) {
		for _, stem := range stems(name) {
			if _, ok := parseSuffix(name[len(stem):]); !ok || stem == "" || !strings.HasPrefix(name, stem) {
				t.Errorf("%q is said to come from %q", name, stem)
			}
		}
	})
}

func TestOrderOfSiblings(t *testing.T) {
	for _, want := range [][]string{
		{"log", "log.1", "log.2.gz", "log.3.gz", "log.10.gz"},
		{"log", "log-20261122", "log-20261121.gz", "log-20251231.gz"},
		{"log", "log-2026112215", "log-2026112214.gz"},
		{"log", "log-20261122", "log.1", "log.2.gz"}, // by the time of change
	} {
		dir := t.TempDir()
		for i, name := range want {
			setTime(t, write(t, filepath.Join(dir, name), "x"), noon.Add(-time.Duration(i)*time.Hour))
		}
		write(t, filepath.Join(dir, "log.swp"), "x")
		write(t, filepath.Join(dir, "logger"), "x")
		siblings, err := log{dir, "log"}.list()
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, s := range siblings {
			got = append(got, filepath.Base(s.path))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	}
}

// TestSiblings reads a stretch over all kinds of siblings.
func TestSiblings(t *testing.T) {
	for name, suffixes := range map[string][]string{
		"numbered": {".3.gz", ".2.gz", ".1", ""},
		"all gz":   {".3.gz", ".2.gz", ".1.gz", ""},
		"dated":    {"-20261120.gz", "-20261121.gz", "-20261122", ""},
		"by hour":  {"-2026112209.gz", "-2026112210.gz", "-2026112211", ""},
		"plain":    {".3", ".2", ".1", ""},
	} {
		for _, copied := range []bool{false, true} { // copied files have the time of copying
			t.Run(fmt.Sprint(name, copied), func(t *testing.T) {
				path := logPath(t)
				for i, suffix := range suffixes {
					text := minutes(noon.Add(time.Duration(i)*time.Hour), 60*i, 60)
					if strings.HasSuffix(suffix, ".gz") {
						text = zipped(text)
					}
					write(t, path+suffix, text)
					if !copied {
						setTime(t, path+suffix, noon.Add(time.Duration(i+1)*time.Hour-time.Minute))
					}
				}
				for from := range 239 {
					if from%7 != 0 {
						continue
					}
					span := Span{From: noon.Add(time.Duration(from) * time.Minute), To: noon.Add(4 * time.Hour)}
					got, report := readAll(t, Files([]string{path}, nil), span)
					got.wants(numbers(from, 239)...)
					if report.Earliest.After(span.From) {
						t.Errorf("from %d: earliest %v, want %v or before", from, report.Earliest, span.From)
					}
					if want := noon.Add(239 * time.Minute); !report.Newest.Equal(want) {
						t.Errorf("newest %v, want %v", report.Newest, want)
					}
				}
				got, report := readAll(t, Files([]string{path}, nil), Span{From: noon.Add(200 * time.Minute), To: noon.Add(4 * time.Hour)})
				got.wants(numbers(200, 239)...)
				if files := report.Files; slices.ContainsFunc(files, func(f File) bool { return strings.HasSuffix(f.Path, ".gz") }) {
					t.Errorf("files read for the last hour: %v", files)
				}
				got, report = readAll(t, Files([]string{path}, nil), Span{From: noon.Add(-24 * time.Hour), To: noon.Add(4 * time.Hour)})
				got.wants(numbers(0, 239)...)
				if !report.Earliest.Equal(noon) || len(report.Files) != 4 {
					t.Errorf("earliest %v, files %v", report.Earliest, report.Files)
				}
			})
		}
	}
}

// TestOldSiblingsAreLeftAlone wants no compressed file read that cannot be needed.
func TestOldSiblingsAreLeftAlone(t *testing.T) {
	path := logPath(t)
	write(t, path+".2.gz", zipped(minutes(noon.Add(-48*time.Hour), 0, 60)))
	setTime(t, path+".2.gz", noon.Add(-47*time.Hour))
	write(t, path+".1.gz", zipped(minutes(noon.Add(-24*time.Hour), 100, 60)))
	setTime(t, path+".1.gz", noon.Add(-23*time.Hour))
	write(t, path, "")
	setTime(t, path, noon)
	got, report := readAll(t, Files([]string{path}, nil), Span{From: noon.Add(-time.Hour), To: noon})
	got.only()
	if want := noon.Add(-24 * time.Hour); !report.Earliest.Equal(want) {
		t.Errorf("earliest %v, want %v", report.Earliest, want)
	}
	if want := noon.Add(-23 * time.Hour); !report.Newest.Equal(want) {
		t.Errorf("newest %v, want %v", report.Newest, want)
	}
}

func TestUnreadSibling(t *testing.T) {
	for suffix, word := range map[string]string{".1.xz": "xzcat", ".1.zst": "zstdcat", ".1.bz2": "bzcat", "-20261122.xz": "xzcat"} {
		path := logPath(t)
		write(t, path, minutes(noon, 0, 60))
		write(t, path+suffix, "who knows")
		_, report := readAll(t, Files([]string{path}, nil), Span{From: noon.Add(10 * time.Minute), To: noon.Add(time.Hour)})
		if len(report.Unread) != 0 {
			t.Errorf("%s: not needed, yet unread: %v", suffix, report.Unread)
		}
		got, report := readAll(t, Files([]string{path}, nil), Span{From: noon.Add(-10 * time.Minute), To: noon.Add(time.Hour)})
		got.wants(numbers(0, 59)...)
		if len(report.Unread) != 1 || !strings.Contains(report.Unread[0].Reason, word) || !report.Earliest.Equal(noon) {
			t.Errorf("%s: unread %v, earliest %v", suffix, report.Unread, report.Earliest)
		}
	}
}

// rotator does to a log what logrotate does, in steps.
type rotator struct {
	t    testing.TB
	path string
}

func (r rotator) move(from, to string) {
	if err := os.Rename(r.path+from, r.path+to); err != nil {
		r.t.Error(err)
	}
}

func (r rotator) read(suffix string) string {
	b, err := os.ReadFile(r.path + suffix)
	if err != nil {
		r.t.Error(err)
	}
	return string(b)
}

func (r rotator) write(suffix, text string) {
	if err := os.WriteFile(r.path+suffix, []byte(text), 0o644); err != nil {
		r.t.Error(err)
	}
}

func (r rotator) append(suffix, text string) {
	f, err := os.OpenFile(r.path+suffix, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		r.t.Error(err)
		return
	}
	defer f.Close()
	f.WriteString(text)
}

func (r rotator) truncate() {
	if err := os.Truncate(r.path, 0); err != nil {
		r.t.Error(err)
	}
}

func (r rotator) remove(suffix string) {
	if err := os.Remove(r.path + suffix); err != nil {
		r.t.Error(err)
	}
}

// rotations are the ways to rotate, each as the steps between which a reader may look. Lines 0 to 39 are in .2.gz, to 79 in
// .1, the rest in the log itself.
var rotations = map[string][]func(r rotator){
	"rename and create": {
		func(r rotator) { r.move(".2.gz", ".3.gz") },
		func(r rotator) { r.move(".1", ".2") },
		func(r rotator) { r.move("", ".1") },
		func(r rotator) { r.append(".1", lineAt(noon.Add(2*time.Hour), 9000)) }, // its writer does not know yet
		func(r rotator) { r.write("", "") },
		func(r rotator) { r.append("", lineAt(noon.Add(2*time.Hour), 9001)) },
	},
	"copytruncate": {
		func(r rotator) { r.move(".2.gz", ".3.gz") },
		func(r rotator) { r.move(".1", ".2") },
		func(r rotator) { r.write(".1", "") },
		func(r rotator) { text := r.read(""); r.write(".1", text[:len(text)/3]) },
		func(r rotator) { text := r.read(""); r.write(".1", text) },
		func(r rotator) { r.truncate() },
		func(r rotator) { r.append("", lineAt(noon.Add(2*time.Hour), 9000)) },
	},
	"copytruncate and compress": {
		func(r rotator) { r.move(".2.gz", ".3.gz") },
		func(r rotator) { r.move(".1", ".2") },
		func(r rotator) { text := r.read(""); r.write(".1", text); r.truncate() },
		func(r rotator) { r.write(".1.gz", zipped(r.read(".1"))); r.remove(".1") },
	},
	"cut short and grown beyond its size": {
		func(r rotator) { r.move(".2.gz", ".3.gz") },
		func(r rotator) { r.move(".1", ".2") },
		func(r rotator) {
			text := r.read("")
			r.write(".1", text)
			r.truncate()
			var more strings.Builder
			for i := range 4 * len(text) / 50 {
				more.WriteString(lineAt(noon.Add(2*time.Hour), 9000+i))
			}
			r.append("", more.String())
		},
	},
	"compress": {
		func(r rotator) { r.write(".1.gz", "") },
		func(r rotator) { z := zipped(r.read(".1")); r.write(".1.gz", z[:len(z)/2]) },
		func(r rotator) { r.write(".1.gz", zipped(r.read(".1"))) },
		func(r rotator) { r.remove(".1") },
	},
	"rename without create": {
		func(r rotator) { r.move(".1", ".2") },
		func(r rotator) { r.move("", ".1") },
	},
}

var steps = []string{"listing", "listed", "opened", "planned", "reading", "read"}

// TestRotation performs each way to rotate with each division of its steps over two moments of a reading, or over the time
// before it and one moment.
func TestRotation(t *testing.T) {
	for name, moves := range rotations {
		t.Run(name, func(t *testing.T) {
			for first := range steps {
				for second := first; second < len(steps); second++ {
					for split := range len(moves) + 1 {
						for start := range split + 1 {
							if start > 0 && (first != second || start != split) {
								continue
							}
							rotateWhileRead(t, moves, start, split, steps[first], steps[second])
						}
					}
				}
			}
		})
	}
}

// rotateWhileRead does the first moves before reading, then moves up to split at one step and the rest at another.
func rotateWhileRead(t *testing.T, moves []func(rotator), start, split int, first, second string) {
	t.Helper()
	dir, err := os.MkdirTemp(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "haproxy.log")
	text := func(from, to int) string {
		var b strings.Builder
		for n := from; n < to; n++ {
			b.WriteString(lineAt(noon.Add(time.Duration(n)*time.Second), n))
		}
		return b.String()
	}
	write(t, path+".2.gz", zipped(text(0, 40)))
	write(t, path+".1", text(40, 80))
	write(t, path, text(80, 120))
	r := rotator{t, path}
	do := func(moves []func(rotator)) {
		for _, move := range moves {
			move(r)
		}
	}
	do(moves[:start])
	var lock sync.Mutex
	doneFirst, doneSecond := false, false
	source := &files{patterns: []string{path}, hook: func(step string) {
		lock.Lock()
		defer lock.Unlock()
		if step == first && !doneFirst {
			doneFirst = true
			do(moves[start:split])
		} else if step == second && !doneSecond {
			doneSecond = true
			do(moves[split:])
		}
	}}
	got, report := readAll(t, source, Span{From: noon.Add(10 * time.Second), To: noon.Add(time.Hour)})
	got.wants(numbers(10, 119)...)
	if len(report.Unread) > 0 {
		t.Errorf("unread: %v", report.Unread)
	}
	if t.Failed() {
		t.Fatalf("moves before: %d, at %s: up to %d, then at %s", start, first, split, second)
	}
}

// TestRotationStress reads while a writer writes, rotates in all ways, and compresses. Each reading must have each line that was
// written before it began, back to what was removed, and no line twice.
func TestRotationStress(t *testing.T) {
	path := logPath(t)
	r := rotator{t, path}
	const keep = 4
	var (
		lock            sync.Mutex
		written, oldest int // numbers of the last line written, and of the first that is sure to be still there
	)
	r.write("", "")
	stop := make(chan struct{})
	var writer sync.WaitGroup
	writer.Go(func() {
		begins := []int{0} // of the files, oldest first
		for turn := 0; ; turn++ {
			for range 400 {
				lock.Lock()
				n := written + 1
				lock.Unlock()
				r.append("", lineAt(noon.Add(time.Duration(n)*time.Millisecond), n))
				lock.Lock()
				written = n
				lock.Unlock()
			}
			select {
			case <-stop:
				return
			default:
			}
			lock.Lock()
			begins = append(begins, written+1)
			if len(begins) > keep {
				begins = begins[len(begins)-keep:]
			}
			oldest = begins[min(1, len(begins)-1)] // the next rotation removes the first
			lock.Unlock()
			os.Remove(fmt.Sprintf("%s.%d.gz", path, keep))
			for i := keep - 1; i >= 2; i-- {
				os.Rename(fmt.Sprintf("%s.%d.gz", path, i), fmt.Sprintf("%s.%d.gz", path, i+1))
			}
			if _, err := os.Stat(path + ".1"); err == nil {
				r.move(".1", ".2")
				z := zipped(r.read(".2"))
				r.write(".2.gz", z[:len(z)/2])
				r.write(".2.gz", z)
				r.remove(".2")
			}
			if turn%2 == 0 {
				r.move("", ".1")
				r.write("", "")
			} else {
				text := r.read("")
				r.write(".1", text[:len(text)/2])
				r.write(".1", text)
				r.truncate()
			}
		}
	})
	deadline := time.Now().Add(1500 * time.Millisecond)
	readings := 0
	for time.Now().Before(deadline) && !t.Failed() {
		lock.Lock()
		to := written
		lock.Unlock()
		got, report := readAll(t, Files([]string{path}, nil), Span{From: noon, To: noon.Add(time.Hour)})
		lock.Lock()
		from := oldest
		lock.Unlock()
		if len(report.Unread) > 0 {
			continue // said so
		}
		if from <= to {
			got.wants(numbers(max(from, 1), to)...)
		}
		readings++
	}
	close(stop)
	writer.Wait()
	if readings < 10 {
		t.Errorf("only %d readings", readings)
	}
}

func TestGlobs(t *testing.T) {
	dir := t.TempDir()
	n := 0
	for _, name := range []string{"a.log", "a.log.1", "b.log.1", "b.log.2.gz", "c.log", "other"} {
		text := minutes(noon.Add(time.Duration(n)*time.Minute), n, 1)
		if strings.HasSuffix(name, ".gz") {
			text = zipped(text)
		}
		write(t, filepath.Join(dir, name), text)
		n++
	}
	if err := os.Mkdir(filepath.Join(dir, "d.log"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("a.log", filepath.Join(dir, "link.log")); err != nil {
		t.Fatal(err)
	}
	all := Span{From: noon.Add(-time.Hour), To: noon.Add(time.Hour)}
	for _, tt := range []struct {
		patterns []string
		want     []int
	}{
		{[]string{"a.log"}, []int{0, 1}},
		{[]string{"*.log"}, numbers(0, 4)}, // b.log by its siblings alone, a.log by two names
		{[]string{"*"}, numbers(0, 5)},
		{[]string{"a.log", "*", "./a.log", "a.log.1", "link.log"}, numbers(0, 5)},
		{[]string{"a.log.1"}, []int{1}},
		{[]string{"b.log"}, []int{2, 3}},
		{[]string{"[ac].log"}, []int{0, 1, 4}},
	} {
		var patterns []string
		for _, p := range tt.patterns {
			patterns = append(patterns, dir+"/"+p)
		}
		got, _ := readAll(t, Files(patterns, nil), all)
		got.wants(tt.want...)
		got.only(tt.want...)
	}
	got, _ := readAll(t, Files([]string{filepath.Dir(dir) + "/*/c.log"}, nil), all)
	got.wants(4)
}

func TestLogWithSiblingsAlone(t *testing.T) {
	path := logPath(t)
	write(t, path+".1", minutes(noon, 0, 10))
	got, report := readAll(t, Files([]string{path}, nil), Span{})
	got.wants(numbers(0, 9)...)
	if len(report.Notes) != 1 || !strings.Contains(report.Notes[0], path+" is not there") {
		t.Errorf("notes %q", report.Notes)
	}
}

func TestBadPatterns(t *testing.T) {
	dir := t.TempDir()
	for pattern, word := range map[string]string{
		dir:                      "is a directory",
		dir + "/nothing.log":     "nothing matches",
		dir + "/nothing*":        "nothing matches",
		dir + "/no/such/file":    "nothing matches",
		dir + "/[":               "not a file pattern",
		"/proc/self/exe/haproxy": "a part of the path is a file",
		"/nonexistent/*/*.log":   "nothing matches",
		"":                       "is a directory",
	} {
		_, err := Files([]string{pattern}, nil).Read(context.Background(), Span{}, 2, utc, func(int, Chunk) {})
		if err == nil || !strings.Contains(advice.Whole(err), word) {
			t.Errorf("%q: %v; want %s", pattern, err, word)
		}
	}
}

func TestCompressedByName(t *testing.T) {
	path := logPath(t)
	write(t, path, zipped(minutes(noon, 0, 10))) // whatever its name
	got, _ := readAll(t, Files([]string{path}, nil), Span{From: noon, To: noon.Add(time.Hour)})
	got.wants(numbers(0, 9)...)
	broken := zipped(minutes(noon, 0, 10))
	write(t, path, broken[:len(broken)-9])
	got, report := readAll(t, Files([]string{path}, nil), Span{})
	got.wants(numbers(0, 9)...)
	if len(report.Unread) != 1 || !strings.Contains(report.Unread[0].Reason, "cannot read "+path+": it is damaged") || !report.Unread[0].Until.IsZero() {
		t.Errorf("a broken file: %+v", report.Unread)
	}
}

// TestDamagedSibling wants what can be read of a log with a sibling that cannot, and until when lines may be missing.
func TestDamagedSibling(t *testing.T) {
	whole := zipped(minutes(noon.Add(-time.Hour), 0, 60))
	var torn strings.Builder // so long that a good part comes out before the damage
	for i := range 20_000 {
		torn.WriteString(lineAt(noon.Add(-time.Hour).Add(time.Duration(i)*100*time.Millisecond), 1000+i))
	}
	wrong := []byte(whole)
	wrong[len(wrong)-6] ^= 0x55 // of the checksum
	for name, tt := range map[string]struct {
		suffix, text string
		reason       string
		some         bool // lines come all the same
	}{
		"empty":             {".1.gz", "", "it is empty, though it is called compressed", false},
		"no gzip":           {".1.gz", "what is this?", "it is damaged (gzip: invalid header)", false},
		"cut short":         {".1.gz", zipped(torn.String())[:40_000], "it is damaged (unexpected EOF)", true},
		"its end missing":   {".1.gz", whole[:len(whole)-4], "it is damaged (unexpected EOF)", true},
		"a wrong byte":      {".1.gz", string(wrong), "it is damaged (gzip: invalid checksum)", true},
		"a dated sibling":   {"-20261122.gz", "", "it is empty", false},
		"another program's": {".1.xz", "who knows", "only gzip is read here", false},
	} {
		t.Run(name, func(t *testing.T) {
			path := logPath(t)
			write(t, path+tt.suffix, tt.text)
			write(t, path, minutes(noon, 100, 60))
			got, report := readAll(t, Files([]string{path}, nil), Span{From: noon.Add(-30 * time.Minute), To: noon.Add(time.Hour)})
			got.wants(numbers(100, 159)...)
			if len(report.Unread) != 1 || !strings.Contains(report.Unread[0].Reason, tt.reason) {
				t.Fatalf("unread: %+v", report.Unread)
			}
			// The first lines of a file do not decide: a few may have a wrong time.
			if until := report.Unread[0].Until; until.Before(noon) || until.After(noon.Add(10*time.Minute)) || report.Earliest.Before(noon) {
				t.Errorf("until %v, earliest %v; want the first line of the log, %v", until, report.Earliest, noon)
			}
			if some := len(got.seen) > 60; some != tt.some {
				t.Errorf("lines came of it: %v", some)
			}
			_, report = readAll(t, Files([]string{path}, nil), Span{From: noon.Add(20 * time.Minute), To: noon.Add(time.Hour)})
			if len(report.Unread) != 0 {
				t.Errorf("not needed, yet unread: %+v", report.Unread)
			}
		})
	}
}

// TestChanged wants to know when a log was last written to, and what its newest line says.
func TestChanged(t *testing.T) {
	path, other := logPath(t), logPath(t)
	setTime(t, write(t, path, minutes(noon, 0, 60)), noon.Add(2*time.Hour))
	setTime(t, write(t, other, minutes(noon, 100, 60)), noon.Add(time.Hour))
	span := Span{From: noon.Add(10 * time.Minute), To: noon.Add(20 * time.Minute)}
	for name, tt := range map[string]struct {
		paths         []string
		changed, last time.Time
	}{
		"one":                {[]string{other}, noon.Add(time.Hour), noon.Add(59 * time.Minute)},
		"the one that lags":  {[]string{path, other}, noon.Add(2 * time.Hour), noon.Add(59 * time.Minute)},
		"in the other order": {[]string{other, path}, noon.Add(2 * time.Hour), noon.Add(59 * time.Minute)},
	} {
		_, report := readAll(t, Files(tt.paths, nil), span)
		if !report.Changed.Equal(tt.changed) || !report.Last.Equal(tt.last) {
			t.Errorf("%s: changed %v, last line %v; want %v, %v", name, report.Changed, report.Last, tt.changed, tt.last)
		}
	}
	setTime(t, write(t, path+".1", minutes(noon, 0, 60)), noon.Add(time.Hour))
	setTime(t, write(t, path, ""), noon.Add(5*time.Hour)) // just rotated
	if _, report := readAll(t, Files([]string{path}, nil), span); !report.Changed.Equal(noon.Add(time.Hour)) {
		t.Errorf("just rotated: changed %v", report.Changed)
	}
	if _, report := readAll(t, Files([]string{"-"}, strings.NewReader(minutes(noon, 0, 60))), span); !report.Changed.IsZero() {
		t.Errorf("standard input: changed %v", report.Changed)
	}
}
