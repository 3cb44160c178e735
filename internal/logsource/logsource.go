// Package logsource answers one question: which lines are read?
//
// A [Source] is a log file with its rotated siblings, standard input, the systemd journal or one of HAProxy's rings. It
// hands over, as runs of whole lines, everything that can belong to a stretch of time, and reads as little else as it
// can. It knows nothing of HAProxy's formats: a [Clock] tells it when a line was written.
package logsource

import (
	"context"
	"time"
)

// MaxLine is the length in bytes up to which a line is always handed over. A longer one that does not end within the
// block it begins in is skipped and counted in [Report.Overlong]. HAProxy itself cuts its lines at "len", at most 65535
// (configuration manual, "log"); a docker wrapper can make that a few times longer.
const MaxLine = 256 << 10

// Span is the stretch of time whose lines are wanted, From and To included. A zero From means from the beginning, a zero
// To means to the end.
type Span struct {
	From, To time.Time
	// Location is where a time without a zone is read: there the hour that daylight saving repeats is looked for. nil means
	// From's own.
	Location *time.Location
}

// Chunk is a run of whole lines of one stream. Each line ends in \n, only the very last one of a stream may not. Data may be
// read, not kept: it is valid during the call alone.
type Chunk struct {
	Data []byte
	// Late says that a local time without a zone that is ambiguous, because daylight saving repeated it, means its second
	// occurrence here.
	Late bool
	// Stream numbers the file, or what else the lines come from, among those of one Read.
	Stream int
	// From and To are where in its stream the chunk begins and ends: one that begins where another ends follows it. Data may
	// lack empty lines at its beginning.
	From, To int64
}

// Clock tells when a line (without its \n) was written, in Unix nanoseconds; false if the line does not tell. A local
// time that is ambiguous must be read as its first occurrence. A clock is never called by two goroutines at once.
type Clock func(line []byte) (unixNano int64, ok bool)

// Handle takes one chunk. It is called by several goroutines, one per worker number (0 to workers-1), never by two with the
// same number at once, and never after Read has returned.
type Handle func(worker int, c Chunk)

// Source is one place where lines come from.
type Source interface {
	// Read hands over every chunk that can hold lines of the span: lines outside may be among them, lines inside are not
	// missed and none comes twice. See the constructors for what each source can promise.
	//
	// Read returns when ctx ends, even if something it reads from blocks. An error is a sentence for an operator; the
	// report is then worth nothing.
	Read(ctx context.Context, span Span, workers int, clock Clock, handle Handle) (Report, error)
	// String names the source for a text, like "/var/log/haproxy.log" or "the journal of unit haproxy".
	String() string
}

// Report tells what was read and how far it can be trusted.
type Report struct {
	// Files are the things lines came from, oldest first; a file of which nothing was needed is not among them.
	Files []File
	// Bytes is the sum of the files' bytes.
	Bytes int64
	// Overlong is the number of lines that were skipped because of their length; they belong to the unreadable ones.
	Overlong int
	// Earliest is how far the log, siblings included, reaches back without a gap: the time of its first line. It may be later
	// than the log's true beginning only if it is before the span's own. Of several logs it is the latest such time.
	// Zero: no line told its time.
	Earliest time.Time
	// Newest is the time of the newest line that is not after the span (give or take the disorder of lines): whether logging
	// goes on. It can be before the span; if only a compressed file has it, it is that file's time. Zero: no line told its time.
	Newest time.Time
	// Unfinished says that the last line had no \n: it was handed over all the same, and may be half a line.
	Unfinished bool
	// Unread are the parts of the span that are there but could not be read.
	Unread []Unread
	// Changed is when a log file was last written to, and Last the time of its newest line, of any program and whatever the
	// span; of several logs those of the one whose line is furthest behind. Zero for anything but files.
	Changed, Last time.Time
	// Complaint is what the program that was asked said on its standard error, though it did not fail: something may be missing
	// anywhere. Empty for none.
	Complaint string
	// Notes are sentences for the operator that explain something unexpected and harmless.
	Notes []string
}

// File is one thing that was read: a file's path as it was found, or a stream's name.
type File struct {
	Path  string
	Bytes int64 // read in the stretch, after decompression
}

// Unread is something that holds, or may hold, lines of the span and could not be read. Reason is a sentence.
type Unread struct {
	Path, Reason string
	// Until is the time before which its lines were written, as far as the next newer file tells. Zero: they may be of any time.
	Until time.Time
}
