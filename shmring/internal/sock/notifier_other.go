//go:build !linux

package sock

import (
	"errors"
	"net"
)

// Notifier is not to be had on this system.
type Notifier struct{}

// NewNotifier returns errors.ErrUnsupported on this system.
func NewNotifier(*net.UnixConn, ...byte) (*Notifier, error) { return nil, errors.ErrUnsupported }

// Notify does nothing.
func (*Notifier) Notify(byte) {}

// ReadNotifications returns at once.
func ReadNotifications(*net.UnixConn, func(byte)) {}
