package ring

import (
	"github.com/shmring/ipc/layout"
	"github.com/shmring/ipc/shmring/internal/mem"
)

// Many producers. Space is claimed by moving the shared tail with a compare-and-swap, and every step
// leaves enough behind for the consumer to repair what a death at that step leaves:
//
//	intent = t+1        who may be about to claim t         dead: nothing was claimed, or see next
//	CAS tail t → t+n    the bytes are claimed, still zero   dead: consumer pads the zero gap
//	header = claimed    who owns how much                   dead: consumer pads the claim
//	intent = 0
//	payload
//	header = committed  the record exists                   dead: it is delivered
//
// The consumer may pad only what no living producer can still write to; consumer_lookup.go and
// consumer_repair.go have its half. docs/protocol.md has the argument, tests/model checks this code exhaustively.

// maxStale bounds how often the tail may turn out older than head before we call it a lie.
const maxStale = 1 << 10

// maxAttempts bounds the claims that others overtake, and the pads between. Honest producers are never
// overtaken that often; hostile ones could keep us here for ever.
const maxAttempts = 1 << 16

// allocMPSC claims total contiguous bytes among other producers. ErrFull if there is no space, or if
// others overtook every attempt: whoever may wait looks at its context then.
func (p *Producer) allocMPSC(total uint64) (uint64, error) {
	stale := 0
	for range maxAttempts {
		tail := mem.Load(&p.ctl.Tail)
		if tail%layout.WordSize != 0 {
			return 0, p.clearIntent(p.violation(tail, tail, "tail is not aligned", nil))
		}
		room := p.ToEnd(tail)
		need := min(total, room)
		// In use by the head we know; far too much if the tail is below it.
		if used := tail - (p.limit - p.capacity); used > p.capacity-need {
			head, err := p.loadHead(p.limit - p.capacity)
			if err != nil {
				return 0, p.clearIntent(err)
			}
			p.limit = head + p.capacity
			if head > tail { // the tail we read is old: others filled and the consumer emptied the ring since
				if stale++; stale > maxStale {
					return 0, p.clearIntent(p.violation(tail, head, "head is beyond the tail", nil))
				}
				continue
			}
			if tail > p.limit {
				return 0, p.clearIntent(p.violation(tail, head, "tail is beyond head + capacity", nil))
			}
			if tail+need > p.limit {
				return 0, p.clearIntent(ErrFull)
			}
		}
		if need < total { // the end of the ring: skip it
			if p.TryClaim(tail, need, p.pad(need)) {
				p.NotifyPending() // there may be no space for more until the consumer has skipped it
			}
		} else if p.TryClaim(tail, need, p.ClaimWord(need)) {
			return tail, nil
		}
	}
	return 0, p.clearIntent(ErrFull)
}

// TryClaim takes n bytes at the tail, if that is still at pos, and says with word, a mark or a pad, what they are.
func (p *Producer) TryClaim(pos, n uint64, word layout.Word) bool {
	// Before the claim: pairs with the intent loads in Consumer.padGap. The CAS is the barrier between.
	mem.StoreRelaxed(&p.slot.Intent, pos+1)
	if !mem.CAS(&p.ctl.Tail, pos, pos+n) {
		return false
	}
	// Pairs with the header load in Consumer.Find. Readers step over a pad: not before the tail has moved.
	mem.Store(p.Word(pos), uint64(word))
	mem.Store(&p.slot.Intent, 0)
	return true
}

// ClaimWord returns the word that says that n bytes are ours, and nothing more yet.
func (p *Producer) ClaimWord(n uint64) layout.Word {
	return p.stamp&^stateBits | layout.Word(layout.Claimed)<<62 | layout.Word(n)
}

const stateBits = layout.Word(3) << 62

// clearIntent clears the intent on the way out of a claim that failed.
func (p *Producer) clearIntent(err error) error {
	mem.Store(&p.slot.Intent, 0)
	return err
}

// The fast path: without it one producer of an MPSC ring moves 0.44 as much (go run ./bench/ring -only 'MPSC, 64 B, producers:
// 1', 8 interleaved pairs, AMD EPYC, Go 1.26.8).

// FitsMPSC reports whether total bytes at pos, the tail, for a plain record of n bytes of payload are known to be free, and
// TryClaim may follow, for total bytes with their ClaimWord.
func (p *Producer) FitsMPSC(pos, total, n uint64) bool {
	used := pos - (p.limit - p.capacity)
	return n < p.mpscMin && total <= p.ToEnd(pos) && used <= p.capacity-total && pos%layout.WordSize == 0
}

// Tail loads the position where the next claim goes.
func (p *Producer) Tail() uint64 { return mem.Load(&p.ctl.Tail) }
