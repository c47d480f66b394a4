package shmring

import (
	"context"
	"errors"
	"fmt"
	"net"
	"runtime"

	"github.com/shmring/ipc/shmring/internal/handshake"
	"github.com/shmring/ipc/shmring/internal/transport"
)

// Dial connects to the listener of this name: through rings in shared memory if that can be had, with frames
// on the socket if not. name is as for [Create]; with [WithSocket] it is for people only. Dial does not
// wait for a listener that is not there yet.
//
// Options: WithSocket, WithSocketOnly, WithDir, WithForeignOwner, WithHandshakeTimeout, WithMaxMessage,
// WithCapacity, WithSchema, WithPrefault, WithHugePages, WithWait, WithLogger.
//
// Errors: fs.ErrNotExist and ECONNREFUSED where nobody listens, [HandshakeError], [NameError], [OptionError],
// and ctx.Err().
func Dial(ctx context.Context, name string, opts ...Option) (*Conn, error) {
	o, err := collect(&callDial, opts)
	if err != nil {
		return nil, err
	}
	at, err := resolveAddress(name, &o)
	if err != nil {
		return nil, err
	}
	d := net.Dialer{Timeout: o.handshake}
	socket, err := d.DialContext(ctx, at.network, at.text)
	if err != nil {
		return nil, fmt.Errorf("shmring: %w", err)
	}
	return agree(ctx, handshake.Client, socket, socket.RemoteAddr(), &o)
}

// agree runs one side of the handshake on a socket and makes the connection. Where it fails or ctx ends, it closes the
// socket. address is the listener's.
func agree(ctx context.Context, side func(net.Conn, handshake.Config, handshake.Memory) (handshake.Result, error),
	socket net.Conn, address net.Addr, o *options) (c *Conn, err error) {
	stop := context.AfterFunc(ctx, func() { socket.Close() })
	rings := &connRings{options: o}
	result, err := side(socket, handshakeConfig(socket, o), rings)
	if err == nil {
		c, err = newHandshakenConn(socket, &result, rings, o)
	}
	if !stop() { // the socket is closed, or about to be
		if err == nil {
			c.Close()
		}
		return nil, ctx.Err()
	}
	if err != nil {
		socket.Close()
		return nil, &HandshakeError{Address: address.String(), Peer: Peer(result.Peer), Err: handshakeCause(err)}
	}
	return c, nil
}

// handshakeConfig says what this side wants from a connection over the socket.
func handshakeConfig(socket net.Conn, o *options) handshake.Config {
	c := handshake.Config{
		MaxMessage: uint64(o.maxMessage), Schema: o.schema, DefaultCapacity: DefaultConnCapacity,
		NoRing: noRing(socket, o), AllowForeignOwner: o.foreign, Timeout: o.handshake,
	}
	if o.has(optCapacity | optMaxRecord) { // a dialer must not make the rings too small for the records
		c.Capacity = uint64(o.capacity)
	}
	return c
}

// noRing says why this side does not use rings.
func noRing(socket net.Conn, o *options) handshake.Reason {
	_, unix := socket.(*net.UnixConn)
	err := supported()
	switch {
	case !unix:
		return handshake.Reason{Text: "the address is not a Unix socket, so the peer may be on another machine"}
	case o.socketOnly:
		return handshake.Reason{Text: "an option asked for the socket (WithSocketOnly)"}
	case runtime.GOOS != "linux":
		err = fmt.Errorf("%w: memory is passed over sockets on Linux only", errors.ErrUnsupported)
	}
	if err != nil {
		return handshake.Reason{Text: err.Error(), Err: err}
	}
	return handshake.Reason{}
}

// newHandshakenConn returns the connection that two sides have agreed on. An error leaves only the socket.
func newHandshakenConn(socket net.Conn, result *handshake.Result, rings *connRings, o *options) (*Conn, error) {
	c := newConn(Peer(result.Peer), result.MaxMessage, socket.LocalAddr(), socket.RemoteAddr())
	if !result.Ring {
		c.chosen = Transport{Kind: TransportSocket, Reason: result.Reason.Text, Err: result.Reason.Err}
		c.carry(transport.NewSocket(socket, c.limit, &c.sending))
		if c.chosen.Err != nil {
			o.logger.Info("shmring: a connection goes over the socket", "reason", c.chosen.Reason)
		}
		return c, nil
	}
	c.chosen = Transport{Kind: TransportRing, Reason: "both ends share memory"}
	r := rings.newRing(c.limit)
	if err := r.JoinSocket(socket.(*net.UnixConn), rings.doorbell); err != nil {
		return nil, errors.Join(err, rings.Close())
	}
	c.rings = rings
	c.carry(r)
	return c, nil
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
	if e.Peer.PID == 0 {
		return fmt.Sprintf("shmring: handshake at %q: %v", e.Address, e.Err)
	}
	return fmt.Sprintf("shmring: handshake with process %d at %q: %v", e.Peer.PID, e.Address, e.Err)
}

// Unwrap returns ErrHandshake and the cause.
func (e *HandshakeError) Unwrap() []error { return []error{ErrHandshake, e.Err} }

// handshakeCause turns what a handshake failed with into an error of this package.
func handshakeCause(err error) error {
	var version *handshake.VersionError
	var schema *handshake.SchemaError
	var user *handshake.CredentialsError
	var refused *handshake.RefusedError
	switch {
	case errors.As(err, &version):
		return fmt.Errorf("%w: %w", ErrVersion, err)
	case errors.As(err, &schema):
		return &SchemaError{Segment: schema.Peer, Want: schema.Own}
	case errors.As(err, &user):
		return &CredentialsError{PID: user.Peer.PID, UID: user.Peer.UID, Want: user.Own}
	case errors.As(err, &refused) && refused.Refusal == handshake.RefusedUser:
		return fmt.Errorf("%w: the listener does not serve this user (WithForeignOwner)", ErrPermission)
	}
	return err
}
