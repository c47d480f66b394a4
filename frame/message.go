package frame

import (
	"encoding/binary"
	"math"
	"net"
)

// lenSize is the width of every length on the wire, in bytes.
const lenSize = 8

// Message is what one frame carries. The zero Message is the empty one, and legal.
type Message struct {
	// Body is the encoded value, without its parts.
	Body []byte

	// Parts are the blobs that travel beside the body, in the order in which the value names them.
	// A part may be empty.
	Parts [][]byte
}

// total returns the prefix of m's frame: the number of bytes after it.
func (m Message) total() uint64 {
	n := uint64(lenSize) + uint64(len(m.Body))
	for _, p := range m.Parts {
		n += lenSize + uint64(len(p))
	}
	return n
}

// Size returns the length of m's frame in bytes, prefix included: what AppendTo adds. The total that
// [WithMaxSize] limits is 8 less. A size that an int cannot hold is given as math.MaxInt.
func (m Message) Size() int { return frameSize(m.total()) }

// frameSize is the length of a frame whose prefix is total.
func frameSize(total uint64) int { return int(min(lenSize+total, math.MaxInt)) }

// AppendTo appends m's frame, prefix included, to dst and returns the extended slice.
// It allocates only when the capacity of dst is below len(dst) + m.Size().
func (m Message) AppendTo(dst []byte) []byte {
	total := m.total()
	return m.appendTo(grow(dst, frameSize(total)), total)
}

// appendTo is AppendTo where the total is known and the capacity of dst suffices.
func (m Message) appendTo(dst []byte, total uint64) []byte {
	dst = binary.BigEndian.AppendUint64(dst, total)
	dst = binary.BigEndian.AppendUint64(dst, uint64(len(m.Body)))
	dst = append(dst, m.Body...)
	for _, p := range m.Parts {
		dst = binary.BigEndian.AppendUint64(dst, uint64(len(p)))
		dst = append(dst, p...)
	}
	return dst
}

// Buffers returns m's frame as slices for one gathering write. The body and the parts are referenced,
// not copied: they must not change until the slices are written. The slice itself is fresh, so that
// net.Buffers.WriteTo, which consumes it, leaves m as it is.
func (m Message) Buffers() net.Buffers {
	n := lenSize * (2 + len(m.Parts))
	_, vec := m.gather(make([]byte, 0, n), make([][]byte, 0, 2+2*len(m.Parts)), 0)
	return vec
}

// Clone returns a copy of m that shares no memory with it, in one buffer.
func (m Message) Clone() Message {
	kept, err := Parse(m.AppendTo(nil)[lenSize:])
	if err != nil {
		panic("frame: a message does not parse: " + err.Error())
	}
	return kept
}

// gather appends m's frame to vec. Lengths, and slices of at most inline bytes, are copied into dst;
// longer slices are referenced. The capacity of dst must suffice: slices of it are in vec.
func (m Message) gather(dst []byte, vec [][]byte, inline int) ([]byte, [][]byte) {
	mark := len(dst) // dst[mark:] is not in vec yet
	add := func(b []byte) {
		if len(b) <= inline {
			dst = append(dst, b...)
			return
		}
		vec = append(vec, dst[mark:len(dst):len(dst)], b)
		mark = len(dst)
	}
	dst = binary.BigEndian.AppendUint64(dst, m.total())
	dst = binary.BigEndian.AppendUint64(dst, uint64(len(m.Body)))
	add(m.Body)
	for _, p := range m.Parts {
		dst = binary.BigEndian.AppendUint64(dst, uint64(len(p)))
		add(p)
	}
	if mark < len(dst) {
		vec = append(vec, dst[mark:])
	}
	return dst, vec
}

// gathered returns how many bytes gather copies.
func (m Message) gathered(inline int) int {
	n := lenSize * (2 + len(m.Parts))
	if len(m.Body) <= inline {
		n += len(m.Body)
	}
	for _, p := range m.Parts {
		if len(p) <= inline {
			n += len(p)
		}
	}
	return n
}

// is reports whether b is m's frame, byte for byte.
func (m Message) is(b []byte) bool {
	if len(b) != m.Size() || binary.BigEndian.Uint64(b[lenSize:]) != uint64(len(m.Body)) {
		return false
	}
	b = b[2*lenSize:]
	if string(b[:len(m.Body)]) != string(m.Body) {
		return false
	}
	b = b[len(m.Body):]
	for _, p := range m.Parts {
		if binary.BigEndian.Uint64(b) != uint64(len(p)) || string(b[lenSize:lenSize+len(p)]) != string(p) {
			return false
		}
		b = b[lenSize+len(p):]
	}
	return true
}

// grow returns dst with room for n more bytes, allocating exactly that when it has less.
func grow(dst []byte, n int) []byte {
	if cap(dst)-len(dst) >= n {
		return dst
	}
	return append(make([]byte, 0, len(dst)+n), dst...)
}
