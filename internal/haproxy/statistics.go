package haproxy

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
)

// Stats reads an answer to "show stat", or a stats page with ";csv". It is
// strict, since a server that is left out makes a false OK: the header has the
// columns that are needed, every row has as many fields as the header, every
// backend's servers are followed by its BACKEND row, nothing is there twice,
// and the end is seen.
func (r *Reader) Stats(end End) (*Stats, error) {
	for n := 0; end == FileEnd && n < maxBlank && r.begins("\r\n"); n++ { // as below, on Windows
		_, _ = r.src.Discard(len("\r\n"))
	}
	header, err := r.first(isStatsHeader)
	for n := 0; end == FileEnd && err == ErrEmpty && n < maxBlank; n++ { // an editor, or a shell's echo
		header, err = r.first(isStatsHeader)
	}
	if err != nil {
		return nil, err
	}
	columns, err := newColumns(header, r.Counters)
	if err != nil {
		return nil, err
	}
	b := newStatsBuilder(r.Counters)
	for {
		record, err := r.record()
		switch {
		case err == io.EOF && end != EmptyLine:
			return b.finish(end)
		case err == io.EOF, err == ErrCutShort:
			return nil, b.cutShort()
		case err != nil:
			return nil, fmt.Errorf("after row %d: %w", b.rows, err)
		case len(record) == 0 && end == EmptyLine:
			return b.finish(EmptyLine)
		case len(record) == 0:
			return r.afterEnd(b)
		}
		if b.rows++; b.rows > maxRows {
			return nil, fmt.Errorf("there are more than %d rows: this is not HAProxy's answer", maxRows)
		}
		if err := columns.split(record, &b.row); err != nil {
			return nil, fmt.Errorf("%s: %w", b.where(), err)
		}
		if err := b.add(); err != nil {
			return nil, fmt.Errorf("%s: %w", b.where(), err)
		}
	}
}

// maxBlank bounds the empty lines before the header of a saved answer.
const maxBlank = 16

func isStatsHeader(line []byte) bool {
	return bytes.HasPrefix(line, []byte("# ")) && bytes.Contains(line, []byte("pxname"))
}

// afterEnd makes sure that nothing follows the empty line at the end of a file.
func (r *Reader) afterEnd(b *statsBuilder) (*Stats, error) {
	line, err := r.line()
	switch {
	case err == io.EOF:
		return b.finish(EmptyLine)
	case err == nil || err == ErrCutShort:
		return nil, fmt.Errorf("there is more after the empty line that ends the statistics: %s", quoted(line))
	default:
		return nil, err
	}
}

// statsBuilder puts rows together to Stats.
type statsBuilder struct {
	row      row
	rows     int
	stats    Stats
	proxy    string              // the last row's section
	servers  []Server            // those of proxy, whose BACKEND row is still to come
	fronts   map[string]struct{} // names of stats.Frontends
	backs    map[string]struct{} // names of stats.Backends
	texts    texts
	asSocket bool // a row shows what only a socket tells
	counting bool // Counters are wanted
	counters []Counters
}

func newStatsBuilder(counting bool) *statsBuilder {
	return &statsBuilder{counting: counting, fronts: map[string]struct{}{}, backs: map[string]struct{}{}, texts: texts{}}
}

// where tells the row for an error.
func (b *statsBuilder) where() string {
	if b.row[pxname] == nil {
		return fmt.Sprintf("row %d", b.rows)
	}
	return fmt.Sprintf("row %d (%s)", b.rows, quoted(slices.Concat(b.row[pxname], []byte("/"), b.row[svname])))
}

func (b *statsBuilder) cutShort() error {
	if b.rows == 0 {
		return fmt.Errorf("%w after its header", ErrCutShort)
	}
	return fmt.Errorf("%w after row %d (section %s)", ErrCutShort, b.rows, quoted(b.proxy))
}

// finish returns the statistics, once all that can be missing is there. A file
// may end without an empty line if it can only be a page's: a page shows no
// address and no algorithm (short of "stats show-legends", which then needs the
// line), and one that is worth saving has a backend.
func (b *statsBuilder) finish(end End) (*Stats, error) {
	if len(b.servers) > 0 {
		return nil, fmt.Errorf("%w: section %s has servers but no BACKEND row", b.cutShort(), quoted(b.proxy))
	}
	if end == FileEnd && (b.asSocket || len(b.stats.Backends) == 0) {
		return nil, fmt.Errorf("%w: the empty line that ends a socket's answer is missing", b.cutShort())
	}
	return &b.stats, nil
}

func (b *statsBuilder) add() error {
	if len(b.row[pxname]) == 0 || len(b.row[svname]) == 0 {
		return errors.New("the section's or the server's name is empty")
	}
	kind, err := b.row.kind()
	if err != nil || kind == listenerRow {
		return err
	}
	b.asSocket = b.asSocket || len(b.row[addr]) > 0 || len(b.row[algo]) > 0
	if string(b.row[pxname]) != b.proxy {
		if len(b.servers) > 0 {
			return fmt.Errorf("section %s before it has servers but no BACKEND row", quoted(b.proxy))
		}
		b.proxy = string(b.row[pxname])
	}
	switch kind {
	case frontendRow:
		return b.addFrontend()
	case backendRow:
		return b.addBackend()
	default:
		return b.addServer()
	}
}

func (b *statsBuilder) addFrontend() error {
	if _, twice := b.fronts[b.proxy]; twice {
		return errTwice
	}
	b.fronts[b.proxy] = struct{}{}
	r := &b.row
	b.stats.Frontends = append(b.stats.Frontends, Frontend{
		Name:         b.proxy,
		Status:       b.text(status),
		Sessions:     r.count(scur),
		SessionLimit: r.count(slim),
		SessionRate:  r.count(rate),
		RateLimit:    r.count(rateLim),
		MaxSessions:  r.shown(smax),
		Intercepted:  r.total(intercepted),
		Successes:    r.total(hrsp2xx),
		Traffic:      b.traffic(),
	})
	return nil
}

