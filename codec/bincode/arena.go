package bincode

import "github.com/shmring/ipc/codec/bincode/wire"

// shortText is the length in bytes up to which copied strings share an allocation; arenaSize bounds that
// allocation, and so what a single kept string can hold on to.
const (
	shortText = 256
	arenaSize = 4096
)

// arena is where a decode copies short strings.
type arena struct {
	buf  []byte
	left int // bytes of short strings to come
}

// expect announces n bytes of short strings.
func (a *arena) expect(n int) {
	if a.left = n; n > 0 {
		a.buf = make([]byte, 0, min(n, arenaSize))
	}
}

// text makes a string of b: aliasing it when it is lent, or copied.
func (a *arena) text(b []byte, lent bool) string {
	switch {
	case lent:
		return text(b)
	case len(b) > shortText:
		return string(b)
	}
	n := len(a.buf)
	if cap(a.buf)-n < len(b) {
		n = 0
		a.buf = make([]byte, 0, min(max(a.left, len(b)), arenaSize))
	}
	a.left -= len(b)
	a.buf = append(a.buf, b...)
	return text(a.buf[n:])
}

// bytesFor gives the slice that replaces old: b when it is lent, else a copy, in old's memory unless fresh.
//
// Copies go to memory of the target only where its capacity exceeds its length. Borrowed slices never
// have spare capacity, so a decode after a borrowing one does not write to what was borrowed.
func bytesFor(old, b []byte, lent, fresh bool) []byte {
	if fresh {
		old = nil
	}
	switch {
	case len(b) == 0:
		return wire.Empty(old)
	case lent:
		return b
	}
	return wire.Renew(old, b)
}
