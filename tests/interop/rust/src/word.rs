//! The header word of a record, from the most significant bit: state 2, slot 10, generation 12, flags 8,
//! length 32. And the extension word: checksum 32, reserved 8, version 8, type 16.

use crate::error::Error;

#[derive(Clone, Copy, PartialEq)]
pub enum State {
    Free,
    Claimed,
    Committed,
    Pad,
}

pub const EXTENSION: u64 = 1;
pub const CHECKSUM: u64 = 2;
const KNOWN: u64 = 15;

#[derive(Clone, Copy)]
pub struct Word(pub u64);

impl Word {
    pub fn new(state: State, slot: u64, generation: u64, flags: u64, length: u64) -> Word {
        Word((state as u64) << 62 | slot << 52 | generation << 40 | flags << 32 | length)
    }

    pub fn state(self) -> State {
        [State::Free, State::Claimed, State::Committed, State::Pad][(self.0 >> 62) as usize]
    }

    pub fn flags(self) -> u64 {
        self.0 >> 32 & 0xff
    }

    /// Bytes of payload in a committed word, of everything in a pad.
    pub fn length(self) -> u64 {
        self.0 & 0xffff_ffff
    }

    pub fn header(self) -> u64 {
        8 + 8 * (self.flags() & EXTENSION)
    }

    /// Bytes of ring that the record takes.
    pub fn total(self) -> u64 {
        match self.state() {
            State::Committed => record_size(self.header(), self.length()),
            _ => self.length(),
        }
    }

    /// Judges a word of a ring with one producer that was read once, where room bytes are left.
    pub fn validate(self, room: u64) -> Result<(), Error> {
        let (total, slot, flags) = (self.total(), self.0 >> 52 & 0x3ff, self.flags());
        let sound = match self.state() {
            State::Free | State::Claimed => false,
            State::Committed => slot == 1 && flags & !KNOWN == 0 && flags & (EXTENSION | CHECKSUM) != CHECKSUM,
            State::Pad => slot <= 1 && total > 0 && total % 8 == 0,
        };
        match sound && total <= room {
            true => Ok(()),
            false => Err(Error::Corrupt(format!("word {:#018x} where {room} bytes are left", self.0))),
        }
    }
}

pub fn record_size(header: u64, payload: u64) -> u64 {
    (header + payload + 7) & !7
}

pub fn extension(kind: u16, version: u8, checksum: u32) -> u64 {
    kind as u64 | (version as u64) << 16 | (checksum as u64) << 32
}
