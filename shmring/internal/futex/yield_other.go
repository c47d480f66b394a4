//go:build !linux

package futex

import "runtime"

// Yield lets other goroutines run first, if there are any.
func Yield() { runtime.Gosched() }
