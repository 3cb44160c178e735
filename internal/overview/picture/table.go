package picture

import "check-haproxy/internal/overview/draw"

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
)

// sections is the table of sections and servers.
var sections = draw.Table{
	Columns: []draw.Column{
		colName:     {Title: "  SECTION", Name: true},
		colState:    {Title: "STATE", Gap: 2},
		colSessions: {Title: "SESS", Gap: 2, Right: true},
		colBar:      {Gap: 1, Bar: true},
		colQueue:    {Title: "QUEUE", Gap: 2, Right: true, IfAny: true},
		colNOSRV:    {Title: "NOSRV", Gap: 2, Right: true, IfAny: true},
		colSince:    {Title: "SINCE", Gap: 2, Right: true},
		colCheck:    {Title: "CHECK", Gap: 2},
	},
	Shrink: []draw.Step{
		{Column: colCheck, To: 34}, {Column: colName, To: 34}, {Column: colCheck, To: 22}, {Column: colBar, To: 6}, {Column: colName, To: 20},
		{Column: colCheck, To: 16}, {Column: colBar, To: 4}, {Column: colCheck, To: 11}, {Column: colBar}, {Column: colName, To: 16},
		{Column: colSince}, {Column: colNOSRV}, {Column: colQueue}, {Column: colCheck, To: 7}, {Column: colSessions},
		{Column: colName, To: 10}, {Column: colState, To: 6}, {Column: colCheck},
	},
	Wide: []int{colCheck, colName},
}
