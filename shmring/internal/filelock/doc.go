// Package filelock locks ranges of bytes of a file. The kernel drops a lock when the last descriptor of the open file
// description that took it is closed, at the latest when the holder has ended, however it ended.
//
// A lock belongs to the open file description through which it was taken, not to the process. Two descriptions of one
// process exclude each other; a descriptor that was duplicated, inherited or passed on shares the lock of its original.
//
// Lock takes write locks only. The kernel demands a descriptor open for writing for them, so nobody who may only read
// a file can hold one. He can hold a shared lock, though, which keeps Lock away from the byte: Query tells the two apart.
//
// Linux has open-file-description locks. Windows locks bytes far beyond the end of the file with LockFileEx. macOS and
// the BSDs have flock(2), which locks the whole file, whatever the range. On other systems every call returns
// [errors.ErrUnsupported].
package filelock
