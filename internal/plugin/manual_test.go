package plugin

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

type describedFlags struct {
	Socket   []string `arg:"-S,--socket,separate" placeholder:"ADDR" help:"stats socket (repeatable)"`
	Password string   `arg:"--password" placeholder:"PASSWORD" variable:"HAPROXY_STATS_PASSWORD" help:"its password"`
	Closed   State    `arg:"--closed" placeholder:"STATE" default:"critical" help:"a state"`
	Several  []State  `arg:"--several,separate" placeholder:"STATE" help:"states (repeatable)"`
	TLS      bool     `arg:"--tls" placeholder:"NONE" help:"the page is https"`
	hidden   int
	Working  bool `arg:"-"`
	CommonFlags
}

func (describedFlags) Description() string { return "Does it work?\nIt asks, and tells.\n" }

func TestDescribe(t *testing.T) {
	got := Describe(testProgram, &describedFlags{hidden: 1})
	if got.Name != testProgram.Name || got.Summary != "Does it work?" || got.About != "It asks, and tells." {
		t.Errorf("got %+v", got)
	}
	states := []string{"ok", "warning", "critical", "unknown"}
	want := []Flag{
		{Long: "--socket", Short: "-S", Value: "ADDR", Help: "stats socket (repeatable)", Repeatable: true},
		{Long: "--password", Value: "PASSWORD", Help: "its password", Variable: "HAPROXY_STATS_PASSWORD"},
		{Long: "--closed", Value: "STATE", Help: "a state [default: critical]", Choices: states},
		{Long: "--several", Value: "STATE", Help: "states (repeatable)", Repeatable: true, Choices: states},
		{Long: "--tls", Help: "the page is https"},
	}
	if diff := cmp.Diff(want, got.Flags[:len(want)]); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	var common []string
	for _, f := range got.Flags[len(want):] {
		common = append(common, f.Long)
	}
	if diff := cmp.Diff([]string{"--timeout", "--verbose", "--perfdata", "--json", "--max-output", "--log-level", "--version", "--help"}, common); diff != "" {
		t.Errorf("flags of every check (-want +got):\n%s", diff)
	}
	if last := got.Flags[len(got.Flags)-1]; last.Long != "--help" || last.Short != "-h" {
		t.Errorf("the last flag is %+v", last)
	}
}

// TestDescribeSaysWhatTheHelpSays holds each flag against what go-arg prints.
func TestDescribeSaysWhatTheHelpSays(t *testing.T) {
	var help bytes.Buffer
	if done, err := ParseArgs("x", []string{"--help"}, &help, &describedFlags{}); !done || err != nil {
		t.Fatal(done, err)
	}
	text := strings.Join(strings.Fields(help.String()), " ")
	for _, f := range Describe(testProgram, &describedFlags{}).Flags {
		line := f.Long
		if f.Value != "" {
			line += " " + f.Value
		}
		if f.Short != "" {
			line += ", " + f.Short
			if f.Value != "" {
				line += " " + f.Value
			}
		}
		if line += " " + f.Help; !strings.Contains(text, line) {
			t.Errorf("the help has no %q", line)
		}
	}
}
