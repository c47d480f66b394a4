//! A segment: the mapping, and the slots that its parties hold.

use crate::error::Error;
use crate::header::*;
use crate::sys::{self, Conflict};
use std::fs::{File, OpenOptions};
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{fence, AtomicU32, AtomicU64, Ordering::*};
use std::thread::sleep;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const O_NOFOLLOW: i32 = if cfg!(target_arch = "aarch64") { 0o100000 } else { 0o400000 };

pub struct Segment {
    base: *mut u8,
    size: usize,
    file: File,
    prober: File, // never locks
    path: PathBuf,
    pub capacity: u64,
    pub max_record: u64,
    pub checksummed: bool,
    data: u64,
}

impl Segment {
    pub fn open(path: &Path) -> Result<Segment, Error> {
        let file = OpenOptions::new().read(true).write(true).custom_flags(O_NOFOLLOW).open(path)?;
        let mut header = [0u8; HEADER as usize];
        file.read_exact_at(&mut header, 0)?;
        let size = file.metadata()?.len();
        let prober = again(&file, false)?;
        let g = Geometry::judge(&header, size)?;
        let base = sys::map(&file, size as usize)?;
        Ok(Segment {
            base,
            size: size as usize,
            file,
            prober,
            path: path.into(),
            capacity: g.capacity,
            max_record: g.max_record,
            checksummed: g.checksummed,
            data: g.data,
        })
    }

    /// The word at an offset of the file.
    pub fn at(&self, off: u64) -> &AtomicU64 {
        assert!(off % 8 == 0 && off + 8 <= self.size as u64);
        // SAFETY: inside the mapping and aligned, as asserted; the mapping lives as long as self.
        unsafe { AtomicU64::from_ptr(self.base.add(off as usize).cast()) }
    }

    fn at32(&self, off: u64) -> &AtomicU32 {
        assert!(off % 4 == 0 && off + 4 <= self.size as u64);
        // SAFETY: as in at.
        unsafe { AtomicU32::from_ptr(self.base.add(off as usize).cast()) }
    }

    /// The header word at a position.
    pub fn word(&self, pos: u64) -> &AtomicU64 {
        self.at(self.data + pos % self.capacity)
    }

    /// Bytes from a position to the end of the ring.
    pub fn room(&self, pos: u64) -> u64 {
        self.capacity - pos % self.capacity
    }

    pub fn write(&self, pos: u64, bytes: &[u8]) {
        assert!(bytes.len() as u64 <= self.room(pos));
        // SAFETY: inside the ring, as asserted; the caller owns these bytes of it.
        unsafe { self.span(pos).copy_from_nonoverlapping(bytes.as_ptr(), bytes.len()) }
    }

    pub fn read(&self, pos: u64, into: &mut Vec<u8>, n: u64) {
        assert!(n <= self.room(pos));
        into.clear();
        into.reserve(n as usize);
        // SAFETY: inside the ring, as asserted, and into has the room. A peer that breaks the rules can
        // change what is copied, which is why it is copied before anything looks at it.
        unsafe {
            self.span(pos).copy_to_nonoverlapping(into.as_mut_ptr(), n as usize);
            into.set_len(n as usize);
        }
    }

    /// Clears [from, to), at most one lap.
    pub fn zero(&self, mut from: u64, to: u64) {
        while from < to {
            let n = self.room(from).min(to - from);
            // SAFETY: inside the ring, and the caller's.
            unsafe { self.span(from).write_bytes(0, n as usize) };
            from += n;
        }
    }

    /// The address of a position, which lies inside the ring.
    fn span(&self, pos: u64) -> *mut u8 {
        // SAFETY: data + capacity is the size of the mapping.
        unsafe { self.base.add((self.data + pos % self.capacity) as usize) }
    }

    pub fn slot(&self, i: u64, field: u64) -> &AtomicU64 {
        self.at(slot_at(i) + field)
    }

    pub fn pid(&self, i: u64) -> u32 {
        self.at32(slot_at(i) + PID).load(Relaxed)
    }

