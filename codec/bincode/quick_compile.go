package bincode

import (
	"math"
	"slices"
)

// The quick form of a simple program, one whose memory and wire are alike but for texts and byte slices: the
// same steps, cut so that loops without calls can run them.

// A quickStep moves up to 4 words and a rest between memory and wire and then does one operation. The last
// step of a program, and only that, ends it.
type quickStep struct {
	words [4]quickWord
	count uint8 // of the words
	rest  uint8 // 0, 1, 2 or 4 bytes, at the end of the fixed part but in turned
	code  quickCode
	then  quickThen
	from  int32       // where the rest is in memory
	at    int32       // where it is on the wire after the start of the step, or before
	off   uint32      // where the operation's value is
	wire  int         // bytes of the fixed part
	run   int         // bytes of a quickRun
	bools []quickWord // bytes of the fixed part that must hold 0 or 1
}

// A quickWord is 8 bytes, or a bool, in memory at off and on the wire at pos after the start of the step. The
// last word of a run may overlap the one before.
type quickWord struct {
	off uint32
	pos uint32
}

type quickCode uint8

const (
	quickText quickCode = iota
	quickBytes
	quickNone
	quickRun // a stretch of memory that is the same on the wire
	quickEnd
)

// quickThen says what follows a text or a byte slice. Where no bytes are moved before the next operation, there is
// nothing to look for.
type quickThen uint8

const (
	thenStep      quickThen = iota // anything
	thenOperation                  // another text or byte slice
	thenEnd                        // nothing
	thenTurn                       // the end, which has a turned form
)

// wordsMost is the longest run of fields, in bytes, that is moved by words.
const wordsMost = 128

// quicken makes the quick form of a program from its runs. It fails for types out of the ordinary.
func (p *program) quicken() bool {
	if p.size > math.MaxInt32 {
		return false
	}
	var q quickener
	for i := range p.steps {
		if !q.add(&p.steps[i]) {
			return false
		}
	}
	q.end(quickEnd, 0, 0)
	for i := range len(q.steps) - 1 {
		s, next := &q.steps[i], &q.steps[i+1]
		switch {
		case s.code > quickBytes:
		case next.code == quickEnd && next.wire == 0:
			s.then = thenEnd
		case next.code <= quickBytes && next.wire == 0:
			s.then = thenOperation
		}
	}
	p.turn(q.steps)
	p.quick = q.steps
	last := len(q.steps) - 1
	p.single = last == 0 || last == 1 && q.steps[0].code == quickBytes && q.steps[1].wire == 0
	p.single = p.single && len(q.steps[0].bools) == 0
	return true
}

// turn makes the turned form of the steps: their first one is that of a value and does the fixed part of the end of
// the value before it, too. In a row of values it spares one of two steps where there is one text in each.
func (p *program) turn(steps []quickStep) {
	last := len(steps) - 1
	if last == 0 || steps[last-1].code > quickBytes {
		return
	}
	first, end := &steps[0], &steps[last]
	if end.wire == 0 || end.count > 0 || first.rest > 0 || first.code > quickBytes {
		return
	}
	steps[last-1].then = thenTurn
	p.turned = slices.Clone(steps)
	joint := &p.turned[0]
	for i := range joint.count {
		joint.words[i].pos += uint32(end.wire)
	}
	joint.wire += end.wire
	joint.rest, joint.from = end.rest, end.from-int32(p.size)
}

// quickener collects quick steps.
type quickener struct {
	steps []quickStep
	cur   quickStep
}

// end closes the current step with an operation.
func (q *quickener) end(code quickCode, off uintptr, run int) {
	if q.cur.wire > 0 || code != quickNone {
		q.cur.code, q.cur.off, q.cur.run = code, uint32(off), run
		q.steps = append(q.steps, q.cur)
		q.cur = quickStep{}
	}
}

// add adds a step of the program. It fails at a long array of bools.
func (q *quickener) add(s *step) bool {
	for _, r := range s.moves {
		if r.n > wordsMost {
			for _, m := range s.bools {
				if m.pos >= r.pos && m.pos < r.pos+r.n {
					return false
				}
			}
			q.end(quickRun, r.off, r.n)
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
		q.end(quickText, s.off, 0)
	case opBytes:
		q.end(quickBytes, s.off, 0)
	}
	return true
}

// piece adds a word or a rest from the run r, of which some bytes are done, and returns how many more are.
func (q *quickener) piece(r move, done int) int {
	size := 8
	for size > r.n {
		size /= 2
	}
	left, room := r.n-done, len(q.cur.words)-int(q.cur.count)
	if q.cur.rest > 0 || size == 8 && (room == 0 || room == 1 && left > 8 && left < 16) {
		q.end(quickNone, 0, 0) // words that overlap stay together
	}
	again := max(size-left, 0) // bytes that overlap
	off := uint32(r.off) + uint32(done-again)
	if size == 8 {
		q.cur.words[q.cur.count] = quickWord{off, uint32(q.cur.wire - again)}
		q.cur.count++
	} else {
		q.cur.rest, q.cur.from, q.cur.at = uint8(size), int32(off), int32(q.cur.wire-again)
	}
	q.cur.wire += size - again
	return size - again
}

// bools adds the bools at from to to of the fixed part of s, which the current step ends with.
func (q *quickener) bools(s *step, from, to int) {
	for _, m := range s.bools {
		for x := max(from, m.pos); x < min(to, m.pos+m.n); x++ {
			q.cur.bools = append(q.cur.bools, quickWord{uint32(m.off) + uint32(x-m.pos), uint32(x - to + q.cur.wire)})
		}
	}
}
