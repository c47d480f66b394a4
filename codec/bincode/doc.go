// Package bincode reads and writes the format of Rust's bincode, byte for byte: all four configurations of
// versions 1.3 and 2.0 (fixed or variable integers, little or big endian), limits and the trailing rule.
//
//	b, err := bincode.Marshal(&v)          // bincode::serialize(&v)
//	err = bincode.Unmarshal(b, &v)         // bincode::deserialize(&b)
//
//	c := bincode.Of[Order]()               // the same, compiled for one type: no look-up, no boxing
//	buf, err = c.Append(buf[:0], &order)   // no allocation once buf is large enough
//	err = c.DecodeBorrow(buf, &order)      // strings and byte slices alias buf
//
// # Types
//
//	Go                                          Rust
//	bool, int8 … uint64, float32, float64       the same
//	int, uint                                   isize, usize: 64 bits on the wire
//	Uint128, Int128, *big.Int (tag u128, i128)  u128, i128
//	Char, rune with tag char                    char
//	string                                      String
//	[]T, [N]T                                   Vec<T>, [T; N]
//	map[K]V, map[K]struct{}                     BTreeMap<K, V>, BTreeSet<K>: written in key order
//	*T, Opt[T]                                  Option<T>
//	*T with tag box                             Box<T>: no trace on the wire
//	struct                                      struct, tuple, newtype, Range: the fields, nothing else
//	struct{}                                    ()
//	interface with Variants, struct with Union  enum
//	integer with BincodeVariants, tag enum=N    enum of unit variants
//	Result[T, E]                                Result<T, E>
//	NonZero[T], integer with tag nonzero        NonZeroU32 …
//	time.Duration, Duration                     Duration
//	time.Time                                   SystemTime
//	netip.Addr, netip.AddrPort (tag ipv4, ipv6) IpAddr, SocketAddr (Ipv4Addr, SocketAddrV6 …)
//	codec.Part                                  Vec<u8>, or out of line: see AppendParts
//
// Tags are written `bincode:"word"` and apply to the field's own type, not to its elements. Unexported
// fields and those with the tag "-" are skipped, on both sides; embedded structs are not, exported or not.
// Nothing is ever omitted for being empty. nil slices and maps are empty ones.
//
// # Hooks
//
// A type that implements [Appender] and [Unmarshaler] writes and reads itself, wherever it stands and in
// every configuration; [Sizer] and [BorrowUnmarshaler] spare work. Where the bytes depend on the
// configuration it implements [FormatAppender] and [FormatUnmarshaler] instead; the Format they are given
// counts their depth. UnmarshalBincode always runs on a zero value. [Validator] is asked after decoding.
//
// Generated code has AppendBincode, SizeBincode, UnmarshalBincode and UnmarshalBincodeBorrow for the default
// configuration, and an empty method BincodeGenerated(*T) that says for which type they were made.
// Of[T], Marshal, Append, Size and the Unmarshal functions of a default format call them for the value
// they are given. In other configurations, inside other types, with parts, and with an option that
// changes what is accepted, the program of the type's fields runs instead: same bytes, same errors.
//
// # Hostile input
//
// Decoding judges the whole input before it stores anything. So nothing is allocated that the input does
// not fill, and on error the target is untouched. Nesting is bounded, and so are the elements without
// bytes, over the whole message. An element can still be larger in memory than on the wire, by what its type says: an
// Opt[[4096]byte] that is none takes one byte there. Errors are of type *[Error], match one [Class] with errors.Is and
// name the field.
//
// The input may be memory that a peer writes to while it is decoded. Every length and tag is then judged
// again as the value is stored: such a peer can cause a wrong value or an error, and in that one case a target
// that is partly replaced, but no access outside the input. Borrowed fields go on changing with it: copy
// what comes from a peer that is not trusted.
//
// # Memory
//
// Decoding writes over slices of *v that are large enough, so fields of one target must not share memory.
// Byte slices without spare capacity are left alone, because they may be borrowed. Short strings of one copying
// decode share allocations of up to 4 KiB, so a kept string can hold on to that much.
package bincode
