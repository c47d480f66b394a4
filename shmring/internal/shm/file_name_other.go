//go:build !unix

package shm

import "os"

// CanRemoveOpen reports whether the system removes the names of files that are open.
const CanRemoveOpen = false

// openToRemove returns nil: a file that is open cannot be removed here, so nobody is about to use one that can.
func openToRemove(string) (*os.File, error) { return nil, nil }

func openNoFollow(path string, mode int) (*os.File, error) { return os.OpenFile(path, mode, 0) }

func unlink(path string) error { return os.Remove(path) }

// These systems do not open directories; their file systems keep names by themselves.
func syncDir(string) error { return nil }
