//! The system calls that the standard library lacks.

use std::ffi::{c_int, c_long, c_void};
use std::fs::File;
use std::io::{Error, ErrorKind, Result};
use std::os::fd::AsRawFd;
use std::sync::atomic::AtomicU32;

const F_OFD_GETLK: c_int = 36;
const F_OFD_SETLK: c_int = 37;
const F_WRLCK: i16 = 1;
const F_UNLCK: i16 = 2;

/// What keeps a byte from being locked.
pub enum Conflict {
    None,
    /// A write lock on this byte alone, which is a lease.
    Lease,
    /// A write lock on several bytes: somebody decides whether to remove the segment.
    Remover,
    /// A lock of somebody who may only read the file.
    Reader,
}
const PROT_READ_WRITE: c_int = 3;
const MAP_SHARED: c_int = 1;
const FUTEX_WAKE: c_int = 1;

#[cfg(target_arch = "x86_64")]
const SYS_FUTEX: c_long = 202;
#[cfg(target_arch = "aarch64")]
const SYS_FUTEX: c_long = 98;

/// struct flock of a 64-bit Linux.
#[repr(C)]
struct Flock {
    kind: i16,
    whence: i16,
    start: i64,
    len: i64,
    pid: i32,
}

extern "C" {
    fn mmap(addr: *mut c_void, len: usize, prot: c_int, flags: c_int, fd: c_int, off: i64) -> *mut c_void;
    fn munmap(addr: *mut c_void, len: usize) -> c_int;
    fn fcntl(fd: c_int, cmd: c_int, ...) -> c_int;
    fn syscall(number: c_long, ...) -> c_long;
}

/// Maps the whole file, shared. The address is that of a page.
pub fn map(file: &File, size: usize) -> Result<*mut u8> {
    // SAFETY: a new mapping at an address of the kernel's choice touches no memory that is in use.
    let at = unsafe { mmap(std::ptr::null_mut(), size, PROT_READ_WRITE, MAP_SHARED, file.as_raw_fd(), 0) };
    if at as isize == -1 {
        return Err(Error::last_os_error());
    }
    Ok(at.cast())
}

/// Undoes map.
///
/// # Safety
/// Nothing may use the mapping any more.
pub unsafe fn unmap(at: *mut u8, size: usize) {
    munmap(at.cast(), size);
}

/// Takes the write lock on one byte for the open file description, or returns false if another has it.
pub fn lock(file: &File, off: u64) -> Result<bool> {
    match ofd(file, F_OFD_SETLK, off) {
        Ok(..) => Ok(true),
        Err(e) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::PermissionDenied) => Ok(false),
        Err(e) => Err(e),
    }
}

/// Reports what keeps other open file descriptions than this one from locking a byte.
pub fn conflict(file: &File, off: u64) -> Result<Conflict> {
    Ok(match ofd(file, F_OFD_GETLK, off)? {
        (F_UNLCK, _) => Conflict::None,
        (F_WRLCK, 1) => Conflict::Lease,
        (F_WRLCK, _) => Conflict::Remover,
        _ => Conflict::Reader,
    })
}

fn ofd(file: &File, cmd: c_int, off: u64) -> Result<(i16, i64)> {
    let mut l = Flock { kind: F_WRLCK, whence: 0, start: off as i64, len: 1, pid: 0 };
    // SAFETY: both commands take a pointer to a struct flock, which outlives the call.
    if unsafe { fcntl(file.as_raw_fd(), cmd, &mut l as *mut Flock) } < 0 {
        return Err(Error::last_os_error());
    }
    Ok((l.kind, l.len))
}

/// Wakes everybody who sleeps on the word, in any process.
pub fn wake_all(word: &AtomicU32) {
    // SAFETY: FUTEX_WAKE only looks the address up.
    unsafe { syscall(SYS_FUTEX, word.as_ptr(), FUTEX_WAKE, c_int::MAX) };
}
