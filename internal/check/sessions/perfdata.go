package sessions

import (
	"math"
	"strings"

	"check-haproxy/internal/haproxy"
	"check-haproxy/internal/plugin"
)

// Perfdata returns the verdict's metrics. Their maximum is the limit and their
// thresholds are in the same unit, so that a graph shows the line at which the
// alarm is raised.
func (v *Verdict) Perfdata() []plugin.Metric {
	resource := string(v.Resource)
	if v.Kind == Backend && v.IsListen() {
		resource = "backend_" + resource
	}
	metrics := []plugin.Metric{v.metric(resource, &v.Usage)}
	if v.Queue.Current.Known || v.Queue.Problem != "" {
		metrics = append(metrics, v.metric("queue", &v.Queue))
	}
	return metrics
}

func (v *Verdict) metric(suffix string, m *Measure) plugin.Metric {
	metric := plugin.Metric{
		Label: v.Label + "_" + suffix, Value: valueOf(m.Current),
		Warning: m.Warning().String(), Critical: m.Critical().String(),
		Min: plugin.LimitOf(0), Level: v.Kind.perfdataLevel(),
	}
	if v.Kind != Process {
		metric.Section = v.Label
	}
	if m.Limit.Known {
		metric.Max = plugin.LimitOf(float64(m.Limit.Value))
	}
	return metric
}

// perfdataLevel is the first level of --perfdata that shows a kind.
func (k Kind) perfdataLevel() plugin.Level {
	switch k {
	case Process:
		return plugin.Summary
	case Server:
		return plugin.Servers
	default:
		return plugin.Sections
	}
}

func valueOf(n haproxy.Number) float64 {
	if !n.Known {
		return math.NaN()
	}
	return float64(n.Value)
}

// totals are the metrics that stand for all verdicts together: how much of its
// limit the nearest one uses, how many requests wait, and how many limits are in
// which state.
func (r *Report) totals() []plugin.Metric {
	limits := 0
	for _, n := range r.inState {
		limits += n
	}
	metrics := []plugin.Metric{
		{Label: "used", Value: r.mostUsed, Unit: "%"},
		{Label: "queue", Value: float64(r.waiting)},
	}
	for _, state := range []plugin.State{plugin.OK, plugin.Warning, plugin.Critical} {
		metrics = append(metrics, plugin.Metric{Label: "limits_" + strings.ToLower(state.String()), Value: float64(r.inState[state]), Max: plugin.LimitOf(float64(limits))})
	}
	for i := range metrics {
		metrics[i].Total, metrics[i].Min, metrics[i].Level = true, plugin.LimitOf(0), plugin.Summary
	}
	return metrics
}
