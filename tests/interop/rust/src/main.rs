//! A peer for the rings of shmring that shares no code with it: written from docs/format.md, with the
//! records encoded by the original bincode. interop_test.go starts it.
//!
//!     shmring-peer send FILE COUNT   send records 0 … COUNT-1 and close
//!     shmring-peer die FILE COUNT    the same, but die instead of closing
//!     shmring-peer recv FILE COUNT   receive them up to the end of the stream, all equal
//!     shmring-peer hold FILE 0       be the producer until standard input ends

mod backoff;
mod consumer;
mod error;
mod header;
mod producer;
mod records;
mod segment;
mod sys;
mod word;
mod xxhash;

use consumer::Consumer;
use error::Error;
use producer::Producer;
use segment::Segment;
use std::io::Read;
use std::path::Path;

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let [_, verb, file, count] = &args[..] else {
        eprintln!("usage: shmring-peer send|die|recv|hold FILE COUNT");
        std::process::exit(2);
    };
    let count = count.parse().unwrap_or(0);
    if let Err(e) = run(verb, Path::new(file), count) {
        eprintln!("shmring-peer: {e}");
        std::process::exit(1);
    }
}

fn run(verb: &str, file: &Path, count: u64) -> Result<(), Error> {
    let segment = Segment::open(file)?;
    if verb == "recv" {
        let mut c = Consumer::attach(segment)?;
        receive(&mut c, count)?;
        c.close();
        return Ok(());
    }
    let mut p = Producer::attach(segment)?;
    for i in 0..count {
        let (kind, bytes) = records::encode(i);
        p.send(kind, kind as u8, &bytes)?;
    }
    match verb {
        "die" => std::process::abort(),
        "hold" => {
            println!("attached");
            std::io::stdin().read_to_end(&mut Vec::new())?;
        }
        _ => {}
    }
    p.close();
    Ok(())
}

fn receive(c: &mut Consumer, count: u64) -> Result<(), Error> {
    let mut payload = Vec::new();
    let mut got = 0;
    while let Some(meta) = c.recv(&mut payload)? {
        records::verify(got, meta.kind, &payload).map_err(Error::Format)?;
        if meta.version as u16 != meta.kind {
            return Err(Error::Format(format!("record {got} has version {}", meta.version)));
        }
        got += 1;
    }
    match got == count {
        true => Ok(()),
        false => Err(Error::Format(format!("the stream ended after {got} records of {count}"))),
    }
}
