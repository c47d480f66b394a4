// Package zstd wraps any [codec.Codec] so that values whose encoding is long travel compressed
// (Zstandard, by way of klauspost/compress) and short ones travel as they are.
//
//	c := zstd.Of(bincode.Of[Snapshot](), zstd.Threshold(4096))
//	buf, err = c.Append(buf[:0], &snapshot)
//	err = c.Decode(buf, &snapshot)
//
// # Bytes
//
//	┌────┬─────────────────────────────┐
//	│ 00 │ the inner codec's encoding  │   shorter than the threshold, or it would not shrink
//	├────┼─────────────────────────────┤
//	│ 01 │ one Zstandard frame of it   │   content size in the header, checksum at the end, no dictionary
//	└────┴─────────────────────────────┘
//
// # Cost
//
// Size has to compress to be exact; it costs as much as Append. For both to agree, the inner codec must
// encode equal values to equal bytes, as bincode, json and tagged do (msgpack does not sort every kind
// of map). Scratch buffers up to 1 MiB are kept for reuse.
//
// DecodeBorrow lends from src what was not compressed; what was compressed is unpacked into a new
// buffer that the value then borrows from, and that lives as long as the value.
//
// # Hostile input
//
// A frame may claim any content size. The claim must be within [MaxSize], and within what the frame's
// own blocks can expand to, before a byte is allocated for it; the frame must have exactly that size
// once unpacked, end where the source ends, and use no dictionary.
package zstd
