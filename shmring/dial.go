package shmring

import (
	"context"
	"fmt"
	"net"
)

// Dial connects to the listener of this name: through rings in shared memory if that can be had, with frames
// on the socket if not. name is as for [Create]; with [WithSocket] it is for people only. Dial does not
// wait for a listener that is not there yet.
//
// Options: WithSocket, WithSocketOnly, WithDir, WithCapacity, WithMaxMessage, WithSchema, WithWait,
// WithForeignOwner, WithHandshakeTimeout, WithLogger, WithPrefault.
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
	if err := o.connectable(); err != nil {
		return nil, err
	}
	d := net.Dialer{Timeout: o.handshake}
	conn, err := d.DialContext(ctx, at.network, at.text)
	if err != nil {
		return nil, fmt.Errorf("shmring: %w", err)
	}
	h := handshake{conn: conn, at: conn.RemoteAddr(), o: &o}
	return h.run(ctx, h.dial)
}
