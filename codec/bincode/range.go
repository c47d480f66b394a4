package bincode

// Range is Rust's Range or RangeInclusive: the two bounds, in any order.
type Range[T any] struct{ Start, End T }
