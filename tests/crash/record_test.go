//go:build linux

package crash

import (
	"bytes"
	"encoding/binary"

	"github.com/shmring/ipc/layout"
)

// message returns record seq of a sender. Its first word says whose it is; the others imitate headers of
// records, pads and claims, and no two of them are alike; the length varies with seq.
func message(sender uint32, seq uint64) []byte {
	b := binary.LittleEndian.AppendUint64(nil, uint64(sender)<<32|seq)
	for i := range seq * 7 % 23 {
		state := layout.State(1 + (seq+i)%3)
		w := layout.MakeWord(state, 1, uint32(seq*31+i), 0, uint32(8*(1+i)))
		b = binary.LittleEndian.AppendUint64(b, uint64(w))
	}
	return append(b, make([]byte, seq%8)...)
}

// identify returns whose record b is; ok is false for anything that no sender sent.
func identify(b []byte) (sender uint32, seq uint64, ok bool) {
	if len(b) < 8 {
		return 0, 0, false
	}
	id := binary.LittleEndian.Uint64(b)
	sender, seq = uint32(id>>32), id&(1<<32-1)
	return sender, seq, bytes.Equal(b, message(sender, seq))
}
