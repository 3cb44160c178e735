package overview

import (
	"slices"
	"strings"
)

// The columns of the table, from the left.
const (
	colName = iota
	colState
	colSessions
	colBar // of sessions
	colQueue
	colNOSRV
	colSince
	colCheck
	columns
)

var titles = [columns]string{"  SECTION", "STATE", "SESS", "", "QUEUE", "NOSRV", "SINCE", "CHECK"}

// flushRight are the columns of numbers.
var flushRight = [columns]bool{colSessions: true, colQueue: true, colNOSRV: true, colSince: true}

// gaps are how many blanks stand before a column.
var gaps = [columns]int{colState: 2, colSessions: 2, colBar: 1, colQueue: 2, colNOSRV: 2, colSince: 2, colCheck: 2}

// row is one line of the table; a cell may be empty.
type row struct {
	lead  span // before the name, never shortened: a mark, or the blanks before a server
	cells [columns]line
	bar   bar
}

// shrinking is what a table gives up where the terminal is too narrow, in this
// order, until it fits: a column becomes as narrow as this; 0 is gone.
var shrinking = []struct{ column, to int }{
	{colCheck, 34}, {colName, 34}, {colCheck, 22}, {colBar, 6}, {colName, 20}, {colCheck, 16}, {colBar, 4}, {colCheck, 11}, {colBar, 0}, {colName, 16},
	{colSince, 0}, {colNOSRV, 0}, {colQueue, 0}, {colCheck, 7}, {colSessions, 0}, {colName, 10}, {colState, 6}, {colCheck, 0},
}

// fit returns how wide each column is in a table of at most so many columns of
// the terminal; 0 is no bound.
func fit(rows []row, width int) [columns]int {
	widths := natural(rows)
	wanted := widths
	excess := func() int { return total(widths) - width }
	for _, column := range []int{colQueue, colNOSRV} {
		if width > 0 && excess() > 0 && nothingIn(rows, column) {
			widths[column] = 0
		}
	}
	for _, step := range shrinking {
		switch {
		case width <= 0 || excess() <= 0:
		case step.to == 0:
			widths[step.column] = 0
		default:
			widths[step.column] = max(widths[step.column]-excess(), min(step.to, widths[step.column]))
		}
	}
	// What a column that is gone has left over.
	for _, column := range []int{colCheck, colName} {
		if free := -excess(); width > 0 && free > 0 && widths[column] > 0 {
			widths[column] = min(widths[column]+free, wanted[column])
		}
	}
	return widths
}

// natural is how wide the columns would like to be; one without any cell is 0.
func natural(rows []row) [columns]int {
	var widths [columns]int
	for _, r := range rows {
		for i, cell := range r.cells {
			widths[i] = max(widths[i], cell.width())
		}
		widths[colName] = max(widths[colName], widthOf(r.lead.text)+r.cells[colName].width())
		widths[colBar] = max(widths[colBar], r.bar.natural())
	}
	for i, title := range titles {
		if widths[i] > 0 {
			widths[i] = max(widths[i], len(title))
		}
	}
	return widths
}

// nothingIn says that a column of numbers has only zeros.
func nothingIn(rows []row, column int) bool {
	return !slices.ContainsFunc(rows, func(r row) bool {
		cell := r.cells[column]
		return len(cell) > 0 && cell[0].text != "0"
	})
}

func total(widths [columns]int) int {
	sum := 0
	for i, w := range widths {
		if w > 0 {
			sum += w + gaps[i]
		}
	}
	return sum
}

// table lays the rows out, under a line of titles.
func (o Options) table(rows []row) []line {
	widths := fit(rows, o.Width)
	var head row
	for i, title := range titles {
		head.cells[i] = text(faint, title)
	}
	lines := []line{o.lay(head, widths)}
	for _, r := range rows {
		lines = append(lines, o.lay(r, widths))
	}
	return lines
}

func (o Options) lay(r row, widths [columns]int) line {
	var l line
	for i, width := range widths {
		if width > 0 {
			l = append(l, span{text: strings.Repeat(" ", gaps[i])})
			l = append(l, o.cell(r, i, width)...)
		}
	}
	return l
}

func (o Options) cell(r row, column, width int) line {
	cell := r.cells[column]
	switch column {
	case colName:
		cell = append(line{r.lead}, cell.cutMiddle(width-widthOf(r.lead.text), o.glyphs().ellipsis)...)
	case colBar:
		cell = o.draw(r.bar, width)
	default:
		cell = cell.cut(width, o.glyphs().ellipsis)
	}
	return cell.pad(width, flushRight[column])
}
