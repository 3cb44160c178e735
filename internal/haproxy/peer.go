package haproxy

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
)

// Peer is one peer of a "peers" section, as "show peers" tells (Management Guide
// 9.3, HAProxy 2.0 and newer).
type Peer struct {
	Section  string
	Disabled bool // the section is: it connects to nobody
	Name     string
	Local    bool   // HAProxy itself
	Active   bool   // there is a session with it, if only one that begins
	Address  string // "10.0.0.2:10000"
	// Status is the last status of a session: "ESTA" established, "CONN", "HSHK"
	// under way, "NONE", or why it was refused: "RETR", "PROT", "VERS", "NAME",
	// "UNKN" (src/peers.c, statuscode_str).
	Status string
}

// Connected says whether the peer and HAProxy exchange their tables now.
func (p Peer) Connected() bool { return p.Active && p.Status == "ESTA" }

// Peers reads an answer to "show peers"; without a peers section it is empty.
// HAProxy puts an empty line between sections as it does at the end, so that
// the answer is whole only if another one follows it on the stream: ask
// something else behind it.
func (r *Reader) Peers() ([]Peer, error) {
	line, none, err := r.firstOrNone(isPeersHead)
	if err != nil || none {
		return nil, err
	}
	var list peerList
	for {
		if err := list.add(string(line)); err != nil {
			return nil, fmt.Errorf("the list of peers has a line %w: %s", err, quoted(line))
		}
		if len(list.peers) > maxPeers {
			return nil, fmt.Errorf("there are more than %d peers: this is not HAProxy's answer", maxPeers)
		}
		var more bool
		if line, more, err = r.next(); err == nil && !more && r.begins("0x") {
			line, _, err = r.next()
		} else if err == nil && !more {
			return list.peers, nil
		}
		if err != nil {
			return nil, err
		}
	}
}

// maxPeers bounds the list.
const maxPeers = 10_000

// isPeersHead recognises "0x55fc91c71d40: [25/Nov/2026:02:48:45] id=second …",
// which heads a section.
func isPeersHead(line []byte) bool {
	return bytes.HasPrefix(line, []byte("0x")) && bytes.Contains(line, []byte(": [")) && bytes.Contains(line, []byte(" id="))
}

// peerList is the list as far as it was read.
type peerList struct {
	section  string
	disabled bool
	peers    []Peer
}

// add takes a line: the head of a section, a peer (two blanks before it), or
// more about a peer (more blanks).
func (l *peerList) add(line string) error {
	switch {
	case isPeersHead([]byte(line)):
		l.section = wordAfter(line, "id=")
		disabled := wordAfter(line, "disabled=")
		l.disabled = disabled != "" && disabled != "0"
		return nil
	case strings.HasPrefix(line, "  0x"):
		peer, err := parsePeer(line)
		if err != nil {
			return err
		}
		peer.Section, peer.Disabled = l.section, l.disabled
		l.peers = append(l.peers, peer)
		return nil
	case strings.HasPrefix(line, "    "):
		// Before 2.4 only a session's applet shows that there is one.
		if len(l.peers) > 0 && strings.Contains(line, " appctx:") {
			l.peers[len(l.peers)-1].Active = true
		}
		return nil
	}
	return errNoKnownForm
}

// parsePeer reads "  0x…: id=other(remote,active) addr=10.0.0.2:10000
// last_status=ESTA …"; before 2.4 it is "id=other(remote)" and "status=ESTA".
func parsePeer(line string) (Peer, error) {
	id := wordAfter(line, "id=")
	bracket := strings.LastIndexByte(id, '(')
	if bracket <= 0 || !strings.HasSuffix(id, ")") {
		return Peer{}, errNoKnownForm
	}
	place, activity, _ := strings.Cut(id[bracket+1:len(id)-1], ",")
	p := Peer{Name: id[:bracket], Active: activity == "active", Address: wordAfter(line, "addr=")}
	switch place {
	case "local":
		p.Local = true
	case "remote":
	default:
		return Peer{}, errNoKnownForm
	}
	for _, name := range []string{"last_status=", "status="} {
		if p.Status = wordAfter(line, name); p.Status != "" {
			return p, nil
		}
	}
	return Peer{}, errors.New("without a peer's status")
}

// wordAfter returns the word that follows a name and its "=", which stand at the
// beginning of a word.
func wordAfter(line, name string) string {
	for word := range strings.FieldsSeq(line) {
		if value, ok := strings.CutPrefix(word, name); ok {
			return value
		}
	}
	return ""
}
