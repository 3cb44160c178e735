package sessions

import (
	"check-haproxy/internal/check"
	"check-haproxy/internal/haproxy"
	"check-haproxy/internal/haproxy/endpoint"
)

// judge adds the verdicts on what was chosen to the report, in HAProxy's order,
// and returns notes on what could not be looked at.
func judge(asked *check.Asked, f *flags, report *Report) (notes []string) {
	j := judging{asked: asked, selection: asked.Select(), flags: f, options: f.options(), report: report}
	for _, answer := range asked.Answers {
		j.process(answer)
		j.frontends(answer)
		j.backends(answer)
	}
	kinds := f.kindWords()
	if kinds == string(Process) && len(j.notes) > 0 {
		kinds += "; only a socket does (-S)"
	}
	j.selection.Finish(kinds)
	return j.notes
}

// judging is the way through the answers.
type judging struct {
	asked     *check.Asked
	selection *check.Selection
	flags     *flags
	options   *Options
	report    *Report
	notes     []string
}

// process judges the process where it was asked for by its name, or chosen like
// a section called "process": a check of some sections (-s api) is not about it.
func (j *judging) process(answer endpoint.Answer) {
	const name = "process"
	if !j.flags.chooses(Process) {
		return
	}
	if answer.Info == nil {
		j.notes = append(j.notes, answer.Name+": the limits of the process are not checked: only a socket tells them (-S)")
		return
	}
	subject := j.subject(answer, name)
	switch {
	case j.flags.names(Process):
		j.selection.Include(subject.Names...)
	case !j.selection.Takes(subject.Names...):
		return
	}
	for _, v := range JudgeProcess(subject, *answer.Info, j.options) {
		j.report.Add(&v)
	}
}

func (j *judging) frontends(answer endpoint.Answer) {
	if !j.flags.chooses(Frontend) {
		return
	}
	for _, frontend := range answer.Stats.Frontends {
		subject := j.subject(answer, frontend.Name)
		if !j.selection.Takes(subject.Names...) {
			continue
		}
		for _, v := range JudgeFrontend(subject, frontend, j.options) {
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
		if j.flags.chooses(Backend) && j.selection.Takes(subject.Names...) {
			v := JudgeBackend(subject, backend, j.options)
			j.report.Add(&v)
		}
	}
}

func (j *judging) servers(section Subject, backend haproxy.Backend) {
	if !j.flags.chooses(Server) {
		return
	}
	for i := range backend.Servers {
		server := &backend.Servers[i]
		subject := section.Server(server.Name)
		if j.selection.Takes(subject.Names...) {
			v := JudgeServer(subject, server, j.options)
			j.report.Add(&v)
		}
	}
}

func (j *judging) subject(answer endpoint.Answer, name string) Subject {
	return Subject{
		Name:     name,
		Label:    j.asked.Label(answer, name),
		Names:    j.asked.Names(answer, name),
		Endpoint: answer.Name,
	}
}
