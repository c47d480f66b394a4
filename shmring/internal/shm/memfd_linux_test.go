package shm

import (
	"bytes"
	"errors"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

func TestAMemfdCannotChangeItsSize(t *testing.T) {
	m, err := Memfd("feed", 8192, func(mem []byte) error { mem[1] = 7; return nil })
	if err != nil {
		t.Fatal(err)
	}
	defer m.Unmap()
	if !m.Sealed() || m.Heap() {
		t.Errorf("sealed %v, heap %v", m.Sealed(), m.Heap())
	}
	for _, size := range []int64{0, 4096, 1 << 20} {
		if err := m.File().Truncate(size); !errors.Is(err, unix.EPERM) {
			t.Errorf("truncated to %d: %v", size, err)
		}
	}
	if _, err := unix.FcntlInt(m.File().Fd(), unix.F_ADD_SEALS, unix.F_SEAL_WRITE); err == nil {
		t.Error("another seal was accepted, which could take writing away")
	}
	m.Data[2] = 9 // still writable
}

func TestFromFileMapsTheSameMemoryThroughItsOwnDescription(t *testing.T) {
	m, err := Memfd("feed", 8192, func(mem []byte) error { mem[1] = 7; return nil })
	if err != nil {
		t.Fatal(err)
	}
	defer m.Unmap()
	fd, err := unix.FcntlInt(m.File().Fd(), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	passed := newFile(fd)
	o, err := FromFile(passed, OpenFlags{})
	if err != nil {
		t.Fatal(err)
	}
	defer o.Unmap()
	if err := passed.Close(); err != nil {
		t.Fatalf("the passed descriptor should still be ours: %v", err)
	}
	if !o.Sealed() || len(o.Data) != 8192 || o.Data[1] != 7 {
		t.Errorf("sealed %v, %d bytes, byte 1 is %d", o.Sealed(), len(o.Data), o.Data[1])
	}
	o.Data[8191] = 3
	if m.Data[8191] != 3 {
		t.Error("memory is not shared")
	}
	lock := unix.Flock_t{Type: unix.F_WRLCK, Len: 1}
	if err := unix.FcntlFlock(m.File().Fd(), unix.F_OFD_SETLK, &lock); err != nil {
		t.Fatal(err)
	}
	lock = unix.Flock_t{Type: unix.F_WRLCK, Len: 1}
	if err := unix.FcntlFlock(o.File().Fd(), unix.F_OFD_GETLK, &lock); err != nil || lock.Type == unix.F_UNLCK {
		t.Errorf("the two descriptions share their locks (%v)", err)
	}
	readOnly, err := FromFile(m.File(), OpenFlags{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer readOnly.Unmap()
	if _, err := readOnly.File().WriteAt([]byte{1}, 0); err == nil {
		t.Error("a read-only mapping's file can be written")
	}
}

func TestAFailingInitLeavesNoMemfd(t *testing.T) {
	mine := errors.New("mine")
	if m, err := Memfd("feed", 4096, func([]byte) error { return mine }); m != nil || !errors.Is(err, mine) {
		t.Errorf("got %v, %v", m, err)
	}
}

func TestAnUnsealedFileIsNotCalledSealed(t *testing.T) {
	m, err := Open(made(t), OpenFlags{})
	if err != nil {
		t.Fatal(err)
	}
	defer m.Unmap()
	if m.Sealed() {
		t.Error("an ordinary file is called sealed")
	}
	file := unsealed(t)
	if err := file.Truncate(4096); err != nil {
		t.Fatal(err)
	}
	o, err := FromFile(file, OpenFlags{})
	if err != nil {
		t.Fatal(err)
	}
	defer o.Unmap()
	if o.Sealed() {
		t.Error("a memfd without seals is called sealed")
	}
}

func TestSealsAreLookedAtBeforeTheMemoryIsMapped(t *testing.T) {
	file := unsealed(t)
	if err := file.Truncate(1 << 62); err != nil { // more than can be mapped
		t.Fatal(err)
	}
	var seal *SealError
	if _, err := FromFile(file, OpenFlags{Sealed: true}); !errors.As(err, &seal) || seal.Path == "" {
		t.Errorf("got %v, want SealError", err)
	}
}

func TestSealsThatComeAfterTheMappingDoNotCount(t *testing.T) {
	file := unsealed(t)
	if err := file.Truncate(8192); err != nil {
		t.Fatal(err)
	}
	m, err := FromFile(file, OpenFlags{})
	if err != nil {
		t.Fatal(err)
	}
	defer m.Unmap()
	if err := file.Truncate(0); err != nil {
		t.Fatal(err)
	}
	if _, err := unix.FcntlInt(file.Fd(), unix.F_ADD_SEALS, seals); err != nil {
		t.Fatal(err)
	}
	if m.Sealed() {
		t.Error("memory that is gone is called sealed")
	}
}

func TestAMemfdThatWasCutBeforeItsSealIsRefused(t *testing.T) {
	m, err := Memfd("feed", 8192, func(mem []byte) error {
		// What a process of the same user can do through /proc.
		fds, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			return err
		}
		for _, fd := range fds {
			if path := "/proc/self/fd/" + fd.Name(); strings.HasPrefix(readlink(path), "/memfd:feed") {
				return os.Truncate(path, 4096)
			}
		}
		return errors.New("the memfd is not to be found")
	})
	var size *SizeError
	if m != nil || !errors.As(err, &size) || size.Size != 4096 {
		t.Errorf("got %v, %v, want SizeError", m, err)
	}
}

func readlink(path string) string {
	to, err := os.Readlink(path)
	if err != nil {
		return ""
	}
	return to
}

func TestSealedHugePagesAreNotTrusted(t *testing.T) {
	fd, err := unix.MemfdCreate("huge", unix.MFD_CLOEXEC|unix.MFD_ALLOW_SEALING|unix.MFD_HUGETLB)
	if err != nil {
		t.Skip("no huge pages here: ", err)
	}
	file := newFile(fd)
	defer file.Close()
	if _, err := unix.FcntlInt(file.Fd(), unix.F_ADD_SEALS, seals); err != nil {
		t.Fatal(err)
	}
	if isSealed(file) {
		t.Error("huge pages are called sealed")
	}
}

// unsealed returns an empty memfd that can be sealed.
func unsealed(t *testing.T) *os.File {
	t.Helper()
	fd, err := unix.MemfdCreate("open", unix.MFD_CLOEXEC|unix.MFD_ALLOW_SEALING)
	if err != nil {
		t.Fatal(err)
	}
	file := newFile(fd)
	t.Cleanup(func() { file.Close() })
	return file
}

func TestPrefaultMakesPagesPresentAndChangesNoByte(t *testing.T) {
	m, err := Memfd("feed", 64<<12, func(mem []byte) error {
		for i := range mem {
			mem[i] = byte(i * 7)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	defer m.Unmap()
	for name, prefault := range map[string]func(*Mapping){
		"advice": func(o *Mapping) {
			if err := o.Prefault(); err != nil {
				t.Error(err)
			}
		},
		"touch": (*Mapping).touchAll,
	} {
		o, err := FromFile(m.File(), OpenFlags{})
		if err != nil {
			t.Fatal(err)
		}
		if before := minorFaults(t, o.Data); before == 0 {
			t.Errorf("%s: a fresh mapping takes no page fault; the test cannot tell", name)
		}
		o.Unmap()
		o, err = FromFile(m.File(), OpenFlags{})
		if err != nil {
			t.Fatal(err)
		}
		snapshot := bytes.Clone(m.Data)
		prefault(o)
		if !bytes.Equal(o.Data, snapshot) {
			t.Errorf("%s: bytes changed", name)
		}
		// The collector and the scheduler may fault too, on pages of their own.
		if after := minorFaults(t, o.Data); after >= 32 {
			t.Errorf("%s: %d page faults on 64 pages after it", name, after)
		}
		o.Unmap()
	}
}

// minorFaults writes to the first byte of every page and returns how many page faults
// the process took meanwhile. The kernel maps neighbours of a page that is read, but
// each page written for itself.
func minorFaults(t *testing.T, mem []byte) int64 {
	t.Helper()
	var before, after unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &before); err != nil {
		t.Fatal(err)
	}
	for off := 0; off < len(mem); off += 4096 {
		mem[off]++
	}
	if err := unix.Getrusage(unix.RUSAGE_SELF, &after); err != nil {
		t.Fatal(err)
	}
	return int64(after.Minflt) - int64(before.Minflt)
}

func TestFlushedBytesAreInTheFile(t *testing.T) {
	dir := t.TempDir() // a disk, usually
	path := dir + "/feed"
	m, err := Create(path, 4096, 0o600, nothing)
	if err != nil {
		t.Fatal(err)
	}
	copy(m.Data, "kept")
	if err := m.Flush(); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, 4)
	if _, err := m.File().ReadAt(got, 0); err != nil || !bytes.Equal(got, []byte("kept")) {
		t.Errorf("file holds %q, %v", got, err)
	}
	m.Unmap()
}

func TestHugePagesAreAskedForOrRefusedAloud(t *testing.T) {
	m, err := Memfd("feed", 4<<20, nothing)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Unmap()
	if err := m.HugePages(); err != nil && !errors.Is(err, unix.EINVAL) {
		t.Errorf("got %v; only a kernel without huge pages may refuse", err)
	}
}
