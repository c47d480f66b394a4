package shm

import (
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/shmring/ipc/shmring/internal/filelock"
)

const tempSuffix = ".tmp"

// tempName returns a name beside path that nobody else has chosen:
// ".<base>.<26 random characters>.tmp".
func tempName(path string) string {
	dir, base := filepath.Split(path)
	return filepath.Join(dir, "."+base+"."+rand.Text()+tempSuffix)
}

// IsTemp reports whether a file's name (without directories) is one that Create uses
// for unfinished files where the system has no unnamed ones. Such a file is the
// remains of a creator that was killed, or the work of one that is busy.
func IsTemp(name string) bool {
	rest, ok := strings.CutSuffix(name, tempSuffix)
	if !ok || !strings.HasPrefix(rest, ".") {
		return false
	}
	dot := strings.LastIndexByte(rest, '.')
	return dot > 1 && len(rest)-dot-1 == len(rand.Text())
}

// lockNew locks the name of a file that was just made. False: somebody took it for what a killed creator left, and
// removes it.
func lockNew(name string, file *os.File) (bool, error) {
	if err := filelock.Lock(file, NameByte, 1); errors.Is(err, filelock.ErrLocked) {
		return false, nil
	} else if err != nil {
		return false, err
	}
	info, err := file.Stat()
	if err != nil {
		return false, err
	}
	return leadsTo(name, info)
}

// unlockNew gives the lock up before the descriptor is passed to others, who would share it. A file that was closed has
// none.
func unlockNew(file *os.File) error {
	if err := filelock.Unlock(file, NameByte, 1); !errors.Is(err, os.ErrClosed) && !errors.Is(err, syscall.EBADF) {
		return err
	}
	return nil
}
