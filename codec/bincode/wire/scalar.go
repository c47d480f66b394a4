package wire

import (
	"encoding/binary"
	"math"
	"time"
	"unicode/utf8"
)

// CharSize is the number of bytes of a char on the wire, or -1 where r is no Unicode scalar value.
func CharSize(r rune) int { return utf8.RuneLen(r) }

// Char writes r to b at i and returns the position behind it.
func Char(b []byte, i int, r rune) (next int) {
	if n := utf8.RuneLen(r); n < 0 || i < 0 || len(b)-i < n {
		return -1
	}
	return i + utf8.EncodeRune(b[i:], r)
}

// GetChar reads the char in b at i and returns the position behind it.
func GetChar(b []byte, i int) (r rune, next int) {
	if i < 0 {
		return 0, -1
	}
	r, n := utf8.DecodeRune(b[i:])
	if n == 0 || r == utf8.RuneError && n == 1 {
		return 0, -1
	}
	return r, i + n
}

const second = uint64(time.Second)

// PutTime writes seconds and nanoseconds to b[:12].
func PutTime(b []byte, secs uint64, nanos uint32) {
	_ = b[11]
	binary.LittleEndian.PutUint64(b, secs)
	binary.LittleEndian.PutUint32(b[8:], nanos)
}

// GetTime reads them from b[:12].
func GetTime(b []byte) (secs uint64, nanos uint32) {
	_ = b[11]
	return binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint32(b[8:])
}

// The functions below report whether the time in b[:12] is in the form in which it is written, and in the
// range of its Go type. What is not, such as a carry in the nanoseconds, is left to the program.

// IsDuration is for a Duration of package bincode.
func IsDuration(b []byte) bool {
	_, nanos := GetTime(b)
	return uint64(nanos) < second
}

// IsGoDuration is for a time.Duration.
func IsGoDuration(b []byte) bool {
	secs, nanos := GetTime(b)
	return secs < math.MaxInt64/second && uint64(nanos) < second
}

// IsTime is for a time.Time.
func IsTime(b []byte) bool {
	secs, nanos := GetTime(b)
	return secs <= math.MaxInt64 && uint64(nanos) < second
}

// GoDuration makes a time.Duration of what [GetTime] returns.
func GoDuration(secs uint64, nanos uint32) time.Duration {
	return time.Duration(secs)*time.Second + time.Duration(nanos)
}

// Time makes a time.Time of what [GetTime] returns.
func Time(secs uint64, nanos uint32) time.Time { return time.Unix(int64(secs), int64(nanos)).UTC() }

// PutWide writes a 128-bit integer to b[:16].
func PutWide(b []byte, lo, hi uint64) {
	_ = b[15]
	binary.LittleEndian.PutUint64(b, lo)
	binary.LittleEndian.PutUint64(b[8:], hi)
}

// GetWide reads it.
func GetWide(b []byte) (lo, hi uint64) {
	_ = b[15]
	return binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint64(b[8:])
}
