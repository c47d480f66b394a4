//go:build !linux

package sock

import (
	"errors"
	"net"
)

// Notifier is not to be had on this system.
type Notifier struct{}

// NewNotifier is not to be had on this system: errors.ErrUnsupported.
func NewNotifier(*net.UnixConn, ...byte) (*Notifier, error) { return nil, errors.ErrUnsupported }

// Knock does nothing.
func (*Notifier) Notify(byte) {}

// Hear hears nothing.
func Listen(*net.UnixConn, func(byte)) {}
