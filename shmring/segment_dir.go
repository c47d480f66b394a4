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

// nameFault returns why no segment can have this name; empty if one can.
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

// plainName reports whether name consists of the bytes of names, so that it is safe to show on a terminal.
func plainName(name string) bool {
	return !strings.ContainsFunc(name, func(r rune) bool { return !strings.ContainsRune(nameBytes, r) })
}

const nameBytes = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"

// Remove removes a segment's name. Its producers and consumers keep what they have; a segment made later under the same
// name is another one. From then on [Segment.Producer] and [Segment.Consumer] return fs.ErrNotExist for the removed
// segment, also in a process that had opened it before: nobody who comes later could find it.
//
// Options: WithDir.
//
// Errors: fs.ErrNotExist if there is none, [ErrPermission], [NameError]; [ErrBusy] if another process has been removing it
// for a second.
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

// RemoveUnused removes a segment's name, as [Remove] does, if the segment has neither producer nor consumer and approve
// returns nil. approve may be nil. It gets the segment as [WithReadOnly] attaches it.
//
// Nobody can attach from before the call of approve until the name is removed: Producer and Consumer wait for the outcome,
// up to a second. So approve should return soon.
//
// Options: WithDir.
//
// Errors: what approve returned; [BusyError] if somebody is attached, or another process is removing the segment; those of
// [Open] and Remove. The segment may belong to any user.
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

// inUse turns the reason why not all leases could be taken into an error of this package.
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

// List describes every segment of the directory ([WithDir]), sorted by name. It changes nothing. A file that cannot be
// read as a segment is listed with its error; one whose name no segment can have is left out.
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

// StaleFiles returns the paths of files that killed processes left in the directory ([WithDir]), for [RemoveStaleFile]:
//
//   - unfinished segments, which occur only on file systems without unnamed files. A Create that is still working on one
//     holds a lock on it;
//   - sockets of listeners, or the lock file of one whose socket is gone. A living listener holds the lock. The next
//     Listen takes over such files, too.
//
// It leaves out what the caller has no right to open.
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

// RemoveStaleFile removes a file that [StaleFiles] returned; with a listener's socket it removes the lock file beside it.
//
// Errors: [ErrBusy] if a process uses the file by now, as an [AddressError] if that is a listener; fs.ErrInvalid if
// StaleFiles never returns such a path; fs.ErrNotExist, [ErrPermission].
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
