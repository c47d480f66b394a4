package shm

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"testing"

	"golang.org/x/sys/unix"
)

// made creates a segment file of one page and returns its path.
func made(t *testing.T) string {
	t.Helper()
	path := filepath.Join(memoryDir(t), "feed")
	m, err := Create(path, 4096, 0o600, nothing)
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Unmap(); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestOpenReportsAMissingFile(t *testing.T) {
	if _, err := Open(filepath.Join(memoryDir(t), "none"), OpenFlags{}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

func TestOpenRefusesASymlink(t *testing.T) {
	path := made(t)
	link := path + ".link"
	for _, target := range []string{path, "dangling"} {
		if err := os.Symlink(target, link); err != nil {
			t.Fatal(err)
		}
		_, err := Open(link, OpenFlags{})
		var symlink *SymlinkError
		if !errors.As(err, &symlink) || symlink.Path != link || !errors.Is(err, fs.ErrPermission) {
			t.Errorf("link to %s: got %v", target, err)
		}
		os.Remove(link)
	}
}

func TestOpenRefusesWhatIsNoRegularFileWithoutWaiting(t *testing.T) {
	dir := memoryDir(t)
	pipe, socket := filepath.Join(dir, "pipe"), filepath.Join(dir, "socket")
	if err := unix.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	if err := unix.Bind(fd, &unix.SockaddrUnix{Name: socket}); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{dir, pipe, socket, "/dev/zero"} {
		for _, readOnly := range []bool{false, true} {
			_, err := Open(path, OpenFlags{ReadOnly: readOnly})
			var irregular *NotRegularError
			if !errors.As(err, &irregular) || irregular.Path != path || irregular.Mode.IsRegular() {
				t.Errorf("%s, read-only %v: got %v", path, readOnly, err)
			}
		}
	}
}

func TestOpenRefusesAForeignOwnerUnlessAllowed(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("giving a file away needs root")
	}
	path := made(t)
	const stranger = 54321
	if err := os.Chown(path, stranger, stranger); err != nil {
		t.Fatal(err)
	}
	_, err := Open(path, OpenFlags{})
	var owner *OwnerError
	if !errors.As(err, &owner) || !errors.Is(err, fs.ErrPermission) {
		t.Fatalf("got %v", err)
	}
	if owner.UID != stranger || owner.Want != 0 || owner.Path != path {
		t.Errorf("got %+v", owner)
	}
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if _, err := FromFile(file, OpenFlags{}); !errors.As(err, &owner) {
		t.Errorf("FromFile: got %v", err)
	}
	m, err := Open(path, OpenFlags{AllowForeignOwner: true})
	if err != nil {
		t.Fatal(err)
	}
	m.Unmap()
}

func TestOpenReportsMissingRights(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("becoming somebody else needs root")
	}
	path := made(t)
	if err := os.Chmod(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	as(t, 54321, func() {
		if _, err := Open(path, OpenFlags{}); !errors.Is(err, fs.ErrPermission) {
			t.Errorf("Open: got %v", err)
		}
		if _, err := Create(path+"2", 4096, 0o600, nothing); !errors.Is(err, fs.ErrPermission) {
			t.Errorf("Create: got %v", err)
		}
	})
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	as(t, 54321, func() { // root's file is acceptable, but not for writing
		if _, err := Open(path, OpenFlags{}); !errors.Is(err, fs.ErrPermission) {
			t.Errorf("Open of a readable file: got %v", err)
		}
		m, err := Open(path, OpenFlags{ReadOnly: true})
		if err != nil {
			t.Errorf("Open read-only: %v", err)
			return
		}
		m.Unmap()
	})
}

// as runs f on a thread that has another user's rights to files.
func as(t *testing.T, uid int, f func()) {
	t.Helper()
	done := make(chan error)
	go func() {
		defer close(done)
		runtime.LockOSThread() // never unlocked: the thread ends with the goroutine
		if _, err := unix.SetfsuidRetUid(uid); err != nil {
			done <- err
			return
		}
		f()
	}()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestAReadOnlyMappingCannotBeWritten(t *testing.T) {
	m, err := Open(made(t), OpenFlags{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer m.Unmap()
	if err := m.Prefault(); err != nil {
		t.Errorf("Prefault: %v", err)
	}
	if _, err := m.File().WriteAt([]byte{1}, 0); err == nil {
		t.Error("its file can be written")
	}
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if recover() == nil {
			t.Error("its memory can be written")
		}
	}()
	m.Data[0] = 1
}

func TestAnEmptyFileOpensWithoutData(t *testing.T) {
	path := filepath.Join(memoryDir(t), "empty")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	m, err := Open(path, OpenFlags{})
	if err != nil {
		t.Fatal(err)
	}
	if m.Data != nil || m.Size() != 0 || m.Heap() {
		t.Errorf("Data %v, size %d, heap %v", m.Data, m.Size(), m.Heap())
	}
	if err := errors.Join(m.Prefault(), m.HugePages(), m.Flush(), m.Unmap()); err != nil {
		t.Error(err)
	}
}

func TestSizeTellsOfATruncation(t *testing.T) {
	path := made(t)
	m, err := Open(path, OpenFlags{})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, 100); err != nil {
		t.Fatal(err)
	}
	if m.Size() != 100 || len(m.Data) != 4096 {
		t.Errorf("size %d, mapped %d", m.Size(), len(m.Data))
	}
	m.Unmap()
	if m.Size() != -1 {
		t.Errorf("after Unmap: size %d, want -1", m.Size())
	}
}

func TestDescriptorsAreCloseOnExec(t *testing.T) {
	m, err := Open(made(t), OpenFlags{})
	if err != nil {
		t.Fatal(err)
	}
	defer m.Unmap()
	again, err := m.Reopen()
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	mem, err := Memfd("x", 4096, nothing)
	if err != nil {
		t.Fatal(err)
	}
	defer mem.Unmap()
	for name, file := range map[string]*os.File{"Open": m.File(), "Reopen": again, "Memfd": mem.File()} {
		flags, err := unix.FcntlInt(file.Fd(), unix.F_GETFD, 0)
		if err != nil || flags&unix.FD_CLOEXEC == 0 {
			t.Errorf("%s: descriptor flags %#x, %v", name, flags, err)
		}
	}
}

func TestReopenGivesADescriptionOfItsOwn(t *testing.T) {
	path := made(t)
	m, err := Open(path, OpenFlags{})
	if err != nil {
		t.Fatal(err)
	}
	defer m.Unmap()
	for _, name := range []string{"linked", "removed"} {
		first, err := m.Reopen()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		second, err := m.ReopenReadOnly()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		lock := unix.Flock_t{Type: unix.F_WRLCK, Len: 1}
		if err := unix.FcntlFlock(first.Fd(), unix.F_OFD_SETLK, &lock); err != nil {
			t.Fatal(err)
		}
		for _, other := range []*os.File{second, m.File()} {
			probe := unix.Flock_t{Type: unix.F_WRLCK, Len: 1}
			if err := unix.FcntlFlock(other.Fd(), unix.F_OFD_GETLK, &probe); err != nil {
				t.Fatal(err)
			}
			if probe.Type == unix.F_UNLCK {
				t.Errorf("%s: lock is shared", name)
			}
		}
		if _, err := second.WriteAt([]byte{1}, 0); err == nil {
			t.Error("the read-only one can be written")
		}
		first.Close()
		second.Close()
		os.Remove(path)
	}
}

func TestUnmapTwiceIsNoError(t *testing.T) {
	m, err := Open(made(t), OpenFlags{})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := m.Unmap(); err != nil || m.Data != nil {
			t.Errorf("got %v, data %v", err, m.Data)
		}
	}
	for name, call := range map[string]func() error{"Prefault": m.Prefault, "HugePages": m.HugePages, "Flush": m.Flush} {
		if err := call(); !errors.Is(err, fs.ErrClosed) {
			t.Errorf("%s after Unmap: %v", name, err)
		}
	}
	if m.Sealed() {
		t.Error("sealed after Unmap")
	}
	if _, err := m.Reopen(); err == nil {
		t.Error("reopened after Unmap")
	}
}
