package shmring

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/shmring/ipc/shmring/internal/sock"
)

// handshake is one side of a connection that is being made. Whatever fails, its owner closes conn and
// nothing else is left.
type handshake struct {
	conn net.Conn
	at   net.Addr // the listener's address
	o    *options
	peer Peer
}

// maxWish bounds the rings that a dialer can wish for, in bytes.
const maxProposedCapacity = 4 << 20

// begin bounds the whole handshake and asks who the peer is.
func (h *handshake) begin() (err error) {
	if err := h.conn.SetDeadline(time.Now().Add(h.o.handshake)); err != nil {
		return err
	}
	h.peer, err = identifyPeer(h.conn, h.o)
	return err
}

// greeting returns a greeting with this side's limits.
func (h *handshake) message(kind uint8) message {
	return message{version: handshakeVersion, kind: kind, maxMessage: uint64(h.o.maxMessage), schema: h.o.schema}
}

// dial is the client's side.
func (h *handshake) dial() (*Conn, error) {
	if err := h.begin(); err != nil {
		return nil, err
	}
	hello := h.message(kindHello)
	var why Transport
	if hello.transport, why = h.propose(); h.o.has(optCapacity) {
		hello.capacity = uint64(h.o.capacity)
	}
	hello.reason = why.Reason
	if err := h.write(&hello); err != nil {
		return nil, err
	}
	offer, files, err := h.read(kindOffer, 2)
	if err != nil {
		return nil, err
	}
	defer closeFiles(files) // nothing was written to them
	if offer.transport == transportNone {
		return nil, h.refusalError(&offer)
	}
	if err := h.checkSchema(&offer); err != nil {
		return nil, err
	}
	answer := h.message(kindAnswer)
	answer.transport = offer.transport
	var rings *ringPair
	if offer.transport == transportRing {
		if rings, err = openRingPair(h.o, offer.capacity, files); err != nil {
			why = Transport{Reason: "this side refused the memory: " + err.Error(), Err: err}
			answer.transport, answer.reason = transportSocket, h.peerReason("the dialer refused the memory", err)
		}
	} else if why.Reason == "" {
		why.Reason = offer.reason
	}
	if err := h.write(&answer); err != nil {
		return nil, abandon(rings, err)
	}
	return h.finish(rings, why, min(offer.maxMessage, uint64(h.o.maxMessage)))
}

// accept is the server's side.
func (h *handshake) accept() (*Conn, error) {
	offer := h.message(kindOffer)
	if err := h.begin(); err != nil {
		var owner *CredentialsError
		if errors.As(err, &owner) {
			offer.refusal = refusedUser
			err = errors.Join(err, h.write(&offer))
		}
		return nil, err
	}
	hello, _, err := h.read(kindHello, 0)
	if errors.Is(err, ErrVersion) {
		offer.refusal = refusedVersion
	} else if err == nil {
		if err = h.checkSchema(&hello); err != nil {
			offer.refusal = refusedSchema
		}
	}
	if err != nil {
		if offer.refusal != 0 {
			err = errors.Join(err, h.write(&offer))
		}
		return nil, err
	}
	wish, why := h.propose()
	if wish == transportRing && hello.transport != transportRing {
		why.Reason = hello.reason
	}
	var rings *ringPair
	var files []*os.File
	offer.transport, offer.reason = transportSocket, why.Reason
	if why.Reason == "" {
		if rings, files, err = createRingPair(h.o, h.capacity(&hello)); err != nil {
			why = Transport{Reason: "this side could not make the memory: " + err.Error(), Err: err}
			offer.reason = h.peerReason("the listener could not make the memory", err)
		} else {
			offer.transport, offer.capacity = transportRing, rings.in.header.Capacity
		}
	}
	err = h.write(&offer, files...)
	var answer message
	if err == nil {
		answer, _, err = h.read(kindAnswer, 0)
	}
	if err == nil && answer.transport != offer.transport && (offer.transport != transportRing || answer.transport != transportSocket) {
		err = fmt.Errorf("%w: offered was road %d, the answer is %d", ErrHandshake, offer.transport, answer.transport)
	}
	if err != nil {
		return nil, abandon(rings, err)
	}
	if rings != nil && answer.transport == transportSocket {
		if err := rings.close(); err != nil {
			return nil, err
		}
		rings, why = nil, Transport{Reason: answer.reason}
	}
	return h.finish(rings, why, min(hello.maxMessage, uint64(h.o.maxMessage)))
}

// wish says which road this side would like, and why it is not the ring.
func (h *handshake) propose() (road uint8, why Transport) {
	_, unix := h.conn.(*net.UnixConn)
	switch {
	case !unix:
		return transportSocket, Transport{Reason: "the address is not a Unix socket, so the peer may be on another machine"}
	case h.o.socketOnly:
		return transportSocket, Transport{Reason: "an option asked for the socket (WithSocketOnly)"}
	case runtime.GOOS != "linux":
		err := fmt.Errorf("%w: memory is passed over sockets on Linux only", errors.ErrUnsupported)
		return transportSocket, Transport{Reason: err.Error(), Err: err}
	}
	if err := supported(); err != nil {
		return transportSocket, Transport{Reason: err.Error(), Err: err}
	}
	return transportRing, Transport{}
}

