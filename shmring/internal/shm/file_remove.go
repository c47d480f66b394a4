package shm

import (
	"errors"
	"io/fs"
	"os"
	"time"

	"github.com/shmring/ipc/shmring/internal/filelock"
)

// NameByte is the byte of a file that is locked by whoever removes its name: a look at the file that the name leads to
// counts only as long as nobody removes the name. Package lease says how that works together with leases.
const NameByte = 0

// ErrRemoving reports that another process holds the lock on a name for longer than a removal takes.
var ErrRemoving = errors.New("shm: another process is making the file, or removing it")

const (
	removePatience = time.Second // for a lock on a name: its holder may have been stopped
	removePause    = time.Millisecond
)

// Remove takes the name path away. The file lives on for those who have it open. A
// symbolic link is removed, not what it points to; a directory is refused.
//
// Errors: fs.ErrNotExist, ErrRemoving, fs.ErrPermission.
func Remove(path string) error {
	for {
		file, err := openToRemove(path)
		if err != nil {
			return err
		}
		if file == nil { // nothing to lock
			return unlink(path)
		}
		info, err := file.Stat()
		if err != nil {
			return errors.Join(err, file.Close())
		}
		if done, err := removeLocked(path, file, info); done || err != nil {
			return err
		} // else the name led to another file when we had the lock
	}
}

// removeLocked takes the name path away, under the lock on it, if it leads to the file that info describes. It closes
// file, through which it locks. done: it did.
func removeLocked(path string, file *os.File, info fs.FileInfo) (done bool, err error) {
	defer func() { err = errors.Join(err, file.Close()) }()
	if err := lockName(path, file); err != nil {
		return false, err
	}
	same, err := leadsTo(path, info)
	if !same || err != nil {
		return false, err
	}
	return true, unlink(path)
}

// lockName waits for the lock on a name.
func lockName(path string, file *os.File) error {
	for start := time.Now(); ; time.Sleep(removePause) {
		err := filelock.Lock(file, NameByte, 1)
		if !errors.Is(err, filelock.ErrLocked) {
			return err
		}
		if conflict, err := filelock.Query(file, NameByte); err != nil {
			return err
		} else if conflict == filelock.Shared {
			return nil // somebody who may only read must not keep a name alive
		}
		if time.Since(start) > removePatience {
			return &fs.PathError{Op: "remove", Path: path, Err: ErrRemoving}
		}
	}
}

// leadsTo reports whether path is a name of the file that info describes. A missing path is no error.
func leadsTo(path string, info fs.FileInfo) (bool, error) {
	there, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	} else if err != nil {
		return false, err
	}
	return os.SameFile(there, info), nil
}

// BeingMade reports whether a process is at work on the temporary file path (see IsTemp). If none is, its creator was
// killed.
func BeingMade(path string) (bool, error) {
	file, err := openNoFollow(path, os.O_RDONLY)
	if err != nil {
		return false, err
	}
	defer file.Close()
	conflict, err := filelock.Query(file, NameByte)
	return conflict == filelock.WriteByte, err
}
