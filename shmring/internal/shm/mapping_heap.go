package shm

import "os"

// Heap returns size bytes of zeroed Go memory in the shape of a mapping: page
// aligned, without a file. The race detector sees it, and goroutines of one process
// can share it. A negative size is the caller's bug and panics.
func Heap(size int) *Mapping {
	page := os.Getpagesize()
	room := make([]byte, size+page)
	skip := (page - int(address(room)%uintptr(page))) % page
	data := room[skip : skip+size : skip+size]
	return &Mapping{Data: data, base: data}
}
