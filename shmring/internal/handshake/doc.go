// Package handshake makes two processes at the ends of a socket agree on how their connection carries messages, and
// says who the other process is.
//
// Three messages of 256 bytes, integers big endian, reserved bytes zero:
//
//	 0              8         10     11          12        13
//	┌──────────────┬─────────┬──────┬───────────┬─────────┬──────────┐
//	│ magic        │ version │ kind │ transport │ refusal │ reserved │
//	├──────────────┴──┬──────┴──────┴────┬──────┴─────────┴┬─────────┤
//	│ 16 capacity     │ 24 max message   │ 32 schema       │ 40 reserved
//	├─────────────────┴──────┬───────────┴─────────────────┴─────────┤
//	│ 62 length of reason    │ 64 reason, 192 bytes                  │
//	└────────────────────────┴───────────────────────────────────────┘
//
//	client                                     server
//	request: the transport and capacity   ──▶  checks user, version and schema, creates the rings
//	  it asks for, its limits
//	                                      ◀──  reply: the transport. If that is the ring, two descriptors
//	attaches the rings                           come with its first byte: the ring from client to server,
//	                                             then the ring from server to client
//	confirmation: the transport it takes  ──▶
//
// Frames follow on the socket, or single bytes that wake the peer of a ring.
//
// # Invariants
//
//   - Not a byte beyond the messages is read from the socket.
//   - A client takes the transport of the reply, or the socket where it cannot attach the rings. Nothing else is valid.
//   - The handshake ends within its timeout, whatever the peer does.
//   - A side that fails has given back its rings and every descriptor that came. The socket is its caller's to close.
//   - What a peer says is checked before it is used, and its text is made valid UTF-8.
package handshake
