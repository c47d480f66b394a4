//! The records of the test: record i is a function of i, here and in records_test.go.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::time::Duration;

#[derive(Serialize, Deserialize, PartialEq, Debug)]
enum Side {
    Bid,
    Ask,
}

#[derive(Serialize, Deserialize, PartialEq, Debug)]
struct Tick {
    seq: u64,
    price: f64,
    quantity: u32,
    side: Side,
    last: bool,
}

#[derive(Serialize, Deserialize, PartialEq, Debug)]
enum Status {
    New,
    Filled { quantity: u32, price: f64 },
    Rejected(String),
}

#[derive(Serialize, Deserialize, PartialEq, Debug)]
struct Leg {
    ratio: i16,
    price: f64,
}

#[derive(Serialize, Deserialize, PartialEq, Debug)]
struct Order {
    seq: u64,
    symbol: String,
    note: Option<String>,
    legs: Vec<Leg>,
    codes: [u8; 4],
    limits: BTreeMap<String, i64>,
    status: Status,
}

#[derive(Serialize, Deserialize, PartialEq, Debug)]
struct Blob {
    seq: u64,
    data: Vec<u8>,
}

#[derive(Serialize, Deserialize, PartialEq, Debug)]
struct Sample {
    seq: u64,
    values: Vec<f32>,
    took: Duration,
    total: u128,
    grade: char,
}

/// SplitMix64 (Steele, Lea, Flood 2014).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E3779B97F4A7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58476D1CE4E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D049BB133111EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    fn float(&mut self) -> f64 {
        (self.next() >> 11) as f64 / 8.0 - 1e12
    }

    fn text(&mut self, most: u64) -> String {
        let letters = ['a', 'Z', '7', ' ', 'é', '京', '🦀'];
        (0..self.below(most + 1)).map(|_| letters[self.below(7) as usize]).collect()
    }
}

fn tick(seq: u64, r: &mut Random) -> Tick {
    Tick {
        seq,
        price: r.float(),
        quantity: r.next() as u32,
        side: if r.below(2) == 0 { Side::Bid } else { Side::Ask },
        last: r.below(2) == 1,
    }
}

fn order(seq: u64, r: &mut Random) -> Order {
    Order {
        seq,
        symbol: r.text(12),
        note: if r.below(2) == 1 { Some(r.text(40)) } else { None },
        legs: (0..r.below(5)).map(|_| Leg { ratio: r.next() as i16, price: r.float() }).collect(),
        codes: (r.next() as u32).to_le_bytes(),
        limits: (0..r.below(4)).map(|i| (format!("{}{i}", r.text(3)), r.next() as i64)).collect(),
        status: match r.below(3) {
            0 => Status::New,
            1 => Status::Filled { quantity: r.next() as u32, price: r.float() },
            _ => Status::Rejected(r.text(20)),
        },
    }
}

fn blob(seq: u64, r: &mut Random) -> Blob {
    Blob { seq, data: (0..r.below(700)).map(|_| r.next() as u8).collect() }
}

fn sample(seq: u64, r: &mut Random) -> Sample {
    Sample {
        seq,
        values: (0..r.below(60)).map(|_| (r.next() >> 40) as f32).collect(),
        took: Duration::new(r.next() >> 31, r.below(1_000_000_000) as u32),
        total: (r.next() as u128) << 64 | r.next() as u128,
        grade: char::from_u32(0x20 + r.below(0xD000) as u32).unwrap(),
    }
}

/// The type of record i and its bytes.
pub fn encode(i: u64) -> (u16, Vec<u8>) {
    let mut r = Random(i);
    let kind = 1 + r.below(4) as u16;
    let bytes = match kind {
        1 => bincode::serialize(&tick(i, &mut r)),
        2 => bincode::serialize(&order(i, &mut r)),
        3 => bincode::serialize(&blob(i, &mut r)),
        _ => bincode::serialize(&sample(i, &mut r)),
    };
    (kind, bytes.expect("these types have a form"))
}

/// Holds a received record against record i: as a value, and byte for byte.
pub fn verify(i: u64, kind: u16, bytes: &[u8]) -> Result<(), String> {
    let mut r = Random(i);
    let want = 1 + r.below(4) as u16;
    if kind != want {
        return Err(format!("record {i} has type {kind}, want {want}"));
    }
    match kind {
        1 => same(bytes, tick(i, &mut r)),
        2 => same(bytes, order(i, &mut r)),
        3 => same(bytes, blob(i, &mut r)),
        _ => same(bytes, sample(i, &mut r)),
    }
    .map_err(|e| format!("record {i}: {e}"))
}

fn same<T: Serialize + DeserializeOwned + PartialEq + Debug>(bytes: &[u8], want: T) -> Result<(), String> {
    let got: T = bincode::deserialize(bytes).map_err(|e| e.to_string())?;
    if got != want {
        return Err(format!("got {got:?}, want {want:?}"));
    }
    match bincode::serialize(&want).map_err(|e| e.to_string())? == bytes {
        true => Ok(()),
        false => Err("equal values in other bytes".into()),
    }
}
