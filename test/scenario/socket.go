package scenario

import (
	"fmt"
	"net"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"check-haproxy/internal/plugin"
	"check-haproxy/test/rig"
)

// socket stands in for HAProxy: "socket PATH FILE" has a stats socket answer as
// the file says, where a line "> COMMAND" heads each answer. What the file does
// not have is an unknown command. {in 3d} in an answer is that time as OpenSSL
// writes it, {unix -20m} as Unix seconds; both count from now on.
func socket(ts *testscript.TestScript, negated bool, args []string) {
	if negated || len(args) != 2 {
		ts.Fatalf("usage: socket PATH FILE")
	}
	answers := parseAnswers(withTimes(ts.ReadFile(args[1]), time.Now()))
	listener, err := net.Listen("unix", ts.MkAbs(args[0]))
	ts.Check(err)
	ts.Defer(func() { _ = listener.Close() })
	go rig.Answer(listener, func(command string) string {
		if answer, known := answers[command]; known {
			return answer
		}
		return "Unknown command\n\n"
	})
}

func parseAnswers(text string) map[string]string {
	answers := map[string]string{}
	command := ""
	for line := range strings.Lines(text) {
		if name, ok := strings.CutPrefix(line, "> "); ok {
			command = strings.TrimSuffix(name, "\n")
			continue
		}
		answers[command] += line
	}
	return answers
}

var moment = regexp.MustCompile(`\{(in|unix) (-?)(\w+)\}`)

func withTimes(text string, now time.Time) string {
	return moment.ReplaceAllStringFunc(text, func(found string) string {
		parts := moment.FindStringSubmatch(found)
		length, err := plugin.ParseDuration(parts[3])
		if err != nil {
			return fmt.Sprint(err)
		}
		if parts[2] == "-" {
			length = -length
		}
		if parts[1] == "unix" {
			return strconv.FormatInt(now.Add(length).Unix(), 10)
		}
		return now.Add(length).UTC().Format("Jan _2 15:04:05 2006 GMT")
	})
}
