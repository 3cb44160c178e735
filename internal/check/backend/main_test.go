package backend

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

const captures = "../../../testdata/captures"

// output is the JSON of a run.
type output struct {
	State    string
	ExitCode int `json:"exit_code"`
	Summary  string
	Sections []Section
}

// runPlugin runs the plugin and returns its exit code and output.
func runPlugin(stdin string, args ...string) (int, string) {
	var stdout, stderr bytes.Buffer
	code := Main(args, strings.NewReader(stdin), &stdout, &stderr)
	return code, stdout.String() + stderr.String()
}

// truth is what testdata/captures/README.md says of truth.json.
type truth struct {
	States       map[string]int                `json:"states"`
	StatesExcept map[string]map[string]int     `json:"states_except"`
	Up           map[string][2]int             `json:"up"`
	Causes       map[string]string             `json:"causes"`
	CausesExcept map[string]map[string]*string `json:"causes_except"`
}

func readTruth(t *testing.T) truth {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(captures, "truth.json"))
	if err != nil {
		t.Fatal(err)
	}
	var truth truth
	if err := json.Unmarshal(text, &truth); err != nil {
		t.Fatal(err)
	}
	return truth
}

func (tr truth) state(version, section string) int {
	if state, ok := tr.StatesExcept[version][section]; ok {
		return state
	}
	return tr.States[section]
}

// cause is the cause of a section, where the truth tells it and this plugin can
// know of it: a queue is check_haproxy_sessions' business.
func (tr truth) cause(version, section string) (cause string, told bool) {
	if cause, ok := tr.CausesExcept[version][section]; ok && cause == nil {
		return "", true
	}
	cause, told = tr.Causes[section]
	return cause, told && cause != "maxconn-exhausted"
}

func TestCapturesTruth(t *testing.T) {
	truth := readTruth(t)
	for _, version := range []string{"1.8", "3.2"} {
		for _, answer := range []string{"stat.csv", "page.csv"} {
			file := filepath.Join(captures, version, answer)
			for section := range truth.States {
				t.Run(version+"/"+answer+"/"+section, func(t *testing.T) {
					checkTruth(t, truth, version, file, section)
				})
			}
		}
	}
}

func checkTruth(t *testing.T, truth truth, version, file, section string) {
	code, text := runPlugin("", "--stats-file", file, "-s", section, "--json")
	if want := truth.state(version, section); code != want {
		t.Errorf("exit code %d, want %d: %s", code, want, text)
	}
	var got output
	if err := json.Unmarshal([]byte(text), &got); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	if len(got.Sections) != 1 {
		t.Fatalf("%d sections: %s", len(got.Sections), text)
	}
	s := got.Sections[0]
	if want, ok := truth.Up[section]; ok && want != [2]int{s.Up, s.Total} {
		t.Errorf("%d of %d up, want %d of %d", s.Up, s.Total, want[0], want[1])
	}
	cause := ""
	if s.Cause != nil {
		cause = *s.Cause
	}
	if want, told := truth.cause(version, section); told && cause != want || (code == 0) != (cause == "") {
		t.Errorf("cause %q, want %q", cause, want)
	}
}

// An answer that was cut anywhere is neither OK nor a verdict. Here every
// seventh byte, with the last rows at every one; internal/haproxy tries all.
func TestCutAnswerIsUnknown(t *testing.T) {
	for _, version := range []string{"1.8", "3.2"} {
		whole, err := os.ReadFile(filepath.Join(captures, version, "stat.csv"))
		if err != nil {
			t.Fatal(err)
		}
		for cut := 0; cut < len(whole); cut++ {
			if cut%7 != 0 && cut < len(whole)-500 {
				continue
			}
			if code, text := runPlugin(string(whole[:cut]), "--stats-file", "-", "-s", "up"); code != 3 || strings.Contains(text, "up has") {
				t.Fatalf("version %s, cut after %d of %d bytes: exit code %d, %s", version, cut, len(whole), code, text)
			}
		}
	}
}

func TestHostileNamesStayLegal(t *testing.T) {
	var csv strings.Builder
	csv.WriteString("# pxname,svname,status,weight,act,bck,type,last_chk,check_status,\n")
	for i := range 10000 {
		name := fmt.Sprintf("a|b'c=d\x1b[2J\xff%d", i)
		fmt.Fprintf(&csv, "%s,s|1,DOWN,1,1,0,2,\"x|\"\"y\n\",L4CON,\n%s,BACKEND,DOWN,0,0,0,1,,,\n", name, name)
	}
	csv.WriteString("\n")
	code, text := runPlugin(csv.String(), "--stats-file", "-", "-v", "--perfdata", "servers")
	if code != 2 || len(text) > 8192 || strings.Count(text, "|") != 1 || strings.ContainsRune(text, '\x1b') || !utf8.ValidString(text) {
		t.Errorf("exit code %d, %d bytes:\n%.500q", code, len(text), text)
	}
	code, text = runPlugin(csv.String(), "--stats-file", "-", "--json")
	if code != 2 || !json.Valid([]byte(text)) || strings.ContainsAny(text, "|\x1b") {
		t.Errorf("exit code %d, JSON valid: %v, raw characters: %v", code, json.Valid([]byte(text)), strings.ContainsAny(text, "|\x1b"))
	}
}

// Columns may be added, moved, or missing where they are not needed.
func TestColumnsOfOtherVersions(t *testing.T) {
	for _, csv := range []string{
		"# pxname,svname,status,weight,act,bck,\nv2,s1,UP,1,1,0,\nv2,BACKEND,UP,1,1,0,\n\n",
		"# new,bck,act,weight,status,svname,pxname\nx,0,1,1,UP,s1,v2\nx,0,1,1,UP,BACKEND,v2\n\n",
	} {
		if code, text := runPlugin(csv, "--stats-file", "-"); code != 0 || !strings.Contains(text, "v2 has 1 of 1 servers UP") {
			t.Errorf("exit code %d, %s", code, text)
		}
	}
}

func TestEveryFlagIsInHelp(t *testing.T) {
	_, help := runPlugin("", "--help")
	for _, flag := range []string{"--socket", "--url", "--hostname", "--port", "--tls", "--username", "--password", "--password-file", "--ca-file", "--cert", "--key",
		"--server-name", "--insecure", "--stats-file", "--unreachable", "--timeout", "--section", "--exclude", "--warning", "--critical", "--active-only", "--maint-ok",
		"--unresolved", "--no-servers", "--verbose", "--perfdata", "--json", "--max-output", "--log-level", "--help", "--version"} {
		if !strings.Contains(help, flag) {
			t.Errorf("help does not tell of %s", flag)
		}
	}
}
