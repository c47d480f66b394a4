package shmring

import (
	"context"
	"fmt"
	"net"
	"time"
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
	o := collect(opts)
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

// connectable checks the options that shape a connection.
func (o *options) connectable() error {
	if o.sized || o.maxRecord != 0 {
		if _, err := o.header(); err != nil {
			return err
		}
	}
	if o.maxMessage < 1 {
		return &OptionError{Option: "WithMaxMessage", Got: fmt.Sprint(o.maxMessage), Want: "1 or more bytes"}
	}
	if o.handshake <= 0 || o.handshake > time.Hour {
		return &OptionError{Option: "WithHandshakeTimeout", Got: o.handshake.String(), Want: "above 0, up to an hour"}
	}
	return nil
}
