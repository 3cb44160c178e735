package draw

import (
	"slices"
	"strings"
	"testing"
	"unicode"
)

func TestWidth(t *testing.T) {
	for text, want := range map[string]int{
		"": 0, "abc": 3, "é": 1, "日本": 4, "ｆｕｌｌ": 8, "ｱ": 1, "한글": 4, "🐘": 2, "✅": 2, "✓✗": 2, "…━─█▁": 5, "⌚": 2,
	} {
		if got := Width(text); got != want {
			t.Errorf("%q takes %d columns, want %d", text, got, want)
		}
	}
	if !slices.IsSortedFunc(wide.R16, func(a, b unicode.Range16) int { return int(a.Lo) - int(b.Lo) }) {
		t.Error("the table of wide characters is not in order")
	}
}

func TestClean(t *testing.T) {
	for text, want := range map[string]string{
		"a | b": "a | b", "\x1b[31m": "?[31m", "a\nb": "a b", "e\u0301": "e", "\u202e": "?", "\xff": "?",
	} {
		if got := Clean(text); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}

func TestCutMiddle(t *testing.T) {
	for _, test := range []struct {
		text  string
		width int
		want  string
	}{
		{"internal-elb-v2", 15, "internal-elb-v2"},
		{"internal-elb-v2", 9, "inte…b-v2"},
		{"internal", 3, "i…l"},
		{"internal", 2, "i…"},
		{"日本語のサーバー", 9, "日本…バー"},
	} {
		if got := Text(Plain, test.text).CutMiddle(test.width, "…").Render(false); got != test.want {
			t.Errorf("%q in %d columns is %q, want %q", test.text, test.width, got, test.want)
		}
	}
	backup := append(Text(Plain, "spare"), Styled(Faint, " (backup)"))
	if got := backup.CutMiddle(9, "…").Render(false); got != "spare" {
		t.Errorf("a backup server's name in 9 columns is %q", got)
	}
}

func TestBar(t *testing.T) {
	c := Canvas{ASCII: true}
	for _, test := range []struct {
		current, limit int64
		want           string
	}{
		{0, 100, "----------"}, {1, 100, "#---------"}, {50, 100, "#####-----"}, {99, 100, "#########-"},
		{100, 100, "##########"}, {150, 100, "##########"}, {-5, 100, "----------"}, {5, 0, ""}, {5, -1, ""}, {1 << 62, 1 << 62, "##########"},
	} {
		if got := c.Bar(Bar{Current: test.current, Limit: test.limit}, 10).Render(false); got != test.want {
			t.Errorf("%d of %d is %q, want %q", test.current, test.limit, got, test.want)
		}
	}
}

// TestCommandsStayWhole breaks commands so that a shell reads what was broken
// as what was whole.
func TestCommandsStayWhole(t *testing.T) {
	for _, command := range []string{
		"curl -gv --max-time 10 -o /dev/null 'http://127.0.0.1:52503/'",
		"journalctl -u haproxy --since '-1 day' --grep 'down/d1 '",
		"echo 'set server batch/b1 weight 100%' | socat stdio /run/haproxy/admin.sock",
		"tail -n 10000 /var/log/haproxy.log | grep -F ' 日本語のサーバー/<NOSRV> '",
	} {
		for width := 1; width < 100; width++ {
			parts := breakCommand(command, width)
			if got := strings.Join(parts, "\n"); strings.ReplaceAll(got, "\\\n", "") != command {
				t.Errorf("in %d columns it is %q", width, parts)
			}
			var shown strings.Builder
			for _, l := range (Canvas{Width: width}).Command(command) {
				shown.WriteString(strings.Trim(l.Render(false), " $\\"))
			}
			if got, want := squeeze(shown.String()), squeeze(command); got != want {
				t.Errorf("in %d columns it reads %q, want %q", width, got, want)
			}
		}
	}
}

func squeeze(text string) string { return strings.ReplaceAll(text, " ", "") }
