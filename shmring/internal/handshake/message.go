package handshake

import (
	"encoding/binary"
	"fmt"
	"strings"
)

// MessageSize is the size of every message in bytes.
const MessageSize = 256

// Version is the only one so far. A server answers a request of another version with a refusal in its own and closes.
const Version = 1

const (
	magic     = "shmrconn"
	reasonAt  = 64
	maxReason = MessageSize - reasonAt // bytes
)

// Kind tells the three messages apart.
type Kind uint8

// The kinds of message, in the order in which they are sent.
const (
	Request Kind = iota + 1
	Reply
	Confirmation
)

// Transport is what carries the messages of a connection.
type Transport uint8

// The transports.
const (
	None   Transport = iota // of a reply that refuses the client
	Socket                  // frames on the socket
	Ring                    // two rings in shared memory
)

// Refusal says why a reply offers no transport.
type Refusal uint8

// The refusals.
const (
	RefusedVersion Refusal = iota + 1
	RefusedSchema
	RefusedUser
)

// Message is one message of the handshake.
type Message struct {
	Version    uint16
	Kind       Kind
	Transport  Transport
	Refusal    Refusal
	Capacity   uint64 // bytes of each ring; of a request: what the client asks for, 0 if nothing
	MaxMessage uint64 // largest message in bytes that the sender receives whole, 1 or more
	Schema     uint64 // 0: none
	Reason     string // for people: why the transport is not the ring; what exceeds 192 bytes is cut off
}

// Encode returns the message as it is sent.
func (m *Message) Encode() []byte {
	b := make([]byte, MessageSize)
	copy(b, magic)
	binary.BigEndian.PutUint16(b[8:], m.Version)
	b[10], b[11], b[12] = byte(m.Kind), byte(m.Transport), byte(m.Refusal)
	binary.BigEndian.PutUint64(b[16:], m.Capacity)
	binary.BigEndian.PutUint64(b[24:], m.MaxMessage)
	binary.BigEndian.PutUint64(b[32:], m.Schema)
	reason := strings.ToValidUTF8(m.Reason, "?")
	reason = strings.ToValidUTF8(reason[:min(len(reason), maxReason)], "") // no half character at the end
	binary.BigEndian.PutUint16(b[62:], uint16(copy(b[reasonAt:], reason)))
	return b
}

// Parse checks the bytes of a message that should be of the given kind. Of another version only the first ten bytes are
// looked at.
//
// Errors: [ErrProtocol], [*VersionError].
func Parse(b []byte, kind Kind) (m Message, err error) {
	if len(b) != MessageSize || string(b[:8]) != magic {
		return m, fmt.Errorf("%w: its message begins with %q, want %q", ErrProtocol, b[:min(len(b), 8)], magic)
	}
	if m.Version = binary.BigEndian.Uint16(b[8:]); m.Version != Version {
		return m, &VersionError{Peer: m.Version}
	}
	m.Kind, m.Transport, m.Refusal = Kind(b[10]), Transport(b[11]), Refusal(b[12])
	m.Capacity = binary.BigEndian.Uint64(b[16:])
	m.MaxMessage = binary.BigEndian.Uint64(b[24:])
	m.Schema = binary.BigEndian.Uint64(b[32:])
	n := binary.BigEndian.Uint16(b[62:])
	if m.Kind != kind || m.Transport > Ring || n > maxReason || m.MaxMessage == 0 {
		return m, fmt.Errorf("%w: message of kind %d, transport %d, reason of %d bytes, largest message %d; want kind %d, "+
			"transport 0 to %d, reason of at most %d bytes, largest message above 0",
			ErrProtocol, m.Kind, m.Transport, n, m.MaxMessage, kind, Ring, maxReason)
	}
	m.Reason = strings.ToValidUTF8(string(b[reasonAt:][:n]), "?")
	return m, nil
}
