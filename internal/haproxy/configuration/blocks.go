package configuration

import (
	"errors"
	"strconv"
)

// blocks follow .if, .elif, .else and .endif (Configuration Manual 2.4). Most
// conditions ask for HAProxy's version or environment, which the file does not
// tell: then every branch is read, since each is a configuration that somebody
// runs. Only plain numbers are decided.
type blocks []block

type block struct {
	active  bool // the lines of this branch are read
	settled bool // an earlier branch is certainly the one
	outside bool // the lines around the block are read
}

var errUnbalanced = errors.New("an .elif, .else or .endif has no .if")

// active says whether lines are read here.
func (b blocks) active() bool { return len(b) == 0 || b[len(b)-1].active }

// directive takes a line that begins with a point; false means that it is none
// that HAProxy knows.
func (b *blocks) directive(words []string) (known bool, err error) {
	switch words[0] {
	case ".if":
		*b = append(*b, block{outside: b.active()})
		b.branch(words[1:])
	case ".elif", ".else":
		if len(*b) == 0 {
			return true, errUnbalanced
		}
		condition := words[1:]
		if words[0] == ".else" {
			condition = []string{"1"}
		}
		b.branch(condition)
	case ".endif":
		if len(*b) == 0 {
			return true, errUnbalanced
		}
		*b = (*b)[:len(*b)-1]
	case ".diag", ".notice", ".warning", ".alert":
	default:
		return false, nil
	}
	return true, nil
}

// branch begins a branch of the innermost block.
func (b *blocks) branch(condition []string) {
	current := &(*b)[len(*b)-1]
	holds, decided := evaluate(condition)
	current.active = current.outside && !current.settled && (holds || !decided)
	current.settled = current.settled || decided && holds
}

// evaluate decides a condition that is a number, or missing.
func evaluate(condition []string) (holds, decided bool) {
	if len(condition) == 0 {
		return false, true
	}
	number, err := strconv.Atoi(condition[0])
	if err != nil || len(condition) > 1 {
		return false, false
	}
	return number != 0, true
}
