package rig

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

func TestStart(t *testing.T) {
	origin, port := Origin(t, nil), Port(t)
	h := Start(t, `
frontend fe
	bind 127.0.0.1:`+port+`
	default_backend be
backend be
	server good `+origin+` check inter 50ms
	server bad 127.0.0.1:`+Port(t)+` check inter 50ms
`)
	h.AwaitStatus(t, "be", "good", "UP")
	h.AwaitStatus(t, "be", "bad", "DOWN")
	response, err := http.Get("http://127.0.0.1:" + port)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if body, _ := io.ReadAll(response.Body); string(body) != "ok\n" {
		t.Errorf("through HAProxy came %q", body)
	}
	h.Stop(t)
}

func TestReload(t *testing.T) {
	h := StartMaster(t, "backend one\n\tserver s 127.0.0.1:1\n")
	before := h.Pid(t)
	h.Reload(t, "backend two\n\tserver s 127.0.0.1:1\n")
	if h.Pid(t) == before {
		t.Error("the same worker answers after a reload")
	}
	if stat := h.Command(t, "show stat"); !strings.Contains(stat, "two,s,") || strings.Contains(stat, "one,s,") {
		t.Errorf("after a reload the statistics are %s", stat)
	}
}
