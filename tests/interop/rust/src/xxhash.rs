//! XXH64 with seed 0, of which the segment's header and checksummed records carry sums. From the
//! specification of the algorithm (xxHash fast digest algorithm, Y. Collet).

const P1: u64 = 0x9E3779B185EBCA87;
const P2: u64 = 0xC2B2AE3D27D4EB4F;
const P3: u64 = 0x165667B19E3779F9;
const P4: u64 = 0x85EBCA77C2B2AE63;
const P5: u64 = 0x27D4EB2F165667C5;

pub fn xxh64(input: &[u8]) -> u64 {
    let mut rest = input;
    let mut hash = P5;
    if rest.len() >= 32 {
        let mut lanes = [P1.wrapping_add(P2), P2, 0, 0u64.wrapping_sub(P1)];
        while rest.len() >= 32 {
            for lane in &mut lanes {
                *lane = round(*lane, take8(&mut rest));
            }
        }
        hash = lanes.iter().zip([1, 7, 12, 18]).fold(0, |h: u64, (lane, n)| h.wrapping_add(lane.rotate_left(n)));
        for lane in lanes {
            hash = (hash ^ round(0, lane)).wrapping_mul(P1).wrapping_add(P4);
        }
    }
    hash = hash.wrapping_add(input.len() as u64);
    while rest.len() >= 8 {
        hash = (hash ^ round(0, take8(&mut rest))).rotate_left(27).wrapping_mul(P1).wrapping_add(P4);
    }
    if rest.len() >= 4 {
        let word = u32::from_le_bytes(rest[..4].try_into().unwrap()) as u64;
        rest = &rest[4..];
        hash = (hash ^ word.wrapping_mul(P1)).rotate_left(23).wrapping_mul(P2).wrapping_add(P3);
    }
    for &byte in rest {
        hash = (hash ^ (byte as u64).wrapping_mul(P5)).rotate_left(11).wrapping_mul(P1);
    }
    hash = (hash ^ (hash >> 33)).wrapping_mul(P2);
    hash = (hash ^ (hash >> 29)).wrapping_mul(P3);
    hash ^ (hash >> 32)
}

fn round(lane: u64, word: u64) -> u64 {
    lane.wrapping_add(word.wrapping_mul(P2)).rotate_left(31).wrapping_mul(P1)
}

fn take8(rest: &mut &[u8]) -> u64 {
    let (word, tail) = rest.split_at(8);
    *rest = tail;
    u64::from_le_bytes(word.try_into().unwrap())
}
