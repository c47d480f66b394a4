//go:build !linux || !(amd64 || arm64)

package frame

import (
	"io"
	"syscall"
)

// newQuickWriter returns dst: there is no quicker way here.
func newQuickWriter(dst interface {
	io.Writer
	syscall.Conn
}) io.Writer {
	return dst
}
