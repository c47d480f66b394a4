package handshake

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"time"

	"github.com/shmring/ipc/shmring/internal/sock"
)

// Config is what one side brings to the handshake.
type Config struct {
	MaxMessage        uint64        // bytes, 1 or more
	Schema            uint64        // 0: any
	Capacity          uint64        // bytes of each ring; 0: as the peer likes
	DefaultCapacity   uint64        // bytes, where neither side asks for another; counts for servers
	NoRing            Reason        // why this side uses no rings; zero if it does
	AllowForeignOwner bool          // accept peers of any user
	Timeout           time.Duration // of the whole handshake, above 0
}

// MaxClientCapacity bounds the rings that a client can ask for, in bytes.
const MaxClientCapacity = 4 << 20

// Reason says why the transport is not the ring.
type Reason struct {
	Text string // for people; empty if there is no reason
	Err  error  // what failed on this side, or nil
}

// Memory is the rings of a connection.
type Memory interface {
	// Create makes both rings and attaches them for the server, and returns the files of the ring from client to server and of the
	// ring from server to client, which stay the Memory's, and the capacity of each in bytes.
	Create(capacity uint64) (files []*os.File, actual uint64, err error)
	// Attach attaches the rings behind the files that came from the server, which stay the caller's. The server says
	// that each has so much capacity in bytes.
	Attach(capacity uint64, files []*os.File) error
	// Close gives everything back.
	Close() error
}

// Result is what the two sides have agreed on.
type Result struct {
	Peer       Peer
	Ring       bool   // the Memory carries the messages; otherwise the socket does
	Reason     Reason // why it is the socket
	MaxMessage uint64 // bytes: the smaller limit of the two
}

// side is one side of a handshake.
type side struct {
	conn   net.Conn
	config Config
	memory Memory
	Result
}

// run runs one side's part of the handshake within the timeout.
func (s *side) run(part func() error) (Result, error) {
	err := s.conn.SetDeadline(time.Now().Add(s.config.Timeout))
	if err == nil {
		err = part()
	}
	if err == nil {
		err = s.conn.SetDeadline(time.Time{})
	}
	if err != nil {
		err = errors.Join(err, s.dropRing())
	}
	return s.Result, err
}

// dropRing gives up the rings, if there are any.
func (s *side) dropRing() error {
	if !s.Ring {
		return nil
	}
	s.Ring = false
	return s.memory.Close()
}

// message returns a message with this side's limits.
func (s *side) message(kind Kind) Message {
	return Message{Version: Version, Kind: kind, MaxMessage: s.config.MaxMessage, Schema: s.config.Schema}
}

// accept takes in what both sides must agree on, from the peer's first message.
func (s *side) accept(m *Message) error {
	if own := s.config.Schema; own != 0 && m.Schema != 0 && own != m.Schema {
		return &SchemaError{Peer: m.Schema, Own: own}
	}
	s.MaxMessage = min(m.MaxMessage, s.config.MaxMessage)
	return nil
}

func (s *side) write(m *Message, files ...*os.File) error {
	if unix, ok := s.conn.(*net.UnixConn); ok {
		return sock.Send(unix, m.Encode(), files...)
	}
	_, err := s.conn.Write(m.Encode())
	return err
}

// read reads one message and not a byte more, with at most so many files, which are the caller's.
func (s *side) read(kind Kind, maxFiles int) (m Message, files []*os.File, err error) {
	b := make([]byte, MessageSize)
	if unix, ok := s.conn.(*net.UnixConn); ok {
		files, err = sock.Receive(unix, b, maxFiles)
	} else {
		_, err = io.ReadFull(s.conn, b)
	}
	if err == io.EOF {
		err = fmt.Errorf("the peer hung up: %w", io.ErrUnexpectedEOF)
	}
	if err == nil {
		m, err = Parse(b, kind)
	}
	if err != nil {
		return m, nil, errors.Join(err, closeFiles(files))
	}
	return m, files, nil
}

func closeFiles(files []*os.File) (err error) {
	for _, f := range files {
		err = errors.Join(err, f.Close())
	}
	return err
}
