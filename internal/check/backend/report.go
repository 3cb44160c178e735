package backend

import (
	"fmt"
	"strings"

	"check-haproxy/internal/diagnosis"
	"check-haproxy/internal/haproxy"
	"check-haproxy/internal/plugin"
)

// How many bad servers are named: on the first line, and in the long output.
const (
	fewServers  = 3
	manyServers = 20
)

// Finding returns the verdict in words; of one that is OK there are some only
// where they are wanted, since there can be thousands.
func (v Verdict) Finding(verbose bool) plugin.Finding {
	switch {
	case v.State != plugin.OK:
		return plugin.Finding{State: v.State, Headline: v.headline(), Line: v.line()}
	case verbose:
		return plugin.Finding{State: v.State, Line: v.line()}
	default:
		return plugin.Finding{State: v.State}
	}
}

// headline names the backend first, then how many of how many, then who is
// missing and why.
func (v Verdict) headline() string {
	if v.Problem != "" {
		return fmt.Sprintf("%s cannot be judged: %s", v.Label, v.Problem)
	}
	if len(v.Servers) == 0 {
		return fmt.Sprintf("%s has no servers and has answered nothing but errors (%d responses 5xx)",
			v.Label, v.Backend.Responses[haproxy.Responses5xx].Value)
	}
	bad := v.describeBad(fewServers)
	switch {
	case v.Up == 0 && v.Out == 1 && v.Total() == 0:
		return fmt.Sprintf("%s has no UP server (its only one is taken out: %s)", v.Label, bad)
	case v.Up == 0 && v.Total() == 0:
		return fmt.Sprintf("%s has no UP server (all %d taken out: %s)", v.Label, v.Out, bad)
	case v.Up == 0:
		return fmt.Sprintf("%s has no UP server (0/%d: %s)", v.Label, v.Total(), bad)
	case v.OnBackup:
		return fmt.Sprintf("%s runs on backup servers only (%d/%d UP%s)", v.Label, v.Up, v.Total(), prefixed(": ", bad))
	default:
		return fmt.Sprintf("%s has %d of %d servers UP%s", v.Label, v.Up, v.Total(), bracketed(bad))
	}
}

// line is the backend's line in the long output.
func (v Verdict) line() string {
	if v.Problem != "" {
		return fmt.Sprintf("%s %s", v.State, v.headline())
	}
	if len(v.Servers) == 0 {
		return fmt.Sprintf("%s %s: %s", v.State, v.headline(), v.Cause)
	}
	line := fmt.Sprintf("%s %s: %d up, %d down, %d out", v.State, v.Label, v.Up, v.Down, v.Out)
	if v.OnBackup {
		line += ", on backup servers only"
	}
	if v.Cause != "" {
		line += "; cause: " + v.Cause.String()
	}
	return line + prefixed("; ", v.describeBad(manyServers))
}

// describeBad lists the servers that are not up, those that are down first.
func (v Verdict) describeBad(most int) string {
	var list []string
	for _, standing := range []Standing{Down, Out} {
		for _, s := range v.Servers {
			if s.Standing == standing {
				list = append(list, s.describe())
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
func (s Server) describe() string {
	words := []string{s.Name, s.statusWord()}
	if s.showsCheck() {
		words = append(words, s.CheckResult())
		if s.LastCheck != "" {
			words = append(words, fmt.Sprintf("%q", s.LastCheck))
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
	return s.CheckResult() != "" && strings.HasPrefix(s.Status, "DOWN") && s.Cause != diagnosis.AgentDown
}

// Perfdata returns the verdict's metrics of a level; a metric a server is made
// only where it is wanted, since there can be thousands.
func (v Verdict) Perfdata(level plugin.Level) []plugin.Metric {
	label, none, total := v.Label, plugin.LimitOf(0), plugin.LimitOf(float64(v.Total()))
	metrics := []plugin.Metric{
		{Label: label + "_up", Value: float64(v.Up), Warning: v.Warning.String(), Critical: v.Critical.String(), Min: none, Max: total, Level: plugin.Sections},
		{Label: label + "_down", Value: float64(v.Down), Min: none, Max: total, Level: plugin.Sections},
		{Label: label + "_out", Value: float64(v.Out), Min: none, Level: plugin.Sections},
	}
	if level < plugin.Servers {
		return metrics
	}
	for _, s := range v.Servers {
		up := 0.0
		if s.Standing == Up {
			up = 1
		}
		metrics = append(metrics, plugin.Metric{Label: label + "/" + s.Name + "_up", Value: up, Min: none, Max: plugin.LimitOf(1), Level: plugin.Servers})
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
		return verdicts[0].headline()
	case bad == 0:
		return fmt.Sprintf("%d backends OK, %d of %d servers UP", ok, up, total)
	case ok == 0:
		return ""
	default:
		return fmt.Sprintf("%d other %s OK", ok, plugin.Plural(ok, "backend"))
	}
}

func prefixed(prefix, text string) string {
	if text == "" {
		return ""
	}
	return prefix + text
}

func bracketed(text string) string {
	if text == "" {
		return ""
	}
	return " (" + text + ")"
}
