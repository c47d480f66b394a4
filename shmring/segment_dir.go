package shmring

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/shmring/ipc/shmring/internal/shm"
	"github.com/shmring/ipc/shmring/internal/sock"
)

// suffix of a segment's file name.
const suffix = ".shmring"

// maxName is the longest name in bytes: what leaves room for suffixes in a file name.
const maxName = 200

// segmentPath checks a name and returns the file it stands for.
func segmentPath(name string, o *options) (string, error) {
	if reason := nameFault(name); reason != "" {
		return "", &NameError{Name: name, Reason: reason}
	}
	return o.absolute(filepath.Join(cmp.Or(o.dir, shm.DefaultDir()), name+suffix))
}

// readDir returns the absolute path of the directory that the options name, and what lies there.
func readDir(o *options) (dir string, entries []fs.DirEntry, err error) {
	if dir, err = o.absolute(cmp.Or(o.dir, shm.DefaultDir())); err != nil {
		return "", nil, err
	}
	if entries, err = os.ReadDir(dir); err != nil {
		return "", nil, &SegmentError{Op: "list", Path: dir, Err: err}
	}
	return dir, entries, nil
}

// nameFault says what keeps name from being a segment's, "" if nothing does.
func nameFault(name string) string {
	switch {
	case name == "":
		return "it is empty"
	case len(name) > maxName:
		return fmt.Sprintf("%d bytes, want at most %d", len(name), maxName)
	case name[0] == '.' || name[0] == '-':
		return "it must not begin with a dot or a hyphen"
	case !plainName(name):
		return "want letters, digits, dots, hyphens and underscores only"
	}
	return ""
}

// plainName reports whether name has none but the allowed bytes, so that it can be shown to anybody.
func plainName(name string) bool {
	return !strings.ContainsFunc(name, func(r rune) bool { return !strings.ContainsRune(nameBytes, r) })
}

const nameBytes = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"

// List describes every segment of the directory ([WithDir]), by name, without attaching to any of them
// or changing anything. A file that cannot be read as a segment is listed with its error; one whose name no
// segment can have is not.
//
// Options: WithDir.
func List(opts ...Option) ([]Info, error) {
	o, err := collect(&callList, opts)
	if err != nil {
		return nil, err
	}
	dir, entries, err := readDir(&o)
	if err != nil {
		return nil, err
	}
	infos := []Info{}
	for _, e := range entries {
		name, ours := strings.CutSuffix(e.Name(), suffix)
		if !ours || nameFault(name) != "" {
			continue
		}
		infos = append(infos, inspect(name, dir))
	}
	return infos, nil
}

func inspect(name, dir string) Info {
	s, err := Open(name, WithDir(dir), WithReadOnly(), WithForeignOwner())
	if err != nil {
		return Info{Name: name, Error: err.Error(), Parties: []Party{}}
	}
	defer s.Close()
	return s.Info()
}

// StaleFiles returns the absolute paths of what is unfinished in the directory ([WithDir]) or was left there by the killed,
// for [RemoveStaleFile]:
//
//   - unfinished segments: files that a Create is filling at this moment, or that one left when it was killed.
//     Only file systems without unnamed files have any. The time of a file's last change tells the two apart;
//   - sockets of listeners that were killed, or the lock of one where its socket is gone. A lock beside each
//     says that nobody listens. The next Listen takes them over, too.
//
// Options: WithDir.
func StaleFiles(opts ...Option) ([]string, error) {
	o, err := collect(&callStaleFiles, opts)
	if err != nil {
		return nil, err
	}
	dir, entries, err := readDir(&o)
	if err != nil {
		return nil, err
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

// isUnfinished reports whether a file's name is that of an unfinished segment.
func isUnfinished(name string) bool {
	return shm.IsTemp(name) && strings.Contains(name, suffix+".") && plainName(name)
}

// staleListener reports whether the file path is the lock of a listener that is gone. It returns the listener's socket,
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

// RemoveStaleFile removes what [StaleFiles] has found, a listener's lock together with its socket. An unfinished segment
// must be old enough that nobody works on it. [AddressError] if somebody listens at a socket by now;
// fs.ErrInvalid if the path is none that StaleFiles returns.
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
	lock, err := sock.NewLock(socket + lockSuffix)
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
