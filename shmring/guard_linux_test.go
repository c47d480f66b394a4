//go:build linux && (amd64 || arm64)

package shmring

import (
	"os"
	"testing"

	"github.com/shmring/ipc/shmring/internal/fault"
	"github.com/shmring/ipc/shmring/internal/shm"
)

// exhaust guards as much memory as can be guarded until the end of the test.
func exhaust(t *testing.T) {
	t.Helper()
	page, lost := os.Getpagesize(), new(uint32)
	m := shm.Heap((fault.MaxRanges + 1) * page)
	for at := 0; at < len(m.Data); at += page {
		release, err := fault.Guard(m.Data[at:at+page], lost)
		if err != nil {
			return
		}
		t.Cleanup(release)
	}
	t.Fatal("there is no end of it")
}

func TestASegmentThatCannotBeGuardedIsNotAttachedAndNotLeftBehind(t *testing.T) {
	dir := WithDir(memoryDir(t))
	s, err := Create("there", dir)
	must(t, err)
	must(t, s.Close())
	exhaust(t)
	for verb, call := range map[string]func() (*Segment, error){
		"Create": func() (*Segment, error) { return Create("feed", dir) },
		"Open":   func() (*Segment, error) { return Open("there", dir) },
	} {
		if s, err := call(); err == nil || s != nil {
			t.Errorf("%s: %v, %v", verb, s, err)
		}
	}
	infos, err := List(dir)
	if must(t, err); len(infos) != 1 || infos[0].Name != "there" {
		t.Errorf("got %+v, want only there", infos)
	}
}
