package shmring

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/shmring/ipc/shmring/internal/lease"
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

// Remove takes a segment's name away. Whoever is attached to it keeps it; a segment made later under the
// same name is another one. No more producers and consumers can be made of it, though, not even by those who have it
// open: fs.ErrNotExist.
//
// Options: WithDir.
//
// Errors: fs.ErrNotExist if there is none, [ErrPermission], [NameError]; [ErrBusy] if another process is removing it and
// does not get on.
func Remove(name string, opts ...Option) error {
	o, err := collect(&callRemove, opts)
	if err != nil {
		return err
	}
	path, err := segmentPath(name, &o)
	if err != nil {
		return err
	}
	return removeError(path, shm.Remove(path))
}

// RemoveUnused takes a segment's name away if nobody is a producer or consumer of it and approve returns nil, or is nil.
// From before the call of approve until the name is gone nobody can become one: who tries, waits up to a second. Then he
// gets fs.ErrNotExist if the name is gone, also if he had opened the segment before. approve may look at the segment,
// which is attached as [WithReadOnly] does, and should be quick about it.
//
// Options: WithDir.
//
// Errors: what approve returned; [BusyError] if somebody is attached, or somebody else is removing the segment; those of
// [Open], but any owner's segment will do.
func RemoveUnused(name string, approve func(*Segment) error, opts ...Option) error {
	o, err := collect(&callRemoveUnused, opts)
	if err != nil {
		return err
	}
	path, err := segmentPath(name, &o)
	if err != nil {
		return err
	}
	m, err := shm.Open(path, shm.OpenFlags{ReadOnly: true, AllowForeignOwner: true})
	if err != nil {
		return mappingError("open", path, err)
	}
	o.readOnly = true
	s, err := attach(name, path, m, o, link{})
	if err != nil {
		return err
	}
	err = s.removeUnused(approve)
	if err := s.Close(); err != nil {
		return err
	}
	if err == nil && !shm.CanRemoveOpen {
		err = removeError(path, shm.Remove(path)) // it fails as long as anybody has it open
	}
	return err
}

// removeUnused removes the segment's name if nobody is attached and approve agrees.
func (s *Segment) removeUnused(approve func(*Segment) error) (err error) {
	offsets := make([]int64, s.header.SlotCount)
	for i := range offsets {
		offsets[i] = s.slots.Lock(uint32(i))
	}
	all, err := lease.AcquireAll(s.mapping, offsets)
	if err != nil {
		return s.inUse(err)
	}
	defer func() { err = cmp.Or(err, all.Release()) }() // approve's error as it is
	if approve != nil {
		if err := approve(s); err != nil {
			return err
		}
	}
	if !shm.CanRemoveOpen {
		return nil
	}
	return removeError(s.path, s.mapping.Unlink())
}

// inUse says why not all leases could be taken.
func (s *Segment) inUse(err error) error {
	if why := busyReason(err); why != "" {
		return &BusyError{Why: why}
	}
	if !errors.Is(err, lease.ErrHeld) {
		return s.fail("remove", err)
	}
	for _, p := range s.Info().Parties {
		if p.Alive {
			return &BusyError{Role: p.Role, PID: p.PID}
		}
	}
	return &BusyError{Why: "a process was attached until a moment ago"}
}

// removeError turns a failure to remove the name path into an error of this package.
func removeError(path string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, shm.ErrRemoving):
		return &BusyError{Why: "another process is removing or making " + path}
	}
	return mappingError("remove", path, err)
}

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

// StaleFiles returns the absolute paths of what killed processes left in the directory ([WithDir]), for [RemoveStaleFile]:
//
//   - unfinished segments, which only file systems without unnamed files have. A Create that is still at work on one
//     holds a lock on it;
//   - sockets of listeners, or the lock of one where its socket is gone. A listener that lives holds the lock. The next
//     Listen takes them over, too.
//
// What the caller may not look into is somebody else's and is left out.
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
			if busy, err := shm.BeingMade(path); err == nil && !busy {
				paths = append(paths, path)
			}
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
// or the lock if there is none.
func staleListener(path string, lock fs.DirEntry) (string, bool) {
	socket, ours := strings.CutSuffix(path, socketSuffix+lockSuffix)
	if !ours || nameFault(filepath.Base(socket)) != "" {
		return "", false
	}
	socket += socketSuffix
	if info, err := lock.Info(); err != nil || info.Size() != 0 {
		return "", false // another program's lock: ours are empty
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

// RemoveStaleFile removes what [StaleFiles] has found, a listener's lock together with its socket.
//
// Errors: [ErrBusy] if somebody uses the file by now, an [AddressError] if that is a listener; fs.ErrInvalid if the path is
// none that StaleFiles returns; fs.ErrNotExist, [ErrPermission].
func RemoveStaleFile(path string) error {
	socket := strings.TrimSuffix(path, lockSuffix)
	switch {
	case isUnfinished(filepath.Base(path)):
		return removeError(path, shm.Remove(path))
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
