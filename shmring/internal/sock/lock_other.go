//go:build !unix || solaris || illumos || aix

package sock

import (
	"errors"
	"io/fs"
)

// Lock is nothing on this system.
type Lock struct{}

// NewLock locks nothing.
func NewLock(string, fs.FileMode) (*Lock, error) { return &Lock{}, nil }

// Held knows of no locks.
func Held(string) (bool, error) { return false, errors.ErrUnsupported }

// Unlock does nothing.
func (*Lock) Unlock() error { return nil }

// Release does nothing.
func (*Lock) Release() error { return nil }
