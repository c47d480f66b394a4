package shm

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
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

// A file system out of inodes refuses the file, or its second name, whatever memory it has.
func TestAFileSystemOutOfInodesIsFull(t *testing.T) {
	for _, c := range []struct {
		maker string
		files int // that fit
	}{{"unnamed", 0}, {"named", 0}, {"named", 1}} {
		t.Run(fmt.Sprintf("%s/%d", c.maker, c.files), func(t *testing.T) {
			dir := smallTmpfs(t, fmt.Sprintf("16m,nr_inodes=%d", c.files+1)) // one is the directory
			_, err := create(filepath.Join(dir, "feed"), 4096, 0o600, nothing, makers[c.maker])
			var noSpace *NoSpaceError
			if !errors.As(err, &noSpace) || !errors.Is(err, unix.ENOSPC) {
				t.Fatalf("got %v, want *NoSpaceError", err)
			}
			if noSpace.FreeFiles != 0 || noSpace.Need != 4096 || !strings.Contains(err.Error(), "inode") {
				t.Errorf("got %v, %+v", err, noSpace)
			}
			if left := unfinished(t, dir); left != "" {
				t.Errorf("left behind: %s", left)
			}
		})
	}
}

func TestAQuotaThatIsUsedUpIsAFullFileSystem(t *testing.T) {
	err := noSpace("feed", 4096, &fs.PathError{Op: "chmod", Err: unix.EDQUOT}, func(*unix.Statfs_t) error { return unix.EIO })
	var noSpace *NoSpaceError
	if !errors.As(err, &noSpace) || !errors.Is(err, unix.EDQUOT) || noSpace.Free != -1 || noSpace.FreeFiles != -1 {
		t.Errorf("got %v", err)
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
