package frame

import (
	"encoding/binary"
	"fmt"
	"slices"
	"sync"

	"github.com/shmring/ipc/codec/bincode"
)

// standard is the format of bodies. It is immutable and remembers the types it has met.
var standard = sync.OnceValue(func() *bincode.Format { return bincode.New() })

// Marshal encodes v as a message: its bincode encoding (fixed-width integers, little endian) without the
// parts is the body, and every codec.Part in v, however deep, is a part, in the order in which the encoding
// meets them. A part writes nothing to the body. A nested [Message] is taken apart in the same way: its
// body and its parts become parts, and the body of v holds their number.
//
// The body is fresh. The parts are referenced: they must not change while the message is in use.
func Marshal(v any) (Message, error) {
	body, parts, err := standard().AppendParts(nil, nil, v)
	if err != nil {
		return Message{}, err
	}
	return Message{Body: body, Parts: parts}, nil
}

// Unmarshal decodes m into *v; v is a non-nil pointer. Every codec.Part of v aliases its part of m, and so
// do the body and the parts of a nested Message; everything else is copied. A message with fewer parts than
// v asks for is bincode.ErrTooFewParts, one with more is bincode.ErrTooManyParts. On error *v is untouched.
func Unmarshal(m Message, v any) error {
	return standard().UnmarshalParts(m.Body, m.Parts, v)
}

// SizeBincodeParts returns what AppendBincodeParts adds to dst: 8 bytes.
func (m Message) SizeBincodeParts() (int, error) { return lenSize, nil }

// AppendBincodeParts makes a Message inside a message travel out of line: the number of its parts goes to
// dst as u64 in little-endian order, its body and its parts, by reference, to parts.
func (m Message) AppendBincodeParts(dst []byte, parts [][]byte) ([]byte, [][]byte, error) {
	dst = binary.LittleEndian.AppendUint64(dst, uint64(len(m.Parts)))
	return dst, append(append(parts, m.Body), m.Parts...), nil
}

// UnmarshalBincodeParts takes back what AppendBincodeParts has put out: 8 bytes of src, and a body and
// as many parts as these bytes count, which it aliases.
func (m *Message) UnmarshalBincodeParts(src []byte, parts [][]byte) (n, used int, err error) {
	if len(src) < lenSize {
		return 0, 0, fmt.Errorf("%w: the number of parts takes %d bytes, %d left", ErrMalformed, lenSize, len(src))
	}
	count := binary.LittleEndian.Uint64(src)
	if count >= uint64(len(parts)) { // the body is one more
		return 0, 0, fmt.Errorf("%w: a nested message has a body and %d parts, %d left",
			bincode.ErrTooFewParts, count, len(parts))
	}
	used = 1 + int(count)
	*m = Message{Body: parts[0], Parts: slices.Clone(parts[1:used])}
	return lenSize, used, nil
}
