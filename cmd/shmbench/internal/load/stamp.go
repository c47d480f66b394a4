package load

import "encoding/binary"

// A record proves itself. All words are little endian:
//
//	0          8          64         128               n-8       n
//	┌──────────┬──────────┬──────────┬─────────────────┬─────────┐
//	│ sequence │ filler   │ stamp    │ stamp, filler … │ stamp   │
//	└──────────┴──────────┴──────────┴─────────────────┴─────────┘
//
// There is a stamp in every cache line and one at the end, each a different function of sequence number
// and offset. Bytes of another record, or of another place in the same one, do not pass. A record of
// 9 to 15 bytes ends in the low bytes of its last stamp.

// MinSize is the smallest record in bytes: its sequence number.
const MinSize = 8

const cacheLine = 64

// Stamp makes b, at least MinSize bytes, the record with the given sequence number.
func Stamp(b []byte, sequence uint64) {
	n := len(b)
	if n < 2*MinSize {
		binary.LittleEndian.PutUint64(b, sequence)
		putTail(b[MinSize:], stamp(sequence, n))
		return
	}
	binary.LittleEndian.PutUint64(b, sequence)
	binary.LittleEndian.PutUint64(b[n-8:], stamp(sequence, n))
	if n > cacheLine+8 {
		stampLines(b, sequence)
	}
}

func stampLines(b []byte, sequence uint64) {
	for at := cacheLine; at <= len(b)-16; at += cacheLine { // not under the stamp of the end
		binary.LittleEndian.PutUint64(b[at:], stamp(sequence, at))
	}
}

// Sequence returns the sequence number of a record and whether its stamps are those of that number.
func Sequence(b []byte) (sequence uint64, ok bool) {
	n := len(b)
	switch {
	case n < MinSize:
		return 0, false
	case n < 2*MinSize:
		sequence = binary.LittleEndian.Uint64(b)
		return sequence, tailIs(b[MinSize:], stamp(sequence, n))
	}
	sequence = binary.LittleEndian.Uint64(b)
	ok = binary.LittleEndian.Uint64(b[n-8:]) == stamp(sequence, n)
	if n > cacheLine+8 && ok {
		ok = linesAre(b, sequence)
	}
	return sequence, ok
}

func linesAre(b []byte, sequence uint64) bool {
	wrong := uint64(0)
	for at := cacheLine; at <= len(b)-16; at += cacheLine {
		wrong |= binary.LittleEndian.Uint64(b[at:]) ^ stamp(sequence, at)
	}
	return wrong == 0
}

// stamp spreads sequence and offset over a word (Fibonacci hashing: an odd constant near 2⁶⁴/φ).
func stamp(sequence uint64, at int) uint64 {
	return (sequence ^ uint64(at)<<48 ^ 0x5A) * 0x9E3779B97F4A7C15
}

func putTail(tail []byte, s uint64) {
	for i := range tail {
		tail[i] = byte(s >> (8 * i))
	}
}

func tailIs(tail []byte, s uint64) bool {
	for i, b := range tail {
		if b != byte(s>>(8*i)) {
			return false
		}
	}
	return true
}
