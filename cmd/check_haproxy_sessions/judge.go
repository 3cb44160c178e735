package main

import (
	"check-haproxy/internal/endpoint"
	"check-haproxy/internal/haproxy"
	"check-haproxy/internal/saturation"
	"check-haproxy/internal/survey"
)

// judge adds the verdicts on what was chosen to the report, in HAProxy's order,
// and returns notes on what could not be looked at.
func judge(asked *survey.Survey, f *flags, report *saturation.Report) (notes []string) {
	j := judging{asked: asked, selection: asked.Select(), flags: f, options: f.options(), report: report}
	for _, answer := range asked.Answers {
		j.process(answer)
		j.frontends(answer)
		j.backends(answer)
	}
	kinds := f.kindWords()
	if kinds == string(saturation.Process) && len(j.notes) > 0 {
		kinds += "; only a socket does (-S)"
	}
	j.selection.Finish(kinds)
	return j.notes
}

// judging is the way through the answers.
type judging struct {
	asked     *survey.Survey
	selection *survey.Selection
	flags     *flags
	options   *saturation.Options
	report    *saturation.Report
	notes     []string
}

// process judges the process where it was asked for by its name, or chosen like
// a section called "process": a check of some sections (-s api) is not about it.
func (j *judging) process(answer endpoint.Answer) {
	const name = "process"
	if !j.flags.chooses(saturation.Process) {
		return
	}
	if answer.Info == nil {
		j.notes = append(j.notes, answer.Name+": the limits of the process are not checked: only a socket tells them (-S)")
		return
	}
	subject := j.subject(answer, name)
	switch {
	case j.flags.names(saturation.Process):
		j.selection.Include(subject.Names...)
	case !j.selection.Takes(subject.Names...):
		return
	}
	for _, v := range saturation.JudgeProcess(subject, *answer.Info, j.options) {
		j.report.Add(&v)
	}
}

func (j *judging) frontends(answer endpoint.Answer) {
	if !j.flags.chooses(saturation.Frontend) {
		return
	}
	for _, frontend := range answer.Stats.Frontends {
		subject := j.subject(answer, frontend.Name)
		if !j.selection.Takes(subject.Names...) {
			continue
		}
		for _, v := range saturation.JudgeFrontend(subject, frontend, j.options) {
			j.report.Add(&v)
		}
	}
}

// backends judges each backend after its servers, the order of HAProxy's rows.
func (j *judging) backends(answer endpoint.Answer) {
	listens := map[string]bool{}
	for _, frontend := range answer.Stats.Frontends {
		listens[frontend.Name] = true
	}
	for _, backend := range answer.Stats.Backends {
		subject := j.subject(answer, backend.Name)
		subject.Listen = listens[backend.Name]
		j.servers(subject, backend)
		if j.flags.chooses(saturation.Backend) && j.selection.Takes(subject.Names...) {
			v := saturation.JudgeBackend(subject, backend, j.options)
			j.report.Add(&v)
		}
	}
}

func (j *judging) servers(section saturation.Subject, backend haproxy.Backend) {
	if !j.flags.chooses(saturation.Server) {
		return
	}
	for i := range backend.Servers {
		server := &backend.Servers[i]
		subject := section.Server(server.Name)
		if j.selection.Takes(subject.Names...) {
			v := saturation.JudgeServer(subject, server, j.options)
			j.report.Add(&v)
		}
	}
}

func (j *judging) subject(answer endpoint.Answer, name string) saturation.Subject {
	return saturation.Subject{
		Name:     name,
		Label:    j.asked.Label(answer, name),
		Names:    j.asked.Names(answer, name),
		Endpoint: answer.Name,
	}
}
