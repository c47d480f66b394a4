//! The producer of a ring that has one.

use crate::backoff::Backoff;
use crate::error::Error;
use crate::header::*;
use crate::segment::Segment;
use crate::word::*;
use crate::xxhash::xxh64;
use std::fs::File;
use std::sync::atomic::Ordering::*;

const OWN: u64 = 1;

pub struct Producer {
    segment: Segment,
    _lease: File,
    pos: u64,   // where the next record goes
    limit: u64, // head as last seen, plus capacity: nothing may reach beyond
    generation: u64,
}

impl Producer {
    /// Attaches, after a dead predecessor too.
    pub fn attach(segment: Segment) -> Result<Producer, Error> {
        let lease = segment.lease(OWN)?;
        let torn = segment.slot(OWN, STATUS).load(Acquire) & 0xff != FREE;
        let (pos, head) = adopt_tail(&segment, torn)?;
        segment.at(TAIL).store(pos, Release);
        let generation = segment.occupy(OWN);
        segment.at(ATTACHES).fetch_add(1, SeqCst);
        segment.announce();
        let limit = head + segment.capacity;
        Ok(Producer { segment, _lease: lease, pos, limit, generation })
    }

    /// Sends one record and waits while the ring is full.
    pub fn send(&mut self, kind: u16, version: u8, payload: &[u8]) -> Result<(), Error> {
        let n = payload.len() as u64;
        if n > self.segment.max_record {
            return Err(Error::TooLarge { size: n, limit: self.segment.max_record });
        }
        let extended = self.segment.checksummed || kind != 0 || version != 0;
        let mut flags = if extended { EXTENSION } else { 0 };
        let header = 8 + 8 * flags;
        let total = record_size(header, n);
        self.place(total)?;
        self.segment.write(self.pos + header, payload);
        if extended {
            let mut sum = 0;
            if self.segment.checksummed {
                flags |= CHECKSUM;
                sum = xxh64(payload) as u32;
            }
            self.segment.word(self.pos + 8).store(extension(kind, version, sum), Relaxed);
        }
        self.publish(Word::new(State::Committed, OWN, self.generation, flags, n), total);
        let count = |field, n| {
            let counter = self.segment.slot(OWN, field);
            counter.store(counter.load(Relaxed) + n, Relaxed);
        };
        count(SLOT_RECORDS, 1);
        count(SLOT_BYTES, n);
        Ok(())
    }

    /// Stores the header word of what was written to the next total bytes: from here on it exists.
    fn publish(&mut self, word: Word, total: u64) {
        self.segment.word(self.pos).store(word.0, Release);
        self.pos += total;
        self.segment.at(TAIL).store(self.pos, Release);
        self.segment.ring(DATA_BELL);
    }

    /// Waits until total contiguous bytes are free at pos; pads the end of the ring where they are not.
    fn place(&mut self, total: u64) -> Result<(), Error> {
        let mut backoff = Backoff::default();
        loop {
            let room = self.segment.room(self.pos);
            if self.pos + total.min(room) > self.limit {
                // Acquire: the consumer cleared the bytes below before it stored this.
                let head = self.segment.at(HEAD).load(Acquire);
                if head % 8 != 0 || head > self.pos || head + self.segment.capacity < self.limit {
                    return Err(Error::Corrupt(format!("head is {head}, the producer at {}", self.pos)));
                }
                self.limit = head + self.segment.capacity;
                if self.pos + total.min(room) > self.limit {
                    backoff.wait();
                }
            } else if total <= room {
                return Ok(());
            } else {
                self.publish(Word::new(State::Pad, OWN, self.generation, 0, room), room);
            }
        }
    }

    /// Ends the stream in good order.
    pub fn close(self) {
        self.segment.vacate(OWN);
        self.segment.announce();
    }
}

/// Finds where the next record goes; torn: and clears what a dead producer may have left behind it.
fn adopt_tail(segment: &Segment, torn: bool) -> Result<(u64, u64), Error> {
    for _ in 0..1 << 16 {
        let head = segment.at(HEAD).load(Acquire);
        let start = head.max(segment.at(ZEROING_TO).load(Acquire));
        let end = head + segment.capacity;
        if head % 8 != 0 || start % 8 != 0 || start > end {
            return Err(Error::Corrupt(format!("head {head} contradicts the zeroing mark {start}")));
        }
        let mut tail = start;
        let mut fault = None;
        while tail < end {
            let word = Word(segment.word(tail).load(Acquire));
            if word.state() == State::Free {
                break;
            }
            if let Err(e) = word.validate(segment.room(tail).min(end - tail)) {
                fault = Some(e);
                break;
            }
            tail += word.total();
        }
        // In this order: the consumer sets the zeroing mark first and head last.
        if segment.at(ZEROING_TO).load(Acquire) > start || segment.at(HEAD).load(Acquire) != head {
            continue;
        }
        if let Some(e) = fault {
            return Err(e);
        }
        if torn {
            segment.zero(tail, end);
        }
        return Ok((tail, head));
    }
    Err(Error::Corrupt("head moves without end".into()))
}
