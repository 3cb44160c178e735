package plugin

import (
	"reflect"
	"strings"
)

// Manual is a program as others have to describe it: the man pages, the
// completions, and the definitions for Nagios, Icinga and their kin are made
// from it (make generate).
type Manual struct {
	Name     string // "check_haproxy_backend"
	Summary  string // the question it answers, one line
	About    string // what the help says beyond the summary; may be empty
	Flags    []Flag // in the order of the help
	Examples []Example
}

// Flag is one flag of a command line.
type Flag struct {
	Long, Short string   // "--section", "-s"; Short may be empty
	Value       string   // what stands for its value in the help; empty for a switch
	Help        string   // with the default, if it has one
	Variable    string   // the environment variable that can give the value, kept out of the process list
	Repeatable  bool     // it can be given several times
	Choices     []string // the values that it takes, if it takes no others
}

// Example is a command line for a manual.
type Example struct {
	Text string // what it asks
	Args string // as a shell reads them
}

// Describe returns the manual of a program without its examples. Flags is a
// pointer to the struct that Run fills.
func Describe(p Program, flags any) Manual {
	m := Manual{Name: p.Name}
	if described, ok := flags.(interface{ Description() string }); ok {
		m.Summary, m.About, _ = strings.Cut(strings.TrimSpace(described.Description()), "\n")
		m.About = strings.TrimSpace(m.About)
	}
	m.Flags = append(flagsOf(reflect.TypeOf(flags).Elem()), Flag{Long: "--help", Short: "-h", Help: "display this help and exit"})
	return m
}

// IsPlugin says whether the program is run by a monitoring system and not by a
// person.
func (m Manual) IsPlugin() bool { return strings.HasPrefix(m.Name, "check_") }

// flagsOf lists the flags of a struct as go-arg reads them from its tags.
func flagsOf(flags reflect.Type) []Flag {
	var list []Flag
	for i := range flags.NumField() {
		field := flags.Field(i)
		if field.Anonymous {
			list = append(list, flagsOf(field.Type)...)
			continue
		}
		if tag, ok := field.Tag.Lookup("arg"); ok && tag != "-" {
			list = append(list, flagOf(field, strings.Split(tag, ",")))
		}
	}
	return list
}

func flagOf(field reflect.StructField, words []string) Flag {
	f := Flag{Help: field.Tag.Get("help"), Variable: field.Tag.Get("variable"), Choices: choicesOf(field.Type)}
	for _, word := range words {
		switch {
		case strings.HasPrefix(word, "--"):
			f.Long = word
		case strings.HasPrefix(word, "-"):
			f.Short = word
		case word == "separate":
			f.Repeatable = true
		}
	}
	if takesValue(field.Type) {
		f.Value = field.Tag.Get("placeholder")
	}
	if value := field.Tag.Get("default"); value != "" {
		f.Help += " [default: " + value + "]"
	}
	return f
}

// choicesOf asks a flag's type, or that of its elements, for the values that it
// takes.
func choicesOf(kind reflect.Type) []string {
	if kind.Kind() == reflect.Slice {
		kind = kind.Elem()
	}
	if limited, ok := reflect.Zero(kind).Interface().(interface{ Choices() []string }); ok {
		return limited.Choices()
	}
	return nil
}
