package tagged

import (
	"encoding/binary"
	"math"
)

// integerSize returns the length of the shortest coded integer for n: 1, 2, 3, 5 or 9 bytes.
func integerSize(n int64) int {
	switch {
	case n >= -1 && n <= 1:
		return 1
	case n == int64(int8(n)):
		return 2
	case n == int64(int16(n)):
		return 3
	case n == int64(int32(n)):
		return 5
	}
	return 9
}

// appendInteger appends the shortest coded integer for n.
func appendInteger(dst []byte, n int64) []byte {
	switch integerSize(n) {
	case 1:
		return append(dst, byte(int64(CodeZero)+n))
	case 2:
		return append(dst, byte(CodeInt8), byte(n))
	case 3:
		return binary.BigEndian.AppendUint16(append(dst, byte(CodeInt16)), uint16(n))
	case 5:
		return binary.BigEndian.AppendUint32(append(dst, byte(CodeInt32)), uint32(n))
	}
	return binary.BigEndian.AppendUint64(append(dst, byte(CodeInt64)), uint64(n))
}

// integerWidth returns how many bytes follow an integer code: 0, 1, 2, 4 or 8, and false if c is
// none. With width 0 the code itself is the number, as [shortInteger] tells.
func integerWidth(c Code) (width int, ok bool) {
	switch c {
	case CodeMinusOne, CodeZero, CodeOne:
		return 0, true
	case CodeInt8:
		return 1, true
	case CodeInt16:
		return 2, true
	case CodeInt32:
		return 4, true
	case CodeInt64:
		return 8, true
	}
	return 0, false
}

// shortInteger is the number that a code of width 0 stands for.
func shortInteger(c Code) int64 { return int64(c) - int64(CodeZero) }

// widen turns the last width bytes of bits, a two's complement number, into an int64.
func widen(bits uint64, width int) int64 {
	shift := 64 - 8*width
	return int64(bits<<shift) >> shift
}

// exactFloat returns n as a float64, and false if there is none that equals it.
func exactFloat(n int64) (float64, bool) {
	f := float64(n)
	return f, f < math.MaxInt64 && int64(f) == n
}
