package accesslog

import (
	"testing"
	"time"
)

func written(t *testing.T, o Options, late bool, lines ...string) string {
	t.Helper()
	p := New(o)
	var r Record
	for _, line := range lines {
		p.Parse([]byte(line), late, &r)
	}
	if r.Written == 0 {
		return ""
	}
	return time.Unix(0, r.Written).UTC().Format(time.RFC3339Nano)
}

func accepted(at string) string {
	return `10.0.0.1:5 [` + at + `] fe be/s1 0/0/0/1/2500 200 1 - - ---- 1/1/1/1/0 0/0 "GET / HTTP/1.1"`
}

func TestWritten(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)
	const down = "Server b/s is DOWN, reason: Layer4 timeout."
	for name, tt := range map[string]struct {
		lines []string
		in    *time.Location
		late  bool
		want  string
	}{
		"year from the accept date":                      {[]string{"Mar 26 19:47:01 h haproxy[1]: " + accepted("26/Mar/2013:19:46:48.579")}, nil, false, "2013-03-26T19:47:01Z"},
		"accepted before New Year":                       {[]string{"Jan  1 00:00:02 h haproxy[1]: " + accepted("31/Dec/2025:23:59:58.000")}, nil, false, "2026-01-01T00:00:02Z"},
		"accepted after New Year, header's clock behind": {[]string{"Dec 31 23:59:59 h haproxy[1]: " + accepted("01/Jan/2026:00:00:00.100")}, nil, false, "2025-12-31T23:59:59Z"},
		"again the same second, next year's date": {[]string{
			"Dec 31 23:59:59 h haproxy[1]: " + accepted("31/Dec/2025:23:59:59.000"),
			"Dec 31 23:59:59 h haproxy[1]: " + accepted("31/Dec/2024:23:59:59.000")}, nil, false, "2024-12-31T23:59:59Z"},
		"a message alone, last year":     {[]string{"Dec 31 23:00:00 h haproxy[1]: " + down}, nil, false, "2025-12-31T23:00:00Z"},
		"a message alone, this year":     {[]string{"Jan  2 11:59:59 h haproxy[1]: " + down}, nil, false, "2026-01-02T11:59:59Z"},
		"a header with a year":           {[]string{"Nov 22 2024 14:53:34 h haproxy[1]: " + down}, nil, false, "2024-11-22T14:53:34Z"},
		"no header: end of request":      {[]string{accepted("26/Mar/2013:19:46:48.579")}, nil, false, "2013-03-26T19:46:51.079Z"},
		"no header, the second time":     {[]string{accepted("26/Mar/2013:19:46:48.579"), accepted("26/Mar/2013:19:46:49.579")}, nil, false, "2013-03-26T19:46:52.079Z"},
		"no header: tcplog":              {[]string{"10.0.0.1:5 [26/Mar/2013:19:46:48.000] fe be/s1 0/0/1500 200 -- 1/1/1/1/0 0/0"}, nil, false, "2013-03-26T19:46:49.5Z"},
		"no header: CLF":                 {[]string{`10.0.0.1 - - [26/Mar/2013:19:46:48 +0200] "GET / HTTP/1.1" 200 1 "" "" 5 250 "fe" "be" "s1" 0 0 0 0 1000 ---- 1 1 0 0 0 0 0 "" "" `}, nil, false, "2013-03-26T17:46:49.25Z"},
		"no header: TCP in CLF":          {[]string{`10.0.0.1 - - [26/Mar/2013:19:46:48 +0000] "TCP " 000 1 "" "" 5 250 "fe" "be" "s1" 0 0 0 2000 77 ---- 1 1 0 0 0 0 0 "" "" `}, nil, false, "2013-03-26T19:46:50.25Z"},
		"local time":                     {[]string{"Mar 26 19:47:01 h haproxy[1]: " + accepted("26/Mar/2013:19:46:48.579")}, berlin, false, "2013-03-26T18:47:01Z"},
		"a zone in the header counts":    {[]string{"2013-03-26T19:47:01.5-05:00 h haproxy[1]: " + down}, berlin, false, "2013-03-27T00:47:01.5Z"},
		"the repeated hour, first":       {[]string{"Oct 26 02:30:00 h haproxy[1]: " + accepted("26/Oct/2025:02:29:00.000")}, berlin, false, "2025-10-26T00:30:00Z"},
		"the repeated hour, second":      {[]string{"Oct 26 02:30:00 h haproxy[1]: " + accepted("26/Oct/2025:02:29:00.000")}, berlin, true, "2025-10-26T01:30:00Z"},
		"after it late changes nothing":  {[]string{"Oct 26 03:30:00 h haproxy[1]: " + accepted("26/Oct/2025:03:29:00.000")}, berlin, true, "2025-10-26T02:30:00Z"},
		"before it late changes nothing": {[]string{"Oct 26 01:30:00 h haproxy[1]: " + accepted("26/Oct/2025:01:29:00.000")}, berlin, true, "2025-10-25T23:30:00Z"},
		"a zone beats late":              {[]string{"2025-10-26T02:30:00+02:00 h haproxy[1]: " + down}, berlin, true, "2025-10-26T00:30:00Z"},
		"an hour that never was":         {[]string{"Mar 30 02:30:00 h haproxy[1]: " + accepted("30/Mar/2025:01:59:59.000")}, berlin, false, "2025-03-30T01:30:00Z"},
		"a leap day":                     {[]string{"Feb 29 12:00:00 h haproxy[1]: " + accepted("29/Feb/2024:11:59:59.000")}, nil, false, "2024-02-29T12:00:00Z"},
		"docker's time":                  {[]string{`{"log":"Server b/s is DOWN.\n","stream":"stdout","time":"2026-01-01T00:00:00.000000001Z"}`}, berlin, false, "2026-01-01T00:00:00.000000001Z"},
		"none":                           {[]string{down}, nil, false, ""},
		"nonsense":                       {[]string{"Nov 32 14:53:34 h haproxy[1]: " + down}, nil, false, ""},
	} {
		t.Run(name, func(t *testing.T) {
			if got := written(t, Options{Location: tt.in, Now: now}, tt.late, tt.lines...); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

// The same header time read early and late in turn must not be remembered
// wrongly.
func TestLateIsNotRemembered(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	p := New(Options{Location: berlin})
	line := []byte("Oct 26 02:30:00 h haproxy[1]: " + accepted("26/Oct/2025:02:29:00.000"))
	for i := range 6 {
		late := i%2 == 1
		var r Record
		p.Parse(line, late, &r)
		want := time.Date(2025, 10, 26, 0, 30, 0, 0, time.UTC)
		if late {
			want = want.Add(time.Hour)
		}
		if r.Written != want.UnixNano() {
			t.Errorf("round %d: %v, want %v", i, time.Unix(0, r.Written).UTC(), want)
		}
	}
}

// Against the standard library, in zones with all sorts of clock changes.
func TestConvertAgreesWithTime(t *testing.T) {
	for _, name := range []string{"UTC", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia"} {
		loc, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		c := clock{loc: loc}
		for unix := int64(1_200_000_000); unix < 1_900_000_000; unix += 1_234_567 {
			want := time.Unix(unix, 0).In(loc)
			s := stamp{year: want.Year(), month: int(want.Month()), day: want.Day(), hour: want.Hour(), min: want.Minute(), sec: want.Second()}
			early, late := c.unix(s, false)/1e9, c.unix(s, true)/1e9
			if early != unix && late != unix {
				t.Fatalf("%s: %v read as %d or %d, want %d", name, want, early, late, unix)
			}
		}
	}
}

func TestWrittenAt(t *testing.T) {
	p := New(testOptions)
	for line, want := range map[string]string{
		"Nov 22 14:15:33 lb1 sshd[1]: Accepted password for root":                 "2026-11-22T14:15:33Z",
		"2026-11-22T14:15:33.250+01:00 lb1 kernel: x":                             "2026-11-22T13:15:33.25Z",
		accepted("22/Nov/2026:14:15:30.000"):                                      "2026-11-22T14:15:32.5Z",
		"Nov 22 14:15:33 lb1 haproxy[1]: " + accepted("22/Nov/2026:14:15:30.000"): "2026-11-22T14:15:33Z",
		"junk": "",
		"":     "",
	} {
		at, ok := p.WrittenAt([]byte(line))
		got := ""
		if ok {
			got = time.Unix(0, at).UTC().Format(time.RFC3339Nano)
		}
		if got != want {
			t.Errorf("%q: %s, want %s", line, got, want)
		}
	}
}
