package picture

import "check-haproxy/internal/overview/draw"

// The columns of the table, from the left. The rates take two looks; one look
// leaves them empty.
const (
	ColName = iota
	ColState
	ColSessions
	ColBar // of sessions
	ColQueue
	ColNOSRV    // in the log's window
	ColSpoiled  // likewise: requests that servers spoiled
	ColRequests // a second
	ColTrend    // of the requests
	ColLost     // requests without a server, a second
	ColErrors   // a second
	ColBytes    // a second
	ColSince
	ColCheck
)

// Table is the table of sections and servers.
var Table = draw.Table{
	Columns: []draw.Column{
		ColName:     {Title: "  SECTION", Name: true},
		ColState:    {Title: "STATE", Gap: 2},
		ColSessions: {Title: "SESS", Gap: 2, Right: true},
		ColBar:      {Gap: 1, Bar: true},
		ColQueue:    {Title: "QUEUE", Gap: 2, Right: true, IfAny: true},
		ColNOSRV:    {Title: "NOSRV", Gap: 2, Right: true, IfAny: true},
		ColSpoiled:  {Title: "ERRORS", Gap: 2, Right: true, IfAny: true},
		ColRequests: {Title: "REQ/S", Gap: 2, Right: true},
		ColTrend:    {Gap: 1, Right: true},
		ColLost:     {Title: "NOSRV/S", Gap: 2, Right: true, IfAny: true},
		ColErrors:   {Title: "ERR/S", Gap: 2, Right: true, IfAny: true},
		ColBytes:    {Title: "B/S", Gap: 2, Right: true},
		ColSince:    {Title: "SINCE", Gap: 2, Right: true},
		ColCheck:    {Title: "CHECK", Gap: 2},
	},
	Shrink: []draw.Step{
		{Column: ColCheck, To: 34}, {Column: ColName, To: 34}, {Column: ColBytes}, {Column: ColCheck, To: 24}, {Column: ColBar, To: 6},
		{Column: ColName, To: 20}, {Column: ColBar, To: 4}, {Column: ColTrend}, {Column: ColBar}, {Column: ColCheck, To: 16},
		{Column: ColName, To: 16}, {Column: ColSince}, {Column: ColSpoiled}, {Column: ColNOSRV}, {Column: ColQueue},
		{Column: ColErrors},
		{Column: ColCheck, To: 7}, {Column: ColSessions}, {Column: ColRequests}, {Column: ColName, To: 10}, {Column: ColLost},
		{Column: ColState, To: 6}, {Column: ColCheck},
	},
	Wide: []int{ColCheck, ColName},
}
