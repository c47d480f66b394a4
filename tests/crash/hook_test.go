//go:build linux && shmring_hooks

package crash

import (
	"math/rand/v2"
	"os"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/shmring/ipc/shmring"
)

// saboteur is the hook of a child: it counts its shared accesses, is slow at some of them, and does something
// terrible before the nth.
type saboteur struct {
	slow  atomic.Bool
	left  atomic.Int64 // accesses until the deed
	deed  syscall.Signal
	dirty atomic.Int64 // words cleared that were not clear
}

// visit comes before every access; it is slow once in often.
func (s *saboteur) visit(often uint32) {
	if s.left.Add(-1) == 0 {
		syscall.Kill(os.Getpid(), s.deed)
		if s.deed == syscall.SIGKILL {
			select {} // until it takes effect
		}
		time.Sleep(5 * time.Millisecond) // the thread that took the signal may be another one
	}
	if s.slow.Load() && rand.Uint32N(often) == 0 {
		time.Sleep(time.Duration(rand.Uint32N(200)) * time.Microsecond)
	}
}

func (s *saboteur) Load64(p *uint64) uint64 {
	s.visit(32)
	return atomic.LoadUint64(p)
}

func (s *saboteur) Store64(op shmring.Op, p *uint64, v uint64) {
	if op == shmring.OpZero {
		s.visit(64)
		if atomic.LoadUint64(p) != 0 {
			s.dirty.Add(1)
		}
	} else {
		s.visit(32)
	}
	atomic.StoreUint64(p, v)
}

// CAS64 lingers after the claim, which is a narrow window otherwise.
func (s *saboteur) CAS64(p *uint64, old, new uint64) bool {
	s.visit(32)
	swapped := atomic.CompareAndSwapUint64(p, old, new)
	if s.slow.Load() && swapped {
		time.Sleep(100 * time.Microsecond)
	}
	return swapped
}

func (s *saboteur) Add64(p *uint64, delta uint64) uint64 {
	s.visit(32)
	return atomic.AddUint64(p, delta)
}

func (s *saboteur) Before(op shmring.Op) {
	if op != shmring.OpPause {
		s.visit(32)
	}
}

// sabotage installs a saboteur in this process.
func sabotage() *saboteur {
	s := &saboteur{deed: syscall.SIGKILL}
	shmring.InstallHook(s)
	return s
}
