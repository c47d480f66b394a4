package msgpack

import (
	"encoding/binary"
	"time"
)

// timestampType is the one extension of the MessagePack specification itself.
const timestampType = 0xff // -1

// isExtension reports whether c begins an extension: a type byte and a payload of any kind.
func isExtension(c byte) bool { return c >= 0xc7 && c <= 0xc9 || c >= 0xd4 && c <= 0xd8 }

// stamp takes an extension's type byte and payload for a timestamp: 4 bytes of seconds; 30 bits of
// nanoseconds and 34 of seconds; or 4 bytes of nanoseconds and 8 of seconds.
func stamp(ext []byte) (seconds uint64, nanos uint32, ok bool) {
	if ext[0] != timestampType {
		return 0, 0, false
	}
	switch b := ext[1:]; len(b) {
	case 4:
		return uint64(binary.BigEndian.Uint32(b)), 0, true
	case 8:
		n := binary.BigEndian.Uint64(b)
		seconds, nanos = n&(1<<34-1), uint32(n>>34)
	case 12:
		seconds, nanos = binary.BigEndian.Uint64(b[4:]), binary.BigEndian.Uint32(b)
	default:
		return 0, 0, false
	}
	return seconds, nanos, nanos < uint32(time.Second)
}

// isMap reports whether a byte begins a map. Where a timestamp's payload begins so and its target is a struct or map,
// the library goes past the extension's head and takes the payload for the map: it would then read lengths that
// checkSource has not seen.
func isMap(c byte) bool { return c >= 0x80 && c <= 0x8f || c == 0xde || c == 0xdf }

// widenStamps returns src with the timestamps at the given offsets in their 12-byte form, which begins with
// at most 0x3b and so is a number wherever it is looked at.
func widenStamps(src []byte, at []int) []byte {
	out := make([]byte, 0, len(src)+len(at)*len("\xc7\x0c\xff............"))
	from := 0
	for _, pos := range at {
		head, body, _, _ := measure(src[pos:])
		end := pos + int(head+body)
		seconds, nanos, _ := stamp(src[pos+int(head) : end])
		out = append(append(out, src[from:pos]...), 0xc7, 12, timestampType)
		out = binary.BigEndian.AppendUint32(out, nanos)
		out = binary.BigEndian.AppendUint64(out, seconds)
		from = end
	}
	return append(out, src[from:]...)
}
