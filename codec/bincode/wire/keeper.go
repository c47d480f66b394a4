package wire

const (
	keptText  = 256  // longest string, in bytes, that shares memory with others
	keptChunk = 4096 // most memory that such strings share
)

// Keeper stores what a decode keeps of its source. The zero value copies; one Keeper serves one decode.
type Keeper struct {
	Borrow bool // strings and byte slices alias the source
	Fresh  bool // no memory of the target is written to: a Validate may still refuse
	Short  int  // bytes of strings still to come, as SkipText counts them

	chunk []byte
}

// Text reads the string in b at i and returns the position behind it.
func (k *Keeper) Text(b []byte, i int) (s string, next int) {
	n, i := Len(b, i, 1)
	if i < 0 {
		return "", -1
	}
	from := b[i : i+n]
	switch {
	case k.Borrow:
		s = asText(from)
	case n > keptText:
		s = string(from)
	default:
		s = k.keep(from)
	}
	return s, i + n
}

// keep copies a short string to memory that it shares with others.
func (k *Keeper) keep(b []byte) string {
	n := len(b)
	if cap(k.chunk)-len(k.chunk) < n {
		k.chunk = make([]byte, 0, min(max(k.Short, n), keptChunk))
	}
	k.Short -= n
	from := len(k.chunk)
	k.chunk = append(k.chunk, b...)
	return asText(k.chunk[from:])
}

// Bytes reads the byte slice in b at i and returns the position behind it. A copy goes to the memory of old as
// [Renew] has it.
func (k *Keeper) Bytes(b []byte, i int, old []byte) (s []byte, next int) {
	n, i := Len(b, i, 1)
	if i < 0 {
		return nil, -1
	}
	if k.Fresh {
		old = nil
	}
	switch from := b[i : i+n : i+n]; {
	case n == 0:
		s = Empty(old)
	case k.Borrow:
		s = from
	default:
		s = Renew(old, from)
	}
	return s, i + n
}

// Room returns a slice of n elements: old where that is large enough and may be written to, else a new one. Where
// that would be larger than the host can address it is shorter.
func Room[T any](k *Keeper, old []T, n int) []T {
	switch {
	case n <= cap(old) && !k.Fresh:
		return old[:n]
	case n == 0 || !addressable[T](n):
		return nil
	}
	return make([]T, n)
}

// RoomZero is [Room] with all elements zero: for elements with pointers, so that what those point to is
// not written over.
func RoomZero[T any](k *Keeper, old []T, n int) []T {
	if n > cap(old) || k.Fresh {
		return Room(k, old, n)
	}
	clear(old[:n])
	return old[:n]
}
