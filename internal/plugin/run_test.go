package plugin

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"check-haproxy/internal/advice"
)

// testFlags are the flags of a check as the tests need one.
type testFlags struct {
	Sections []string `arg:"-s,--section,separate"`
	Warning  []string `arg:"-w,--warning,separate"`
	Port     int      `arg:"-p,--port"`
	Insecure bool     `arg:"-k,--insecure"`
	Password string   `arg:"-P,--password"`
	Working  bool     `arg:"-"` // no flag
	CommonFlags
}

var testProgram = Program{Name: "check_haproxy_test", Check: "test"}

// runTest runs a check and returns its exit code and both streams.
func runTest(t *testing.T, check Check, args ...string) (code int, stdout, stderr string, flags testFlags) {
	t.Helper()
	var out, diagnostics bytes.Buffer
	code = Run(testProgram, args, &out, &diagnostics, &flags, check)
	return code, out.String(), diagnostics.String(), flags
}

func fine(context.Context) (Result, error) { return Result{Rest: []string{"fine"}}, nil }

func TestUsageHelpAndVersionAreUnknown(t *testing.T) {
	for _, test := range []struct {
		args []string
		want string
	}{
		{[]string{"--nonsense", "--help"}, "Usage: "},
		{[]string{"--working"}, "unknown flag --working"},
		{[]string{"a=b"}, "unexpected argument: number 1 belongs to no flag"},
		{[]string{"--working=-"}, "unknown flag --working"},
		{[]string{"--nonsense", "--version"}, "check_haproxy_test development"},
		{[]string{"--nonsense", "-V"}, "check_haproxy_test development"},
		{[]string{"-kV"}, "check_haproxy_test development"},
		{[]string{"-k", "--", "-k"}, "unexpected argument: number 2 belongs to no flag"},
		{[]string{"--help"}, "Usage: check_haproxy_test [OPTION]..."},
		{[]string{"-h"}, "--timeout DURATION, -t DURATION"},
		{[]string{"--nonsense", "-h"}, "Usage: "},
		{[]string{"--version"}, "check_haproxy_test development (commit unknown, go"},
		{[]string{"-V"}, "check_haproxy_test development"},
		{[]string{"--nonsense"}, "HAPROXY TEST UNKNOWN: unknown flag --nonsense\nunknown flag --nonsense; see check_haproxy_test --help"},
		{[]string{"v2"}, "unexpected argument: number 1 belongs to no flag"},
		{[]string{"--", "v2"}, "unexpected argument"},
		{[]string{"-"}, "unexpected argument"},
		{[]string{"-s"}, "-s needs a value"},
		{[]string{"-s", "-w", "5"}, "-s needs a value"},
		{[]string{"--section", "--"}, "--section needs a value"},
		{[]string{"-p", "http"}, "--port: this is not a number in its range"},
		{[]string{"--insecure=yes"}, "--insecure takes no value"},
		{[]string{"-kx"}, "unknown flag -x"},
		{[]string{"-k", "s3cret"}, "number 2 belongs to no flag"},
		{[]string{"-xs3cret"}, "unknown flag -x\n"},
		{[]string{"--xyz=s3cret"}, "unknown flag --xyz\n"},
		{[]string{"--u:s3cret@host"}, "unknown flag --…\n"},
		{[]string{"-p", "s3cret"}, "--port: this is not a number in its range\n"},
		{[]string{"-s", ""}, "-s is empty\n-s is empty; has the monitoring system no value for a macro?"},
		{[]string{"--section="}, "--section is empty\n"},
		{[]string{"-P", " "}, "-P is empty\n"},
		{[]string{"-t", "0"}, `--timeout: "0" is not a length of time above zero`},
		{[]string{"-t", "-1"}, "--timeout: "},
		{[]string{"-t", "soon"}, "--timeout: "},
		{[]string{"-t", ""}, "-t is empty"},
		{[]string{"-t", "NaN"}, "--timeout: "},
		{[]string{"--perfdata", "most"}, `this is not a level of perfdata`},
		{[]string{"--log-level", "loud"}, `this is not a log level`},
		{[]string{"--log-level", "panic"}, `this is not a log level`},
		{[]string{"--max-output", "-1"}, "--max-output: -1 is negative"},
	} {
		code, stdout, stderr, _ := runTest(t, fine, test.args...)
		if code != 3 {
			t.Errorf("%q exits %d, want 3", test.args, code)
		}
		if !strings.Contains(stdout, test.want) {
			t.Errorf("%q prints\n%swant %q", test.args, stdout, test.want)
		}
		if strings.Contains(stdout, "s3cret") {
			t.Errorf("%q: a secret is shown: %s", test.args, stdout)
		}
		if stderr != "" {
			t.Errorf("%q writes to standard error: %s", test.args, stderr)
		}
	}
}

