// Command demo is the name server of scripts/demo.sh: it knows one name and
// says where that leads now.
//
//	go run ./tools/demo ADDRESS:PORT NAME=ADDRESS
package main

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"strings"

	"golang.org/x/net/dns/dnsmessage"
)

func main() {
	if err := serve(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

func serve(args []string) error {
	if len(args) != 2 {
		return fmt.Errorf("usage: demo ADDRESS:PORT NAME=ADDRESS")
	}
	name, text, _ := strings.Cut(args[1], "=")
	address, err := netip.ParseAddr(text)
	if err != nil || !address.Is4() {
		return fmt.Errorf("%q is not NAME=ADDRESS with an IPv4 address", args[1])
	}
	packets, err := net.ListenPacket("udp", args[0])
	if err != nil {
		return err
	}
	buffer := make([]byte, 1<<16)
	for {
		n, from, err := packets.ReadFrom(buffer)
		if err != nil {
			return err
		}
		if reply := answer(buffer[:n], name, address); reply != nil {
			_, _ = packets.WriteTo(reply, from)
		}
	}
}

// answer returns the reply to a message; nil for what is not a question.
func answer(message []byte, name string, address netip.Addr) []byte {
	var m dnsmessage.Message
	if err := m.Unpack(message); err != nil || len(m.Questions) != 1 {
		return nil
	}
	q := m.Questions[0]
	m.Response, m.RecursionAvailable, m.Additionals = true, true, nil
	switch {
	case !strings.EqualFold(strings.TrimSuffix(q.Name.String(), "."), name):
		m.RCode = dnsmessage.RCodeNameError
	case q.Type == dnsmessage.TypeA:
		m.Answers = []dnsmessage.Resource{{
			Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: dnsmessage.ClassINET, TTL: 5},
			Body:   &dnsmessage.AResource{A: address.As4()},
		}}
	}
	reply, err := m.Pack()
	if err != nil {
		return nil
	}
	return reply
}
