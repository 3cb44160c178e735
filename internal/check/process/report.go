package process

import (
	"fmt"
	"slices"
	"strconv"

	"check-haproxy/internal/check"
	"check-haproxy/internal/haproxy"
	"check-haproxy/internal/plugin"
)

// report makes the result of all processes and of what else was found.
func (f *flags) report(asked *check.Asked, verdicts []Verdict) plugin.Result {
	found := plugin.Findings{Total: len(verdicts)}
	var details []string
	var perfdata []plugin.Metric
	for i := range verdicts {
		v := &verdicts[i]
		found.List = append(found.List, v.findings(len(verdicts) > 1)...)
		details = append(details, v.details()...)
		perfdata = append(perfdata, v.perfdata(f.options(), prefix(verdicts, v))...)
	}
	result := plugin.Combine(found, plugin.Sentences(asked.Findings...))
	result.Rest = rest(verdicts)
	result.Details = append(append(result.Details, details...), asked.Notes()...)
	result.Perfdata = perfdata
	result.Fields = fieldsOf(verdicts)
	result.Sections = sections(verdicts)
	return result
}

// prefix stands before the metrics of a process if there are several.
func prefix(verdicts []Verdict, v *Verdict) string {
	if len(verdicts) == 1 {
		return ""
	}
	return v.Label + "_"
}

// findings are the problems in words. If there are several processes each
// begins with which it is.
func (v *Verdict) findings(several bool) []plugin.Finding {
	var list []plugin.Finding
	for _, p := range v.Problems {
		f := plugin.Finding{State: p.State, One: p.Message, Line: fmt.Sprintf("%s %s: %s", p.State, p.What, p.Message)}
		if several {
			f.Name, f.One = v.Endpoint, ": "+p.Message
			f.Line = fmt.Sprintf("%s %s, %s: %s", p.State, v.Endpoint, p.What, p.Message)
		}
		if p.Advice != "" {
			f.Line += "; " + p.Advice
		}
		list = append(list, f)
	}
	return list
}

// details are the lines for -v: what is in order, and what could not be judged.
func (v *Verdict) details() []string {
	lines := []string{v.Endpoint + ": " + v.summary()}
	for _, p := range v.Processes {
		lines = append(lines, v.Endpoint+": "+describeProcess(p))
	}
	for _, p := range v.Peers {
		place := "remote"
		if p.Local {
			place = "local"
		}
		lines = append(lines, fmt.Sprintf("%s: peer %s/%s, %s, %s, %s", v.Endpoint, p.Section, p.Name, place, p.Address, p.Status))
	}
	for _, t := range v.Tables {
		lines = append(lines, fmt.Sprintf("%s: stick table %s, %s full (%d of %d)", v.Endpoint, t.Name, plugin.FormatPercent(used(t)), t.Used, t.Size))
	}
	for _, note := range v.Notes {
		lines = append(lines, v.Endpoint+": "+note)
	}
	return lines
}

func describeProcess(p haproxy.Process) string {
	text := fmt.Sprintf("%s %d", p.Kind, p.PID)
	if p.Old {
		text = "old " + text
	}
	if p.Version != "" {
		text += ", HAProxy " + p.Version
	}
	if p.UptimeSec.Known {
		text += ", up " + plugin.FormatSeconds(p.UptimeSec.Value)
	}
	if p.Reloads.Known {
		text += ", " + plugin.Count(p.Reloads.Value, "reload")
	}
	if p.FailedReloads.Known {
		text += fmt.Sprintf(", %d failed", p.FailedReloads.Value)
	}
	return text
}

// summary is "HAProxy 3.2.4 up 12d, 212 of 20000 connections, idle 87%".
func (v *Verdict) summary() string {
	text := "HAProxy " + v.Info.Version
	if v.Info.UptimeSec.Known {
		text += " up " + plugin.FormatSeconds(v.Info.UptimeSec.Value)
	}
	if current, limit := v.Info.CurrConns, v.Info.Maxconn; current.Known && limit.Known {
		text += fmt.Sprintf(", %d of %d connections", current.Value, limit.Value)
	}
	if n, err := v.Info.Number("Idle_pct"); err == nil && n.Known {
		text += fmt.Sprintf(", idle %d%%", n.Value)
	}
	return text
}

// rest closes the first line: how the processes are.
func rest(verdicts []Verdict) []string {
	switch len(verdicts) {
	case 0:
		return nil
	case 1:
		parts := []string{verdicts[0].summary()}
		if w := verdicts[0].Watched; w > 0 {
			parts = append(parts, "first run, watched for "+plugin.FormatDuration(w))
		}
		return parts
	}
	parts := []string{fmt.Sprintf("%d processes", len(verdicts))}
	for i := range verdicts {
		parts = append(parts, verdicts[i].Endpoint+": "+verdicts[i].summary())
	}
	return parts
}

