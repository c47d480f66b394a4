package bincode

import (
	"math"
	"slices"
)

// The fast form of a simple program, one whose memory and wire are alike but for texts and byte slices: the
// same steps, cut so that loops without calls can run them.

// A fastStep moves up to 4 words and a rest between memory and wire and then does one operation. The last
// step of a program, and only that, ends it.
type fastStep struct {
	words [4]fastWord
	count uint8 // of the words
	rest  uint8 // 0, 1, 2 or 4 bytes, at the end of the fixed part but in chained
	code  fastCode
	then  fastThen
	from  int32      // where the rest is in memory
	at    int32      // where it is on the wire after the start of the step, or before
	off   uint32     // where the operation's value is
	wire  int        // bytes of the fixed part
	run   int        // bytes of a fastRun
	bools []fastWord // bytes of the fixed part that must hold 0 or 1
}

// A fastWord is 8 bytes, or a bool, in memory at off and on the wire at pos after the start of the step. The
// last word of a run may overlap the one before.
type fastWord struct {
	off uint32
	pos uint32
}

type fastCode uint8

const (
	fastText fastCode = iota
	fastBytes
	fastNone
	fastRun // a stretch of memory that is the same on the wire
	quickEnd
)

// fastThen says what follows a text or a byte slice. Where no bytes are moved before the next operation, there is
// nothing to look for.
type fastThen uint8

const (
	thenStep      fastThen = iota // anything
	thenOperation                 // another text or byte slice
	thenEnd                       // nothing
	thenChain                     // the end, which has a chained form
)

// wordsMost is the longest run of fields, in bytes, that is moved by words.
const wordsMost = 128

// compileFast makes the fast form of a program from its runs. It fails for types out of the ordinary.
func (p *program) compileFast() bool {
	if p.size > math.MaxInt32 {
		return false
	}
	var q fastCompiler
	for i := range p.steps {
		if !q.add(&p.steps[i]) {
			return false
		}
	}
	q.end(quickEnd, 0, 0)
	for i := range len(q.steps) - 1 {
		s, next := &q.steps[i], &q.steps[i+1]
		switch {
		case s.code > fastBytes:
		case next.code == quickEnd && next.wire == 0:
			s.then = thenEnd
		case next.code <= fastBytes && next.wire == 0:
			s.then = thenOperation
		}
	}
	p.chain(q.steps)
	p.fast = q.steps
	last := len(q.steps) - 1
	p.single = last == 0 || last == 1 && q.steps[0].code == fastBytes && q.steps[1].wire == 0
	p.single = p.single && len(q.steps[0].bools) == 0
	return true
}

// chain makes the chained form of the steps: their first one is that of a value and does the fixed part of the end of
// the value before it, too. In a sequence of values it spares one of two steps where there is one text in each.
func (p *program) chain(steps []fastStep) {
	last := len(steps) - 1
	if last == 0 || steps[last-1].code > fastBytes {
		return
	}
	first, end := &steps[0], &steps[last]
	if end.wire == 0 || end.count > 0 || first.rest > 0 || first.code > fastBytes {
		return
	}
	steps[last-1].then = thenChain
	p.chained = slices.Clone(steps)
	head := &p.chained[0]
	for i := range head.count {
		head.words[i].pos += uint32(end.wire)
	}
	head.wire += end.wire
	head.rest, head.from = end.rest, end.from-int32(p.size)
}

// fastCompiler collects fast steps.
type fastCompiler struct {
	steps []fastStep
	cur   fastStep
}

// end closes the current step with an operation.
func (q *fastCompiler) end(code fastCode, off uintptr, run int) {
	if q.cur.wire > 0 || code != fastNone {
		q.cur.code, q.cur.off, q.cur.run = code, uint32(off), run
		q.steps = append(q.steps, q.cur)
		q.cur = fastStep{}
	}
}

// add adds a step of the program. It fails at a long array of bools.
func (q *fastCompiler) add(s *step) bool {
	for _, r := range s.moves {
		if r.n > wordsMost {
			for _, m := range s.bools {
				if m.pos >= r.pos && m.pos < r.pos+r.n {
					return false
				}
			}
			q.end(fastRun, r.off, r.n)
			continue
		}
		for done := 0; done < r.n; {
			n := q.piece(r, done)
			done += n
			q.bools(s, r.pos+done-n, r.pos+done)
		}
	}
	switch s.code {
	case opText:
		q.end(fastText, s.off, 0)
	case opBytes:
		q.end(fastBytes, s.off, 0)
	}
	return true
}

// piece adds a word or a rest from the run r, of which some bytes are done, and returns how many more are.
func (q *fastCompiler) piece(r move, done int) int {
	size := 8
	for size > r.n {
		size /= 2
	}
	left, room := r.n-done, len(q.cur.words)-int(q.cur.count)
	if q.cur.rest > 0 || size == 8 && (room == 0 || room == 1 && left > 8 && left < 16) {
		q.end(fastNone, 0, 0) // words that overlap stay together
	}
	again := max(size-left, 0) // bytes that overlap
	off := uint32(r.off) + uint32(done-again)
	if size == 8 {
		q.cur.words[q.cur.count] = fastWord{off, uint32(q.cur.wire - again)}
		q.cur.count++
	} else {
		q.cur.rest, q.cur.from, q.cur.at = uint8(size), int32(off), int32(q.cur.wire-again)
	}
	q.cur.wire += size - again
	return size - again
}

// bools adds the bools at from to to of the fixed part of s, which the current step ends with.
func (q *fastCompiler) bools(s *step, from, to int) {
	for _, m := range s.bools {
		for x := max(from, m.pos); x < min(to, m.pos+m.n); x++ {
			q.cur.bools = append(q.cur.bools, fastWord{uint32(m.off) + uint32(x-m.pos), uint32(x - to + q.cur.wire)})
		}
	}
}
