package shm

import (
	"io/fs"
	"os"
)

// checkInfo refuses to map a file of the wrong kind or owner.
func checkInfo(info fs.FileInfo, path string, flags OpenFlags) error {
	if !info.Mode().IsRegular() {
		return &NotRegularError{Path: path, Mode: info.Mode()}
	}
	if flags.AllowForeignOwner {
		return nil
	}
	uid, known := fileOwner(info)
	if want := uint32(os.Geteuid()); known && uid != want && uid != 0 {
		return &OwnerError{Path: path, UID: uid, Want: want}
	}
	return nil
}