// capacity is what each ring gets, in bytes.
func (h *handshake) capacity(hello *message) int64 {
	switch {
	case h.o.has(optCapacity):
		return h.o.capacity
	case hello.capacity != 0:
		return int64(min(hello.capacity, maxProposedCapacity))
	}
	return DefaultConnCapacity
}

// tell returns what the peer may read about an error here.
func (h *handshake) peerReason(what string, err error) string {
	text := strings.ToValidUTF8(what+": "+err.Error(), "?")
	return strings.ToValidUTF8(text[:min(len(text), maxReason)], "")
}

func (h *handshake) checkSchema(g *message) error {
	if h.o.schema != 0 && g.schema != 0 && h.o.schema != g.schema {
		return &SchemaError{Segment: g.schema, Want: h.o.schema}
	}
	return nil
}

// refused turns a server's refusal into the error that it stands for.
func (h *handshake) refusalError(offer *message) error {
	switch offer.refusal {
	case refusedSchema:
		return &SchemaError{Segment: offer.schema, Want: h.o.schema}
	case refusedUser:
		return fmt.Errorf("%w: the listener does not talk to this user (WithForeignOwner)", ErrPermission)
	}
	return fmt.Errorf("%w: the listener refused, for reason %d", ErrHandshake, offer.refusal)
}

// finish makes the connection.
func (h *handshake) finish(rings *ringPair, why Transport, limit uint64) (*Conn, error) {
	if err := h.conn.SetDeadline(time.Time{}); err != nil {
		return nil, abandon(rings, err)
	}
	c := newConn(h.peer, limit, h.conn.LocalAddr(), h.conn.RemoteAddr())
	if rings == nil {
		c.transport = Transport{Kind: TransportSocket, Reason: why.Reason, Err: why.Err}
		c.run(newSocketTransport(h.conn, h.peer, limit, &c.sending))
		if why.Err != nil {
			h.o.logger.Info("shmring: a connection goes over the socket", "reason", why.Reason)
		}
		return c, nil
	}
	c.transport = Transport{Kind: TransportRing, Reason: "both ends share memory"}
	line, err := newRingTransport(rings, h.conn.(*net.UnixConn), h.peer, limit)
	if err != nil {
		return nil, abandon(rings, err)
	}
	c.run(line)
	return c, nil
}

func abandon(rings *ringPair, err error) error {
	if rings != nil {
		err = errors.Join(err, rings.close())
	}
	return err
}

func (h *handshake) write(g *message, files ...*os.File) error {
	if unix, ok := h.conn.(*net.UnixConn); ok {
		return sock.Send(unix, g.encode(), files...)
	}
	_, err := h.conn.Write(g.encode())
	return err
}

// read reads one greeting, and not a byte more, with at most so many files.
func (h *handshake) read(kind uint8, limit int) (g message, files []*os.File, err error) {
	b := make([]byte, messageBytes)
	if unix, ok := h.conn.(*net.UnixConn); ok {
		files, err = sock.Receive(unix, b, limit)
	} else {
		_, err = io.ReadFull(h.conn, b)
	}
	if err == io.EOF {
		err = fmt.Errorf("the peer hung up: %w", io.ErrUnexpectedEOF)
	}
	if err == nil {
		g, err = parseMessage(b, kind)
	}
	if err != nil {
		return g, nil, errors.Join(err, closeFiles(files))
	}
	return g, files, nil
}

// HandshakeError says why two ends did not come to terms. It unwraps to [ErrHandshake] and to the cause:
// os.ErrDeadlineExceeded for a peer that hung, io.ErrUnexpectedEOF for one that went away, [ErrVersion],
// [SchemaError], [CredentialsError], or the system's error.
type HandshakeError struct {
	Address string
	Peer    Peer
	Err     error
}

func (e *HandshakeError) Error() string {
	return fmt.Sprintf("shmring: handshake with process %d at %s: %v", e.Peer.PID, e.Address, e.Err)
}

// Unwrap returns ErrHandshake and the cause.
func (e *HandshakeError) Unwrap() []error { return []error{ErrHandshake, e.Err} }

// run runs one side of a handshake on conn, which it closes on an error. The end of ctx ends it.
func (h *handshake) run(ctx context.Context, side func() (*Conn, error)) (*Conn, error) {
	stop := context.AfterFunc(ctx, func() { h.conn.Close() })
	c, err := side()
	if !stop() { // conn is closed, or about to be
		if err == nil {
			c.Close()
		}
		return nil, ctx.Err()
	}
	if err != nil {
		h.conn.Close()
		return nil, &HandshakeError{Address: h.at.String(), Peer: h.peer, Err: err}
	}
	return c, nil
}
