//go:build !linux

package proc

import (
	"errors"
	"os"
	"time"
)

// Self describes this process by its pid; the rest is unknown here.
func Self() Identity { return Identity{PID: uint32(os.Getpid())} }

// CanSee reports that Look can see nobody on this system.
const CanSee = false

// Look finds nobody on this system.
func Look(uint32, uint64) (state, command string, ok bool) { return "", "", false }

// Uptime is not available on this system: 0.
func Uptime() time.Duration { return 0 }

// SinceStart is not available on this system: 0.
func SinceStart(uint64) time.Duration { return 0 }

// Watch is not available on this system: errors.ErrUnsupported.
func Watch(uint32, uint64, func()) (stop func(), err error) { return nil, errors.ErrUnsupported }

// StartPoller does nothing on this system.
func StartPoller() error { return nil }
