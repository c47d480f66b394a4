package shm

import (
	"bytes"
	"io/fs"
	"os"
	"strconv"
	"sync"

	"golang.org/x/sys/unix"
)

// checkOwner refuses a file whose owner only looks like this user. In a user namespace all users that it does not know
// have the same number, which can be ours, too.
func checkOwner(file *os.File, info fs.FileInfo, path string, flags OpenFlags) error {
	uid, known := fileOwner(info)
	if flags.AllowForeignOwner || !known || uid != overflowUID() || provesOwner(file) {
		return nil
	}
	return &OwnerError{Path: path, UID: uid, Want: uint32(os.Geteuid())}
}

// overflowUID returns the number that stands for every user whom this user namespace does not know.
var overflowUID = sync.OnceValue(func() uint32 {
	const usual = 65534
	text, err := os.ReadFile("/proc/sys/kernel/overflowuid")
	if err != nil {
		return usual
	}
	uid, err := strconv.ParseUint(string(bytes.TrimSpace(text)), 10, 32)
	if err != nil {
		return usual
	}
	return uint32(uid)
})

// provesOwner reports whether the kernel takes this process for the owner of file, or for one who has an owner's rights
// to it: nobody else may ask for reads that do not count as accesses. The kernel compares users of the system, not the
// numbers that stand for them in a namespace.
func provesOwner(file *os.File) bool {
	flags, err := unix.FcntlInt(file.Fd(), unix.F_GETFL, 0)
	if err != nil {
		return false
	}
	if _, err := unix.FcntlInt(file.Fd(), unix.F_SETFL, flags|unix.O_NOATIME); err != nil {
		return false
	}
	_, err = unix.FcntlInt(file.Fd(), unix.F_SETFL, flags)
	return err == nil
}
