package bincode

import "encoding/binary"

// Markers of the variable-width encoding: smaller bytes are the value itself.
const (
	maxByte   = 250
	marker16  = 251
	marker32  = 252
	marker64  = 253
	marker128 = 254
)

// varintSize is the number of bytes that putVarint writes for v.
func varintSize(v uint64) int {
	switch {
	case v <= maxByte:
		return 1
	case v < 1<<16:
		return 3
	case v < 1<<32:
		return 5
	}
	return 9
}

// putVarint writes v at i and returns the position after it.
func (c *config) putVarint(buf []byte, i int, v uint64) int {
	if v <= maxByte {
		buf[i] = byte(v)
		return i + 1
	}
	return c.putMarked(buf, i, v)
}

// putMarked writes a v that needs a marker.
func (c *config) putMarked(buf []byte, i int, v uint64) int {
	switch {
	case v < 1<<16:
		buf[i] = marker16
		c.put16(buf[i+1:], uint16(v))
		return i + 3
	case v < 1<<32:
		buf[i] = marker32
		c.put32(buf[i+1:], uint32(v))
		return i + 5
	}
	buf[i] = marker64
	c.put64(buf[i+1:], v)
	return i + 9
}

// zigzag folds the sign into the lowest bit: 0, -1, 1, -2 become 0, 1, 2, 3.
func zigzag(v int64) uint64   { return uint64(v)<<1 ^ uint64(v>>63) }
func unzigzag(u uint64) int64 { return int64(u>>1) ^ -int64(u&1) }

func (c *config) put16(b []byte, v uint16) {
	if c.big {
		binary.BigEndian.PutUint16(b, v)
	} else {
		binary.LittleEndian.PutUint16(b, v)
	}
}

func (c *config) put32(b []byte, v uint32) {
	if c.big {
		binary.BigEndian.PutUint32(b, v)
	} else {
		binary.LittleEndian.PutUint32(b, v)
	}
}

func (c *config) put64(b []byte, v uint64) {
	if c.big {
		binary.BigEndian.PutUint64(b, v)
	} else {
		binary.LittleEndian.PutUint64(b, v)
	}
}

func (c *config) get16(b []byte) uint16 {
	if c.big {
		return binary.BigEndian.Uint16(b)
	}
	return binary.LittleEndian.Uint16(b)
}

func (c *config) get32(b []byte) uint32 {
	if c.big {
		return binary.BigEndian.Uint32(b)
	}
	return binary.LittleEndian.Uint32(b)
}

func (c *config) get64(b []byte) uint64 {
	if c.big {
		return binary.BigEndian.Uint64(b)
	}
	return binary.LittleEndian.Uint64(b)
}

// putUint writes an unsigned integer of n > 1 bytes and returns the position after it. Signed integers come
// here zigzagged when widths vary.
func (c *config) putUint(buf []byte, i int, v uint64, n int) int {
	if c.varint {
		return c.putVarint(buf, i, v)
	}
	switch n {
	case 2:
		c.put16(buf[i:], uint16(v))
	case 4:
		c.put32(buf[i:], uint32(v))
	default:
		c.put64(buf[i:], v)
	}
	return i + n
}

// swapBytes copies n bytes of integers of unit bytes each and reverses the bytes of every one.
func swapBytes(dst, src []byte, unit int) {
	for len(src) >= unit && unit > 0 {
		for i := range unit {
			dst[i] = src[unit-1-i]
		}
		dst, src = dst[unit:], src[unit:]
	}
}
