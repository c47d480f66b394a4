//! Times bincode 1.3.3 on the records that codec_bincode_test.go times in Go, and prints one line each:
//! record, operation, nanoseconds (the best of several samples).

use serde::{Deserialize, Serialize};
use std::hint::black_box;
use std::time::{Duration, Instant};

#[derive(Serialize, Deserialize)]
struct Meta {
    id: u64,
    from: u32,
    to: u32,
    kind: u16,
    flags: u8,
    timestamp: u64,
    topic: String,
    source: String,
    content_type: String,
}

#[derive(Serialize, Deserialize)]
struct MetaRef<'a> {
    id: u64,
    from: u32,
    to: u32,
    kind: u16,
    flags: u8,
    timestamp: u64,
    topic: &'a str,
    source: &'a str,
    content_type: &'a str,
}

#[derive(Serialize, Deserialize)]
struct Message {
    id: u64,
    timestamp: u64,
    #[serde(with = "serde_bytes")]
    data: Vec<u8>,
}

#[derive(Serialize, Deserialize)]
struct MessageRef<'a> {
    id: u64,
    timestamp: u64,
    data: &'a [u8],
}

#[derive(Serialize, Deserialize)]
struct Small {
    id: u64,
    pid: u32,
    score: f64,
    name: String,
    active: bool,
}

/// Reports the best time of f.
fn time(record: &str, operation: &str, f: impl FnMut()) {
    println!("{record} {operation} {:.1}", best(f));
}

/// Runs f for some samples of a few milliseconds each.
fn best(mut f: impl FnMut()) -> f64 {
    let mut n = 1u32;
    loop {
        let start = Instant::now();
        (0..n).for_each(|_| f());
        if start.elapsed() > Duration::from_millis(4) {
            break;
        }
        n *= 2;
    }
    (0..20)
        .map(|_| {
            let start = Instant::now();
            (0..n).for_each(|_| f());
            start.elapsed().as_nanos() as f64 / n as f64
        })
        .fold(f64::MAX, f64::min)
}

/// Times encoding into memory that is there already, the better of the two ways to ask for it.
fn encode<T: Serialize>(record: &str, v: &T) -> Vec<u8> {
    let bytes = bincode::serialize(v).unwrap();
    let mut fixed = vec![0u8; bytes.len()];
    let into_slice = best(|| {
        bincode::serialize_into(&mut fixed[..], black_box(v)).unwrap();
        black_box(&fixed);
    });
    let mut kept = Vec::with_capacity(bytes.len());
    let into_vec = best(|| {
        kept.clear();
        bincode::serialize_into(&mut kept, black_box(v)).unwrap();
        black_box(&kept);
    });
    println!("{record} encode {:.1}", into_slice.min(into_vec));
    bytes
}

fn decode<'a, T: Deserialize<'a>>(record: &str, operation: &str, bytes: &'a [u8]) {
    time(record, operation, || {
        black_box(bincode::deserialize::<T>(black_box(bytes)).unwrap());
    });
}

fn main() {
    let small = encode(
        "small",
        &Meta {
            id: 0x0123456789abcdef,
            from: 4242,
            to: 17,
            kind: 3,
            flags: 129,
            timestamp: 1704067200123456,
            topic: "telemetry/engine".into(),
            source: "node-07.rack-3".into(),
            content_type: "application/x-bincode".into(),
        },
    );
    decode::<Meta>("small", "decode", &small);
    decode::<MetaRef>("small", "borrow", &small);

    let message = encode("message", &Message { id: 7, timestamp: 1704067200, data: vec![0x5a; 1024] });
    decode::<Message>("message", "decode", &message);
    decode::<MessageRef>("message", "borrow", &message);

    let batch: Vec<Small> = (0..1000u32)
        .map(|i| Small {
            id: i as u64 * 7919,
            pid: 1000 + i,
            score: i as f64 * 0.5,
            name: format!("worker-{i}"),
            active: i % 2 == 0,
        })
        .collect();
    let batch = encode("batch", &batch);
    decode::<Vec<Small>>("batch", "decode", &batch);

    let floats = encode("floats", &(0..4096).map(|i| i as f32 * 0.25).collect::<Vec<f32>>());
    decode::<Vec<f32>>("floats", "decode", &floats);
}
