//go:build !amd64 && !race && !shmring_hooks

package mem

import "unsafe"

const largeCopy = 1<<31 - 1 // never: the runtime's memmove is the best there is here

func copyLarge(dst, src unsafe.Pointer, n uintptr) {
	// SAFETY: the caller passes two blocks of n bytes.
	copy(unsafe.Slice((*byte)(dst), n), unsafe.Slice((*byte)(src), n))
}