func TestUsageErrorAsJSON(t *testing.T) {
	_, stdout, _, _ := runTest(t, fine, "--nonsense", "--json")
	var object struct {
		State    string
		ExitCode int `json:"exit_code"`
		Sections []any
	}
	if err := json.Unmarshal([]byte(stdout), &object); err != nil {
		t.Fatalf("%v in %s", err, stdout)
	}
	if object.State != "UNKNOWN" || object.ExitCode != 3 || object.Sections == nil {
		t.Errorf("got %+v", object)
	}
}

func TestErrorsDoNotRepeatSecrets(t *testing.T) {
	for _, args := range [][]string{
		{"--password=hunter2", "--nonsense"},
		{"-Phunter2", "-p", "hunter2"},
		{"-p=hunter2"},
	} {
		if _, stdout, _, _ := runTest(t, fine, args...); strings.Contains(stdout, "=hunter2") {
			t.Errorf("%q prints %s", args, stdout)
		}
	}
}

func TestArgumentsAsGetoptReadsThem(t *testing.T) {
	for _, test := range []struct {
		args []string
		want testFlags
	}{
		{[]string{"-w", "-5:"}, testFlags{Warning: []string{"-5:"}}},
		{[]string{"-w=-5:"}, testFlags{Warning: []string{"-5:"}}},
		{[]string{"-w-5:"}, testFlags{Warning: []string{"-5:"}}},
		{[]string{"--warning", "a=-5:", "--warning=@1:2"}, testFlags{Warning: []string{"a=-5:", "@1:2"}}},
		{[]string{"-p8404"}, testFlags{Port: 8404}},
		{[]string{"-kp8404"}, testFlags{Port: 8404, Insecure: true}},
		{[]string{"-k", "-p", "8404"}, testFlags{Port: 8404, Insecure: true}},
		{[]string{"-P", "-secret", "-s", "a", "-s", "b"}, testFlags{Password: "-secret", Sections: []string{"a", "b"}}},
		{[]string{"-s", "-"}, testFlags{Sections: []string{"-"}}},
		{[]string{"-vvv"}, testFlags{}},
		{[]string{"-k", "--"}, testFlags{Insecure: true}},
	} {
		code, stdout, _, got := runTest(t, fine, test.args...)
		got.CommonFlags = CommonFlags{}
		if code != 0 || fmt.Sprint(got) != fmt.Sprint(test.want) {
			t.Errorf("%q gives %+v and exit code %d, want %+v\n%s", test.args, got, code, test.want, stdout)
		}
	}
}

func TestTimeoutForms(t *testing.T) {
	for text, want := range map[string]time.Duration{"10": 10 * time.Second, "0.5": 500 * time.Millisecond, "10s": 10 * time.Second, "1m": time.Minute, "1m30s": 90 * time.Second} {
		if _, stdout, _, flags := runTest(t, fine, "-t", text); time.Duration(flags.Timeout) != want {
			t.Errorf("-t %s is %s, want %s\n%s", text, time.Duration(flags.Timeout), want, stdout)
		}
	}
}

func TestResultDecidesExitCode(t *testing.T) {
	for _, state := range []State{OK, Warning, Critical, Unknown} {
		code, stdout, _, _ := runTest(t, func(context.Context) (Result, error) {
			return Result{State: state, Rest: []string{"v2 is so"}}, nil
		}, "--perfdata", "none")
		if want := "HAPROXY TEST " + state.String() + ": v2 is so\n"; code != int(state) || stdout != want {
			t.Errorf("state %s exits %d and prints %q, want %q", state, code, stdout, want)
		}
	}
}

func TestErrorIsUnknown(t *testing.T) {
	code, stdout, _, _ := runTest(t, func(context.Context) (Result, error) {
		return Result{State: OK, Rest: []string{"half an answer"}}, errors.New("the rest is missing")
	})
	if code != 3 || !strings.HasPrefix(stdout, "HAPROXY TEST UNKNOWN: the rest is missing | 'time'=") {
		t.Errorf("exit code %d, output %s", code, stdout)
	}
}

// go-nagios reports a panic as CRITICAL, or exits 0; here it is UNKNOWN, and
// its stack goes to the diagnostics only.
func TestPanicIsUnknown(t *testing.T) {
	panics := func(context.Context) (Result, error) { panic("index out of range") }
	code, stdout, stderr, _ := runTest(t, panics)
	if code != 3 || !strings.Contains(stdout, "UNKNOWN: this is a bug in the plugin: index out of range") || strings.Contains(stdout, "goroutine") {
		t.Errorf("exit code %d, output %s", code, stdout)
	}
	if stderr != "" {
		t.Errorf("standard error is not silent: %s", stderr)
	}
	if _, _, stderr, _ := runTest(t, panics, "--log-level", "error"); !strings.Contains(stderr, "run_test.go") || !json.Valid([]byte(stderr)) {
		t.Errorf("diagnostics are not one structured line with the stack: %s", stderr)
	}
}

