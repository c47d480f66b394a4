//go:build amd64 && !race && !shmring_hooks

package mem

import "unsafe"

// largeCopy is the size, in bytes, from which REP MOVSB into memory that another core reads next beats
// the runtime's memmove: it does not fetch the lines it overwrites whole.
const largeCopy = 16 << 10

//go:noescape
func copyLarge(dst, src unsafe.Pointer, n uintptr)
