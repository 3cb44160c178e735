package logsource

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// soon is a context that ends while a reading is blocked.
func soon(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Millisecond)
	t.Cleanup(cancel)
	return ctx
}

// wantTimeout fails unless reading ends with its context, and hands nothing over afterwards.
func wantTimeout(t *testing.T, s Source) {
	t.Helper()
	var returned, after atomic.Bool
	_, err := s.Read(soon(t), Span{}, 2, utc, func(int, Chunk) {
		if returned.Load() {
			after.Store(true)
		}
	})
	returned.Store(true)
	if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "not read in time") {
		t.Errorf("error %v, want a timeout", err)
	}
	runtime.Gosched()
	if after.Load() {
		t.Error("a line came after the end")
	}
}

func TestBlockedInput(t *testing.T) {
	r, w := io.Pipe()
	defer w.Close()
	wantTimeout(t, Files([]string{"-"}, r))
}

func TestEndlessInput(t *testing.T) {
	wantTimeout(t, Files([]string{"/dev/zero"}, nil))
	wantTimeout(t, Files([]string{"-"}, endless{}))
}

type endless struct{}

func (endless) Read(p []byte) (int, error) {
	return copy(p, lineAt(noon, 1)), nil
}

func TestPipe(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Skip(err)
	}
	wantTimeout(t, Files([]string{path}, nil)) // nobody writes to it

	w, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	wantTimeout(t, Files([]string{path}, nil)) // somebody has it open and writes nothing

	other := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(other, 0o600); err != nil {
		t.Fatal(err)
	}
	go func() {
		os.WriteFile(other, []byte(minutes(noon, 0, 10)), 0)
	}()
	got, report := readAll(t, Files([]string{other}, nil), Span{})
	got.wants(numbers(0, 9)...)
	if !report.Earliest.Equal(noon) || !report.Newest.Equal(noon.Add(9*time.Minute)) {
		t.Errorf("from %v to %v", report.Earliest, report.Newest)
	}
}

func TestDevicesAndEmptyFiles(t *testing.T) {
	for _, path := range []string{"/dev/null", write(t, logPath(t), "")} {
		got, report := readAll(t, Files([]string{path}, nil), Span{From: noon, To: noon})
		if got.bytes != 0 || len(report.Files) != 0 || !report.Newest.IsZero() || report.Unfinished {
			t.Errorf("%s: %+v", path, report)
		}
	}
}

func TestEndedBefore(t *testing.T) {
	path := write(t, logPath(t), minutes(noon, 0, 10))
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Files([]string{path}, nil).Read(ctx, Span{}, 2, utc, func(int, Chunk) {}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

// TestPanics wants a panic in any goroutine to come out of Read, where the caller can recover it.
func TestPanics(t *testing.T) {
	text := minutes(noon, 0, 10)
	path := write(t, logPath(t), text)
	good := func(int, Chunk) {}
	bad := func(int, Chunk) { panic("a bug in handle") }
	badClock := func([]byte) (int64, bool) { panic("a bug in clock") }
	for name, read := range map[string]func(){
		"a file's lines":   func() { Files([]string{path}, nil).Read(context.Background(), Span{}, 2, utc, bad) },
		"a file's times":   func() { Files([]string{path}, nil).Read(context.Background(), Span{}, 2, badClock, good) },
		"a stream's lines": func() { Files([]string{"-"}, endless{}).Read(context.Background(), Span{}, 2, utc, bad) },
		"a stream's times": func() {
			Files([]string{"-"}, strings.NewReader(text)).Read(context.Background(), Span{}, 2, badClock, good)
		},
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if p := recover(); p == nil || !strings.Contains(p.(string), "a bug in") || !strings.Contains(p.(string), "job_test.go") {
					t.Errorf("recovered %v", p)
				}
			}()
			read()
		})
	}
}

func TestWorkers(t *testing.T) {
	path := write(t, logPath(t), strings.Repeat(minutes(noon, 0, 1000), 60))
	for _, workers := range []int{-1, 0, 1, 2, 7} {
		var busy [8]atomic.Bool
		_, err := Files([]string{path, "-"}, strings.NewReader(minutes(noon, 0, 9))).Read(context.Background(), Span{}, workers, utc, func(worker int, _ Chunk) {
			if worker >= max(1, workers) || busy[worker].Swap(true) {
				t.Errorf("worker %d of %d", worker, workers)
			}
			runtime.Gosched()
			busy[worker].Store(false)
		})
		if err != nil {
			t.Error(err)
		}
	}
}

func TestStandardInput(t *testing.T) {
	s := Files([]string{"-"}, strings.NewReader("junk\n"+minutes(noon, 0, 100)+"half"))
	got, report := readAll(t, s, Span{From: noon.Add(50 * time.Minute), To: noon.Add(60 * time.Minute)})
	got.wants(numbers(50, 60)...)
	if !report.Unfinished || !report.Earliest.Equal(noon) || !report.Newest.Equal(noon.Add(61*time.Minute)) {
		t.Errorf("%+v", report)
	}
	if s.String() != "standard input" {
		t.Error(s.String())
	}
	if _, err := Files([]string{"-"}, failing{}).Read(context.Background(), Span{}, 2, utc, func(int, Chunk) {}); err == nil || err.Error() != "cannot read standard input: input/output error" {
		t.Errorf("error %v", err)
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, syscall.EIO }
