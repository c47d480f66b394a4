package shm

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

func TestAFullFileSystemIsReportedWithNeedAndFree(t *testing.T) {
	for name, maker := range makers {
		t.Run(name, func(t *testing.T) {
			dir := smallTmpfs(t, "1m")
			path := filepath.Join(dir, "feed")
			_, err := create(path, 4<<20, 0o600, nothing, maker)
			var noSpace *NoSpaceError
			if !errors.As(err, &noSpace) || !errors.Is(err, unix.ENOSPC) {
				t.Fatalf("got %v, want *NoSpaceError", err)
			}
			if noSpace.Need != 4<<20 || noSpace.Free != 1<<20 || noSpace.Path != path {
				t.Errorf("got %+v", noSpace)
			}
			if left := unfinished(t, dir); left != "" {
				t.Errorf("left behind: %s", left)
			}
			m, err := create(path, 1<<20, 0o600, nothing, maker)
			if err != nil {
				t.Fatalf("exactly as much as is free: %v", err)
			}
			defer m.Unmap()
			if _, err := create(path, 4<<20, 0o600, nothing, maker); !errors.Is(err, fs.ErrExist) {
				t.Errorf("a taken name on a full file system: %v, want fs.ErrExist", err)
			}
		})
	}
}

// smallTmpfs mounts a memory file system of the given size.
func smallTmpfs(t *testing.T, size string) string {
	t.Helper()
	dir := t.TempDir()
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size="+size); err != nil {
		t.Skipf("mounting a tmpfs needs the right to: %v", err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(dir, unix.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir
}

func TestFileSystemsWithoutFallocateGetZerosWritten(t *testing.T) {
	file, err := os.Create(filepath.Join(memoryDir(t), "file"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	const size = 3<<20 + 17
	if err := writeZeros(file, 0, size); err != nil {
		t.Fatal(err)
	}
	var st unix.Stat_t
	if err := unix.Fstat(int(file.Fd()), &st); err != nil {
		t.Fatal(err)
	}
	if st.Size != size || st.Blocks*512 < size {
		t.Errorf("size %d, of which %d bytes have pages; want %d", st.Size, st.Blocks*512, size)
	}
}
