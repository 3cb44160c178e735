// Package nosrv judges whether requests that found no server have become too
// many: it counts the records of a log by section, kind and minute (Counter),
// and compares a window of time with thresholds and with the baseline before it
// (Judge). It is pure: records in, verdicts out.
//
// Not every line with <NOSRV> is trouble: a redirect, a denial or a client's
// bad request has no server either. Kind tells them apart.
package nosrv
