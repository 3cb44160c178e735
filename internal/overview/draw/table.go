package draw

import "slices"

// Table is the form of a table: its columns, and what it gives up if the
// terminal is too narrow.
type Table struct {
	Columns []Column
	// Shrink are the steps in which the table gets narrower, until it fits.
	Shrink []Step
	// Wide are the columns that get what is left over after that.
	Wide []int
}

// Column is a column of a table.
type Column struct {
	Title string
	Gap   int  // blanks before it
	Right bool // its cells stand at its right, as numbers do
	Name  bool // it has the rows' leads, and is shortened in its middle
	Bar   bool // it shows the rows' bars
	IfAny bool // it goes first if all its numbers are 0
}

// Step makes a column as narrow as To, or leaves it out if To is 0.
type Step struct{ Column, To int }

// Row is one line of a table; a cell may be empty.
type Row struct {
	Lead  Line // before the name, never shortened: a mark, or blanks
	Cells []Line
	Bar   Bar
}

// NewRow is a row without anything in its cells yet.
func (t *Table) NewRow() Row { return Row{Cells: make([]Line, len(t.Columns))} }

// Widths are how wide the columns of a table are; one of 0 is not shown.
type Widths []int

// Natural is how wide the columns of these rows would like to be; a column
// without any cell is 0.
func (t *Table) Natural(rows []Row) Widths {
	widths := make(Widths, len(t.Columns))
	for _, r := range rows {
		for i, column := range t.Columns {
			width := r.Cells[i].Width()
			switch {
			case column.Name:
				width += r.Lead.Width()
			case column.Bar:
				width = r.Bar.natural()
			}
			widths[i] = max(widths[i], width)
		}
	}
	for i, column := range t.Columns {
		if widths[i] > 0 {
			widths[i] = max(widths[i], Width(column.Title))
		}
	}
	return widths
}

// Fit returns the widths of the columns in a table of at most so many columns of
// the terminal; 0 is no bound.
func (t *Table) Fit(rows []Row, width int) Widths {
	wanted := t.Natural(rows)
	widths := slices.Clone(wanted)
	if width <= 0 {
		return widths
	}
	excess := func() int { return t.total(widths) - width }
	for i, column := range t.Columns {
		if column.IfAny && excess() > 0 && nothingIn(rows, i) {
			widths[i] = 0
		}
	}
	for _, step := range t.Shrink {
		switch {
		case excess() <= 0:
		case step.To == 0:
			widths[step.Column] = 0
		default:
			widths[step.Column] = max(widths[step.Column]-excess(), min(step.To, widths[step.Column]))
		}
	}
	// What a column that is gone has left over.
	for _, i := range t.Wide {
		if free := -excess(); free > 0 && widths[i] > 0 {
			widths[i] = min(widths[i]+free, wanted[i])
		}
	}
	return widths
}

// nothingIn says that a column of numbers has only zeros.
func nothingIn(rows []Row, column int) bool {
	return !slices.ContainsFunc(rows, func(r Row) bool {
		cell := r.Cells[column]
		return len(cell) > 0 && cell[0].text != "0"
	})
}

func (t *Table) total(widths Widths) int {
	sum := 0
	for i, w := range widths {
		if w > 0 {
			sum += w + t.Columns[i].Gap
		}
	}
	return sum
}

// Table lays the rows out, under a line of titles.
func (c Canvas) Table(t *Table, rows []Row) []Line {
	widths := t.Fit(rows, c.Width)
	lines := make([]Line, 0, len(rows)+1)
	lines = append(lines, c.Titles(t, widths))
	for _, r := range rows {
		lines = append(lines, c.Row(t, r, widths))
	}
	return lines
}

// Titles is the line above a table's rows.
func (c Canvas) Titles(t *Table, widths Widths) Line {
	head := t.NewRow()
	for i, column := range t.Columns {
		head.Cells[i] = Text(Faint, column.Title)
	}
	return c.Row(t, head, widths)
}

// Row lays out one row.
func (c Canvas) Row(t *Table, r Row, widths Widths) Line {
	var l Line
	for i, width := range widths {
		if width > 0 {
			l = append(l, Blank(t.Columns[i].Gap))
			l = append(l, c.cell(t, r, i, width)...)
		}
	}
	return l
}

func (c Canvas) cell(t *Table, r Row, i, width int) Line {
	cell := r.Cells[i]
	switch column := t.Columns[i]; {
	case column.Name:
		cell = append(slices.Clone(r.Lead), cell.CutMiddle(width-r.Lead.Width(), c.Glyphs().Ellipsis)...)
	case column.Bar && r.Bar.Limit > 0:
		cell = c.Bar(r.Bar, width)
	default:
		cell = cell.Cut(width, c.Glyphs().Ellipsis)
	}
	return cell.Pad(width, t.Columns[i].Right)
}
