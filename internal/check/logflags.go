package check

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"check-haproxy/internal/accesslog/logformat"
	"check-haproxy/internal/argument"
	"check-haproxy/internal/plugin"
)

// The sources if nothing else is said.
const (
	DefaultFile = "/var/log/haproxy.log"
	DefaultUnit = "haproxy"
)

// LogFlags say which log is read, in which format, and which stretch of it counts.
type LogFlags struct {
	Files       []string        `arg:"-f,--file,separate" placeholder:"PATH" help:"log file, read with its rotated siblings: a path, a shell glob, or - for standard input (repeatable); a check that is told of no log reads /var/log/haproxy.log"`
	Journal     string          `arg:"--journal" placeholder:"[UNIT]" help:"read the systemd journal of a unit; haproxy if none is named"`
	JournalFile string          `arg:"--journal-file" placeholder:"PATH" help:"with --journal: read this journal file, or folder of journal files, instead of the system's"`
	Ring        string          `arg:"--ring" placeholder:"NAME" help:"read this ring of HAProxy's, over the socket of -S"`
	LogFormats  []string        `arg:"--log-format,separate" placeholder:"FORMAT" help:"HAProxy's log-format string, for lines in a format of your own (repeatable)"`
	Configs     []string        `arg:"--config,separate" placeholder:"PATH" help:"read the log formats out of this haproxy.cfg, or of a folder's files (repeatable: all are one configuration)"`
	Timezone    Zone            `arg:"--timezone" placeholder:"ZONE" default:"local" help:"zone of times that name none: local, UTC or a name like Europe/Paris"`
	At          string          `arg:"--at" placeholder:"TIME" help:"look at the log as if it were this time: 2006-01-02T15:04:05Z, or 2006-01-02 15:04:05 in --timezone [default: now]"`
	Window      plugin.Duration `arg:"--window" placeholder:"DURATION" default:"5m" help:"the stretch of time that is judged"`
	Baseline    plugin.Duration `arg:"--baseline" placeholder:"DURATION" default:"1h" help:"the stretch before it that a rise is measured against"`
	// Details is no flag: a check sets it that wants to know how requests with a
	// server went; ResponseTimes: also of those that went well.
	Details, ResponseTimes bool `arg:"-"`
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
	return s, errors.New("--at: this is not a time; write it like 2006-01-02T15:04:05Z, or 2006-01-02 15:04:05 in --timezone")
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

// formats compiles the formats that the flags name; none means those that HAProxy
// has built in. All files of --config are one configuration.
func (f *LogFlags) formats() (logformat.Found, error) {
	var found logformat.Found
	for _, text := range f.LogFormats {
		format, err := logformat.Compile(text)
		if err != nil && !strings.Contains(text, "%") {
			return logformat.Found{}, errors.New("--log-format: this is no format of HAProxy's; give the string that follows log-format in haproxy.cfg")
		}
		if err != nil {
			return logformat.Found{}, fmt.Errorf("--log-format: %w", err)
		}
		found.Formats = append(found.Formats, format)
	}
	if len(f.Configs) == 0 {
		return found, nil
	}
	config := logformat.NewConfig(environment)
	for _, path := range f.Configs {
		if err := readConfig(config, path); err != nil {
			return logformat.Found{}, fmt.Errorf("--config: %w", err)
		}
	}
	configured, err := config.Found()
	if err != nil && len(found.Formats) == 0 {
		return logformat.Found{}, fmt.Errorf("--config: %w", err)
	}
	configured.Formats = append(found.Formats, configured.Formats...)
	return configured, nil
}

// environment is what a configuration may know of this process's environment:
// all but the names that hold this program's secrets.
func environment(name string) (string, bool) {
	if strings.HasPrefix(name, "HAPROXY_STATS_") {
		return "", false
	}
	return os.LookupEnv(name)
}

// readConfig reads a file of HAProxy's configuration, or those of a folder in
// HAProxy's order.
func readConfig(config *logformat.Config, path string) error {
	paths := []string{path}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		paths, _ = filepath.Glob(filepath.Join(path, "*.cfg"))
		if len(paths) == 0 {
			return fmt.Errorf("there is no *.cfg in the folder %s", path)
		}
	}
	for _, path := range paths {
		if err := readConfigFile(config, path); err != nil {
			return err
		}
	}
	return nil
}

func readConfigFile(config *logformat.Config, path string) error {
	file, err := os.Open(path)
	if err != nil && argument.HasSecret(path) {
		return errors.New("this is no path of a file")
	}
	if err != nil {
		var inner *os.PathError
		if errors.As(err, &inner) {
			err = inner.Err
		}
		return fmt.Errorf("cannot read %s: %w", path, err)
	}
	defer func() { _ = file.Close() }()
	if info, err := file.Stat(); err == nil && !info.Mode().IsRegular() {
		return fmt.Errorf("cannot read %s: it is not a regular file", path)
	}
	return config.Read(io.LimitReader(file, maxConfig), path)
}

// maxConfig bounds a configuration file; HAProxy's own have some MB at most.
const maxConfig = 64 << 20

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
		return errors.New("this is not a time zone; use local, UTC or a name like Europe/Paris (the names are those of this machine's zone database, package tzdata)")
	}
	z.location = location
	return nil
}
