// Package transport carries the messages of a connection from one end to the other: through two rings in shared memory
// ([Ring]), or as frames on a socket ([Socket]).
//
//	               Ring                                        Socket
//	send     Sender ──▶ record, or its pieces             frame.Writer ──▶ writev
//	receive  Receiver ──▶ record; pieces are joined       frame.Reader
//	close    the Sender's slot is given up                a frame's total that no frame has
//	death    the socket ends, slot still taken            the socket ends without that
//
// The rings' producers and consumers come from above ([Sender], [Receiver]): this package knows neither segments nor
// their layout.
//
// # Invariants
//
//   - One goroutine at a time sends and one receives; the caller sees to that. Shut, CloseWrite and the end of the peer
//     may come at any time.
//   - What the peer does has the same errors on both transports: io.EOF after a clean end, [ErrPeerDied] without one, and
//     for a sender [ErrPeerClosed] or ErrPeerDied. They come again with every later call.
//   - A context that ends leaves the transport usable. A message that was being sent does not exist, or has been taken
//     and the call returns nil. One that was being received continues with the next call.
//   - A message of a limited call never takes more memory than the limit and one piece.
//   - No call and no close waits for a peer that does not read. What a closed socket owes is sent in the background, for at
//     most ten seconds.
//   - The end of the socket is the end of the peer. What a Ring's memory says about its peer decides only whether that was a
//     clean end.
package transport
