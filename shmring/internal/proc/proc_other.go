//go:build !linux

package proc

import (
	"errors"
	"os"
)

// Self describes this process by its pid; the rest is unknown here.
func Self() Identity { return Identity{PID: uint32(os.Getpid())} }

// State is not to be had on this system: errors.ErrUnsupported.
func State(uint32, uint64) (state string, err error) { return "", errors.ErrUnsupported }

// Comm is not to be had on this system: errors.ErrUnsupported.
func Comm(uint32) (string, error) { return "", errors.ErrUnsupported }

// Watch is not to be had on this system: errors.ErrUnsupported.
func Watch(uint32, uint64, func()) (stop func(), err error) { return nil, errors.ErrUnsupported }
