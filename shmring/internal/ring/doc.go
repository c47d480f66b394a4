// Package ring holds the engines: how a producer gets space and publishes a record, how the consumer finds it,
// and what each side repairs after the other has died. It never waits and it never sleeps; package wait does.
//
// An engine gets its control words, slots, data and doorbells passed in ([Config]). It does not know where they come
// from, and there may be several rings in one segment.
//
//	Producer: allocate ─▶ (payload) ─▶ commit        Consumer: look up ─▶ (payload) ─▶ release ─▶ zero ─▶ publish head
//	  SPSC: position and limit are private             repair: pads over what dead producers left
//	  MPSC: intent, CAS of the tail, mark, commit      EOF: who lives, who died, what is still to come
//
// # Invariants of the shared words, whoever is alive
//
//	head ≤ released ≤ next to deliver ≤ tail ≤ head + capacity, all multiples of 8
//	bytes that no claim covers, from tail to head + capacity, are zero; except behind a dead producer of an SPSC
//	  ring, whose successor zeroes what it left
//	a record's header word is stored last, so a committed word has its whole payload behind it
//	only the consumer moves head, only producers move tail
//	an MPSC claim is preceded by its intent, and every way out of an allocation clears the intent
//
// # Hostile peers
//
// Geometry is copied out of a validated header once. Each shared word is loaded once into a local, the local is
// checked, and the local is used. Work per call is bounded by one lap of the ring and a fixed number of looks at each
// place. A violation is a [*Violation] and poisons the consumer that met it.
//
// docs/protocol.md lists every store in order with what a death after it leaves; tests/model runs this code, one
// access at a time, through every interleaving.
package ring
