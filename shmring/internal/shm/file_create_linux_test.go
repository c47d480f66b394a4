package shm

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"golang.org/x/sys/unix"
)

// Both ways to make a file must behave alike; the second is taken where the file
// system refuses unnamed files.
var makers = map[string]func(string) (*tempFile, error){
	"unnamed": newUnnamedFile,
	"named":   func(string) (*tempFile, error) { return nil, errNoUnnamed },
}

type creator = func(path string, size int64, perm fs.FileMode, init func([]byte) error) (*Mapping, error)

func eachMaker(t *testing.T, test func(t *testing.T, dir string, create creator)) {
	for name, maker := range makers {
		t.Run(name, func(t *testing.T) {
			dir := memoryDir(t)
			test(t, dir, func(path string, size int64, perm fs.FileMode, init func([]byte) error) (*Mapping, error) {
				return create(path, size, perm, init, maker)
			})
			if unfinished(t, dir) != "" {
				t.Errorf("left in the directory: %s", unfinished(t, dir))
			}
		})
	}
}

// memoryDir returns a directory in the file system that segments live in.
func memoryDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp(DefaultDir(), "shmtest")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// unfinished lists files of dir that nobody should find.
func unfinished(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") {
			names = append(names, e.Name())
		}
	}
	return strings.Join(names, " ")
}

func nothing([]byte) error { return nil }

