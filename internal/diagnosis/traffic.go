package diagnosis

// The causes that traffic itself shows: what servers do to the requests they get.
const (
	ConnectFailed   Cause = "connect-failed"   // no connection to the server comes about
	ResponseFailed  Cause = "response-failed"  // the server breaks off, or what it sends is no HTTP
	ResponseTimeout Cause = "response-timeout" // the server does not answer in time
	ServerErrors    Cause = "server-errors"    // the server answers 5xx
	SlowResponse    Cause = "slow-response"    // the server answers too slowly
	Retries         Cause = "retries"          // it takes more than one attempt
	ClientAborts    Cause = "client-aborts"    // clients leave before they have their answer
	Flapping        Cause = "flapping"         // the server goes down again and again
)

// trafficWords are these causes in words, as a part of a sentence.
var trafficWords = map[Cause]string{
	ConnectFailed:   "connections fail",
	ResponseFailed:  "responses break off or are invalid",
	ResponseTimeout: "no response in time",
	ServerErrors:    "responses 5xx",
	SlowResponse:    "slow responses",
	Retries:         "retries",
	ClientAborts:    "clients leave",
	Flapping:        "servers go down again and again",
}
