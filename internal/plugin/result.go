package plugin

// Result is what a check found, before it becomes text or JSON. Texts may hold
// anything that came from outside; they are cleaned when printed.
type Result struct {
	State State

	// Headline says what is wrong, worst first, one element a thing; the first
	// line shows as many as fit and counts the rest.
	Headline []string
	// Rest closes the first line: "11 other backends OK".
	Rest string
	// Problems is the long output: one line a problem, worst first.
	Problems []string
	// Details is what -v adds: a line for everything checked.
	Details []string

	Perfdata []Metric

	// Sections is the list of that name in the JSON; a slice, nil is empty.
	Sections any
	// Fields is a struct whose fields stand at the top level of the JSON,
	// before the sections; nil for none.
	Fields any
}

// unknown is the result for an error that left nothing to judge.
func unknown(err error) Result {
	return Result{State: Unknown, Headline: []string{err.Error()}}
}
