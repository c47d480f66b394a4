//go:build !linux

package fence

// Register returns false: this system has no barrier across processes.
func Register() bool { return false }

// Global returns false: nothing was ordered.
func Global() bool { return false }

// Private returns false: nothing was ordered.
func Private() bool { return false }
