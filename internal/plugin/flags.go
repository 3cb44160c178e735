package plugin

import (
	"errors"
	"fmt"

	"github.com/rs/zerolog"
)

// CommonFlags are the flags that every check has; each check's own flags embed
// them.
type CommonFlags struct {
	Timeout   Timeout  `arg:"-t,--timeout" placeholder:"DURATION" default:"10s" help:"bound on the whole run: 10, 10s or 1m"`
	Verbose   bool     `arg:"-v,--verbose" help:"list everything that was checked"`
	Perfdata  Level    `arg:"--perfdata" placeholder:"LEVEL" default:"sections" help:"none, summary, sections or servers"`
	JSON      bool     `arg:"--json" help:"print one JSON object instead of plugin text"`
	MaxOutput int      `arg:"--max-output" placeholder:"BYTES" default:"8192" help:"bound on the output; Nagios Core reads no more than 8192; 0 is none"`
	LogLevel  LogLevel `arg:"--log-level" placeholder:"LEVEL" default:"off" help:"diagnostics on standard error: off, error, warn, info, debug or trace"`
	Version   bool     `arg:"-V,--version" help:"display the version and exit"`
}

func (f *CommonFlags) common() *CommonFlags { return f }

func (f *CommonFlags) check() error {
	if f.MaxOutput < 0 {
		return fmt.Errorf("--max-output: %d is negative; use 0 for no bound", f.MaxOutput)
	}
	return nil
}

// LogLevel is zerolog's level as a flag; "off" is off.
type LogLevel struct{ zerolog.Level }

// UnmarshalText reads a level.
func (l *LogLevel) UnmarshalText(text []byte) error {
	if string(text) == "off" {
		l.Level = zerolog.Disabled
		return nil
	}
	level, err := zerolog.ParseLevel(string(text))
	if err != nil || level < zerolog.TraceLevel || level > zerolog.ErrorLevel {
		return errors.New("this is not a log level; use off, error, warn, info, debug or trace")
	}
	l.Level = level
	return nil
}

// MarshalText prints the level, for the help text.
func (l LogLevel) MarshalText() ([]byte, error) {
	if l.Level == zerolog.Disabled {
		return []byte("off"), nil
	}
	return []byte(l.Level.String()), nil
}

// Choices are the levels as --log-level takes them.
func (LogLevel) Choices() []string { return []string{"off", "error", "warn", "info", "debug", "trace"} }
