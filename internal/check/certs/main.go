package certs

import (
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	"check-haproxy/internal/check"
	"check-haproxy/internal/haproxy"
	"check-haproxy/internal/haproxy/endpoint"
	"check-haproxy/internal/plugin"
)

// Main runs the plugin and returns its exit code.
func Main(args []string, _ io.Reader, stdout, stderr io.Writer) int {
	var f flags
	return plugin.Run(program, args, stdout, stderr, &f, func(ctx context.Context) (plugin.Result, error) {
		return run(ctx, &f)
	})
}

func run(ctx context.Context, f *flags) (plugin.Result, error) {
	disk := newFiles()
	asked, err := f.Ask(ctx, endpoint.Query{Subject: endpoint.OfCertificates, Certificate: func(local bool, c *haproxy.Certificate) {
		if local && f.compares(c) && f.Selects(namesOf(c)...) {
			disk.add(c)
		}
	}})
	disk.close()
	if err != nil {
		return plugin.Result{}, err
	}
	c := f.choose(asked)
	for i := range c.subjects {
		if s := &c.subjects[i]; s.local && f.compares(s.Certificate) {
			if s.Disk, err = disk.of(s.Certificate); err != nil {
				c.notes = append(c.notes, fmt.Sprintf("%s: its file was not compared: %s", s.Label, err))
			}
		}
	}
	options := Options{Warning: daysRules(DefaultWarning, f.Warning), Critical: daysRules(DefaultCritical, f.Critical), Now: time.Now()}
	verdicts := make([]Verdict, len(c.subjects))
	for i, s := range c.subjects {
		verdicts[i] = Judge(s, options)
	}
	result := f.report(verdicts, append(c.findings, asked.Findings...)...)
	result.Details = append(append(result.Details, c.notes...), asked.Notes()...)
	return result, nil
}

// choice is what there is to judge.
type choice struct {
	subjects []Subject
	findings []plugin.Finding // of what HAProxy does not tell, or does not serve yet
	notes    []string

	flags     *flags
	asked     *check.Asked
	selection *check.Selection
}

// judges says whether a certificate is to be judged, if it is chosen: one that is
// in use, unless others are wanted, too.
func (f *flags) judges(c *haproxy.Certificate) bool {
	return c.Status != "Empty" && (c.Used() || f.Unused)
}

// compares says whether a certificate is held against its file.
func (f *flags) compares(c *haproxy.Certificate) bool { return !f.NoDisk && f.judges(c) }

// choose picks the certificates that were chosen.
func (f *flags) choose(asked *check.Asked) choice {
	c := choice{flags: f, asked: asked, selection: asked.Select()}
	for i := range asked.Answers {
		c.add(&asked.Answers[i])
	}
	c.selection.Finish("certificate in use")
	return c
}

func (c *choice) add(answer *endpoint.Answer) {
	c.subjects = slices.Grow(c.subjects, len(answer.Certificates.List))
	labels := labelsOf(answer.Certificates)
	left := 0
	for _, one := range answer.Certificates.List {
		if !c.flags.judges(one) {
			left++
			continue
		}
		if t, ok := c.takes(answer, labels[one.Name], namesOf(one)...); ok {
			c.subjects = append(c.subjects, Subject{Certificate: one, Label: t.Label, Endpoint: t.Endpoint, Names: t.Names, local: answer.Local})
		}
	}
	if left > 0 {
		c.notes = append(c.notes, fmt.Sprintf("%s: %s not in use, and not judged (--unused)", answer.Name, plugin.Count(left, "certificate")))
	}
	for _, one := range answer.Certificates.Untold {
		if t, ok := c.takes(answer, labels[one.Name], one.Name); ok {
			c.findings = append(c.findings, untold(t.Label, one))
		}
	}
	if one := answer.Certificates.Transaction; one != nil {
		if t, ok := c.takes(answer, labels[one.Name], namesOf(one)...); ok {
			c.findings = append(c.findings, hanging(t.Label, one))
		}
	}
}

// takes says whether a certificate was chosen, by its label or another name.
func (c *choice) takes(answer *endpoint.Answer, label string, names ...string) (check.Target, bool) {
	t := c.asked.Target(answer, label)
	t.Names = append(t.Names, names...)
	return t, c.selection.Takes(t.Names...)
}

// labelsOf call all certificates of a HAProxy by short names.
func labelsOf(all *endpoint.Certificates) map[string]string {
	var paths []string
	for _, one := range all.List {
		paths = append(paths, one.Name)
	}
	for _, one := range all.Untold {
		paths = append(paths, one.Name)
	}
	return shortNames(paths)
}

// untold is a certificate of which HAProxy tells no more than its name.
func untold(label string, one endpoint.Untold) plugin.Finding {
	return plugin.Finding{
		State: plugin.Unknown, Name: label, One: "cannot be judged", Cause: one.Err.Error(),
		Line: fmt.Sprintf("%s %s: %s", plugin.Unknown, label, one.Err),
	}
}

// hanging is a certificate whose renewal was begun over the socket, and never
// came to its end.
func hanging(label string, one *haproxy.Certificate) plugin.Finding {
	what := fmt.Sprintf("has a new one, until %s, that was set and never committed", date(one.NotAfter))
	return plugin.Finding{
		State: plugin.Warning, Name: label, One: what,
		Line: fmt.Sprintf("%s %s: %s; give \"commit ssl cert\" or \"abort ssl cert\" with its name on the stats socket", plugin.Warning, label, what),
	}
}
