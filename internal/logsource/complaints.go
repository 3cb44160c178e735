package logsource

import (
	"os"
	"strings"
	"sync"
	"syscall"
)

// complaints are what a child says on its standard error: the first of it, the rest is read and forgotten. What was said
// before something else is known by then, which a copying goroutine could not promise.
type complaints struct {
	r    *os.File
	done chan struct{} // closed at the end of what is said

	mu   sync.Mutex
	text strings.Builder
}

// maxComplaint is how much is kept.
const maxComplaint = 4 << 10

// listen returns complaints, and the file that is to be the child's standard error. It is closed when the child has it.
func listen() (*complaints, *os.File, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, nil, err
	}
	c := &complaints{r: r, done: make(chan struct{})}
	go func() {
		defer close(c.done)
		conn, err := r.SyscallConn()
		for more := err == nil; more; {
			err := conn.Read(func(fd uintptr) bool {
				var empty bool
				more, empty = c.take(int(fd))
				return !empty
			})
			more = more && err == nil
		}
	}()
	return c, w, nil
}

// take reads what there is, without waiting. empty: nothing is there yet; more is false at the end.
func (c *complaints) take(fd int) (more, empty bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var b [1 << 10]byte
	n, err := syscall.Read(fd, b[:])
	if n > 0 {
		c.text.Write(b[:min(n, maxComplaint-min(c.text.Len(), maxComplaint))])
	}
	return n > 0 || err == syscall.EAGAIN || err == syscall.EINTR, err == syscall.EAGAIN
}

// now is what was said until now.
func (c *complaints) now() string {
	if conn, err := c.r.SyscallConn(); err == nil {
		_ = conn.Control(func(fd uintptr) { c.take(int(fd)) })
	}
	return c.said()
}

func (c *complaints) said() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return strings.TrimSpace(c.text.String())
}

// stop ends listening, though somebody may hold the other end open, and gives all that was said.
func (c *complaints) stop() string {
	text := c.now()
	c.r.Close()
	<-c.done
	return text
}
