package bincode

import "math"

// The quick form of a simple program, one whose memory and wire are alike but for texts and byte slices: the
// same steps, cut so that loops without calls can run them.

// A quickStep moves up to 4 words and a rest between memory and wire and then does one operation. The last
// step of a program, and only that, ends it.
type quickStep struct {
	words [4]quickWord
	count uint8 // of the words
	rest  uint8 // 0, 1, 2 or 4 bytes at the end of the fixed part
	code  quickCode
	last  bool        // nothing follows but the end
	from  uint32      // where the rest is in memory
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
	if k := len(q.steps) - 2; k >= 0 && q.steps[k].code <= quickBytes && q.steps[k+1].wire == 0 {
		q.steps[k].last = true
	}
	p.quick = q.steps
	last := len(q.steps) - 1
	p.single = last == 0 || last == 1 && q.steps[0].code == quickBytes && q.steps[1].wire == 0
	p.single = p.single && len(q.steps[0].bools) == 0
	return true
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
	default:
		q.end(quickNone, 0, 0)
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
		q.cur.rest, q.cur.from = uint8(size), off
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