func TestCreateGivesWhatOpenFinds(t *testing.T) {
	eachMaker(t, func(t *testing.T, dir string, create creator) {
		path := filepath.Join(dir, "feed")
		const size = 3<<20 + 5
		m, err := create(path, size, 0o600, func(mem []byte) error {
			if len(mem) != size || !bytes.Equal(mem, make([]byte, size)) {
				return errors.New("memory is not zero or not of the size asked for")
			}
			copy(mem, "hello")
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		defer m.Unmap()
		o, err := Open(path, OpenFlags{})
		if err != nil {
			t.Fatal(err)
		}
		defer o.Unmap()
		if string(o.Data[:5]) != "hello" || len(o.Data) != size || o.Size() != size {
			t.Errorf("opened %q, %d bytes, size %d", o.Data[:5], len(o.Data), o.Size())
		}
		o.Data[size-1] = 42
		if m.Data[size-1] != 42 {
			t.Error("the two mappings do not share memory")
		}
		mDev, mIno := m.ID()
		oDev, oIno := o.ID()
		if mDev != oDev || mIno != oIno || mIno == 0 {
			t.Errorf("identities %d:%d and %d:%d differ", mDev, mIno, oDev, oIno)
		}
	})
}

func TestNobodySeesTheFileBeforeInitHasReturned(t *testing.T) {
	eachMaker(t, func(t *testing.T, dir string, create creator) {
		path := filepath.Join(dir, "feed")
		m, err := create(path, 4096, 0o600, func([]byte) error {
			if _, err := Open(path, OpenFlags{}); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("Open during init: %v", err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		m.Unmap()
	})
}

func TestAFailingInitLeavesNothing(t *testing.T) {
	eachMaker(t, func(t *testing.T, dir string, create creator) {
		path := filepath.Join(dir, "feed")
		mine := errors.New("mine")
		m, err := create(path, 4096, 0o600, func([]byte) error { return mine })
		if m != nil || !errors.Is(err, mine) {
			t.Errorf("got %v, %v", m, err)
		}
		func() {
			defer func() { recover() }()
			create(path, 4096, 0o600, func([]byte) error { panic("init") })
		}()
		if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("the name exists: %v", err)
		}
	})
}

func TestRightsAreExactlyThoseAskedFor(t *testing.T) {
	old := unix.Umask(0o077)
	defer unix.Umask(old)
	eachMaker(t, func(t *testing.T, dir string, create creator) {
		for _, perm := range []fs.FileMode{0o600, 0o660, 0o666, 0o640} {
			for _, mask := range []int{0o077, 0} {
				unix.Umask(mask)
				path := filepath.Join(dir, perm.String())
				m, err := create(path, 4096, perm, nothing)
				if err != nil {
					t.Fatal(err)
				}
				m.Unmap()
				info, err := os.Stat(path)
				if err != nil {
					t.Fatal(err)
				}
				if info.Mode().Perm() != perm {
					t.Errorf("umask %#o: rights %v, want %v", mask, info.Mode().Perm(), perm)
				}
				if err := Remove(path); err != nil {
					t.Fatal(err)
				}
			}
		}
	})
}

func TestOfManyCreatorsExactlyOneSucceeds(t *testing.T) {
	eachMaker(t, func(t *testing.T, dir string, create creator) {
		path := filepath.Join(dir, "feed")
		var won atomic.Int32
		var wg sync.WaitGroup
		for range 16 {
			wg.Go(func() {
				m, err := create(path, 4096, 0o600, nothing)
				switch {
				case err == nil:
					won.Add(1)
					m.Unmap()
				case !errors.Is(err, fs.ErrExist):
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if won.Load() != 1 {
			t.Errorf("%d creators succeeded", won.Load())
		}
	})
}

func TestCreateDoesNotFollowASymlinkInItsWay(t *testing.T) {
	eachMaker(t, func(t *testing.T, dir string, create creator) {
		path, target := filepath.Join(dir, "feed"), filepath.Join(dir, "target")
		if err := os.Symlink(target, path); err != nil {
			t.Fatal(err)
		}
		if _, err := create(path, 4096, 0o600, nothing); !errors.Is(err, fs.ErrExist) {
			t.Errorf("got %v, want fs.ErrExist", err)
		}
		if _, err := os.Lstat(target); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("the link's target was made: %v", err)
		}
	})
}

func TestCreateNamesTheMissingDirectory(t *testing.T) {
	eachMaker(t, func(t *testing.T, dir string, create creator) {
		missing := filepath.Join(dir, "no", "such")
		_, err := create(filepath.Join(missing, "feed"), 4096, 0o600, nothing)
		var pathErr *fs.PathError
		if !errors.Is(err, fs.ErrNotExist) || !errors.As(err, &pathErr) || pathErr.Path != missing {
			t.Errorf("got %v", err)
		}
	})
}

func TestCreateRefusesSizesOutOfRange(t *testing.T) {
	dir := memoryDir(t)
	for _, size := range []int64{0, -1} {
		_, err := Create(filepath.Join(dir, "feed"), size, 0o600, nothing)
		var sizeErr *SizeError
		if !errors.As(err, &sizeErr) || sizeErr.Size != size {
			t.Errorf("size %d: %v", size, err)
		}
		if _, err := Memfd("feed", size, nothing); !errors.As(err, &sizeErr) {
			t.Errorf("memfd of size %d: %v", size, err)
		}
	}
}

func TestRemoveTakesTheNameOnly(t *testing.T) {
	dir := memoryDir(t)
	path := filepath.Join(dir, "feed")
	m, err := Create(path, 4096, 0o600, nothing)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Unmap()
	if ok, err := m.Named(); !ok || err != nil {
		t.Errorf("before: named %v, %v", ok, err)
	}
	if err := Remove(path); err != nil {
		t.Fatal(err)
	}
	if ok, err := m.Named(); ok || err != nil {
		t.Errorf("removed: named %v, %v", ok, err)
	}
	again, err := Create(path, 4096, 0o600, nothing)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Unmap()
	if ok, err := m.Named(); ok || err != nil {
		t.Errorf("made anew: named %v, %v", ok, err)
	}
	m.Data[0] = 1
	if again.Data[0] != 0 {
		t.Error("old and new share memory")
	}
	if err := Remove(filepath.Join(dir, "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing name: %v", err)
	}
	if err := Remove(dir); err == nil {
		t.Error("a directory was removed")
	}
}
