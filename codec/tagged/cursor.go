package tagged

import (
	"encoding/binary"
	"math"
	"reflect"
	"time"
	"unicode/utf8"
)

// cursor reads one value from src. Its methods return an [Error] with the offset at which they stood.
//
// Invariants: 0 ≤ pos ≤ len(src); memory is what may still be allocated and never negative; every
// count has been checked against the bytes left before it is used.
type cursor struct {
	src      []byte
	pos      int
	depth    int // containers now open
	maxDepth int
	memory   int // bytes of Go memory that may still be taken
	borrow   bool
	plans    *plans
}

func (c *cursor) refuse(sentinel error, format string, args ...any) error {
	return &Error{Offset: c.pos, Err: detail(sentinel, format, args...)}
}

func (c *cursor) left() int { return len(c.src) - c.pos }

// take returns the next n ≥ 0 bytes.
func (c *cursor) take(n int) ([]byte, error) {
	if n > c.left() {
		return nil, c.refuse(ErrTruncated, "needs %d bytes, %d left", n, c.left())
	}
	b := c.src[c.pos : c.pos+n : c.pos+n]
	c.pos += n
	return b, nil
}

// charge accounts for n things of size bytes of Go memory each, before they are made.
func (c *cursor) charge(n, size int) error {
	if size > 0 && n > c.memory/size {
		return c.refuse(ErrTooLarge, "needs memory for %d × %d bytes, %d left of MaxMemory", n, size, c.memory)
	}
	c.memory -= n * size
	return nil
}

func (c *cursor) enter() error {
	if c.depth == c.maxDepth {
		return c.refuse(ErrDepth, "more than %d levels", c.maxDepth)
	}
	c.depth++
	return nil
}

// peek returns the next code without going past it.
func (c *cursor) peek() (Code, error) {
	if c.left() == 0 {
		return 0, c.refuse(ErrTruncated, "needs a code, 0 bytes left")
	}
	return Code(c.src[c.pos]), nil
}

func (c *cursor) code() (Code, error) {
	k, err := c.peek()
	if err == nil {
		c.pos++
	}
	return k, err
}

// integer reads a coded integer.
func (c *cursor) integer() (int64, error) {
	k, err := c.code()
	if err != nil {
		return 0, err
	}
	return c.integerOf(k)
}

// integerOf reads the rest of an integer whose code has been read.
func (c *cursor) integerOf(k Code) (int64, error) {
	width, ok := integerWidth(k)
	switch {
	case !ok:
		c.pos--
		return 0, c.refuse(ErrCode, "%v, want an integer", k)
	case width == 0:
		return shortInteger(k), nil
	}
	bits, err := c.fixed(width)
	return widen(bits, width), err
}

// fixed reads a big-endian number of width bytes: 1 to 8.
func (c *cursor) fixed(width int) (uint64, error) {
	b, err := c.take(width)
	var bits uint64
	for _, x := range b {
		bits = bits<<8 | uint64(x)
	}
	return bits, err
}

// count reads a number of things, each of which takes at least so many bytes.
func (c *cursor) count(each int) (int, error) {
	n, err := c.integer()
	switch {
	case err != nil:
		return 0, err
	case n < 0:
		return 0, c.refuse(ErrSize, "%d", n)
	case n > int64(c.left()/each):
		return 0, c.refuse(ErrTruncated, "needs %d elements of %d bytes or more, %d left", n, each, c.left())
	}
	return int(n), nil
}

// blob reads a size and that many bytes, which alias src.
func (c *cursor) blob() ([]byte, error) {
	n, err := c.count(1)
	if err != nil {
		return nil, err
	}
	return c.take(n)
}

// text reads a size and UTF-8, which alias src.
func (c *cursor) text() ([]byte, error) {
	b, err := c.blob()
	if err == nil && !utf8.Valid(b) {
		c.pos -= len(b)
		return nil, c.refuse(ErrUTF8, "%.40q", b)
	}
	return b, err
}

// str makes a string of b: borrowed from src or a copy.
func (c *cursor) str(b []byte) (string, error) {
	if c.borrow {
		return borrowString(b), nil
	}
	if err := c.charge(len(b), 1); err != nil {
		return "", err
	}
	return string(b), nil
}

// bytes makes a []byte of b, never nil: borrowed from src or a copy.
func (c *cursor) bytes(b []byte) ([]byte, error) {
	if c.borrow {
		return b, nil
	}
	if err := c.charge(len(b), 1); err != nil {
		return nil, err
	}
	return append(make([]byte, 0, len(b)), b...), nil
}

// date reads what follows CodeDate.
func (c *cursor) date() (time.Time, error) {
	ms, err := c.integer()
	return time.UnixMilli(ms).UTC(), err
}

// time reads what follows CodeTime.
func (c *cursor) time() (time.Time, error) {
	var part [3]int64
	for i := range part {
		n, err := c.integer()
		if err != nil {
			return time.Time{}, err
		}
		part[i] = n
	}
	seconds, nanos, offset := part[0], part[1], part[2]
	if nanos < 0 || nanos >= int64(time.Second) {
		return time.Time{}, c.refuse(ErrRange, "%d ns, want 0 to 999999999", nanos)
	}
	if offset <= -dayInSeconds || offset >= dayInSeconds {
		return time.Time{}, c.refuse(ErrRange, "zone offset of %d s, want less than a day", offset)
	}
	t := time.Unix(seconds, nanos).UTC()
	if offset != 0 {
		t = t.In(time.FixedZone("", int(offset)))
	}
	return t, nil
}

// duration reads what follows CodeDuration.
func (c *cursor) duration() (time.Duration, error) {
	n, err := c.integer()
	return time.Duration(n), err
}

// complex reads what follows CodeComplex.
func (c *cursor) complex() (complex128, error) {
	b, err := c.take(16)
	if err != nil {
		return 0, err
	}
	re, im := binary.BigEndian.Uint64(b), binary.BigEndian.Uint64(b[8:])
	return complex(math.Float64frombits(re), math.Float64frombits(im)), nil
}

// skip goes past one value of any kind, without recursion.
func (c *cursor) skip() error {
	s := scanner{maxDepth: c.maxDepth - c.depth, limit: uint64(c.left()), beyond: ErrTruncated}
	n, done, err := s.feed(c.src[c.pos:])
	c.pos += n
	switch {
	case err != nil:
		return &Error{Offset: c.pos, Err: err}
	case !done:
		return c.refuse(ErrTruncated, "needs a value, 0 bytes left")
	}
	return nil
}

// decode reads the one value in src into v, which must be settable and zero.
func (c *cursor) decode(v reflect.Value) error {
	if err := c.value(c.plans.of(v.Type()), v); err != nil {
		return err
	}
	if c.left() > 0 {
		return c.refuse(ErrTrailing, "%d", c.left())
	}
	return nil
}
