package tagged

// scanner finds the end of a value in bytes that come in pieces, split anywhere. It checks the
// structure (codes, sizes, counts, depth) but builds nothing, so that what a peer sends costs a few
// words per open container, of which there are at most maxDepth.
//
// Invariants: used ≤ limit; a count is accepted only if its elements could still come within limit;
// open[i].left is how many things the i-th container still expects.
type scanner struct {
	maxDepth int
	limit    uint64 // bytes that the value may take
	beyond   error  // what it means to exceed limit: ErrTruncated or ErrTooLarge

	used    uint64 // bytes taken so far
	want    want
	purpose purpose // of the integer that is wanted
	code    Code    // of the container whose count is wanted
	ints    int     // integers still wanted by a date, duration or time
	skip    uint64  // bytes still to pass over
	isKey   bool    // they are a key, no value
	num     number
	open    []level
	depth   int
}

// want is what the next byte is.
type want uint8

const (
	wantCode   want = iota // the code of a value
	wantNumber             // a byte of a coded integer
	wantBytes              // a byte of a payload
	wantEnd                // nothing: the value is complete
)

// purpose is what a coded integer counts.
type purpose uint8

const (
	isScalar purpose = iota // part of a date, duration or time
	isSize                  // of a string, bytes or big integer
	isCount                 // of a container's elements, or of a template's keys
	isKeySize
	isRows // of a template
)

// level is an open container.
type level struct {
	expect expect
	left   uint64 // values, keys, or values in all rows that are still to come
	width  uint64 // keys of a template
	depth  int    // levels it counts for
}

type expect uint8

const (
	values       expect = iota
	namedValues         // left counts keys; each is followed by a value
	templateKeys        // keys only, then the number of rows
	slots               // values or skip markers
)

// feed takes bytes of p up to the end of the value: n of them. It must not be called again after an
// error, or once the value is complete.
func (s *scanner) feed(p []byte) (n int, done bool, err error) {
	for n < len(p) && s.want != wantEnd {
		if s.want == wantBytes {
			step := min(s.skip, uint64(len(p)-n))
			n += int(step)
			s.used += step
			if s.skip -= step; s.skip == 0 {
				s.passed()
			}
			continue
		}
		if s.used == s.limit {
			return n, false, detail(s.beyond, "value of more than %d bytes", s.limit)
		}
		s.used++
		if s.want == wantCode {
			err = s.begin(Code(p[n]))
		} else {
			var x int64
			var whole bool
			if x, whole, err = s.num.feed(p[n]); whole {
				err = s.got(x)
			}
		}
		if err != nil {
			return n, false, err
		}
		n++
	}
	return n, s.want == wantEnd, nil
}

// begin takes the code of a value.
func (s *scanner) begin(c Code) error {
	if width, ok := integerWidth(c); ok {
		return s.pass(uint64(width), false)
	}
	switch c {
	case CodeTrue, CodeFalse, CodeNull, CodeUndefined, CodeNaN, CodePosInf, CodeNegInf, CodeNegZero:
		s.finish()
	case CodeFloat32:
		return s.pass(4, false)
	case CodeFloat64, CodeUint64:
		return s.pass(8, false)
	case CodeComplex:
		return s.pass(16, false)
	case CodeDate, CodeDuration:
		s.ints = 1
		s.integer(isScalar)
	case CodeTime:
		s.ints = 3
		s.integer(isScalar)
	case CodeString, CodeBytes, CodeBig:
		s.integer(isSize)
	case CodeArray, CodeSet, CodeMap, CodeObject, CodeTemplate:
		s.code = c
		s.integer(isCount)
	case CodeSkip:
		if len(s.open) > 0 && s.open[len(s.open)-1].expect == slots {
			s.finish()
			return nil
		}
		fallthrough
	default:
		return detail(ErrCode, "%v where a value begins", c)
	}
	return nil
}

// integer makes the next bytes a coded integer of that purpose.
func (s *scanner) integer(p purpose) { s.want, s.purpose = wantNumber, p }

// got takes a complete coded integer.
func (s *scanner) got(n int64) error {
	if s.purpose == isScalar {
		if s.ints--; s.ints == 0 {
			s.finish()
		}
		return nil
	}
	if n < 0 {
		return detail(ErrSize, "%d", n)
	}
	switch s.purpose {
	case isSize:
		return s.pass(uint64(n), false)
	case isKeySize:
		return s.pass(uint64(n), true)
	case isRows:
		return s.rows(uint64(n))
	}
	return s.push(uint64(n))
}

// fits refuses n things of at least each bytes that the limit has no room for.
func (s *scanner) fits(n, each uint64) error {
	if room := (s.limit - s.used) / each; n > room {
		return detail(s.beyond, "needs %d of %d bytes or more, room for %d", n, each, room)
	}
	return nil
}

// pass goes past n bytes, which end a value or a key.
func (s *scanner) pass(n uint64, isKey bool) error {
	if err := s.fits(n, 1); err != nil {
		return err
	}
	s.want, s.skip, s.isKey = wantBytes, n, isKey
	if n == 0 {
		s.passed()
	}
	return nil
}

// passed follows the last byte of a payload.
func (s *scanner) passed() {
	if !s.isKey {
		s.finish()
		return
	}
	if top := &s.open[len(s.open)-1]; top.expect == templateKeys {
		top.left--
		s.next()
		return
	}
	s.want = wantCode
}

// push opens the container s.code with n elements or, for a template, n keys.
func (s *scanner) push(n uint64) error {
	l := level{left: n, depth: 1}
	each := uint64(1)
	switch s.code {
	case CodeMap:
		each, l.left = 2, 2*n
	case CodeObject:
		each, l.expect = 2, namedValues
	case CodeTemplate:
		l.expect, l.width, l.depth = templateKeys, n, 2
	}
	if err := s.fits(n, each); err != nil {
		return err
	}
	if s.depth+l.depth > s.maxDepth {
		return detail(ErrDepth, "more than %d levels", s.maxDepth)
	}
	s.depth += l.depth
	s.open = append(s.open, l)
	s.next()
	return nil
}

// rows takes the number of rows of the innermost container, a template.
func (s *scanner) rows(n uint64) error {
	top := &s.open[len(s.open)-1]
	if top.width == 0 && n > 0 {
		return detail(ErrSize, "%d rows without keys", n)
	}
	if err := s.fits(n, max(top.width, 1)); err != nil {
		return err
	}
	top.expect, top.left = slots, n*top.width
	s.next()
	return nil
}

// finish follows the last byte of a value.
func (s *scanner) finish() {
	if len(s.open) == 0 {
		s.want = wantEnd
		return
	}
	s.open[len(s.open)-1].left--
	s.next()
}

// next sets what the innermost container wants, after closing those that want nothing more.
func (s *scanner) next() {
	for {
		last := len(s.open) - 1
		top := &s.open[last]
		switch {
		case top.left > 0 && (top.expect == namedValues || top.expect == templateKeys):
			s.integer(isKeySize)
			return
		case top.left > 0:
			s.want = wantCode
			return
		case top.expect == templateKeys:
			s.integer(isRows)
			return
		}
		s.depth -= top.depth
		s.open = s.open[:last]
		if last == 0 {
			s.want = wantEnd
			return
		}
		s.open[last-1].left--
	}
}
