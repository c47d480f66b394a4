package shmring

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"syscall"
	"time"

	"github.com/shmring/ipc/shmring/internal/sock"
)

// AddressError says that somebody listens at an address already. It unwraps to [ErrBusy], fs.ErrExist and
// syscall.EADDRINUSE.
type AddressError struct{ Address string }

func (e *AddressError) Error() string {
	return fmt.Sprintf("shmring: listen at %q: a living process listens there", e.Address)
}

// Unwrap returns ErrBusy, fs.ErrExist and EADDRINUSE.
func (e *AddressError) Unwrap() []error { return []error{ErrBusy, fs.ErrExist, syscall.EADDRINUSE} }

// bind begins to listen at an address.
func (l *Listener) bind(at address) (err error) {
	if at.path != "" {
		return l.bindFile(at)
	}
	if l.raw, err = net.Listen(at.network, at.text); errors.Is(err, syscall.EADDRINUSE) {
		return &AddressError{Address: at.text}
	} else if err != nil {
		return fmt.Errorf("shmring: %w", err)
	}
	l.addr = l.raw.Addr()
	return nil
}

// bindFile makes the socket file. The lock beside it keeps other listeners away, so that nobody takes a file
// for stale that has just been made; what lies there under our lock is stale, unless a program without our
// locks listens, which a connection finds out.
func (l *Listener) bindFile(at address) (err error) {
	if l.lock, err = sock.NewLock(at.lockPath(), lockMode(l.o.mode)); errors.Is(err, sock.ErrLocked) {
		return &AddressError{Address: at.text}
	} else if err != nil {
		return fmt.Errorf("shmring: listen at %q: %w", at.text, err)
	}
	if err = removeStale(at.text); err == nil {
		err = l.makeFile(at)
	}
	if err != nil {
		return errors.Join(err, l.lock.Release())
	}
	return nil
}

func (l *Listener) makeFile(at address) error {
	unix, err := sock.Listen(at.text, l.o.mode)
	if err != nil {
		return fmt.Errorf("shmring: %w", err)
	}
	if l.file, err = os.Lstat(at.path); err != nil {
		return errors.Join(fmt.Errorf("shmring: listen at %q: %w", at.text, err), unix.Close())
	}
	l.raw, l.path = unix, at.path
	l.addr = &net.UnixAddr{Name: at.text, Net: "unix"}
	return nil
}

// removeStale removes a socket file at which nobody listens.
func removeStale(path string) error {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("shmring: listen at %q: %w", path, err)
	case info.Mode()&fs.ModeSocket == 0:
		return fmt.Errorf("shmring: listen at %q: %w and is no socket", path, fs.ErrExist)
	}
	if conn, err := net.DialTimeout("unix", path, time.Second); err == nil {
		return errors.Join(&AddressError{Address: path}, conn.Close())
	} else if !errors.Is(err, syscall.ECONNREFUSED) {
		return fmt.Errorf("shmring: listen at %q: cannot tell whether the socket there is stale: %w", path, err)
	}
	if now, err := os.Lstat(path); err != nil {
		return fmt.Errorf("shmring: listen at %q: %w", path, err)
	} else if !os.SameFile(now, info) { // by a program that does not know our locks
		return &AddressError{Address: path}
	}
	return os.Remove(path)
}

// unlink removes the socket file, but not one that somebody else has put in its place.
func (l *Listener) unlink() error {
	if now, err := os.Lstat(l.path); l.file == nil || err != nil || !os.SameFile(now, l.file) {
		return nil
	}
	return os.Remove(l.path)
}
