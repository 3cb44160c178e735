package backend

import (
	"fmt"
	"strings"

	"check-haproxy/internal/diagnosis"
	"check-haproxy/internal/plugin"
)

// How many bad servers are named: on the first line, and in the long output.
const (
	fewServers  = 3
	manyServers = 20
)

// Finding returns the verdict in words; of one that is OK there are some only
// if they are wanted, since there can be thousands.
func (v Verdict) Finding(verbose bool) plugin.Finding {
	switch {
	case v.State != plugin.OK:
		one, many := v.trouble()
		return plugin.Finding{
			State: v.State, Name: v.Label, One: one, Many: many, Cause: v.causeWords(), Evidence: v.describeBad(fewServers, Server.brief),
			Harm: plugin.Harm{Gone: float64(v.Down)}, Line: v.line(),
		}
	case verbose:
		return plugin.Finding{State: v.State, Line: v.line()}
	default:
		return plugin.Finding{State: v.State}
	}
}

// trouble says what is wrong, of this backend and of several.
func (v Verdict) trouble() (one, many string) {
	switch {
	case v.Problem != "":
		return "cannot be judged: " + v.Problem, "cannot be judged"
	case v.Trouble == Unpublished:
		return fmt.Sprintf("is unpublished and gets no request (%d/%d UP)", v.Up, v.Total()), "are unpublished"
	case v.Trouble == NeverServers:
		return fmt.Sprintf("has no servers and has answered nothing but errors (%s)", v.Backend.Failures()), "have no servers"
	case v.Trouble == LostServers:
		return "has no servers left (they were given " + plugin.Count(v.Backend.Selected.Value, "request") + ")", "have no servers left"
	case v.Trouble == HiddenServers:
		return fmt.Sprintf("is %s, and no row of a server tells why", v.Backend.Status), "are DOWN without a row that tells why"
	case v.Up == 0 && v.Out == 1 && v.Total() == 0:
		return "has no UP server (its only one is taken out)", "have no UP server"
	case v.Up == 0 && v.Total() == 0:
		return fmt.Sprintf("has no UP server (all %d taken out)", v.Out), "have no UP server"
	case v.Up == 0:
		return fmt.Sprintf("has no UP server (0/%d)", v.Total()), "have no UP server"
	case v.Trouble == OnBackup:
		return fmt.Sprintf("runs on backup servers only (%d/%d UP)", v.Up, v.Total()), "run on backup servers only"
	default:
		many := "have too few UP servers"
		if v.Trouble == LongOut {
			many = "have had a server out for too long"
		}
		return "has " + plugin.OutOf(v.Up, v.Total(), "server") + " UP" + v.remarks(), many
	}
}

// causeWords is the cause in a sentence, if it says more than the trouble does.
func (v Verdict) causeWords() string {
	switch v.Cause {
	case "", diagnosis.Unknown, diagnosis.NoServers, diagnosis.Unpublished:
		return ""
	default:
		return v.Cause.String()
	}
}

// line is the backend's line in the long output.
func (v Verdict) line() string {
	if v.Problem != "" || len(v.Servers) == 0 || v.Trouble == Unpublished || v.Trouble == HiddenServers {
		one, _ := v.trouble()
		return fmt.Sprintf("%s %s %s", v.State, v.Label, one)
	}
	line := fmt.Sprintf("%s %s: %d up, %d down, %d out", v.State, v.Label, v.Up, v.Down, v.Out)
	line += v.remarksOfLine()
	if v.Cause != "" {
		line += "; cause: " + v.Cause.String()
	}
	if bad := v.describeBad(manyServers, Server.describe); bad != "" {
		line += "; " + bad
	}
	return line
}

// describeBad lists the servers that are not up, those that are down first.
func (v Verdict) describeBad(most int, describe func(Server) string) string {
	var list []string
	for _, standing := range []Standing{Down, Out} {
		for _, s := range v.Servers {
			if s.Standing == standing {
				list = append(list, describe(s))
			}
		}
	}
	if len(list) > most {
		list = append(list[:most:most], fmt.Sprintf("%d more", len(list)-most))
	}
	return strings.Join(list, ", ")
}

// describe says what a person wants to know of a server that is not up: its
// status, the result of the last check and since when.
func (s Server) describe() string { return s.words(s.Name, s.statusWord()) }

// brief is describe for the first line: there a failed check is enough to tell
// that the server is DOWN.
func (s Server) brief() string {
	if s.showsCheck() {
		return s.words(plugin.ShortName(s.Name))
	}
	return s.words(plugin.ShortName(s.Name), s.statusWord())
}

