package argument

import (
	"strings"
	"testing"
)

func TestNumber(t *testing.T) {
	for text, want := range map[string]string{
		"5": `"5"`, "-5": `"-5"`, "80%": `"80%"`, "@~:10.5": `"@~:10.5"`, "10,50%": `"10,50%"`, "+1": `"+1"`,
		"": "this", "5x": "this", "hunter2": "this", "1:hunter2": "this", "a:b@c": "this", "1 2": "this",
		strings.Repeat("1", 64): `"` + strings.Repeat("1", 64) + `"`, strings.Repeat("1", 65): "this",
	} {
		if got := Number(text); got != want {
			t.Errorf("Number(%q) is %s, want %s", text, got, want)
		}
	}
}

func TestName(t *testing.T) {
	for text, want := range map[string]string{
		"v2": `"v2"`, "v2@lb1": `"v2@lb1"`, "v2@lb1:8404": `"v2@lb1:8404"`, "app-?": `"app-?"`, "a=b": `"a=b"`, "a=b?": `"a=b?"`, "~(": `"~("`,
		"/var/log/haproxy.log": `"/var/log/haproxy.log"`,
		"admin:hunter2@host":   "this", "http://host/": "this", "/stats?token=hunter2": "this",
	} {
		if got := Name(text); got != want {
			t.Errorf("Name(%q) is %s, want %s", text, got, want)
		}
	}
}
