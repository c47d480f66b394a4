package shmring

import (
	"encoding/binary"
	"fmt"
	"strings"
)

// The handshake is three messages of 256 bytes, integers big endian:
//
//	  0 magic "shmrconn"    8 version u16    10 kind u8     11 road u8    12 refusal u8   13 zero
//	 16 capacity u64       24 largest u64    32 schema u64  40 zero       62 reason length u16
//	 64 reason, 192 bytes
//
//	client                              server
//	hello: the road and capacity it     judges version, schema and user
//	  would like, its limits        ──►
//	                                ◄── offer: the road; with its first byte, two descriptors if that is
//	checks the memory                     the ring: client to server, server to client
//	answer: the road it takes       ──►
//
// From then on the socket carries frames, or knocks of one byte each.
const (
	messageBytes = 256
	messageMagic = "shmrconn"
	reasonAt     = 64
	maxReason    = messageBytes - reasonAt

	// handshakeVersion is the only one so far. A server answers another one with its own and closes.
	handshakeVersion = 1
)

// Kinds of greeting.
const (
	kindHello  = 1
	kindOffer  = 2
	kindAnswer = 3
)

// Roads in a greeting.
const (
	transportNone   = 0 // refused: see refusal
	transportSocket = 1
	transportRing   = 2
)

// Refusals in an offer.
const (
	refusedVersion = 1
	refusedSchema  = 2
	refusedUser    = 3
)

// greeting is one message of the handshake.
type message struct {
	version    uint16
	kind       uint8
	transport  uint8
	refusal    uint8
	capacity   uint64 // bytes of each ring; hello: 0 for no wish
	maxMessage uint64 // message in bytes that this side takes
	schema     uint64
	reason     string // why the road is not the ring, for people
}

func (g *message) encode() []byte {
	b := make([]byte, messageBytes)
	copy(b, messageMagic)
	binary.BigEndian.PutUint16(b[8:], g.version)
	b[10], b[11], b[12] = g.kind, g.transport, g.refusal
	binary.BigEndian.PutUint64(b[16:], g.capacity)
	binary.BigEndian.PutUint64(b[24:], g.maxMessage)
	binary.BigEndian.PutUint64(b[32:], g.schema)
	n := copy(b[reasonAt:], g.reason)
	binary.BigEndian.PutUint16(b[62:], uint16(n))
	return b
}

// parseGreeting judges the bytes of a greeting that should be of the given kind. Of another version only
// the first ten bytes are looked at.
func parseMessage(b []byte, kind uint8) (g message, err error) {
	if len(b) != messageBytes || string(b[:8]) != messageMagic {
		return g, fmt.Errorf("%w: the peer does not speak this protocol, it began with %q", ErrHandshake, b[:min(len(b), 8)])
	}
	if g.version = binary.BigEndian.Uint16(b[8:]); g.version != handshakeVersion {
		return g, fmt.Errorf("%w: the peer's handshake has version %d, this side's %d", ErrVersion, g.version, handshakeVersion)
	}
	g.kind, g.transport, g.refusal = b[10], b[11], b[12]
	g.capacity = binary.BigEndian.Uint64(b[16:])
	g.maxMessage = binary.BigEndian.Uint64(b[24:])
	g.schema = binary.BigEndian.Uint64(b[32:])
	n := binary.BigEndian.Uint16(b[62:])
	if g.kind != kind || g.transport > transportRing || n > maxReason || g.maxMessage == 0 {
		return g, fmt.Errorf("%w: greeting of kind %d with road %d, reason of %d bytes, largest message %d; want kind %d, road 0 to %d, reason up to %d, largest message above 0",
			ErrHandshake, g.kind, g.transport, n, g.maxMessage, kind, transportRing, maxReason)
	}
	g.reason = strings.ToValidUTF8(string(b[reasonAt:][:n]), "?")
	return g, nil
}
