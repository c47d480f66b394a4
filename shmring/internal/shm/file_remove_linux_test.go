package shm

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/shmring/ipc/shmring/internal/filelock"
)

func TestACreatorAtWorkIsNotTakenForAKilledOne(t *testing.T) {
	dir := memoryDir(t)
	m, err := create(filepath.Join(dir, "feed"), 4096, 0o600, func([]byte) error {
		temp := filepath.Join(dir, unfinished(t, dir))
		if busy, err := BeingMade(temp); !busy || err != nil {
			t.Errorf("being made %v, %v", busy, err)
		}
		if err := Remove(temp); !errors.Is(err, ErrRemoving) {
			t.Errorf("Remove: got %v, want ErrRemoving", err)
		}
		return nil
	}, makers["named"])
	if err != nil {
		t.Fatal(err)
	}
	defer m.Unmap()
	other, err := m.ReopenReadOnly()
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if conflict, err := filelock.Query(other, NameByte); conflict != filelock.None || err != nil {
		t.Errorf("the finished file is locked: %v, %v", conflict, err)
	}
}

// A creator makes its file again if somebody removes it in the moment before it is locked.
func TestAFileThatIsRemovedBeforeItIsLockedIsMadeAgain(t *testing.T) {
	temp := filepath.Join(memoryDir(t), "temp")
	file, err := os.Create(temp)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if ours, err := lockNew(temp, file); !ours || err != nil {
		t.Errorf("present: %v, %v", ours, err)
	}
	if err := os.Remove(temp); err != nil {
		t.Fatal(err)
	}
	if ours, err := lockNew(temp, file); ours || err != nil {
		t.Errorf("removed: %v, %v", ours, err)
	}
	remover, err := os.OpenFile(procPath(int(file.Fd())), os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer remover.Close()
	if err := unlockNew(file); err != nil {
		t.Fatal(err)
	}
	if err := filelock.Lock(remover, NameByte, 1); err != nil {
		t.Fatal(err)
	}
	if ours, err := lockNew(temp, file); ours || err != nil {
		t.Errorf("being removed: %v, %v", ours, err)
	}
}

func TestWhereUnnamedFilesCannotBeNamedATemporaryNameDoes(t *testing.T) {
	for _, refusal := range []error{unix.ENOENT, unix.EPERM, unix.EACCES, unix.EXDEV} {
		dir := memoryDir(t)
		inits := 0
		m, err := create(filepath.Join(dir, "feed"), 4096, 0o600, func(mem []byte) error {
			inits++
			return copyWord(mem)
		}, func(path string) (*tempFile, error) {
			temp, err := newUnnamedFile(path)
			if err == nil {
				temp.publish = func(string) error { return errors.Join(errNoUnnamed, refusal) }
			}
			return temp, err
		})
		if err != nil {
			t.Fatalf("%v: %v", refusal, err)
		}
		if string(m.Data[:4]) != "word" || inits != 2 {
			t.Errorf("%v: the file begins with %q after %d inits", refusal, m.Data[:4], inits)
		}
		m.Unmap()
		if left := unfinished(t, dir); left != "" {
			t.Errorf("left behind: %s", left)
		}
	}
}

func copyWord(mem []byte) error {
	copy(mem, "word")
	return nil
}

func TestRemoveWaitsForAnotherRemoverAndSparesItsSuccessor(t *testing.T) {
	path := made(t)
	m, err := Open(path, OpenFlags{})
	if err != nil {
		t.Fatal(err)
	}
	defer m.Unmap()
	other, err := m.Reopen()
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if err := filelock.Lock(other, NameByte, 1); err != nil {
		t.Fatal(err)
	}
	removed := make(chan error, 1)
	go func() { removed <- m.Remove() }()
	time.Sleep(5 * removePause)
	if err := m.Unlink(); err != nil {
		t.Fatal(err)
	}
	if named, err := m.Named(); named || err != nil {
		t.Errorf("named %v, %v", named, err)
	}
	again, err := Create(path, 4096, 0o600, nothing)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Unmap()
	if err := filelock.Unlock(other, NameByte, 1); err != nil {
		t.Fatal(err)
	}
	if err := <-removed; err != nil {
		t.Error(err)
	}
	if named, err := again.Named(); !named || err != nil {
		t.Errorf("the successor is named %v, %v", named, err)
	}
	if named, err := m.Named(); named || err != nil {
		t.Errorf("the first is named %v, %v", named, err)
	}
	if err := again.Remove(); err != nil {
		t.Fatal(err)
	}
	if err := again.Remove(); err != nil {
		t.Errorf("the second time: %v", err)
	}
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("left: %v", err)
	}
}
