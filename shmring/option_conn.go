package shmring

import "time"

// Defaults of a connection.
const (
	DefaultConnCapacity = 256 << 10 // bytes, of each of a connection's rings
	DefaultMaxMessage   = 64 << 20  // bytes, of a message on a connection

	defaultHandshake = 5 * time.Second
	maxHandshake     = time.Hour
)

// WithSocket sets the address at which Listen and Dial meet: the path of a Unix socket, at most 103 bytes ([ErrName]), a
// name in Linux's abstract space ("@name"), or host:port. Default (also for ""): a socket file beside the segments, see
// [WithDir]. A relative path is resolved during the call, as WithDir's.
//
// Calls: Dial, Listen.
func WithSocket(address string) Option {
	return func(o *options) { o.socket, o.given = address, o.given|optSocket }
}

// WithSocketOnly makes connections send frames on the socket although memory could be shared. Options of rings then change
// nothing, as over TCP. Default: rings where both ends can.
//
// Calls: Dial, Listen.
func WithSocketOnly() Option {
	return func(o *options) { o.socketOnly, o.given = true, o.given|optSocketOnly }
}

// WithMaxMessage limits the messages of a connection in bytes, 1 or more; default 64 MiB. Each direction has the smaller
// limit of both ends; a larger message is [ErrTooLarge]. Messages that are streamed ([Conn.SendFrom]) have no limit.
//
// Calls: Dial, Listen, Pipe.
func WithMaxMessage(bytes int64) Option {
	return func(o *options) { o.maxMessage, o.given = bytes, o.given|optMaxMessage }
}

// WithHandshakeTimeout bounds the handshake of a connection, on each side, above 0 and up to an hour; default 5 s. Whoever
// runs into it gets a [HandshakeError] that is os.ErrDeadlineExceeded.
//
// Calls: Dial, Listen.
func WithHandshakeTimeout(d time.Duration) Option {
	return func(o *options) { o.handshake, o.given = d, o.given|optHandshakeTimeout }
}
