package bincode

import (
	"encoding/binary"
	"math"
	"unicode/utf8"
)

// The functions here read one thing from position i of the source and return it with the position after
// it, or with a negative position and d.err set. Both passes use them; only check counts against a limit.

// need makes sure of n bytes at i.
func (d *decoder) need(i, n int) bool {
	if len(d.src)-i < n {
		d.eof(i, n)
		return false
	}
	return true
}

// readLen reads a length whose elements take at least least bytes each, least ≥ 1 or 0 for none.
func (d *decoder) readLen(i, least int) (int, int) {
	if d.varint && !d.counting && least == 1 && i < len(d.src) && d.src[i] <= maxByte {
		if n := int(d.src[i]); n < len(d.src)-i { // the usual case
			return n, i + 1
		}
	}
	u, next := d.readCount(i)
	if next < 0 {
		return 0, -1
	}
	return d.countedLen(i, next, u, least)
}

// countedLen judges the length u, read at i, against the bytes that follow it at next.
func (d *decoder) countedLen(i, next int, u uint64, least int) (int, int) {
	if left := uint64(len(d.src) - next); least > 0 {
		if u > left || least > 1 && u > left/uint64(least) {
			return 0, d.fail(i, ErrEOF, "got length %d of at least %d bytes each, have %d", u, least, left)
		}
	} else if u > math.MaxInt32 {
		return 0, d.fail(i, ErrLimit, "got %d elements without bytes, allowed %d", u, maxEmpty)
	}
	return int(u), next
}

// readCount reads a length as it stands.
func (d *decoder) readCount(i int) (uint64, int) {
	if d.varint || d.counting {
		return d.readUint(i, 8)
	}
	if len(d.src)-i < 8 {
		return 0, d.eof(i, 8)
	}
	if d.big {
		return binary.BigEndian.Uint64(d.src[i:]), i + 8
	}
	return binary.LittleEndian.Uint64(d.src[i:]), i + 8
}

// readUint reads an unsigned integer of n bytes, n > 1.
func (d *decoder) readUint(i, n int) (uint64, int) {
	if d.varint {
		return d.readVarint(i, n)
	}
	if d.counting && !d.charge(i, n, n) || !d.need(i, n) {
		return 0, -1
	}
	switch n {
	case 2:
		return uint64(d.get16(d.src[i:])), i + 2
	case 4:
		return uint64(d.get32(d.src[i:])), i + 4
	}
	return d.get64(d.src[i:]), i + 8
}

// readVarint reads an unsigned integer of variable width for a field of n bytes, 2 ≤ n ≤ 8.
func (d *decoder) readVarint(i, n int) (uint64, int) {
	if d.counting && !d.charge(i, 1, n) || !d.need(i, 1) {
		return 0, -1
	}
	b := d.src[i]
	if b <= maxByte {
		return uint64(b), i + 1
	}
	width := 2 << (b - marker16) // 2, 4, 8, 16, 32
	switch {
	case width > 16:
		return 0, d.fail(i, ErrVarintReserved, "got marker 255, allowed up to 254")
	case width > n && (d.compat != 1 || width == 16):
		return 0, d.fail(i, ErrIntRange, "got an integer of %d bytes, allowed %d", width, n)
	case d.counting && !d.charge(i, width, 0) || !d.need(i+1, width):
		return 0, -1
	}
	var v uint64
	switch width {
	case 2:
		v = uint64(d.get16(d.src[i+1:]))
	case 4:
		v = uint64(d.get32(d.src[i+1:]))
	default:
		v = d.get64(d.src[i+1:])
	}
	if most := uint64(math.MaxUint64) >> (64 - 8*n); v > most {
		return 0, d.fail(i, ErrIntRange, "got %d, allowed up to %d", v, most)
	}
	return v, i + 1 + width
}

// readInt reads a signed integer of n bytes. Fixed widths are sign-extended.
func (d *decoder) readInt(i, n int) (int64, int) {
	u, i := d.readUint(i, n)
	if d.varint {
		return unzigzag(u), i
	}
	shift := 64 - 8*n
	return int64(u<<shift) >> shift, i
}

// readWide reads a 128-bit integer.
func (d *decoder) readWide(i int, signed bool) (Uint128, int) {
	width, at := 16, i
	if d.varint {
		if d.counting && !d.charge(i, 1, 16) || !d.need(i, 1) {
			return Uint128{}, -1
		}
		b := d.src[i]
		at++
		if width = 0; b > maxByte {
			width = 2 << (b - marker16)
		}
		if width > 16 {
			return Uint128{}, d.fail(i, ErrVarintReserved, "got marker 255, allowed up to 254")
		}
	}
	if d.counting && !d.charge(i, width, 16-b2i(d.varint)*16) || !d.need(at, width) {
		return Uint128{}, -1
	}
	var v Uint128
	switch width {
	case 0:
		v.Lo = uint64(d.src[i])
	case 2:
		v.Lo = uint64(d.get16(d.src[at:]))
	case 4:
		v.Lo = uint64(d.get32(d.src[at:]))
	case 8:
		v.Lo = d.get64(d.src[at:])
	default:
		v.Lo, v.Hi = d.get64(d.src[at:]), d.get64(d.src[at+8:])
		if d.big {
			v.Lo, v.Hi = v.Hi, v.Lo
		}
	}
	if d.varint && signed {
		v = v.unzigzag()
	}
	return v, at + width
}

// readOption reads an option's tag.
func (d *decoder) readOption(i int) (some bool, next int) {
	if d.counting && !d.charge(i, 1, 1) || !d.need(i, 1) {
		return false, -1
	}
	if d.src[i] > 1 {
		return false, d.fail(i, ErrOptionTag, "got %d, allowed 0 or 1", d.src[i])
	}
	return d.src[i] == 1, i + 1
}

// readTag reads an enum's tag, which must be below n.
func (d *decoder) readTag(i, n int) (int, int) {
	v, next := d.readUint(i, 4)
	if next >= 0 && v >= uint64(n) {
		return 0, d.fail(i, ErrEnumTag, "got %d, allowed below %d", v, n)
	}
	return int(v), next
}

// readChar reads a char: its UTF-8 bytes.
func (d *decoder) readChar(i int) (Char, int) {
	if !d.need(i, 1) {
		return 0, -1
	}
	b := d.src[i]
	width := 1
	switch {
	case b < utf8.RuneSelf:
	case b >= 0xc2 && b < 0xe0:
		width = 2
	case b >= 0xe0 && b < 0xf0:
		width = 3
	case b >= 0xf0 && b < 0xf5:
		width = 4
	default:
		return 0, d.fail(i, ErrChar, "got first byte %#02x, allowed the start of a UTF-8 sequence", b)
	}
	if d.counting && !d.charge(i, d.charBytes(width), width) {
		return 0, -1
	}
	if len(d.src)-i < width {
		if d.compat == 1 {
			return 0, d.fail(i, ErrChar, "need %d bytes, have %d", width, len(d.src)-i)
		}
		return 0, d.eof(i, width)
	}
	r, n := utf8.DecodeRune(d.src[i : i+width])
	if n != width || r == utf8.RuneError && width == 1 {
		return 0, d.fail(i, ErrChar, "got % x, allowed one scalar value in UTF-8", d.src[i:i+width])
	}
	return Char(r), i + width
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}
