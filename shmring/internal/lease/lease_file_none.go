//go:build !(linux || windows || darwin || dragonfly || freebsd || netbsd || openbsd)

package lease

import (
	"errors"

	"github.com/shmring/ipc/shmring/internal/shm"
)

// Files is not available on this system: errors.ErrUnsupported.
func Files(*shm.Mapping) (Table, error) { return nil, errors.ErrUnsupported }

// AcquireAll is not available on this system: errors.ErrUnsupported.
func AcquireAll(*shm.Mapping, []int64) (Lease, error) { return nil, errors.ErrUnsupported }
