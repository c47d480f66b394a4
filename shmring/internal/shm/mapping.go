package shm

import (
	"errors"
	"io/fs"
	"math"
	"os"
	"sync"

	"github.com/edsrzf/mmap-go"
)

// Mapping is one file, or one piece of Go memory, mapped into this process.
type Mapping struct {
	// Data is the whole file: it begins on a page boundary and its length is the
	// file's size at the time it was mapped, in bytes. It is nil for an empty file
	// and after Unmap. A read-only mapping faults on a write.
	Data []byte

	base     mmap.MMap // what Unmap gives back, whatever became of Data
	file     *os.File  // nil for Heap
	path     string    // "" where there is no name
	info     fs.FileInfo
	readOnly bool
	sealed   bool

	mu     sync.Mutex // orders Unmap with the calls that work on base
	closed bool
}

// OpenFlags say how a file is opened. The zero value asks for read and write access
// and for a file of our own or of root.
type OpenFlags struct {
	ReadOnly          bool // map without the right to write, through a descriptor without it
	AllowForeignOwner bool // accept a file of any owner
	Sealed            bool // refuse a file that anybody can still truncate
}

// newMapping maps the whole of file, which it takes over: an error closes it.
func newMapping(file *os.File, path string, readOnly bool) (*Mapping, error) {
	m, err := mapFile(file, path, readOnly)
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return m, nil
}

func mapFile(file *os.File, path string, readOnly bool) (*Mapping, error) {
	sealed := isSealed(file) // before the size is asked for: only then is it known to be final
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	m := &Mapping{file: file, path: path, info: info, readOnly: readOnly, sealed: sealed}
	size := info.Size()
	if size == 0 {
		return m, nil
	}
	if size > math.MaxInt {
		return nil, &SizeError{Path: path, Size: size, Max: math.MaxInt}
	}
	prot := mmap.RDWR
	if readOnly {
		prot = mmap.RDONLY
	}
	m.base, err = mmap.MapRegion(file, int(size), prot, 0, 0)
	if err != nil {
		return nil, &fs.PathError{Op: "mmap", Path: path, Err: err}
	}
	m.Data = m.base[:len(m.base):len(m.base)]
	return m, nil
}

// File returns the descriptor behind the mapping, nil for Heap. It stays the
// mapping's: do not close it, and do not lock it (see Reopen).
func (m *Mapping) File() *os.File { return m.file }

// Heap reports whether the memory is Go memory rather than a file.
func (m *Mapping) Heap() bool { return m.file == nil }

// Sealed reports whether the file could neither shrink nor grow any more when it was
// mapped, so that every byte of Data is there for good.
func (m *Mapping) Sealed() bool { return m.sealed }

// ID returns the numbers of the file's device and inode, which together name it for
// as long as anybody keeps it open. They are zero for Heap and on systems without them.
func (m *Mapping) ID() (dev, ino uint64) {
	if m.info == nil {
		return 0, 0
	}
	return fileID(m.info)
}

// Size returns the file's size now, in bytes, which is how a truncation is found:
// it is then less than len(Data). After Unmap, or should the system not say, it is -1.
func (m *Mapping) Size() int64 {
	if m.file == nil {
		return int64(len(m.Data))
	}
	info, err := m.file.Stat()
	if err != nil {
		return -1
	}
	return info.Size()
}

// Unlink takes the mapped file's name away. The caller holds the lock on the name, and the name leads to the file.
func (m *Mapping) Unlink() error { return unlink(m.path) }

// Named reports whether the file still has the name under which it was mapped, if it was mapped under one. It has not
// if the name is missing or leads to another file.
func (m *Mapping) Named() (bool, error) {
	if m.path == "" {
		return true, nil
	}
	return leadsTo(m.path, m.info)
}

// Remove takes the mapped file's name away, if it still leads to the file; else it does nothing.
func (m *Mapping) Remove() error {
	if m.path == "" {
		return nil
	}
	file, err := openToRemove(m.path)
	if err == nil && file != nil {
		_, err = removeLocked(m.path, file, m.info)
		return err
	} // else without the lock: nothing may be left because descriptors are short
	if named, err := m.Named(); !named || err != nil {
		return err
	}
	return unlink(m.path)
}

// Flush writes the memory and the file's name to the disk beneath, if there is one,
// and returns when they are there. For Heap it does nothing.
func (m *Mapping) Flush() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.file == nil {
		return nil
	}
	if m.closed {
		return fs.ErrClosed
	}
	if len(m.base) > 0 {
		if err := m.base.Flush(); err != nil {
			return &fs.PathError{Op: "msync", Path: m.path, Err: err}
		}
	}
	if err := m.file.Sync(); err != nil {
		return err
	}
	if m.path == "" {
		return nil
	}
	return syncDir(m.path)
}

// Unmap gives the memory back and closes the file; Heap memory goes to the garbage
// collector. Nobody may touch Data, or a slice made from it, from now on. The second
// call does nothing.
func (m *Mapping) Unmap() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return nil
	}
	m.closed = true
	m.Data = nil
	if m.file == nil {
		m.base = nil
		return nil
	}
	var err error
	if m.base != nil {
		err = m.base.Unmap()
	}
	return errors.Join(err, m.file.Close())
}

// Reopen opens the mapped file once more, for reading and writing, and returns an
// open file description that shares nothing with any other: locks taken through it
// are its own. The caller closes it. Heap has no file: errors.ErrUnsupported.
func (m *Mapping) Reopen() (*os.File, error) { return m.reopen(os.O_RDWR) }

// ReopenReadOnly is Reopen without the right to write, for those who only look.
func (m *Mapping) ReopenReadOnly() (*os.File, error) { return m.reopen(os.O_RDONLY) }

func (m *Mapping) reopen(mode int) (*os.File, error) {
	if m.file == nil {
		return nil, errors.ErrUnsupported
	}
	return reopenMapped(m, mode)
}
