package plugin

import (
	"os"
	"path/filepath"
	"strings"

	"check-haproxy/internal/advice"
	"check-haproxy/internal/regular"
)

const (
	extraOpts = "--extra-opts"
	maxINI    = 1 << 20
)

// iniFiles are where the Monitoring Plugins look for a file that is not named
// (their lib/parse_ini.c).
var iniFiles = []string{
	"/etc/monitoring-plugins/monitoring-plugins.ini", "/etc/monitoring-plugins.ini",
	"/etc/nagios/plugins.ini", "/etc/nagios-plugins/plugins.ini", "/etc/nagios-plugins.ini", "/etc/opt/nagios-plugins.ini",
}

// expand puts what --extra-opts=[SECTION][@FILE] names before the other
// arguments, which win. The section is the program's by default.
func expand(program string, args []string) ([]string, error) {
	var extra, rest []string
	for i := 0; i < len(args); i++ {
		name, value, hasValue := strings.Cut(args[i], "=")
		if name != extraOpts {
			rest = append(rest, args[i])
			continue
		}
		if !hasValue && i+1 < len(args) && !strings.HasPrefix(args[i+1], "-") {
			i++
			value = args[i]
		}
		section, file, named := strings.Cut(value, "@")
		if section == "" {
			section = program
		}
		if !named {
			file = defaultINI()
		}
		read, err := readINI(file, section)
		if err != nil {
			return nil, err
		}
		extra = append(extra, read...)
	}
	return append(extra, rest...), nil
}

// defaultINI is the first of the usual files that is there.
func defaultINI() string {
	if file := os.Getenv("MP_CONFIG_FILE"); file != "" {
		return file
	}
	places := iniFiles
	for _, folder := range filepath.SplitList(os.Getenv("NAGIOS_CONFIG_PATH")) {
		places = append([]string{filepath.Join(folder, "plugins.ini")}, places...)
	}
	for _, place := range places {
		if _, err := os.Stat(place); err == nil {
			return place
		}
	}
	return ""
}

// readINI reads the arguments of a section: "option = value", or an option alone.
// A section may stand in several places.
func readINI(file, section string) ([]string, error) {
	if file == "" {
		return nil, advice.New(extraOpts+" names no file, and there is none in the usual places", "write --extra-opts=SECTION@FILE, or make /etc/monitoring-plugins.ini")
	}
	content, err := regular.Read(file, maxINI)
	if err != nil {
		unread := advice.CannotRead(file, err)
		return nil, advice.Because(err, extraOpts+": "+unread.Error(), unread.Advice())
	}
	var args []string
	found, inside := false, false
	for line := range strings.Lines(string(content)) {
		line = strings.TrimSpace(line)
		switch {
		case line == "" || line[0] == '#' || line[0] == ';':
		case line[0] == '[':
			inside = strings.TrimSpace(strings.Trim(line, "[]")) == section
			found = found || inside
		case inside:
			args = append(args, iniOption(line))
		}
	}
	if !found {
		return nil, advice.New(extraOpts+": the file has no such section", "its sections stand in brackets, as [check_haproxy_backend]")
	}
	return args, nil
}

// iniOption is a line as an argument.
func iniOption(line string) string {
	name, value, hasValue := strings.Cut(line, "=")
	name, value = strings.TrimSpace(name), strings.TrimSpace(value)
	if n := len(value); n > 1 && (value[0] == '"' || value[0] == '\'') && value[n-1] == value[0] {
		value = value[1 : n-1]
	}
	dashes := "--"
	if len(name) == 1 {
		dashes = "-"
	}
	if !hasValue {
		return dashes + name
	}
	return dashes + name + "=" + value
}