func (s Server) words(words ...string) string {
	if s.showsCheck() {
		checked := s.Checked()
		if checked != s.Server {
			words = append(words, "tracks "+s.Tracked)
		}
		words = append(words, checked.CheckResult())
		if checked.LastCheck != "" {
			words = append(words, fmt.Sprintf("%q", checked.LastCheck))
		}
	}
	if s.Backup {
		words = append(words, "(backup)")
	}
	if s.LastChange.Known {
		words = append(words, "for "+plugin.FormatSeconds(s.LastChange.Value))
	}
	return strings.Join(words, " ")
}

func (s Server) statusWord() string {
	switch {
	case s.Status == "":
		return "without status"
	case s.Unfilled:
		return "an unfilled slot"
	case s.Cause == diagnosis.ZeroWeight:
		return s.Status + " with weight 0"
	default:
		return s.Status
	}
}

// showsCheck says whether the last check is the reason for the status.
func (s Server) showsCheck() bool {
	return s.Checked().CheckResult() != "" && strings.HasPrefix(s.Status, "DOWN") && s.Cause != diagnosis.AgentDown && !s.IsOut()
}

// Perfdata returns the verdict's metrics of a level; a metric a server is made
// only if it is wanted, since there can be thousands.
func (v Verdict) Perfdata(level plugin.Level) []plugin.Metric {
	label, none, total := v.Label, plugin.LimitOf(0), plugin.LimitOf(float64(v.Total()))
	metrics := []plugin.Metric{
		{Section: label, Label: label + "_up", Value: float64(v.Up), Warning: v.Warning.String(), Critical: v.Critical.String(), Min: none, Max: total, Level: plugin.Sections},
		{Section: label, Label: label + "_down", Value: float64(v.Down), Min: none, Max: total, Level: plugin.Sections},
		{Section: label, Label: label + "_out", Value: float64(v.Out), Min: none, Level: plugin.Sections},
	}
	if level < plugin.Servers {
		return metrics
	}
	for _, s := range v.Servers {
		up := 0.0
		if s.Standing == Up {
			up = 1
		}
		metrics = append(metrics, plugin.Metric{Section: label + "/" + s.Name, Label: label + "/" + s.Name + "_up", Value: up, Min: none, Max: plugin.LimitOf(1), Level: plugin.Servers})
	}
	return metrics
}

// Totals returns the metrics that stand for all verdicts together.
func Totals(verdicts []Verdict) []plugin.Metric {
	var up, down, out float64
	inState := map[plugin.State]float64{}
	for _, v := range verdicts {
		up, down, out = up+float64(v.Up), down+float64(v.Down), out+float64(v.Out)
		inState[v.State]++
	}
	metrics := []plugin.Metric{
		{Label: "up", Value: up, Max: plugin.LimitOf(up + down)},
		{Label: "down", Value: down, Max: plugin.LimitOf(up + down)},
		{Label: "out", Value: out},
	}
	for _, state := range []plugin.State{plugin.OK, plugin.Warning, plugin.Critical} {
		metrics = append(metrics, plugin.Metric{Label: "backends_" + strings.ToLower(state.String()), Value: inState[state], Max: plugin.LimitOf(float64(len(verdicts)))})
	}
	for i := range metrics {
		metrics[i].Total, metrics[i].Min, metrics[i].Level = true, plugin.LimitOf(0), plugin.Summary
	}
	return metrics
}

// Rest closes the first line: what is in order, or what was left out.
func Rest(verdicts []Verdict, leftOut int) string {
	ok, up, total := 0, 0, 0
	for _, v := range verdicts {
		if v.State == plugin.OK {
			ok, up, total = ok+1, up+v.Up, total+v.Total()
		}
	}
	switch bad := len(verdicts) - ok; {
	case len(verdicts) == 0 && leftOut == 0:
		return ""
	case len(verdicts) == 0:
		return fmt.Sprintf("no backend with servers to check (%d without servers left out)", leftOut)
	case bad == 0 && ok == 1:
		one, _ := verdicts[0].trouble()
		return verdicts[0].Label + " " + one
	case bad == 0:
		return fmt.Sprintf("%d backends OK, %s UP%s", ok, plugin.OutOf(up, total, "server"), remarksOfAll(verdicts))
	case ok == 0:
		return ""
	default:
		return plugin.Count(ok, "other") + " OK"
	}
}
