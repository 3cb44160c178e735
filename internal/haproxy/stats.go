// Package haproxy says what HAProxy says, as values: the rows of its
// statistics, its process information and the state of its servers. It parses
// by column name, never by position, and does no I/O of its own beyond reading
// from the reader it is handed.
package haproxy

// Number is a statistic that HAProxy may leave empty. The zero value is "not
// there".
type Number struct {
	Value int64
	Known bool
	// Damaged says that there is something that cannot be such a number, like a
	// count below zero; it is not known then.
	Damaged bool
}

// OrNull is the number for JSON: null if HAProxy did not tell it.
func (n Number) OrNull() *int64 {
	if !n.Known {
		return nil
	}
	return &n.Value
}

// Stats is one complete answer to "show stat" or to the stats page with ";csv"
// (HAProxy Management Guide, 9.1 "CSV format"). Sections stand in HAProxy's
// order.
type Stats struct {
	Frontends []Frontend
	Backends  []Backend
}

// Frontend is a FRONTEND row (type 0): the side of a "frontend" or "listen"
// section that takes connections.
type Frontend struct {
	Name         string
	Status       string   // "OPEN", "FULL", "PAUSED", "STOP"
	Sessions     Number   // scur: sessions now
	SessionLimit Number   // slim: the frontend's maxconn
	SessionRate  Number   // rate: sessions in the last second
	RateLimit    Number   // rate_lim: the frontend's "rate-limit sessions", per second
	MaxSessions  Number   // smax: a peak since start, never a limit
	Intercepted  Number   // intercepted: requests that HAProxy answered itself, such as the stats page
	Successes    Number   // hrsp_2xx: responses
	Traffic      *Traffic // nil unless counters were asked for
}

// Backend is a BACKEND row (type 1) with its servers: the side of a "backend"
// or "listen" section that answers.
type Backend struct {
	Name                            string
	Status                          string    // "UP" or "DOWN"; UP too if there is no server at all
	Mode                            string    // "http", "tcp", …; empty before HAProxy 1.7
	Sessions                        Number    // scur
	Weight                          Number    // weight: of all the servers that requests go to now
	Usable                          int64     // act + bck: servers that requests can go to now; 0 too if that is not known
	Queue                           Number    // qcur: requests waiting in the backend's own queue
	Failed                          Number    // econ: requests for which no connection came about; without servers, all that failed for want of one
	Selected                        Number    // lbtot: requests that a server was chosen for, since the start
	DeniedRequests, DeniedResponses Number    // dreq, dresp
	Responses                       [6]Number // hrsp_1xx … hrsp_5xx, hrsp_other; unknown in TCP mode
	LastChange                      Number    // lastchg: seconds since the status changed
	LastSession                     Number    // lastsess: seconds since a server got a session; unknown too if none ever did
	NoSession                       bool      // lastsess is -1: no server ever got a session
	Counters                        *Counters // nil unless they were asked for
	Traffic                         *Traffic  // likewise
	Servers                         []Server
}

// Traffic is what a FRONTEND or BACKEND row has let through since HAProxy
// started, or since its counters were cleared (Management Guide 9.1).
type Traffic struct {
	Requests          Number // of a frontend req_tot, unless it is in TCP mode; else stot
	BytesIn, BytesOut Number // bin from clients, bout to them
}

// Counters is what a BACKEND or server row has counted since HAProxy started, or
// since its counters were cleared (Management Guide 9.1).
type Counters struct {
	Sessions          Number // stot: of a server attempts, so that a retry counts again
	FailedConnections Number // econ: requests for which no connection came about; of a BACKEND row those without any server too
	FailedResponses   Number // eresp
	Retries           Number // wretr: attempts at the same server
	Redispatches      Number // wredis: attempts that went on to another server
	Answers           Number // hrsp_1xx … hrsp_other together; unknown in TCP mode, damaged if one is
	ServerErrors      Number // hrsp_5xx; a server's own alone, of a BACKEND row HAProxy's too
	ClientAborts      Number // cli_abrt
	ServerAborts      Number // srv_abrt
	Downs             Number // chkdown: changes from UP to DOWN
	ResponseTime      Number // rtime: no counter, but the average of the last 1,024 responses in milliseconds
}

// Indexes into Backend.Responses.
const (
	Responses1xx = iota
	Responses2xx
	Responses3xx
	Responses4xx
	Responses5xx
	ResponsesOther
)

// Server is a server's row (type 2), with what "show servers state" tells of the
// server, if that was asked (see Stats.Join).
type Server struct {
	Name         string
	Address      string // addr: host:port, shown at level operator or above only
	Status       string // "UP", "UP 1/2", "DOWN", "MAINT (resolution)", "no check", …
	Weight       Number // effective weight; 0 takes no traffic
	Tracked      string // tracked: "section/server" whose checks decide; empty if its own do
	CheckStatus  string // "L4CON", "L7OK", …; "* " before it while a check runs
	CheckCode    Number // layer 5-7 code of the last check, HTTP status for HTTP checks
	LastCheck    string // last_chk: what the last check saw, "Connection refused"
	AgentStatus  string
	LastAgent    string // last_agt
	LastChange   Number // lastchg: seconds since the status changed
	Sessions     Number // scur
	SessionLimit Number // slim: the server's maxconn; unknown or 0 without one
	MaxSessions  Number // smax: a peak since start, never a limit
	Queue        Number // qcur
	QueueLimit   Number // qlimit: the server's maxqueue; unknown or 0 without one
	Throttle     Number // throttle: percent of its maxconn and weight while it starts slowly; else unknown

	Counters *Counters // nil unless they were asked for

	// NoRole says that neither bck nor act tells whether it is a backup server.
	NoRole bool
	State  *ServerState // its row of "show servers state"; nil if that was not asked
	Tracks *Server      // the server that Tracked names; nil if the answer does not have it
	Backup bool         // bck is 1
	// Unfilled is a spare slot of a server-template: unresolved, while another
	// server of the section got its address by the same name or SRV record. So
	// the name does resolve, to fewer addresses than there are slots
	// (Configuration Manual 4.2, "server-template").
	Unfilled bool
}
