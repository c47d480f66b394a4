//! Where everything lies in a segment, and what its header must say, as docs/format.md has it.

use crate::error::Error;
use crate::xxhash::xxh64;

const MAGIC: &[u8; 8] = b"shmring\0";
const VERSION: u64 = 1;
const LAYOUT_HASH: u64 = 0xc8fc187532a52ca2; // of version 1
const BYTE_ORDER: u64 = 0x01020304;
pub const HEADER: u64 = 256;
pub const CONTROL: u64 = 1024;
pub const SLOT: u64 = 128;
const SPSC: u64 = 1;

// Offsets in the file of the control block's fields.
pub const TAIL: u64 = HEADER;
pub const HEAD: u64 = HEADER + 128;
pub const ZEROING_TO: u64 = HEADER + 136;
pub const RELEASED: u64 = HEADER + 256;
pub const RECORDS: u64 = HEADER + 264;
pub const BYTES: u64 = HEADER + 272;
pub const ATTACHES: u64 = HEADER + 640;
pub const ACKED: u64 = HEADER + 648;
pub const DEATHS: u64 = HEADER + 656;
pub const CHANGES: u64 = HEADER + 664;

/// The doorbells: the flag that says somebody sleeps, followed by the futex word.
pub const DATA_BELL: u64 = HEADER + 384;
pub const SPACE_BELL: u64 = HEADER + 512;
pub const WAIT_FLAG: u32 = 1;

// Offsets in a slot.
pub const STATUS: u64 = 0;
pub const INTENT: u64 = 8;
pub const SLOT_RECORDS: u64 = 24;
pub const SLOT_BYTES: u64 = 32;
pub const PID: u64 = 56;
pub const START_TIME: u64 = 64;
pub const ATTACHED_AT: u64 = 72;
pub const BOOT_ID: u64 = 80;

// The states in the low byte of a slot's status; the generation is above it.
pub const FREE: u64 = 0;
pub const ATTACHED: u64 = 1;
pub const DEAD: u64 = 2;
pub const MOURNED: u64 = 3;
pub const GENERATIONS: u64 = 4096;

/// What the header says about the arrangement of the memory.
pub struct Geometry {
    pub capacity: u64,
    pub max_record: u64,
    pub checksummed: bool,
    pub data: u64,
}

impl Geometry {
    /// Holds a copy of the header against the size of the file.
    pub fn judge(header: &[u8], size: u64) -> Result<Geometry, Error> {
        let long = |off: usize| u64::from_le_bytes(header[off..off + 8].try_into().unwrap());
        let short = |off: usize| u32::from_le_bytes(header[off..off + 4].try_into().unwrap()) as u64;
        let must = |field: &str, got: u64, want: u64| match got == want {
            true => Ok(()),
            false => Err(Error::Format(format!("{field} is {got:#x}, want {want:#x}"))),
        };
        must("magic", long(0), u64::from_le_bytes(*MAGIC))?;
        must("byte order", short(124), BYTE_ORDER)?;
        must("version", short(8), VERSION)?;
        must("checksum", long(248), xxh64(&header[..248]))?;
        must("layout hash", long(80), LAYOUT_HASH)?;
        let (capacity, data) = (long(32), 4096);
        if !capacity.is_power_of_two() || !(4096..=1 << 31).contains(&capacity) {
            return Err(Error::Format(format!("capacity is {capacity}")));
        }
        for (field, got, want) in [
            ("kind", short(16), SPSC),
            ("flags", short(20) & !1, 0),
            ("header size", short(12), HEADER),
            ("control offset", long(48), HEADER),
            ("slots offset", long(56), HEADER + CONTROL),
            ("slot count", short(64), 2),
            ("slot size", short(68), SLOT),
            ("data offset", long(72), data),
            ("segment size", long(24), data + capacity),
            ("file size", size, data + capacity),
        ] {
            must(field, got, want)?;
        }
        let max_record = long(40);
        if max_record > capacity - 16 {
            return Err(Error::Format(format!("largest record is {max_record}")));
        }
        Ok(Geometry { capacity, max_record, checksummed: short(20) & 1 != 0, data })
    }
}