var errTwice = errors.New("there are two such rows")

func (b *statsBuilder) addBackend() error {
	if _, twice := b.backs[b.proxy]; twice {
		return errTwice
	}
	if name, twice := duplicate(b.servers); twice {
		return fmt.Errorf("server %s is there twice", quoted(name))
	}
	b.backs[b.proxy] = struct{}{}
	r := &b.row
	b.stats.Backends = append(b.stats.Backends, Backend{
		Name:            b.proxy,
		Status:          b.text(status),
		Mode:            b.text(mode),
		Sessions:        r.count(scur),
		Weight:          r.count(weight),
		Usable:          r.shown(act).Value + r.shown(bck).Value,
		Queue:           r.count(qcur),
		Failed:          r.total(econ),
		Selected:        r.total(lbtot),
		DeniedRequests:  r.total(dreq),
		DeniedResponses: r.total(dresp),
		Responses:       [6]Number{r.total(hrsp1xx), r.total(hrsp2xx), r.total(hrsp3xx), r.total(hrsp4xx), r.total(hrsp5xx), r.total(hrspOther)},
		LastChange:      r.shown(lastchg),
		LastSession:     r.shown(lastsess),
		NoSession:       string(r[lastsess]) == "-1",
		Counters:        b.count(),
		Traffic:         b.traffic(),
		Servers:         slices.Clone(b.servers),
	})
	b.servers = b.servers[:0]
	return nil
}

func (b *statsBuilder) addServer() error {
	if len(b.servers) == 0 {
		if _, late := b.backs[b.proxy]; late {
			return errors.New("a server stands after its section's BACKEND row")
		}
	}
	r := &b.row
	isBackup, hasRole := r.role()
	b.servers = append(b.servers, Server{
		Name:         b.text(svname),
		Address:      b.text(addr),
		Status:       b.text(status),
		Weight:       r.count(weight),
		Backup:       isBackup,
		NoRole:       !hasRole,
		Tracked:      b.text(tracked),
		CheckStatus:  b.text(checkStatus),
		CheckCode:    r.shown(checkCode),
		LastCheck:    b.text(lastChk),
		AgentStatus:  b.text(agentStatus),
		LastAgent:    b.text(lastAgt),
		LastChange:   r.count(lastchg),
		Sessions:     r.count(scur),
		SessionLimit: r.count(slim),
		MaxSessions:  r.shown(smax),
		Queue:        r.count(qcur),
		QueueLimit:   r.count(qlimit),
		Throttle:     r.count(throttle),
		Counters:     b.count(),
	})
	return nil
}

// count reads the row's Counters, if they are wanted. They are made many at a
// time: thousands of rows have some.
func (b *statsBuilder) count() *Counters {
	if !b.counting {
		return nil
	}
	if len(b.counters) == 0 {
		b.counters = make([]Counters, 64)
	}
	counters := &b.counters[0]
	b.counters = b.counters[1:]
	r := &b.row
	*counters = Counters{
		Sessions:          r.total(stot),
		FailedConnections: r.total(econ),
		FailedResponses:   r.total(eresp),
		Retries:           r.total(wretr),
		Redispatches:      r.total(wredis),
		Answers:           r.answers(),
		ServerErrors:      r.total(hrsp5xx),
		ClientAborts:      r.total(cliAbrt),
		ServerAborts:      r.total(srvAbrt),
		Downs:             r.total(chkdown),
		ResponseTime:      r.total(rtime),
	}
	return counters
}

// traffic reads the row's Traffic, if counters are wanted.
func (b *statsBuilder) traffic() *Traffic {
	if !b.counting {
		return nil
	}
	r := &b.row
	t := &Traffic{Requests: r.orUnknown(reqTot), BytesIn: r.orUnknown(bin), BytesOut: r.orUnknown(bout)}
	if string(b.row[mode]) == "tcp" || string(b.row[svname]) == "BACKEND" || !t.Requests.Known {
		t.Requests = r.orUnknown(stot)
	}
	return t
}

// answers sums up the responses of all statuses; unknown if HAProxy does not
// tell one of them, damaged if one is.
func (r *row) answers() Number {
	sum := Number{Known: true}
	for c := hrsp1xx; c <= hrspOther; c++ {
		number := r.total(c)
		sum.Value += number.Value
		sum.Known = sum.Known && number.Known
		sum.Damaged = sum.Damaged || number.Damaged
	}
	if !sum.Known {
		return Number{Damaged: sum.Damaged}
	}
	return sum
}

// role says whether a server is a backup server: one of the columns act and bck is
// 1, the other one 0, so that either tells.
func (r *row) role() (isBackup, ok bool) {
	backup, active := r.count(bck), r.count(act)
	if !backup.Damaged {
		return backup.Value > 0, true
	}
	return active.Value == 0, active.Known
}

// text returns a field as a string.
func (b *statsBuilder) text(c column) string { return b.texts.of(b.row[c]) }

// duplicate finds a name that two of the servers have. Few servers are compared
// each with each, which needs no memory.
func duplicate(servers []Server) (name string, found bool) {
	const few = 16
	if len(servers) <= few {
		for i := range servers {
			for j := range i {
				if servers[i].Name == servers[j].Name {
					return servers[i].Name, true
				}
			}
		}
		return "", false
	}
	seen := make(map[string]struct{}, len(servers))
	for i := range servers {
		if _, twice := seen[servers[i].Name]; twice {
			return servers[i].Name, true
		}
		seen[servers[i].Name] = struct{}{}
	}
	return "", false
}