// fields are those at the top of the JSON.
type fields struct {
	Values   map[string]any `json:"values"` // by HAProxy's own names; null with several processes, which sections has
	Problems []jsonProblem  `json:"problems"`
}

type jsonProblem struct {
	Endpoint string       `json:"endpoint"`
	What     string       `json:"what"`
	State    plugin.State `json:"state"`
	Message  string       `json:"message"`
}

// jsonSection is a process in the JSON.
type jsonSection struct {
	Name     string         `json:"name"`
	Endpoint string         `json:"endpoint"`
	State    plugin.State   `json:"state"`
	Values   map[string]any `json:"values"`
	Problems []jsonProblem  `json:"problems"`
}

func fieldsOf(verdicts []Verdict) fields {
	f := fields{Problems: []jsonProblem{}}
	for i := range verdicts {
		f.Problems = append(f.Problems, verdicts[i].jsonProblems()...)
	}
	if len(verdicts) == 1 {
		f.Values = values(verdicts[0].Info)
	}
	return f
}

func sections(verdicts []Verdict) []jsonSection {
	list := make([]jsonSection, len(verdicts))
	for i := range verdicts {
		v := &verdicts[i]
		list[i] = jsonSection{v.Label, v.Endpoint, v.State, values(v.Info), v.jsonProblems()}
	}
	return list
}

func (v *Verdict) jsonProblems() []jsonProblem {
	list := []jsonProblem{}
	for _, p := range v.Problems {
		list = append(list, jsonProblem{v.Endpoint, p.What, p.State, p.Message})
	}
	return list
}

// values are what "show info" tells, numbers as numbers.
func values(info *haproxy.Info) map[string]any {
	all := make(map[string]any, len(info.Values))
	for name, value := range info.Values {
		all[name] = value
		if n, err := strconv.ParseInt(value, 10, 64); err == nil {
			all[name] = n
		}
	}
	return all
}

// metrics are the values of "show info" that are worth a graph, in the order of
// the perfdata.
var metrics = []struct {
	label, name, unit, limit string // limit is the name of the value that is the most
	factor                   float64
}{
	{"uptime", "Uptime_sec", "s", "", 1},
	{"connections", "CurrConns", "", "Maxconn", 1},
	{"requests", "CumReq", "c", "", 1},
	{"connection_rate", "ConnRate", "", "ConnRateLimit", 1},
	{"session_rate", "SessRate", "", "SessRateLimit", 1},
	{"idle", "Idle_pct", "%", "", 1},
	{"memory", "PoolAlloc_bytes", "B", "Memmax_bytes", 1},
	{"memory", "PoolAlloc_MB", "B", "Memmax_MB", 1 << 20},
	{"dropped_logs", "DroppedLogs", "c", "", 1},
	{"failed_allocations", "PoolFailed", "c", "", 1},
	{"ssl_connections", "CurrSslConns", "", "MaxSslConns", 1},
	{"ssl_rate", "SslRate", "", "SslRateLimit", 1},
}

// perfdata are the process's metrics. Those that this HAProxy does not tell are
// left out.
func (v *Verdict) perfdata(o Options, prefix string) []plugin.Metric {
	var list []plugin.Metric
	for _, m := range metrics {
		value, err := v.Info.Number(m.name)
		if err != nil || !value.Known || slices.ContainsFunc(list, func(other plugin.Metric) bool { return other.Label == prefix+m.label }) {
			continue
		}
		metric := plugin.Metric{Label: prefix + m.label, Value: float64(value.Value) * m.factor, Unit: m.unit, Min: plugin.LimitOf(0), Level: plugin.Summary}
		if limit, err := v.Info.Number(m.limit); err == nil && limit.Value > 0 {
			metric.Max = plugin.LimitOf(float64(limit.Value) * m.factor)
		}
		if m.label == "idle" {
			metric.Warning, metric.Critical, metric.Max = o.IdleWarning.Only(true).String(), o.IdleCritical.Only(true).String(), plugin.LimitOf(100)
		}
		list = append(list, metric)
	}
	if v.Processes != nil {
		list = append(list, plugin.Metric{Label: prefix + "old_workers", Value: float64(len(v.old())), Warning: strconv.Itoa(o.OldWorkers), Min: plugin.LimitOf(0), Level: plugin.Summary})
	}
	for _, t := range v.Tables {
		list = append(list, plugin.Metric{
			Label: prefix + t.Name + "_table", Value: float64(t.Used),
			Warning: o.TableWarning.For(t.Name).Of(float64(t.Size)).String(), Critical: o.TableCritical.For(t.Name).Of(float64(t.Size)).String(),
			Min: plugin.LimitOf(0), Max: plugin.LimitOf(float64(t.Size)), Level: plugin.Sections,
		})
	}
	return list
}
