package shmring

import "time"

// Defaults of a connection.
const (
	DefaultConnCapacity = 256 << 10 // bytes, of each of a connection's rings
	DefaultMaxMessage   = 64 << 20  // bytes, of a message on a connection

	defaultHandshake = 5 * time.Second
)

// WithSocket sets the Unix socket path or host:port address at which Listen and Dial meet.
//
// Calls: Dial, Listen.
func WithSocket(address string) Option {
	return func(o *options) { o.socket, o.given = address, o.given|optSocket }
}

// WithSocketOnly makes connections send frames on the socket although memory could be shared.
//
// Calls: Dial, Listen.
func WithSocketOnly() Option {
	return func(o *options) { o.socketOnly, o.given = true, o.given|optSocketOnly }
}

// WithMaxMessage limits the messages of a connection in bytes, at least 1; 64 MiB if absent. Each direction has the
// smaller limit of both ends. Messages that are streamed ([Conn.SendFrom]) have none.
//
// Calls: Dial, Listen, Pipe.
func WithMaxMessage(bytes int64) Option {
	return func(o *options) { o.maxMessage, o.given = bytes, o.given|optMaxMessage }
}

// WithHandshakeTimeout bounds the handshake of a connection, on each side, above 0 and up to an hour; 5 s if absent.
//
// Calls: Dial, Listen.
func WithHandshakeTimeout(d time.Duration) Option {
	return func(o *options) { o.handshake, o.given = d, o.given|optHandshakeTimeout }
}

// connectable checks the options that shape a connection.
func (o *options) connectable() error {
	if o.has(optCapacity | optMaxRecord) {
		if _, err := o.header(); err != nil {
			return err
		}
	}
	if o.maxMessage < 1 {
		return o.invalid("WithMaxMessage", o.maxMessage, "1 or more bytes")
	}
	if o.handshake <= 0 || o.handshake > time.Hour {
		return o.invalid("WithHandshakeTimeout", o.handshake, "above 0, up to an hour")
	}
	return o.checkWait()
}
