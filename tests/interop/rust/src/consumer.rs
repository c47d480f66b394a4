//! The consumer of a ring with one producer.

use crate::backoff::Backoff;
use crate::error::Error;
use crate::header::*;
use crate::segment::Segment;
use crate::word::*;
use crate::xxhash::xxh64;
use std::fs::File;
use std::sync::atomic::{fence, Ordering::*};

const OWN: u64 = 0;
const PRODUCER: u64 = 1;

/// What came with a payload.
pub struct Meta {
    pub kind: u16,
    pub version: u8,
}

pub struct Consumer {
    segment: Segment,
    _lease: File,
    pos: u64,  // next record
    head: u64, // everything below is clear and the producer's
}

impl Consumer {
    /// Attaches and continues after the last record that was received.
    pub fn attach(segment: Segment) -> Result<Consumer, Error> {
        let lease = segment.lease(OWN)?;
        let [head, zeroing, released] = [HEAD, ZEROING_TO, RELEASED].map(|off| segment.at(off).load(Acquire));
        let beyond = |mark: u64| mark % 8 != 0 || mark > head && mark - head > segment.capacity;
        if head % 8 != 0 || beyond(zeroing) || beyond(released) {
            return Err(Error::Corrupt(format!("head {head}, zeroing mark {zeroing}, release mark {released}")));
        }
        let mut c = Consumer { segment, _lease: lease, pos: head.max(zeroing).max(released), head };
        if zeroing > head {
            c.flush(zeroing);
        }
        c.segment.occupy(OWN);
        Ok(c)
    }

    /// Copies the next record to payload, waiting for it; None at the end of the stream.
    pub fn recv(&mut self, payload: &mut Vec<u8>) -> Result<Option<Meta>, Error> {
        let mut backoff = Backoff::default();
        loop {
            let left = self.head + self.segment.capacity - self.pos;
            if left == 0 {
                self.flush(self.pos); // the word here is a record that was received a lap ago
                continue;
            }
            // Acquire: the payload was written before this was stored.
            let word = Word(self.segment.word(self.pos).load(Acquire));
            if word.state() == State::Free {
                self.flush(self.pos); // the producer may need all of it
                if self.ended()? {
                    return Ok(None);
                }
                backoff.wait();
                continue;
            }
            word.validate(self.segment.room(self.pos).min(left))?;
            if word.state() == State::Pad {
                self.release(word.total(), 0, 0);
                continue;
            }
            let ext = match word.header() {
                16 => self.segment.word(self.pos + 8).load(Relaxed),
                _ => 0,
            };
            self.segment.read(self.pos + word.header(), payload, word.length());
            let at = self.pos;
            self.release(word.total(), 1, word.length());
            let summed = word.flags() & CHECKSUM != 0;
            if summed && xxh64(payload) as u32 != (ext >> 32) as u32 || self.segment.checksummed && !summed {
                return Err(Error::Corrupt(format!("the payload at {at} does not match its checksum")));
            }
            return Ok(Some(Meta { kind: ext as u16, version: (ext >> 16) as u8 }));
        }
    }

    /// Steps over total bytes, and gives them back an eighth of the ring at a time.
    fn release(&mut self, total: u64, records: u64, bytes: u64) {
        self.pos += total;
        let add = |off, n| self.segment.at(off).store(self.segment.at(off).load(Relaxed) + n, Relaxed);
        self.segment.at(RELEASED).store(self.pos, Relaxed); // where a successor continues
        add(RECORDS, records);
        add(BYTES, bytes);
        if self.pos - self.head >= self.segment.capacity / 8 {
            self.flush(self.pos);
        }
    }

    /// Clears [head, to) and hands it to the producer. Killed in between, we leave a mark from which our
    /// successor does it again.
    fn flush(&mut self, to: u64) {
        if to == self.head {
            return;
        }
        self.segment.at(ZEROING_TO).store(to, Relaxed);
        fence(Release); // the mark before the clearing
        self.segment.zero(self.head, to);
        self.segment.at(HEAD).store(to, Release); // after the clearing
        self.head = to;
        self.segment.ring(SPACE_BELL);
    }

    /// Reports whether the stream is over: a producer came, has gone, and left nothing more.
    fn ended(&self) -> Result<bool, Error> {
        let s = &self.segment;
        let attaches = s.at(ATTACHES).load(Acquire);
        let mut status = s.slot(PRODUCER, STATUS).load(Acquire);
        if status & 0xff == ATTACHED {
            if s.held(PRODUCER)? {
                return Ok(false);
            }
            let dead = status & !0xff | DEAD;
            if s.slot(PRODUCER, STATUS).compare_exchange(status, dead, SeqCst, SeqCst).is_err() {
                return Ok(false); // it has closed meanwhile, or there is another: look again
            }
            s.at(DEATHS).fetch_add(1, SeqCst);
            status = dead;
        }
        let died = status & 0xff == DEAD;
        if attaches == s.at(ACKED).load(Acquire) && !died {
            return Ok(false); // nobody came since the last end
        }
        // What it committed before it went is visible by now.
        if s.word(self.pos).load(Acquire) != 0 || s.at(ATTACHES).load(Acquire) != attaches {
            return Ok(false);
        }
        s.at(ACKED).store(attaches, SeqCst);
        if !died {
            return Ok(true);
        }
        let _ = s.slot(PRODUCER, STATUS).compare_exchange(status, status & !0xff | MOURNED, SeqCst, SeqCst);
        Err(Error::Died { pid: s.pid(PRODUCER) })
    }

    /// Detaches: a successor continues after the last record received.
    pub fn close(mut self) {
        self.flush(self.pos);
        self.segment.vacate(OWN);
    }
}
