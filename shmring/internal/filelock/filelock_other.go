//go:build !(linux || windows || darwin || dragonfly || freebsd || netbsd || openbsd)

package filelock

import (
	"errors"
	"os"
)

// Lock is not available on this system: errors.ErrUnsupported.
func Lock(*os.File, int64, int64) error { return errors.ErrUnsupported }

// Unlock is not available on this system: errors.ErrUnsupported.
func Unlock(*os.File, int64, int64) error { return errors.ErrUnsupported }

// Query is not available on this system: errors.ErrUnsupported.
func Query(*os.File, int64) (Conflict, error) { return None, errors.ErrUnsupported }
