package wire

// Renew returns a copy of from, in the memory of old where old may be written to: where it has spare
// capacity. A slice that aliases a source never has any, so memory that was lent is not overwritten. New
// copies get spare capacity in turn, which lets the next decode reuse them.
func Renew(old, from []byte) []byte {
	if len(old) < cap(old) && len(from) < cap(old) {
		return append(old[:0], from...)
	}
	return append(make([]byte, 0, len(from)+1), from...)
}

// Empty returns old emptied if it may be written to, as [Renew] has it, and otherwise nil.
func Empty(old []byte) []byte {
	if len(old) < cap(old) {
		return old[:0]
	}
	return nil
}