    /// Takes the lease on a slot: a lock that the kernel drops when its holder dies.
    pub fn lease(&self, i: u64) -> Result<File, Error> {
        let own = again(&self.file, true)?;
        let mut tries = 0;
        while !sys::lock(&own, slot_at(i))? {
            match sys::conflict(&own, slot_at(i))? {
                Conflict::None | Conflict::Remover if tries < 1000 => sleep(Duration::from_millis(1)),
                _ => return Err(Error::Busy),
            }
            tries += 1;
        }
        let (named, mine) = (std::fs::symlink_metadata(&self.path)?, own.metadata()?);
        if (named.dev(), named.ino()) != (mine.dev(), mine.ino()) {
            return Err(Error::Format("the segment was removed".into()));
        }
        Ok(own)
    }

    pub fn held(&self, i: u64) -> Result<bool, Error> {
        Ok(matches!(sys::conflict(&self.prober, slot_at(i))?, Conflict::Lease))
    }

    /// Describes us in a slot whose lease we have, and returns the slot's new generation.
    pub fn occupy(&self, i: u64) -> u64 {
        let status = self.slot(i, STATUS).load(Acquire);
        let generation = ((status >> 8) % GENERATIONS + 1) % GENERATIONS;
        if status & 0xff == ATTACHED {
            self.at(DEATHS).fetch_add(1, SeqCst);
        }
        self.slot(i, INTENT).store(0, Release);
        self.at32(slot_at(i) + PID).store(std::process::id(), Relaxed);
        self.slot(i, START_TIME).store(start_time(), Relaxed);
        let [low, high] = boot_id();
        self.slot(i, BOOT_ID).store(low, Relaxed);
        self.slot(i, BOOT_ID + 8).store(high, Relaxed);
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_nanos() as u64);
        self.slot(i, ATTACHED_AT).store(now, Relaxed);
        self.slot(i, STATUS).store(generation << 8 | ATTACHED, Release);
        generation
    }

    /// Leaves a slot in good order.
    pub fn vacate(&self, i: u64) {
        let generation = self.slot(i, STATUS).load(Acquire) >> 8;
        self.slot(i, STATUS).store(generation << 8 | FREE, Release);
    }

    /// Makes the consumer look at the slots.
    pub fn announce(&self) {
        self.at(CHANGES).fetch_add(1, SeqCst);
        self.rouse(DATA_BELL);
    }

    /// Wakes whoever sleeps on a bell, after something was published for him. The fence orders the
    /// publication before the look at the flag.
    pub fn ring(&self, bell: u64) {
        fence(SeqCst);
        let flag = self.at32(bell);
        if flag.load(Relaxed) & WAIT_FLAG != 0 && flag.fetch_and(!WAIT_FLAG, SeqCst) & WAIT_FLAG != 0 {
            self.rouse(bell);
        }
    }

    fn rouse(&self, bell: u64) {
        let seq = self.at32(bell + 4);
        seq.fetch_add(1, SeqCst);
        sys::wake_all(seq);
    }
}

impl Drop for Segment {
    fn drop(&mut self) {
        // SAFETY: every reference into the mapping borrowed from self.
        unsafe { sys::unmap(self.base, self.size) }
    }
}

fn slot_at(i: u64) -> u64 {
    HEADER + CONTROL + i * SLOT
}

/// Opens the same file once more: locks belong to the open file description.
fn again(file: &File, write: bool) -> io::Result<File> {
    OpenOptions::new().read(true).write(write).open(format!("/proc/self/fd/{}", file.as_raw_fd()))
}

/// The start of this process in clock ticks since boot, or 0.
fn start_time() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit_once(')').map_or("", |(_, after)| after);
    fields.split_whitespace().nth(19).and_then(|s| s.parse().ok()).unwrap_or(0)
}

/// The sixteen bytes of the kernel's boot id as two words, or zeroes.
fn boot_id() -> [u64; 2] {
    let text = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    let digits: String = text.chars().filter(char::is_ascii_hexdigit).collect();
    let half = |s: Option<&str>| s.and_then(|s| u64::from_str_radix(s, 16).ok()).map_or(0, u64::swap_bytes);
    [half(digits.get(..16)), half(digits.get(16..32))]
}
