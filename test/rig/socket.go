package rig

import (
	"bufio"
	"io"
	"net"
	"path/filepath"
	"strings"
	"testing"
)

// StatsSocket is a stats socket that is no HAProxy's: each command gets the
// answer of a function, with the empty line that ends it.
func StatsSocket(t testing.TB, answer func(command string) string) string {
	t.Helper()
	path := filepath.Join(Dir(t), "admin.sock")
	listener, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go Answer(listener, answer)
	return path
}

// Answer has a listener be a stats socket like that, until it is closed.
func Answer(listener net.Listener, answer func(command string) string) {
	for {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		go func() {
			defer conn.Close()
			line, _ := bufio.NewReader(conn).ReadString('\n')
			for command := range strings.SplitSeq(strings.TrimSpace(line), ";") {
				_, _ = io.WriteString(conn, answer(command))
			}
		}()
	}
}
