package certs

import (
	"errors"
	"fmt"

	"check-haproxy/internal/check"
	"check-haproxy/internal/plugin"
	"check-haproxy/internal/plugin/threshold"
)

// flags are the command line, in the order of the help text.
type flags struct {
	check.SocketFlags
	Warning  []daysRule `arg:"-w,--warning,separate" placeholder:"[PATTERN=]RANGE" help:"days that have to be left; the last PATTERN that matches wins: a file's name, its path, or a name in the certificate (repeatable) [default: 14:]"`
	Critical []daysRule `arg:"-c,--critical,separate" placeholder:"[PATTERN=]RANGE" help:"the same for CRITICAL (repeatable) [default: 7:]"`
	Unused   bool       `arg:"--unused" help:"check certificates that HAProxy holds and does not use, too"`
	NoDisk   bool       `arg:"--no-disk" help:"do not compare with the files that HAProxy read them from"`
	plugin.CommonFlags
}

// Description opens the help text.
func (flags) Description() string {
	return "Does a certificate that a HAProxy serves expire, or differ from its file?\n" +
		"Asks a stats socket of level operator. A section is a certificate: by its file's name, its path, or any name in it.\n"
}

// daysRule is a threshold on days that are left.
type daysRule struct{ threshold.Rule }

// UnmarshalText reads a rule. One that alerts while many days are left is a slip.
func (r *daysRule) UnmarshalText(text []byte) error {
	if err := r.Rule.UnmarshalText(text); err != nil {
		return err
	}
	switch {
	case r.Range.Percent():
		return errors.New("days are a number, not a percentage")
	case r.Range.IsCeiling():
		return fmt.Errorf("this alerts when more than %s days are left; write %[1]s: for at least so many", r.Range)
	}
	return nil
}

func daysRules(defaultRange string, given []daysRule) threshold.Rules {
	rules := threshold.Rules{threshold.All(defaultRange)}
	for _, r := range given {
		rules = append(rules, r.Rule)
	}
	return rules
}
