package shm

// The errors here leave out the path: the caller, who chose it, names it together with the operation.

import (
	"fmt"
	"io/fs"
)

// NoSpaceError reports that the file system cannot hold the file whole. It unwraps to
// the system's own error, which is syscall.ENOSPC or syscall.EDQUOT.
type NoSpaceError struct {
	Path      string // the file that was to be made
	Need      int64  // bytes asked for
	Free      int64  // bytes the file system has left for this user; -1 if unknown
	FreeFiles int64  // files (inodes) it has left; -1 if unknown, or without limit
	Err       error
}

func (e *NoSpaceError) Error() string {
	switch {
	case e.FreeFiles == 0:
		return fmt.Sprintf("the file system has no inode left: %v", e.Err)
	case e.Free < 0:
		return fmt.Sprintf("need %d bytes: %v", e.Need, e.Err)
	}
	return fmt.Sprintf("need %d bytes, %d are free: %v", e.Need, e.Free, e.Err)
}

// Unwrap returns the system's error.
func (e *NoSpaceError) Unwrap() error { return e.Err }

// SymlinkError reports that a path ends in a symbolic link, which is never followed:
// the link's owner would choose the file. It unwraps to fs.ErrPermission.
type SymlinkError struct {
	Path string
}

func (e *SymlinkError) Error() string {
	return "it is a symbolic link, which is not followed"
}

// Unwrap returns fs.ErrPermission.
func (e *SymlinkError) Unwrap() error { return fs.ErrPermission }

// OwnerError reports that a file belongs to somebody who is neither this process's
// effective user nor root. It unwraps to fs.ErrPermission.
type OwnerError struct {
	Path string
	UID  uint32 // the file's owner
	Want uint32 // this process's effective user
}

func (e *OwnerError) Error() string {
	if e.UID == e.Want { // in a user namespace
		return fmt.Sprintf("it belongs to an unknown user, who is shown as %d as we are", e.UID)
	}
	if e.Want == 0 {
		return fmt.Sprintf("it belongs to user %d, want 0 (root)", e.UID)
	}
	return fmt.Sprintf("it belongs to user %d, want %d (this process) or 0 (root)", e.UID, e.Want)
}

// Unwrap returns fs.ErrPermission.
func (e *OwnerError) Unwrap() error { return fs.ErrPermission }

// SealError reports that a file can still be truncated under those who map it. It unwraps
// to fs.ErrPermission.
type SealError struct {
	Path string
}

func (e *SealError) Error() string {
	return "it is not sealed against shrinking and growing"
}

// Unwrap returns fs.ErrPermission.
func (e *SealError) Unwrap() error { return fs.ErrPermission }

// NotRegularError reports that a path leads to something other than a regular file.
// It unwraps to fs.ErrInvalid.
type NotRegularError struct {
	Path string
	Mode fs.FileMode
}

func (e *NotRegularError) Error() string {
	kind := "something else"
	switch e.Mode.Type() {
	case fs.ModeDir:
		kind = "a directory"
	case fs.ModeNamedPipe:
		kind = "a named pipe"
	case fs.ModeSocket:
		kind = "a socket"
	case fs.ModeDevice, fs.ModeDevice | fs.ModeCharDevice:
		kind = "a device"
	case fs.ModeSymlink:
		kind = "a symbolic link"
	}
	return fmt.Sprintf("it is %s, want a regular file", kind)
}

// Unwrap returns fs.ErrInvalid.
func (e *NotRegularError) Unwrap() error { return fs.ErrInvalid }

// SizeError reports that a size cannot be made or mapped. It unwraps to fs.ErrInvalid.
type SizeError struct {
	Path string
	Size int64 // bytes asked for or found
	Max  int64 // the most that this process can map, in bytes; the least is 1
}

func (e *SizeError) Error() string {
	return fmt.Sprintf("size is %d bytes, want 1 to %d", e.Size, e.Max)
}

// Unwrap returns fs.ErrInvalid.
func (e *SizeError) Unwrap() error { return fs.ErrInvalid }
