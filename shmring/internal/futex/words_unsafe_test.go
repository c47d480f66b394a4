//go:build linux

package futex

import (
	"os"
	"unsafe"
)

// wordOf returns the first word of a page.
func wordOf(page []byte) *uint32 {
	// SAFETY: a page is aligned and longer than a word.
	return (*uint32)(unsafe.Pointer(&page[0]))
}

// sharedWord maps file once more and returns its first word.
func sharedWord(file *os.File) (*uint32, error) {
	page, err := mapShared(file)
	if err != nil {
		return nil, err
	}
	return wordOf(page), nil
}
