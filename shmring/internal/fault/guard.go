//go:build linux && (amd64 || arm64)

package fault

import (
	"errors"
	"fmt"
	"math"
	"os"
	"sync"
)

// Supported says whether Guard does anything on this system.
const Supported = true

// Guard makes accesses to mem survive the loss of the memory beneath it: the first one
// that hits a lost page stores 1 to *lost and puts zeroed private memory under the
// whole of mem, up to the end of its last page. It is safe for concurrent use.
//
// mem must be a mapping of its own, not empty and beginning on a page boundary; lost
// must lie outside it. The word stays reachable until release.
//
// Call release when nobody accesses mem any more and before it is unmapped; the second
// call does nothing. Guard checks each time that the handler is still in place, and
// puts it before whatever took its place.
//
// Errors: mem or lost as above; mem overlaps a guarded range; MaxRanges are guarded;
// the process's SIGBUS handler is the system's default, which cannot be passed on to,
// or has been replaced by others too often.
func Guard(mem []byte, lost *uint32) (release func(), err error) {
	if lost == nil {
		return nil, errors.New("fault: no word to report a loss in")
	}
	lo, hi, err := span(mem)
	if err != nil {
		return nil, err
	}
	mu.Lock()
	defer mu.Unlock()
	if err := install(); err != nil {
		return nil, err
	}
	e, err := claim(lo, hi)
	if err != nil {
		return nil, err
	}
	e.set(lo, hi, lost)
	return sync.OnceFunc(func() {
		mu.Lock()
		defer mu.Unlock()
		e.set(0, 0, nil)
	}), nil
}

// span returns the addresses of mem's first byte and of the end of its last page.
func span(mem []byte) (lo, hi uintptr, err error) {
	page := uintptr(os.Getpagesize())
	lo, size := address(mem), uintptr(len(mem))
	if size == 0 || lo%page != 0 || size > math.MaxInt-page {
		return 0, 0, fmt.Errorf("fault: %d bytes at %#x are no mapping of pages of %d bytes", size, lo, page)
	}
	return lo, lo + (size+page-1)/page*page, nil
}
