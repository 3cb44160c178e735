package config

import (
	"fmt"
	"strings"
	"testing"

	"check-haproxy/internal/haproxy/configuration"
)

// BenchmarkLargeConfiguration reads and judges 20,000 lines: a frontend with
// thousands of rules, and as many backends.
func BenchmarkLargeConfiguration(b *testing.B) {
	const sites = 4000
	var text strings.Builder
	text.WriteString("defaults\n mode http\nfrontend fe\n bind :80\n")
	for i := range sites {
		fmt.Fprintf(&text, " acl h%d hdr(host) -i site%[1]d.example.com\n use_backend b%[1]d if h%[1]d\n", i)
	}
	for i := range sites {
		fmt.Fprintf(&text, "backend b%d\n server s1 app%[1]d.example.com:80 check\n server s2 10.0.0.1:80 check\n", i)
	}
	source := []configuration.Source{{Name: "haproxy.cfg", Text: []byte(text.String())}}
	for b.Loop() {
		c, err := configuration.Parse(source, vocabulary(b))
		if err != nil {
			b.Fatal(err)
		}
		report(c, Judge(Subject{Configuration: c}, Options{}), true)
	}
}
