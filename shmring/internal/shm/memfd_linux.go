package shm

import (
	"errors"
	"io/fs"
	"math"
	"os"

	"golang.org/x/sys/unix"
)

// seals of a Memfd: its size is fixed for good, which spares its users SIGBUS.
const seals = unix.F_SEAL_SHRINK | unix.F_SEAL_GROW | unix.F_SEAL_SEAL

// Memfd makes an unnamed file of size bytes (1 to the largest int), all reserved and
// zero, calls init on the mapped memory and seals the size. name, at most 249 bytes,
// appears in /proc for people to read. File gives the descriptor to pass on.
// An error, init's included, leaves nothing behind.
func Memfd(name string, size int64, init func(mem []byte) error) (m *Mapping, err error) {
	if size <= 0 || size > math.MaxInt {
		return nil, &SizeError{Path: name, Size: size, Max: math.MaxInt}
	}
	flags := unix.MFD_CLOEXEC | unix.MFD_ALLOW_SEALING
	fd, err := unix.MemfdCreate(name, flags|unix.MFD_NOEXEC_SEAL)
	if errors.Is(err, unix.EINVAL) { // before Linux 6.3
		fd, err = unix.MemfdCreate(name, flags)
	}
	if err != nil {
		return nil, &fs.PathError{Op: "memfd_create", Path: name, Err: err}
	}
	file := os.NewFile(uintptr(fd), "memfd:"+name)
	if err := reserve(file, file.Name(), size); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	m, err = newMapping(file, "", false)
	if err != nil {
		return nil, err
	}
	sealed := false
	defer func() { // also when init panics
		if !sealed {
			err = errors.Join(err, m.Unmap())
			m = nil
		}
	}()
	if err := init(m.Data); err != nil {
		return m, err
	}
	if _, err := unix.FcntlInt(file.Fd(), unix.F_ADD_SEALS, seals); err != nil {
		return m, &fs.PathError{Op: "seal", Path: file.Name(), Err: err}
	}
	if now := m.Size(); now != size { // somebody came in through /proc
		return m, &SizeError{Path: file.Name(), Size: now, Max: size}
	}
	m.sealed, sealed = true, true
	return m, nil
}

// isSealed reports whether file can neither shrink nor grow, ever. Huge pages are not
// trusted: a hole that is punched into them may find none to fill it.
func isSealed(file *os.File) bool {
	const fixed = unix.F_SEAL_SHRINK | unix.F_SEAL_GROW
	got, err := unix.FcntlInt(file.Fd(), unix.F_GET_SEALS, 0)
	if err != nil || got&fixed != fixed {
		return false
	}
	var st unix.Statfs_t
	return unix.Fstatfs(int(file.Fd()), &st) == nil && int64(st.Type) != unix.HUGETLBFS_MAGIC
}
