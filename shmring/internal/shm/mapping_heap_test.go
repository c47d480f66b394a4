package shm

import (
	"errors"
	"os"
	"testing"
)

func TestHeapHasTheShapeOfAMapping(t *testing.T) {
	page := os.Getpagesize()
	for _, size := range []int{0, 1, 8, page, 3*page + 5, 1 << 20} {
		m := Heap(size)
		if len(m.Data) != size || cap(m.Data) != size || m.Size() != int64(size) {
			t.Errorf("size %d: %d bytes, capacity %d, Size %d", size, len(m.Data), cap(m.Data), m.Size())
		}
		if at := address(m.Data); at%uintptr(page) != 0 {
			t.Errorf("size %d: begins at %#x", size, at)
		}
		for i := range m.Data {
			if m.Data[i] != 0 {
				t.Fatalf("size %d: byte %d is %d", size, i, m.Data[i])
			}
		}
		if !m.Heap() || m.File() != nil || m.Sealed() {
			t.Errorf("heap %v, file %v, sealed %v", m.Heap(), m.File(), m.Sealed())
		}
		if _, err := m.Reopen(); !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("Reopen: %v", err)
		}
		if named, err := m.Named(); !named || err != nil {
			t.Errorf("Named: %v, %v", named, err)
		}
		for range 2 {
			if err := errors.Join(m.Flush(), m.Unmap()); err != nil {
				t.Errorf("size %d: %v", size, err)
			}
		}
		if m.Data != nil {
			t.Error("data after Unmap")
		}
	}
}

func TestHeapCanBePrefaulted(t *testing.T) {
	m := Heap(1<<20 + 3)
	if err := m.Prefault(); err != nil {
		t.Error(err)
	}
}
