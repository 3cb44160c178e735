package check

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"check-haproxy/internal/accesslog/logformat"
	"check-haproxy/internal/plugin"
)

// The sources where nothing else is said.
const (
	DefaultFile = "/var/log/haproxy.log"
	DefaultUnit = "haproxy"
)

// LogFlags say which log is read, in which format, and which stretch of it counts.
type LogFlags struct {
	Files       []string        `arg:"-f,--file,separate" placeholder:"PATH" help:"log file, read with its rotated siblings: a path, a shell glob, or - for standard input (repeatable); a check that is told of no log reads /var/log/haproxy.log"`
	Journal     string          `arg:"--journal" placeholder:"[UNIT]" help:"read the systemd journal of a unit; haproxy where none is named"`
	JournalFile string          `arg:"--journal-file" placeholder:"PATH" help:"with --journal: read this journal file instead of the system's"`
	Ring        string          `arg:"--ring" placeholder:"NAME" help:"read this ring of HAProxy's, over the socket of -S"`
	LogFormats  []string        `arg:"--log-format,separate" placeholder:"FORMAT" help:"HAProxy's log-format string, for lines in a format of your own (repeatable)"`
	Configs     []string        `arg:"--config,separate" placeholder:"PATH" help:"read the log formats out of this haproxy.cfg (repeatable)"`
	Timezone    Zone            `arg:"--timezone" placeholder:"ZONE" default:"local" help:"zone of times that name none: local, UTC or a name like Europe/Paris"`
	At          string          `arg:"--at" placeholder:"TIME" help:"look at the log as if it were this time: 2006-01-02T15:04:05Z, or 2006-01-02 15:04:05 in --timezone [default: now]"`
	Window      plugin.Duration `arg:"--window" placeholder:"DURATION" default:"5m" help:"the stretch of time that is judged"`
	Baseline    plugin.Duration `arg:"--baseline" placeholder:"DURATION" default:"1h" help:"the stretch before it that a rise is measured against"`
}

// Given says whether the user named a log.
func (f *LogFlags) Given() bool {
	return len(f.Files) > 0 || f.Journal != "" || f.Ring != ""
}

// Args rewrites a command line so that the value of --journal may be left out,
// which neither getopt nor go-arg has a way to say.
func Args(args []string) []string {
	args = slices.Clone(args)
	for i, arg := range args {
		last := i == len(args)-1
		if arg == "--journal" && (last || strings.HasPrefix(args[i+1], "-")) {
			args[i] = "--journal=" + DefaultUnit
		}
	}
	return args
}

// Stretch returns the stretch of time that the flags ask for.
func (f *LogFlags) Stretch(now time.Time) (Stretch, error) {
	s := Stretch{At: now.In(f.Timezone.Location()), Window: time.Duration(f.Window), Baseline: time.Duration(f.Baseline)}
	if f.At == "" {
		return s, nil
	}
	var err error
	for _, layout := range []string{time.RFC3339, time.DateTime} {
		var at time.Time
		if at, err = time.ParseInLocation(layout, f.At, f.Timezone.Location()); err == nil {
			s.At = at.In(f.Timezone.Location())
			return s, nil
		}
	}
	return s, fmt.Errorf("--at: %q is not a time; write it like 2006-01-02T15:04:05Z, or 2006-01-02 15:04:05 in --timezone", f.At)
}

// check refuses what cannot be meant together.
func (f *LogFlags) check() error {
	sources := 0
	for _, given := range []bool{len(f.Files) > 0, f.Journal != "", f.Ring != ""} {
		if given {
			sources++
		}
	}
	switch {
	case sources > 1:
		return errors.New("--file, --journal and --ring exclude each other; name one log")
	case f.JournalFile != "" && f.Journal == "":
		return errors.New("--journal-file needs --journal")
	default:
		return nil
	}
}

// formats compiles the formats; nil means those that HAProxy has built in.
func (f *LogFlags) formats() ([]*logformat.Format, error) {
	var formats []*logformat.Format
	for _, text := range f.LogFormats {
		format, err := logformat.Compile(text)
		if err != nil {
			return nil, fmt.Errorf("--log-format: %w", err)
		}
		formats = append(formats, format)
	}
	for _, path := range f.Configs {
		found, err := formatsOf(path)
		if err != nil {
			return nil, fmt.Errorf("--config: %w", err)
		}
		formats = append(formats, found...)
	}
	return formats, nil
}

func formatsOf(path string) ([]*logformat.Format, error) {
	file, err := os.Open(path)
	if err != nil {
		var inner *os.PathError
		if errors.As(err, &inner) {
			err = inner.Err
		}
		return nil, fmt.Errorf("cannot read %s: %w", path, err)
	}
	defer func() { _ = file.Close() }()
	return logformat.FromConfig(file, path, os.LookupEnv)
}

// Zone is a time zone as a flag.
type Zone struct{ location *time.Location }

// Location returns the zone, never nil.
func (z Zone) Location() *time.Location {
	if z.location == nil {
		return time.Local
	}
	return z.location
}

// MarshalText returns the zone's name, for the help text.
func (z Zone) MarshalText() ([]byte, error) {
	return []byte(strings.ToLower(z.Location().String())), nil
}

// UnmarshalText reads "local", "UTC" or a name of the zone database.
func (z *Zone) UnmarshalText(text []byte) error {
	if strings.EqualFold(string(text), "local") {
		z.location = time.Local
		return nil
	}
	location, err := time.LoadLocation(string(text))
	if err != nil || len(text) == 0 {
		return fmt.Errorf("%q is not a time zone; use local, UTC or a name like Europe/Paris (the names are those of this machine's zone database, package tzdata)", text)
	}
	z.location = location
	return nil
}
