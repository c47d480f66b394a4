//! What can go wrong.

use std::fmt;
use std::io;

pub enum Error {
    Io(io::Error),
    /// A file or a record is not what it should be.
    Format(String),
    /// A living process has the role.
    Busy,
    /// Shared memory holds what no correct peer writes.
    Corrupt(String),
    TooLarge {
        size: u64,
        limit: u64,
    },
    /// The producer ended without closing; all it sent was delivered.
    Died {
        pid: u32,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Error::Io(e) => write!(f, "{e}"),
            Error::Format(what) => write!(f, "not as expected: {what}"),
            Error::Busy => write!(f, "busy: a living process has the role"),
            Error::Corrupt(what) => write!(f, "corrupt: {what}"),
            Error::TooLarge { size, limit } => write!(f, "record of {size} bytes, allowed are {limit}"),
            Error::Died { pid } => write!(f, "producer process {pid} died without closing"),
        }
    }
}

impl From<io::Error> for Error {
    fn from(e: io::Error) -> Self {
        Error::Io(e)
    }
}
