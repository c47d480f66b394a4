package tagged

import "unsafe"

// borrowString returns a string that shares the memory of b, for DecodeBorrow and
// for keys that are only looked up.
func borrowString(b []byte) string {
	if len(b) == 0 {
		return ""
	}
	// SAFETY: &b[0] is the first of len(b) readable bytes, and the string keeps them reachable. That
	// nobody changes them while the string lives is what DecodeBorrow asks of its caller.
	return unsafe.String(&b[0], len(b))
}
