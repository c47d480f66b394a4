package shmring

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/shmring/ipc/shmring/internal/shm"
	"github.com/shmring/ipc/shmring/internal/sock"
)

// Leftovers returns the paths of what is unfinished in the directory ([WithDir]) or was left there by the killed,
// for [RemoveLeftover]:
//
//   - unfinished segments: files that a Create is filling at this moment, or that one left when it was killed.
//     Only file systems without unnamed files have any. The time of a file's last change tells the two apart;
//   - sockets of listeners that were killed, or the lock of one where its socket is gone. A lock beside each
//     says that nobody listens. The next Listen takes them over, too.
func StaleFiles(opts ...Option) ([]string, error) {
	o := collect(opts)
	dir := o.dir
	if dir == "" {
		dir = shm.DefaultDir()
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, &SegmentError{Op: "list", Path: dir, Err: err}
	}
	var paths []string
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		if !e.Type().IsRegular() {
			continue
		} else if isUnfinished(e.Name()) {
			paths = append(paths, path)
		} else if path, is := staleListener(path, e); is {
			paths = append(paths, path)
		}
	}
	return paths, nil
}

// isDraft reports whether a file's name is that of an unfinished segment.
func isUnfinished(name string) bool {
	return shm.IsTemp(name) && strings.Contains(name, suffix+".") && plainName(name)
}

// deserted reports whether the file path is the lock of a listener that is gone. It returns the listener's socket,
// or the lock if there is none. What it cannot look into belongs to somebody else.
func staleListener(path string, lock fs.DirEntry) (string, bool) {
	socket, ours := strings.CutSuffix(path, socketSuffix+lockSuffix)
	if !ours || nameFault(filepath.Base(socket)) != "" {
		return "", false
	}
	socket += socketSuffix
	if info, err := lock.Info(); err != nil || info.Size() != 0 {
		return "", false // others' locks have something to say
	}
	if held, err := sock.Held(path); err != nil || held {
		return "", false
	}
	info, err := os.Lstat(socket)
	if errors.Is(err, fs.ErrNotExist) {
		return path, true
	}
	return socket, err == nil && info.Mode()&fs.ModeSocket != 0
}

// RemoveLeftover removes what [Leftovers] has found, a listener's lock together with its socket. An unfinished segment
// must be old enough that nobody works on it. [AddressError] if somebody listens at a socket by now;
// fs.ErrInvalid if the path is none that Leftovers returns.
func RemoveStaleFile(path string) error {
	socket := strings.TrimSuffix(path, lockSuffix)
	switch {
	case isUnfinished(filepath.Base(path)):
		return os.Remove(path)
	case !strings.HasSuffix(socket, socketSuffix):
		return &SegmentError{Op: "remove", Path: path, Err: fs.ErrInvalid}
	}
	if _, err := os.Lstat(socket + lockSuffix); err != nil { // or we would make one
		return &SegmentError{Op: "remove", Path: path, Err: err}
	}
	lock, err := sock.NewLock(socket+lockSuffix, DefaultMode)
	if errors.Is(err, sock.ErrLocked) {
		return &AddressError{Address: socket}
	} else if err != nil {
		return &SegmentError{Op: "remove", Path: path, Err: err}
	}
	if err := removeStale(socket); err != nil {
		return errors.Join(err, lock.Unlock())
	}
	return lock.Release()
}
