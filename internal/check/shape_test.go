package check

import (
	"strings"
	"testing"
)

func TestShape(t *testing.T) {
	tests := map[string]string{
		"root:$6$abc/DEF0:19000:0":                                  "aaaa:$9$aaa/AAA9:99999:9",
		"Nov 22 14:59:01 lb1 sshd[77]: Accepted publickey for root": "Nov 22 14:59:01 lb1 sshd[77]: Aaaaaaaa aaaaaaaaa aaa aaaa",
		"2026-11-22T14:59:01Z lb1 cron: password=hunter2":           "2026-11-22T14:59:01Z lb1 cron: aaaaaaaa=aaaaaa9",
		"GET /x?token=SECRET":                                       "AAA /a?aaaaa=AAAAAA",
		strings.Repeat("é", 70):                                     strings.Repeat("a", 60) + "…",
		"\xff\xfe":                                                  "?",
		"":                                                          "",
	}
	for line, want := range tests {
		if got := shapeOf([]byte(line)); got != want {
			t.Errorf("%q becomes %q, want %q", line, got, want)
		}
	}
}
