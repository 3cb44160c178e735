package sessions

import (
	"check-haproxy/internal/check"
	"check-haproxy/internal/haproxy/endpoint"
)

// judge adds the verdicts on what was chosen to the report, in HAProxy's order,
// and returns notes on what could not be looked at.
func judge(asked *check.Asked, f *flags, report *Report) (notes []string) {
	j := judging{asked: asked, selection: asked.Select(), flags: f, options: f.options(), report: report}
	for i := range asked.Answers {
		frontends, backends := asked.Targets(&asked.Answers[i])
		j.process(&asked.Answers[i])
		j.frontends(frontends)
		j.backends(backends)
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

// process judges the process if it was asked for by its name, or chosen like
// a section called "process": a check of some sections (-s api) is not about it.
func (j *judging) process(answer *endpoint.Answer) {
	const name = "process"
	if !j.flags.chooses(Process) {
		return
	}
	if answer.Info == nil {
		j.notes = append(j.notes, answer.Name+": the limits of the process are not checked: only a socket tells them (-S)")
		return
	}
	target := j.asked.Target(answer, name)
	switch {
	case j.flags.names(Process):
		j.selection.Include(target.Names...)
	case !j.selection.Takes(target.Names...):
		return
	}
	for _, v := range JudgeProcess(target, *answer.Info, j.options) {
		j.report.Add(&v)
	}
}

func (j *judging) frontends(targets []check.Target) {
	if !j.flags.chooses(Frontend) {
		return
	}
	for _, target := range targets {
		if !j.selection.Takes(target.Names...) {
			continue
		}
		for _, v := range JudgeFrontend(target, j.options) {
			j.report.Add(&v)
		}
	}
}

// backends judges each backend after its servers, the order of HAProxy's rows.
func (j *judging) backends(targets []check.Target) {
	for _, target := range targets {
		j.servers(target)
		if j.flags.chooses(Backend) && j.selection.Takes(target.Names...) {
			v := JudgeBackend(target, j.options)
			j.report.Add(&v)
		}
	}
}

func (j *judging) servers(section check.Target) {
	if !j.flags.chooses(Server) {
		return
	}
	for i := range section.Backend.Servers {
		server := &section.Backend.Servers[i]
		target := section.Server(server.Name)
		if j.selection.Takes(target.Names...) {
			v := JudgeServer(target, server, j.options)
			j.report.Add(&v)
		}
	}
}