func TestDeadlineHoldsWhenCheckBlocks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		block, began := make(chan struct{}), time.Now()
		defer close(block)
		code, stdout, _, _ := runTest(t, func(context.Context) (Result, error) {
			<-block
			return Result{}, nil
		}, "-t", "10")
		if code != 3 || !strings.Contains(stdout, "UNKNOWN: no answer within 10s") || time.Since(began) != 10*time.Second {
			t.Errorf("exit code %d after %s, output %s", code, time.Since(began), stdout)
		}
	})
}

// TestContextEndsBeforeDeadline: a tenth of the time, at most a quarter of a second,
// is left to print what is known by then.
func TestContextEndsBeforeDeadline(t *testing.T) {
	for timeout, want := range map[string]time.Duration{"1": 900 * time.Millisecond, "10": 9750 * time.Millisecond} {
		synctest.Test(t, func(t *testing.T) {
			began := time.Now()
			code, stdout, _, _ := runTest(t, func(ctx context.Context) (Result, error) {
				<-ctx.Done()
				return Result{State: Warning, Rest: []string{"half of it is known"}}, nil
			}, "-t", timeout)
			if code != 1 || !strings.Contains(stdout, "half of it is known") || time.Since(began) != want {
				t.Errorf("-t %s: exit code %d after %s, output %s", timeout, code, time.Since(began), stdout)
			}
		})
	}
}

func TestLoggerComesWithTheContext(t *testing.T) {
	logs := func(ctx context.Context) (Result, error) {
		zerolog.Ctx(ctx).Debug().Str("socket", "/run/haproxy/admin.sock").Msg("asking")
		return Result{}, nil
	}
	if _, stdout, stderr, _ := runTest(t, logs, "--log-level", "debug"); !strings.Contains(stderr, `"message":"asking"`) || strings.Contains(stdout, "asking") {
		t.Errorf("stdout %s stderr %s", stdout, stderr)
	}
	if _, _, stderr, _ := runTest(t, logs); stderr != "" {
		t.Errorf("without --log-level standard error has %s", stderr)
	}
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, errors.New("broken pipe") }

func TestNobodySawTheState(t *testing.T) {
	var flags testFlags
	if code := Run(testProgram, nil, brokenWriter{}, &bytes.Buffer{}, &flags, fine); code != 3 {
		t.Errorf("exit code %d although nothing was written, want 3", code)
	}
}

func TestWorst(t *testing.T) {
	for _, test := range []struct {
		states []State
		want   State
	}{
		{nil, OK}, {[]State{OK, Unknown}, Unknown}, {[]State{Unknown, Warning, OK}, Warning}, {[]State{Warning, Critical, Unknown}, Critical},
	} {
		if got := Worst(test.states...); got != test.want {
			t.Errorf("Worst(%v) = %s, want %s", test.states, got, test.want)
		}
	}
	if got := State(7).String(); got != "UNKNOWN" {
		t.Errorf("state 7 is %s", got)
	}
}

// What failed stands on the first line, and what to try on the second.
func TestAdviceStandsOnTheSecondLine(t *testing.T) {
	_, stdout, _, _ := runTest(t, func(context.Context) (Result, error) {
		return Result{}, fmt.Errorf("--log-format: %w", advice.New("no %b", "add it; or take --config"))
	}, "--perfdata", "none")
	if want := "HAPROXY TEST UNKNOWN: --log-format: no %b\n--log-format: no %b; add it; or take --config\n"; stdout != want {
		t.Errorf("printed %q, want %q", stdout, want)
	}
	long := strings.Repeat("word ", 40)
	_, stdout, _, _ = runTest(t, func(context.Context) (Result, error) { return Result{}, errors.New(long + "end") }, "--perfdata", "none")
	if first, second, _ := strings.Cut(stdout, "\n"); !strings.HasSuffix(first, "…") || second != long+"end\n" {
		t.Errorf("a long sentence is printed as\n%s", stdout)
	}
}

// Nobody may read what the plugin prints; it ends all the same, and says that
// nobody has seen the state.
func TestOutputThatNobodyReads(t *testing.T) {
	for args, want := range map[string]time.Duration{"-t 10": 10 * time.Second, "-t 0.1": leastWriting, "--nonsense": leastWriting} {
		synctest.Test(t, func(t *testing.T) {
			reader, writer := io.Pipe()
			defer reader.Close()
			began := time.Now()
			var flags testFlags
			if code := Run(testProgram, strings.Fields(args), writer, io.Discard, &flags, fine); code != 3 || time.Since(began) != want {
				t.Errorf("%s: exit code %d after %s", args, code, time.Since(began))
			}
		})
	}
}
