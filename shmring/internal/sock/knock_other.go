//go:build !linux

package sock

import (
	"errors"
	"net"
)

// Knocker is not to be had on this system.
type Knocker struct{}

// NewKnocker is not to be had on this system: errors.ErrUnsupported.
func NewKnocker(*net.UnixConn, ...byte) (*Knocker, error) { return nil, errors.ErrUnsupported }

// Knock does nothing.
func (*Knocker) Knock(byte) {}

// Hear hears nothing.
func Hear(*net.UnixConn, func(byte)) {}
