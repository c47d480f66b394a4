// Package shmring moves records between processes of one machine through rings in shared memory.
//
// A [Segment] is a piece of memory that several processes have attached. It holds one ring. A [Producer]
// puts records in, a [Consumer] takes them out, in order, and no system call is made for either while the
// other side is awake:
//
//	process A               segment: a file in /dev/shm, or a sealed memfd                process B
//	           ┌────────┬─────────┬───────┬────────────────── ring ───────────────────┐
//	Producer ─▶│ Header │ Control │ Slots │ 0 0 0 │ rec │ record │ rec │ open │ 0 0 0 │─▶ Consumer
//	           └────────┴─────────┴───────┴───────▲────────────────────▲──────▲───────┘
//	             fixed   positions who is        head                 next    tail
//	                               attached
//
// A record is an 8-byte header word and the payload, padded to 8 bytes; it never straddles the end of the
// ring. The store of its header word is its publication. A header word of zero is room.
//
// # Kinds
//
// An [SPSC] ring has one producer at a time, an [MPSC] ring up to 1023 in any number of processes. Both have
// one consumer, and one format.
//
// # Two tiers
//
// Every verb copies or lends. [Producer.Send] copies a payload in, [Producer.Reserve] lends ring memory to
// fill in place until Commit or Abort. [Consumer.Recv] copies a payload out, [Consumer.Next] lends it until
// [Consumer.Release]. The forms that begin with Try never wait; the others wait until their context ends.
// [Sender] and [Receiver] do the same for Go values and a codec.
//
// # Connections
//
// [Listen] and [Dial] join two processes in both directions: through two rings where memory can be shared, as
// frames on a socket where not, with the same calls. [Conn.NetConn] is the same as a stream of bytes.
//
// # Invariants
//
//   - head ≤ next ≤ tail ≤ head + capacity, where next is what the consumer reads next. Positions count bytes
//     since the segment was made and never wrap. In an SPSC ring the tail is the producer's own; what the segment
//     says is a hint for observers.
//   - Every byte of the ring outside head … tail is zero, except behind a dead producer of an SPSC ring, whose
//     successor clears what it left.
//   - Only the consumer moves head, only producers move tail. A header word is written by its producer; the
//     consumer makes a pad of what a dead one left, and clears what was released.
//   - Records come in the order of their positions: first in, first out from one producer; from many, one
//     order for all, in which a Send that returned before another began comes first.
//   - A record is delivered whole or not at all. What Send reported as done is delivered, whoever dies.
//   - Who lives is decided by a lock on the slot's byte of the file, which the kernel gives back when its
//     holder ends. No timeout decides it.
//
// # Death and restart
//
// A producer that dies leaves what it committed; the consumer skips what it had not finished, delivers the
// rest, and reports [ErrPeerDied]. A consumer that dies leaves its place: the next one continues after
// the last record that was released. So every record is delivered at least once, and twice only if it was
// not released before the death. A living process that is slow or stopped is waited for and named
// ([Stats.Blocked]).
//
// # Trust
//
// Whatever a peer writes into the segment, no call panics, reads outside the ring, or waits beyond its
// context: it returns an error, [ErrCorrupt] as a rule. What a peer can do is lie in its payloads, stop
// answering, and change memory that was lent ([Consumer.Next], [WithBorrow]) while it is looked at. Where the
// peer is not trusted, copy first (Recv), then decode.
//
// # Lifetime
//
// Close a Producer to end its stream, a Consumer to give up its place, a [Segment] to unmap the memory; a
// Segment closes what was made from it. None of them removes the name: [Remove] does. Memory that is lent
// out at Close stays valid until it is given back, and the mapping with it. Payloads that Next and
// TryNext lent are valid until Release, those of [Consumer.All] for their step, those of [Consumer.Drain]
// inside the function. Bytes of a [Reservation] are valid until Commit, CommitN or Abort.
//
// # Goroutines
//
// A Producer, Consumer, Sender or Receiver belongs to one goroutine at a time. Segments are safe for
// concurrent use. Close may be called from anywhere and ends calls that wait with [ErrClosed].
//
// The bytes of a segment are specified in docs/format.md, the order of every store in docs/protocol.md,
// and every error has a heading in docs/troubleshooting.md.
package shmring
