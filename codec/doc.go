// Package codec defines how a value becomes the payload of a record, and comes back.
//
// A [Codec] knows nothing of rings or sockets: it measures a value, appends its encoding to a buffer
// that the caller owns, and decodes it again, either copying or borrowing from the source.
//
//	value ── Size ──▶ n ── (reserve n bytes) ── Append ──▶ bytes
//	bytes ── Decode ──▶ value that owns its memory
//	bytes ── DecodeBorrow ──▶ value whose strings and byte slices alias the bytes
//
// The formats live in packages below this one; package bincode is the one that records in rings use.
package codec
