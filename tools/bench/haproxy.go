package bench

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// StartHAProxy starts a HAProxy with a configuration in a folder, and returns
// its socket, of level operator, once it answers. Global is more for the global
// section.
func StartHAProxy(dir, name, global, config string) (socket string, stop func(), err error) {
	socket, file := filepath.Join(dir, name+".sock"), filepath.Join(dir, name+".cfg")
	config = fmt.Sprintf("global\n stats socket %s mode 600 level operator\n maxconn 100\n%s", socket, global) +
		"defaults\n mode http\n timeout connect 1s\n timeout client 10s\n timeout server 1s\n" + config
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		return "", nil, err
	}
	cmd := exec.Command("haproxy", "-q", "-db", "-f", file)
	if err := cmd.Start(); err != nil {
		return "", nil, err
	}
	stop = func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }
	for range 200 {
		if exec.Command("socat", "/dev/null", "UNIX-CONNECT:"+socket).Run() == nil {
			return socket, stop, nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	stop()
	return "", nil, fmt.Errorf("haproxy with %s did not start", file)
}
