package overview

import (
	"bytes"
	"io"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"check-haproxy/test/rig"
)

// blocked is a pipe that nobody reads and that is full.
func blocked(t *testing.T) (reader, writer *os.File) {
	t.Helper()
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = reader.Close()
		_ = writer.Close()
	})
	_ = writer.SetWriteDeadline(time.Now().Add(50 * time.Millisecond))
	_, _ = io.Copy(writer, strings.NewReader(strings.Repeat(".", 1<<20)))
	_ = writer.SetWriteDeadline(time.Time{})
	return reader, writer
}

// TestOutputNeverWaits: a terminal that takes nothing keeps nobody waiting, what
// waits for it is bounded, and once it takes text again it is drawn anew.
func TestOutputNeverWaits(t *testing.T) {
	reader, writer := blocked(t)
	redrawn := make(chan struct{}, 1)
	o := newOutput(writer, func() { redrawn <- struct{}{} })
	frame := bytes.Repeat([]byte("x"), 10_000)
	for range 1000 {
		if n, err := o.Write(frame); n != len(frame) || err != nil {
			t.Fatalf("%d bytes, %v", n, err)
		}
	}
	o.lock.Lock()
	waiting := len(o.pending)
	o.lock.Unlock()
	if waiting > mostPending {
		t.Errorf("%d bytes wait", waiting)
	}
	if o.drain(10 * time.Millisecond) {
		t.Error("all is said to be written")
	}
	var read bytes.Buffer
	var lock sync.Mutex
	go func() {
		part := make([]byte, 4096)
		for {
			n, err := reader.Read(part)
			if err != nil {
				return
			}
			lock.Lock()
			read.Write(part[:n])
			lock.Unlock()
		}
	}()
	<-redrawn
	if !o.drain(10 * time.Second) {
		t.Error("it is not written")
	}
	_, _ = o.Write([]byte("drawn anew"))
	o.drain(10 * time.Second)
	rig.Eventually(t, "the new text is read", func() bool {
		lock.Lock()
		defer lock.Unlock()
		return bytes.HasSuffix(read.Bytes(), []byte("drawn anew"))
	})
	lock.Lock()
	defer lock.Unlock()
	if n := bytes.Count(read.Bytes(), []byte("x")); n == 0 || n%len(frame) != 0 {
		t.Errorf("%d characters of frames were written: one was cut", n)
	}
}

// TestOutputOfAnEndedTerminal is thrown away.
func TestOutputOfAnEndedTerminal(t *testing.T) {
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	_ = reader.Close()
	o := newOutput(writer, func() { t.Error("it is drawn anew") })
	for range 100 {
		_, _ = o.Write(bytes.Repeat([]byte("x"), 10_000))
	}
	o.finish("bye")
	_ = writer.Close()
}
