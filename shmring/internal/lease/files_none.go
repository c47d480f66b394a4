//go:build !(linux || windows || darwin || dragonfly || freebsd || netbsd || openbsd)

package lease

import (
	"errors"

	"github.com/shmring/ipc/shmring/internal/shm"
)

// Files is not to be had on this system: errors.ErrUnsupported.
func Files(*shm.Mapping) (Table, error) { return nil, errors.ErrUnsupported }
